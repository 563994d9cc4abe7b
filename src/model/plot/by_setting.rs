//! Experiments of one workload that differ in one number, on one axis: that number, such as the length of a job.

use super::specify::{PlotInput, PlotOptions, ends, reference_of, role_of};
use super::{Axis, AxisScale, CurveShape, Metric, Panel, PlotCurve, PlotPoint};
use crate::model::results::{self, Results, Series};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::units::ThreadCount;
use crate::model::workload::{Parameter, Workload};

/// Experiments of one workload, in the order of the one number in which they differ.
pub(super) struct Family<'a> {
    parameter: &'static Parameter,
    members: Vec<(f64, &'a PlotInput<'a>)>,
}

impl<'a> Family<'a> {
    /// The greatest family among some experiments: two at least, of one workload, that differ in one parameter, which is a
    /// number and another one in each.
    pub(super) fn of(inputs: &'a [PlotInput<'a>]) -> Option<Self> {
        let families = inputs.iter().flat_map(|input| {
            let parameters = input.workload.map_or(&[][..], |workload| workload.kind().parameters());
            parameters.iter().filter_map(|parameter| Self::around(input, parameter, inputs))
        });
        // The first of equally great ones.
        families.rev().max_by_key(|family| family.members.len())
    }

    /// The experiments that differ from `first` in `parameter` alone, with itself.
    fn around(first: &PlotInput<'_>, parameter: &'static Parameter, inputs: &'a [PlotInput<'a>]) -> Option<Self> {
        if !parameter.choices.is_empty() {
            return None;
        }
        let first = first.workload?;
        let others = || first.kind().parameters().iter().filter(|other| other.id != parameter.id);
        let is_like = |workload: &&Workload| {
            workload.kind() == first.kind()
                && others().all(|other| workload.value(other.id).total_cmp(&first.value(other.id)).is_eq())
        };
        let value = |input: &'a PlotInput<'a>| {
            input.workload.filter(is_like).map(|workload| (workload.value(parameter.id), input))
        };
        let mut members: Vec<_> = inputs.iter().filter_map(value).collect();
        members.sort_by(|one, other| one.0.total_cmp(&other.0));
        members.dedup_by(|later, earlier| later.0.total_cmp(&earlier.0).is_eq());
        (members.len() > 1).then_some(Self { parameter, members })
    }

    /// One panel: how much each series gets done, over what Python threads do (or, without them, the first series), at the
    /// greatest number of workers that all were measured with. Recorded results stand behind, where they can be compared with
    /// the same engine.
    pub(super) fn panel(&self, options: PlotOptions<'_>) -> Panel {
        let measured = self.measured(|input| Some(input.results));
        let recorded = self.measured(|input| input.reference.map(|reference| reference.results));
        let place = self.members.iter().find_map(|(_, input)| input.reference).map_or("", |reference| reference.place);
        // Before the first run of one's own the recorded ones decide what is compared, and how.
        let first = if measured.is_empty() { &recorded } else { &measured };
        let basis = first.first().and_then(|(_, results)| basis(results));
        let workers = basis.and_then(|basis| common_count(first, &basis.key));
        let mut curves = match (basis, workers) {
            (Some(basis), Some(workers)) => {
                let mut curves = recorded_curves(&recorded, basis.key.engine, workers, place);
                if !measured.is_empty() {
                    curves.extend(own_curves(&measured, &basis.key, workers));
                }
                curves
            }
            _ => Vec::new(),
        };
        curves.retain(|curve| !curve.points.is_empty());
        let over = basis.map_or_else(|| "Python threads".to_owned(), |basis| basis.key.in_sentence());
        let unit = if self.parameter.unit.is_empty() { String::new() } else { format!(", {}", self.parameter.unit) };
        let title = match workers {
            Some(ThreadCount::ONE) => format!("Throughput over that of {over}, 1 worker"),
            Some(workers) => format!("Throughput over that of {over}, {} workers each", workers.get()),
            None => format!("Throughput over that of {over}"),
        };
        let values = self.members.iter().map(|(value, _)| *value);
        Panel {
            experiment: self.members.first().map(|(_, input)| input.experiment.to_owned()).unwrap_or_default(),
            title,
            x: x_axis(&format!("{}{unit}", self.parameter.label.to_lowercase()), values),
            y: y_axis(&curves, options),
            curves,
        }
    }

    /// The values with the results of each member that has any.
    fn measured(&self, of: impl Fn(&'a PlotInput<'a>) -> Option<&'a Results>) -> Vec<(f64, &'a Results)> {
        let has_points = |results: &&Results| results.series.iter().any(|series| !series.points.is_empty());
        let member = |(value, input): &(f64, &'a PlotInput<'a>)| Some((*value, of(input).filter(has_points)?));
        self.members.iter().filter_map(member).collect()
    }
}

/// What the others are compared with.
fn basis(results: &Results) -> Option<&Series> {
    let measured = || results.series.iter().filter(|series| !series.points.is_empty());
    measured().find(|series| series.key.engine == EngineKind::PythonThreads).or_else(|| measured().next())
}

fn series_of<'a>(results: &'a Results, key: &SeriesKey) -> Option<&'a Series> {
    results.series.iter().find(|series| series.key == *key)
}

/// The greatest thread count at which all were measured.
fn common_count(measured: &[(f64, &Results)], basis: &SeriesKey) -> Option<ThreadCount> {
    let has = |results: &Results, count| {
        results.series.iter().filter(|series| !series.points.is_empty()).all(|series| series.at(count).is_some())
    };
    let (_, first) = measured.first()?;
    let counts = series_of(first, basis)?.points.iter().map(|point| point.threads);
    counts.filter(|count| measured.iter().all(|(_, results)| has(results, *count))).max()
}

fn own_curves(measured: &[(f64, &Results)], basis: &SeriesKey, workers: ThreadCount) -> Vec<PlotCurve> {
    let Some((_, first)) = measured.first() else { return Vec::new() };
    let series = first.series.iter().enumerate().zip(first.labels());
    let curve = |((index, series), name): ((usize, &Series), String)| {
        let points = points(measured, &series.key, basis, workers);
        PlotCurve { name, role: role_of(first, index, &series.key), shape: CurveShape::Line, points }
    };
    series.map(curve).collect()
}

/// Curves of results recorded at a place, over their own series of the engine that the others are compared with: with as many
/// workers where those were measured, and otherwise with the number that their names say.
fn recorded_curves(
    recorded: &[(f64, &Results)],
    over: EngineKind,
    workers: ThreadCount,
    place: &str,
) -> Vec<PlotCurve> {
    let Some((_, first)) = recorded.first() else { return Vec::new() };
    let Some(basis) = basis(first).map(|basis| &basis.key).filter(|key| key.engine == over) else { return Vec::new() };
    let has_them = |series: &Series| series.points.is_empty() || series.at(workers).is_some();
    let are_there = recorded.iter().all(|(_, results)| results.series.iter().all(has_them));
    let (workers, note) = match common_count(recorded, basis) {
        _ if are_there => (workers, String::new()),
        Some(own) => (own, format!(", {} workers", own.get())),
        None => return Vec::new(),
    };
    let series = first.series.iter().enumerate().zip(first.labels());
    let curve = |((index, series), name): ((usize, &Series), String)| PlotCurve {
        name: format!("{name}, {place}{note}"),
        role: reference_of(first, index, &series.key),
        shape: CurveShape::Line,
        points: points(recorded, &series.key, basis, workers),
    };
    series.map(curve).collect()
}

fn points(measured: &[(f64, &Results)], key: &SeriesKey, basis: &SeriesKey, workers: ThreadCount) -> Vec<PlotPoint> {
    let point = |value: f64, results: &Results| {
        let (of, over) = (series_of(results, key)?, series_of(results, basis)?);
        let ratio = results::throughput_ratio(&of.points, &over.points, workers)?;
        let is_whole = [ratio.median, ratio.low, ratio.high].into_iter().all(f64::is_finite);
        let interval = (ratio.rounds > 1 && key != basis).then_some((ratio.low, ratio.high));
        is_whole.then_some(PlotPoint { x: value, y: ratio.median, interval, rounds: Some(ratio.rounds), lost: None })
    };
    measured.iter().filter_map(|(value, results)| point(*value, results)).collect()
}

/// A number that is tried at few places far from each other: by ratios, where it is above 0.
fn x_axis(label: &str, values: impl Iterator<Item = f64>) -> Axis {
    let (least, greatest) = ends(values).unwrap_or((1.0, 10.0));
    let scale = if least > 0.0 { AxisScale::Logarithmic } else { AxisScale::Linear };
    Axis::of_values(label, least, greatest, scale)
}

fn y_axis(curves: &[PlotCurve], options: PlotOptions<'_>) -> Axis {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let medians = ends(points().map(|point| point.y)).unwrap_or((0.0, 1.0));
    let all = points().flat_map(|point| {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        [low, point.y, high]
    });
    let (least, greatest) = ends(all).unwrap_or((0.0, 1.0));
    let scale = if least > 0.0 { options.axes.scale(medians.0, medians.1) } else { AxisScale::Linear };
    // Where they break even is always to be seen.
    let (least, greatest) =
        if scale == AxisScale::Logarithmic { (least.min(1.0), greatest.max(1.0)) } else { (least, greatest.max(1.0)) };
    Axis::of_values(Metric::BySetting.axis_label(), least, greatest, scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{self, curve};
    use crate::model::plot::{self, CurveRole, PlotSpec};
    use crate::model::workload::WorkloadKind;

    fn job(length_ms: f64, payload_kib: f64) -> Workload {
        let job = Workload::new(WorkloadKind::Job).with("job_ms", length_ms).expect("a length");
        job.with("payload_kib", payload_kib).expect("a payload")
    }

    /// Threads that do one job in its own length on any number of workers, and processes that also pay 4 ms.
    fn measured(length_ms: f64) -> Results {
        let (threads, processes) = (1000.0 / length_ms, 1000.0 / (length_ms / 2.0 + 4.0));
        let flat = [(1, threads), (2, threads)];
        let paying = [(1, 1000.0 / (length_ms + 4.0)), (2, processes)];
        let curves = [
            (curve(EngineKind::PythonProcesses), paying.as_slice()),
            (curve(EngineKind::PythonThreads), flat.as_slice()),
        ];
        fixture::results(&curves, 9, 0.0)
    }

    fn figure(jobs: &[(Workload, Results)]) -> PlotSpec {
        figure_beside(jobs, &[])
    }

    /// With results recorded elsewhere of the first jobs.
    fn figure_beside(jobs: &[(Workload, Results)], recorded: &[Results]) -> PlotSpec {
        plot::fixture::figure_beside(Metric::BySetting, jobs, recorded)
    }

    #[test]
    fn jobs_of_four_lengths_stand_on_one_logarithmic_axis() {
        let jobs: Vec<_> = [400.0, 1.0, 50.0, 8.0].map(|length| (job(length, 0.0), measured(length))).into();
        // One that also sends something is no member.
        let jobs = [jobs, vec![(job(20.0, 64.0), measured(20.0))]].concat();
        let figure = figure(&jobs);
        assert_eq!((figure.metric, figure.panels.len()), (Metric::BySetting, 1));
        assert!(figure.metrics.contains(&Metric::BySetting));
        let panel = &figure.panels[0];
        assert_eq!(panel.x.scale, AxisScale::Logarithmic);
        assert_eq!((panel.x.label.as_str(), panel.x.in_words(8.0).as_str()), ("one job takes, ms", "8 ms"));
        assert_eq!(panel.title, "Throughput over that of Python threads, 2 workers each");
        let names: Vec<_> = panel.curves.iter().map(|curve| curve.name.as_str()).collect();
        assert_eq!(names, ["Python processes", "Python threads"]);
        let places: Vec<_> = panel.curves[0].points.iter().map(|point| point.x).collect();
        assert_eq!(places, [1.0, 8.0, 50.0, 400.0]);
        // 1/(0.5 + 4) and 8/(4 + 4): they break even at 8 ms.
        let values: Vec<_> = panel.curves[0].points.iter().map(|point| (point.y * 100.0).round()).collect();
        assert_eq!(values, [22.0, 100.0, 172.0, 196.0]);
        assert!(panel.curves[1].points.iter().all(|point| (point.y - 1.0).abs() < 1e-9 && point.interval.is_none()));
    }

    #[test]
    fn what_differs_in_nothing_or_in_two_things_shows_its_speedup() {
        let one = vec![(job(8.0, 0.0), measured(8.0))];
        assert_eq!(figure(&one).metric, Metric::Speedup);
        let two = vec![(job(8.0, 0.0), measured(8.0)), (job(50.0, 64.0), measured(50.0))];
        let shown = figure(&two);
        assert_eq!((shown.metric, shown.panels.len()), (Metric::Speedup, 2));
        assert!(!shown.metrics.contains(&Metric::BySetting));
        let same = vec![one[0].clone(), one[0].clone()];
        assert_eq!(figure(&same).metric, Metric::Speedup);
    }

    /// Threads and processes of another machine, at these counts of workers.
    fn elsewhere(counts: &[usize], per_sec: f64) -> Results {
        let threads: Vec<(usize, f64)> = counts.iter().map(|&count| (count, 100.0)).collect();
        let processes: Vec<(usize, f64)> = counts.iter().map(|&count| (count, per_sec)).collect();
        let curves = [
            (curve(EngineKind::PythonProcesses), processes.as_slice()),
            (curve(EngineKind::PythonThreads), threads.as_slice()),
        ];
        fixture::results(&curves, 9, 0.0)
    }

    #[track_caller]
    fn check_recorded(own: &[(Workload, Results)], recorded: &[Results], expected: &[&str], value: f64) {
        let figure = figure_beside(own, recorded);
        let is_recorded = |curve: &&PlotCurve| matches!(curve.role, CurveRole::Reference { .. });
        let curves: Vec<_> = figure.panels[0].curves.iter().filter(is_recorded).collect();
        assert_eq!(curves.iter().map(|curve| curve.name.as_str()).collect::<Vec<_>>(), expected);
        assert!(curves.first().is_none_or(|curve| (curve.points[0].y - value).abs() < 1e-9), "{curves:?}");
    }

    #[test]
    fn a_recorded_result_stands_behind_ones_own() {
        let own = [(job(8.0, 0.0), measured(8.0)), (job(50.0, 0.0), measured(50.0))];
        let names = ["Python processes, recorded on 8 cores", "Python threads, recorded on 8 cores"];
        check_recorded(&own, &[elsewhere(&[1, 2, 8], 170.0), elsewhere(&[1, 2, 8], 190.0)], &names, 1.7);
        // With another number of workers it says so, and compares at its own.
        let more =
            ["Python processes, recorded on 8 cores, 8 workers", "Python threads, recorded on 8 cores, 8 workers"];
        check_recorded(&own, &[elsewhere(&[1, 8], 600.0), elsewhere(&[1, 8], 700.0)], &more, 6.0);
        // What is compared with something else is no neighbour.
        let flat = [(1, 100.0), (2, 100.0)];
        let native = fixture::results(&[(curve(EngineKind::Native), flat.as_slice())], 9, 0.0);
        check_recorded(&own, &[native.clone(), native], &[], 0.0);
        // Before the first run it stands alone.
        let none = [(job(8.0, 0.0), Results::default()), (job(50.0, 0.0), Results::default())];
        check_recorded(&none, &[elsewhere(&[1, 2], 170.0), elsewhere(&[1, 2], 190.0)], &names, 1.7);
    }

    #[test]
    fn before_the_first_run_there_are_axes_without_curves() {
        let figure = figure(&[(job(1.0, 0.0), Results::default()), (job(400.0, 0.0), Results::default())]);
        let panel = &figure.panels[0];
        assert!(panel.curves.is_empty() && panel.x.min <= 1.0 && panel.x.max >= 400.0);
    }
}
