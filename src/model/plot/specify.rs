//! From results to a figure.

use super::by_setting::Family;
use super::decision::DecisionTable;
use super::{Axis, AxisChoice, AxisScale, CurveRole, CurveShape, Metric, Panel, PlotCurve, PlotPoint, PlotSpec};
use crate::model::format::shortened;
use crate::model::prediction::Prediction;
use crate::model::results::{Point, Results};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::statistics::Estimate;
use crate::model::table::CEILING_LABEL;
use crate::model::units::ThreadCount;
use crate::model::workload::{Bound, Workload};

/// The longest title that a figure shows, in characters.
const MOST_TITLE_CHARS: usize = 160;

/// The longest name of a curve, in characters.
const MOST_NAME_CHARS: usize = 80;

/// The longest provenance line, in characters.
const MOST_PROVENANCE_CHARS: usize = 400;

/// One experiment of a figure.
#[derive(Debug, Clone, Copy)]
pub struct PlotInput<'a> {
    /// The experiment's id.
    pub experiment: &'a str,
    /// The title above its panel.
    pub title: &'a str,
    /// What limits its workload, which decides where the ceiling is a limit.
    pub bound: Bound,
    /// Its workload as it ran, where it is known: what several experiments of a figure have in common.
    pub workload: Option<&'a Workload>,
    /// What was measured.
    pub results: &'a Results,
    /// What the learner expected.
    pub prediction: Option<&'a Prediction>,
    /// Results recorded earlier or elsewhere, drawn behind the others.
    pub reference: Option<Recorded<'a>>,
}

/// Results beside which others are shown.
#[derive(Debug, Clone, Copy)]
pub struct Recorded<'a> {
    /// What was measured then, or there.
    pub results: &'a Results,
    /// What the legend says after each of its names, such as `recorded on 8 cores`.
    pub place: &'a str,
}

/// What a figure shows of its experiments.
#[derive(Debug, Clone, Copy)]
pub struct PlotOptions<'a> {
    /// The figure's title.
    pub title: &'a str,
    /// What is on the y axes.
    pub metric: Metric,
    /// Linear or logarithmic.
    pub axes: AxisChoice,
    /// Machine, interpreter, date and precision, in one line.
    pub provenance: &'a str,
    /// Thread counts that the x axis reaches even where nothing is measured yet, so that it stands still during a run.
    pub planned: Option<(ThreadCount, ThreadCount)>,
}

/// The figure of one experiment, or of several side by side.
///
/// All panels share the x axis, so that the contrast is seen in one look, where each was measured over half of it at least.
/// Beyond that a shared axis would leave the narrower ones nearly empty, and each panel has its own. They share the y axis too,
/// except for throughput, whose units differ between workloads. Texts of any length are shortened to what a figure can hold.
/// Points that are unknown are left out, and so are curves without points.
///
/// The ceiling is drawn where it is a limit, and only there:
/// - cores used: always, since no workload gets more cores than the machine gives;
/// - speedup and efficiency: for CPU-bound workloads. One that also waits may go beyond it, and one that only waits has
///   nothing to do with it;
/// - throughput: never, since its units are those of count-primes.
///
/// A prediction is a speedup, so that it is drawn with speedup and efficiency.
///
/// [`Metric::BySetting`] has one panel for all, and [`Metric::Decision`] is a table; where the experiments are not fit for that,
/// the figure shows their speedup.
pub fn specify(inputs: &[PlotInput<'_>], options: PlotOptions<'_>) -> PlotSpec {
    let whole = |metric, panels, table| PlotSpec {
        title: shortened(options.title, MOST_TITLE_CHARS),
        metric,
        metrics: offered(inputs, metric),
        panels,
        table,
        provenance: shortened(options.provenance, MOST_PROVENANCE_CHARS),
    };
    let options = match options.metric {
        Metric::BySetting => match Family::of(inputs) {
            Some(family) => return whole(Metric::BySetting, vec![family.panel(options)], None),
            None => PlotOptions { metric: Metric::Speedup, ..options },
        },
        Metric::Decision => match DecisionTable::of(inputs) {
            Some(table) => return whole(Metric::Decision, Vec::new(), Some(table)),
            None => PlotOptions { metric: Metric::Speedup, ..options },
        },
        _ => options,
    };
    let mut curves: Vec<Vec<PlotCurve>> = inputs.iter().map(|input| curves_of(input, options.metric)).collect();
    name_ceiling(&mut curves);
    let shared_x = shares_x(&curves, options).then(|| x_axis(curves.iter().flatten(), options));
    let shared_y = y_axis(curves.iter().flatten(), options);
    let panels = inputs
        .iter()
        .zip(curves)
        .map(|(input, curves)| Panel {
            experiment: input.experiment.to_owned(),
            title: shortened(input.title, MOST_TITLE_CHARS),
            x: shared_x.clone().unwrap_or_else(|| x_axis(curves.iter(), options)),
            y: if options.metric == Metric::Throughput { y_axis(curves.iter(), options) } else { shared_y.clone() },
            curves,
        })
        .collect();
    whole(options.metric, panels, None)
}

impl Metric {
    /// The value of this metric at a point, if it is known.
    pub fn of(self, point: &Point) -> Option<&Estimate> {
        match self {
            Self::Throughput => Some(&point.throughput_per_sec),
            Self::Speedup => point.speedup.as_ref(),
            Self::Efficiency => point.efficiency.as_ref(),
            Self::CoresUsed => point.cores_used.as_ref(),
            Self::Latency => point.latency_ms.as_ref(),
            Self::LostUpdates => point.lost_share.as_ref(),
            Self::BySetting | Self::Decision => None,
        }
    }

    /// Whether every workload has it; what only some have is offered only where it was measured.
    fn is_general(self) -> bool {
        match self {
            Self::Throughput | Self::Speedup | Self::Efficiency | Self::CoresUsed => true,
            Self::Latency | Self::LostUpdates | Self::BySetting | Self::Decision => false,
        }
    }

    /// Whether the ceiling is a limit for a workload in this metric.
    pub fn has_ceiling(self, bound: Bound) -> bool {
        match self {
            Self::CoresUsed => true,
            Self::Speedup | Self::Efficiency => bound == Bound::Cpu,
            Self::Throughput | Self::Latency | Self::LostUpdates | Self::BySetting | Self::Decision => false,
        }
    }
}

/// The metrics that some series has, and the one that is shown, in tab order.
fn offered(inputs: &[PlotInput<'_>], shown: Metric) -> Vec<Metric> {
    let has = |metric: Metric| {
        match metric {
            Metric::BySetting => return Family::of(inputs).is_some(),
            Metric::Decision => return DecisionTable::of(inputs).is_some(),
            _ => {}
        }
        let all = inputs.iter().flat_map(|input| [Some(input.results), input.reference.map(|it| it.results)]);
        let series = all.flatten().flat_map(|results| &results.series);
        series.flat_map(|series| &series.points).any(|point| metric.of(point).is_some())
    };
    let offers = |metric: &Metric| metric.is_general() || *metric == shown || has(*metric);
    Metric::ALL.into_iter().filter(offers).collect()
}

/// Columns side by side where the metric is drawn so.
fn set_shapes(curves: &mut [PlotCurve], metric: Metric) {
    if metric != Metric::LostUpdates {
        return;
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of curves")]
    let middle = curves.len().saturating_sub(1) as f64 / 2.0;
    #[expect(clippy::cast_precision_loss, reason = "a handful of curves")]
    for (index, curve) in curves.iter_mut().enumerate() {
        curve.shape = CurveShape::Columns { aside: index as f64 - middle };
    }
}

fn curves_of(input: &PlotInput<'_>, metric: Metric) -> Vec<PlotCurve> {
    let mut curves = Vec::new();
    if metric.has_ceiling(input.bound) {
        curves.push(PlotCurve {
            name: CEILING_LABEL.to_owned(),
            role: CurveRole::Ceiling,
            shape: CurveShape::Line,
            points: points_of(&input.results.ceiling, metric),
        });
    }
    if let Some(reference) = input.reference {
        let Recorded { results, place } = reference;
        for ((index, series), name) in results.series.iter().enumerate().zip(results.labels()) {
            curves.push(PlotCurve {
                name: format!("{name}, {place}"),
                role: reference_of(results, index, &series.key),
                shape: CurveShape::Line,
                points: points_of(&series.points, metric),
            });
        }
    }
    for ((index, series), name) in input.results.series.iter().enumerate().zip(input.results.labels()) {
        curves.push(PlotCurve {
            name,
            role: role_of(input.results, index, &series.key),
            shape: CurveShape::Line,
            points: points_of(&series.points, metric),
        });
    }
    if let Some(prediction) = input.prediction {
        curves.push(PlotCurve {
            name: "Your prediction".to_owned(),
            role: CurveRole::Prediction,
            shape: CurveShape::Line,
            points: predicted(prediction, metric),
        });
    }
    curves.retain(|curve| !curve.points.is_empty());
    set_shapes(&mut curves, metric);
    for curve in &mut curves {
        curve.name = shortened(&curve.name, MOST_NAME_CHARS);
    }
    curves
}

/// The ceiling's name where the native threads of every panel that has one are the ceiling itself: the same windows.
const CEILING_IS_NATIVE: &str = "Ceiling (native threads)";

/// Says in the legend that a curve under the ceiling is no accident.
fn name_ceiling(panels: &mut [Vec<PlotCurve>]) {
    let is_ceiling = |curve: &PlotCurve| curve.role == CurveRole::Ceiling;
    let is_native =
        |curve: &PlotCurve| matches!(curve.role, CurveRole::Measured { engine: EngineKind::Native, variant: 0 });
    let mut with_ceiling = panels
        .iter()
        .filter_map(|curves| curves.iter().find(|curve| is_ceiling(curve)).map(|ceiling| (curves, ceiling)));
    let is_same = |(curves, ceiling): (&Vec<PlotCurve>, &PlotCurve)| {
        curves.iter().any(|curve| is_native(curve) && curve.points == ceiling.points)
    };
    if with_ceiling.all(is_same) {
        for ceiling in panels.iter_mut().flatten().filter(|curve| is_ceiling(curve)) {
            CEILING_IS_NATIVE.clone_into(&mut ceiling.name);
        }
    }
}

/// The role of the series at `index`: which one of its engine it is.
pub(in crate::model) fn role_of(results: &Results, index: usize, key: &SeriesKey) -> CurveRole {
    CurveRole::Measured { engine: key.engine, variant: variant_of(results, index, key) }
}

/// The same of a result recorded earlier or elsewhere.
pub(in crate::model) fn reference_of(results: &Results, index: usize, key: &SeriesKey) -> CurveRole {
    CurveRole::Reference { engine: key.engine, variant: variant_of(results, index, key) }
}

/// How many series of the same engine stand before it.
fn variant_of(results: &Results, index: usize, key: &SeriesKey) -> usize {
    results.series.iter().take(index).filter(|earlier| earlier.key.engine == key.engine).count()
}

fn points_of(points: &[Point], metric: Metric) -> Vec<PlotPoint> {
    let drawn = |point: &Point| {
        let estimate = metric.of(point)?;
        let whole = estimate.median.is_finite() && estimate.low.is_finite() && estimate.high.is_finite();
        whole.then(|| PlotPoint {
            x: point.threads.as_f64(),
            y: estimate.median,
            interval: match metric {
                // How much the units of a window differ says more than how little their medians do.
                Metric::Latency => point.latency_quantiles_ms.and_then(|quantiles| quantiles[1].zip(quantiles[5])),
                _ => (estimate.rounds > 1).then_some((estimate.low, estimate.high)),
            },
            rounds: Some(estimate.rounds),
            lost: if metric == Metric::LostUpdates { point.lost() } else { None },
        })
    };
    points.iter().filter_map(drawn).collect()
}

fn predicted(prediction: &Prediction, metric: Metric) -> Vec<PlotPoint> {
    let value = |threads: f64, speedup: f64| match metric {
        Metric::Speedup => Some(speedup),
        Metric::Efficiency => Some(speedup / threads),
        _ => None,
    };
    let points = prediction.points.iter().filter_map(|(threads, speedup)| {
        let x = threads.as_f64();
        let y = value(x, *speedup).filter(|y| y.is_finite())?;
        Some(PlotPoint { x, y, interval: None, rounds: None, lost: None })
    });
    points.collect()
}

/// Whether every panel was measured, or will be, over half the greatest range at least.
fn shares_x(curves: &[Vec<PlotCurve>], options: PlotOptions<'_>) -> bool {
    let greatest = |curves: &Vec<PlotCurve>| {
        ends(curves.iter().flat_map(|curve| &curve.points).map(|point| point.x)).map(|(_, greatest)| greatest)
    };
    let ranges = ends(curves.iter().filter_map(greatest));
    options.planned.is_some() || ranges.is_none_or(|(least, greatest)| least * 2.0 >= greatest)
}

fn x_axis<'a>(curves: impl Iterator<Item = &'a PlotCurve>, options: PlotOptions<'_>) -> Axis {
    let planned = options.planned.into_iter().flat_map(|(from, to)| [from.as_f64(), to.as_f64()]);
    let counts = curves.flat_map(|curve| &curve.points).map(|point| point.x).chain(planned);
    let (least, greatest) = ends(counts).unwrap_or((1.0, 8.0));
    Axis::of_thread_counts(least, greatest, options.axes.scale(least, greatest))
}

fn y_axis<'a>(curves: impl Iterator<Item = &'a PlotCurve>, options: PlotOptions<'_>) -> Axis {
    let points: Vec<&PlotPoint> = curves.flat_map(|curve| &curve.points).collect();
    let medians: Vec<f64> = points.iter().map(|point| point.y).collect();
    let values = points.into_iter().flat_map(|point| {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        [low, point.y, high]
    });
    // Linear axes reach at least this far, so that noise around 1 never fills the panel.
    let (least, greatest) = ends(values).unwrap_or((0.0, 1.0));
    let metric = options.metric;
    // The medians decide: a single wide interval must not bend every curve.
    let (lowest, highest) = ends(medians.into_iter()).unwrap_or((0.0, 1.0));
    let scale = match metric {
        Metric::Throughput | Metric::Speedup | Metric::Latency if least > 0.0 => options.axes.scale(lowest, highest),
        _ => AxisScale::Linear,
    };
    let reach = match (metric, scale) {
        (Metric::Speedup, _) => 2.0,
        // A share is seen as a part of the whole.
        (Metric::Efficiency | Metric::CoresUsed | Metric::LostUpdates, _) => 1.0,
        _ => 0.0,
    };
    let axis = Axis::of_values(metric.axis_label(), least, greatest.max(reach), scale);
    // No more than everything can get lost.
    if metric == Metric::LostUpdates { Axis { max: 1.0, ..axis } } else { axis }
}

/// The least and greatest of some values.
pub(super) fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, value| {
        let (least, greatest) = ends.unwrap_or((value, value));
        Some((value.min(least), value.max(greatest)))
    })
}

#[cfg(test)]
mod tests;
