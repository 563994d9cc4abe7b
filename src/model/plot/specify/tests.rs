use super::AxisScale::{Linear, Logarithmic};
use super::*;
use crate::model::fixture::{self, curve, threads};
use crate::model::results::Curve;
use crate::model::series::{EngineKind, Interpreter};
use crate::model::window::{LostUpdates as Losses, Window};

const GIL: EngineKind = EngineKind::GilModel;

fn results(last: usize, gil: f64, native: f64) -> Results {
    fixture::results(
        &[
            (curve(GIL), &[(1, 100.0), (last, gil)]),
            (curve(EngineKind::Native), &[(1, 200.0), (last, native)]),
            (Curve::Ceiling, &[(1, 9000.0), (last, 17_800.0)]),
        ],
        9,
        0.02,
    )
}

fn input(results: &Results, bound: Bound) -> PlotInput<'_> {
    PlotInput { experiment: "id", title: "Title", bound, workload: None, results, prediction: None, reference: None }
}

fn options(metric: Metric) -> PlotOptions<'static> {
    PlotOptions { title: "A figure", metric, axes: AxisChoice::Automatic, provenance: "2 cores", planned: None }
}

fn names(panel: &Panel) -> Vec<&str> {
    panel.curves.iter().map(|curve| curve.name.as_str()).collect()
}

#[test]
fn the_ceiling_is_drawn_only_where_it_is_a_limit() {
    let results = results(8, 95.0, 380.0);
    let with_ceiling = |metric, bound| {
        let figure = specify(&[input(&results, bound)], options(metric));
        figure.panels[0].curves.iter().any(|curve| curve.role == CurveRole::Ceiling)
    };
    let of = |metric| [Bound::Cpu, Bound::Mixed, Bound::Waiting].map(|bound| with_ceiling(metric, bound));
    assert_eq!(of(Metric::Speedup), [true, false, false]);
    assert_eq!(of(Metric::Efficiency), [true, false, false]);
    assert_eq!(of(Metric::CoresUsed), [true, true, true]);
    assert_eq!(of(Metric::Throughput), [false, false, false]);
}

#[test]
fn a_ceiling_that_is_the_native_curve_says_so() {
    let same: &[(usize, f64)] = &[(1, 200.0), (8, 380.0)];
    let own = fixture::results(&[(curve(EngineKind::Native), same), (Curve::Ceiling, same)], 9, 0.02);
    let other = results(8, 95.0, 390.0);
    let ceiling = |inputs: &[PlotInput<'_>]| {
        let figure = specify(inputs, options(Metric::Speedup));
        figure.panels[0].curves[0].name.clone()
    };
    assert_eq!(ceiling(&[input(&own, Bound::Cpu)]), "Ceiling (native threads)");
    assert_eq!(ceiling(&[input(&own, Bound::Cpu), input(&other, Bound::Waiting)]), "Ceiling (native threads)");
    // One legend for all panels: it says nothing that is wrong in one of them.
    assert_eq!(ceiling(&[input(&own, Bound::Cpu), input(&other, Bound::Cpu)]), "Ceiling");
    assert_eq!(ceiling(&[input(&other, Bound::Cpu)]), "Ceiling");
}

#[test]
fn points_carry_median_interval_and_rounds() {
    let results = results(8, 95.0, 380.0);
    let figure = specify(&[input(&results, Bound::Cpu)], options(Metric::Speedup));
    let panel = &figure.panels[0];
    assert_eq!(names(panel), ["Ceiling", "GIL model", "Native threads"]);
    let point = panel.curves[1].points[1];
    let (low, high) = point.interval.expect("an interval");
    assert!((point.x, point.rounds) == (8.0, Some(9)) && low < point.y && point.y < high, "{point:?}");
    assert!((point.y - 0.95).abs() < 1e-9, "{point:?}");
    assert_eq!((figure.title.as_str(), figure.provenance.as_str()), ("A figure", "2 cores"));
    assert_eq!((panel.experiment.as_str(), panel.title.as_str()), ("id", "Title"));
}

#[test]
fn one_round_has_no_error_bar() {
    let one = fixture::results(&[(curve(GIL), &[(1, 100.0)])], 1, 0.0);
    let figure = specify(&[input(&one, Bound::Cpu)], options(Metric::Throughput));
    assert_eq!(figure.panels[0].curves[0].points[0].interval, None);
}

#[test]
fn panels_share_their_axes_but_not_the_units_of_throughput() {
    let (flat, steep) = (results(8, 95.0, 380.0), results(16, 1550.0, 3100.0));
    let both = [input(&flat, Bound::Cpu), input(&steep, Bound::Waiting)];
    let speedup = specify(&both, options(Metric::Speedup));
    assert_eq!(speedup.panels[0].x, speedup.panels[1].x);
    assert_eq!(speedup.panels[0].y, speedup.panels[1].y);
    assert!(speedup.panels[0].x.max > 16.0 && speedup.panels[0].y.max > 15.5);
    let throughput = specify(&both, options(Metric::Throughput));
    assert_eq!(throughput.panels[0].x, throughput.panels[1].x);
    assert!(throughput.panels[0].y.max < throughput.panels[1].y.max);
}

#[test]
fn a_panel_that_would_be_nearly_empty_has_an_axis_of_its_own() {
    let (narrow, wide) = (results(8, 95.0, 380.0), results(64, 1550.0, 3100.0));
    let both = [input(&narrow, Bound::Cpu), input(&wide, Bound::Waiting)];
    let figure = specify(&both, options(Metric::Speedup));
    assert!(figure.panels[0].x.max < 16.0 && figure.panels[1].x.max > 64.0, "{:?}", figure.panels[0].x);
    assert_eq!(figure.panels[0].y, figure.panels[1].y);
    let planned = PlotOptions { planned: Some((threads(1), threads(64))), ..options(Metric::Speedup) };
    let figure = specify(&both, planned);
    assert_eq!(figure.panels[0].x, figure.panels[1].x);
}

#[test]
fn texts_of_any_length_fit_a_figure() {
    let one = fixture::results(&[(curve(GIL), &[(1, 100.0)])], 1, 0.0);
    let long = "long \n".repeat(20_000);
    let input = PlotInput { title: &long, ..input(&one, Bound::Cpu) };
    let figure = specify(&[input], PlotOptions { title: &long, provenance: &long, ..options(Metric::Throughput) });
    let lengths = [&figure.title, &figure.panels[0].title, &figure.provenance].map(|text| text.chars().count());
    assert_eq!(lengths, [160, 160, 400]);
    assert!(!figure.title.contains('\n') && figure.title.contains(" … "));
}

#[test]
fn noise_around_one_does_not_fill_the_panel() {
    let flat = fixture::results(&[(curve(GIL), &[(1, 100.0), (8, 95.0)])], 9, 0.02);
    let figure = specify(&[input(&flat, Bound::Waiting)], options(Metric::Speedup));
    assert!(figure.panels[0].y.min == 0.0 && figure.panels[0].y.max >= 2.0, "{:?}", figure.panels[0].y);
}

#[test]
fn wide_ranges_are_logarithmic() {
    let wide = results(256, 25_000.0, 51_000.0);
    let figure = |metric| specify(&[input(&wide, Bound::Waiting)], options(metric)).panels.remove(0);
    let scales = |panel: Panel| (panel.x.scale, panel.y.scale);
    assert_eq!(scales(figure(Metric::Speedup)), (Logarithmic, Logarithmic));
    assert_eq!(scales(figure(Metric::Efficiency)), (Logarithmic, Linear));
    let linear = PlotOptions { axes: AxisChoice::Linear, ..options(Metric::Speedup) };
    assert_eq!(scales(specify(&[input(&wide, Bound::Waiting)], linear).panels.remove(0)), (Linear, Linear));
}

#[test]
fn a_prediction_is_a_speedup() {
    let results = results(8, 95.0, 380.0);
    let mut prediction = Prediction::flat(&[threads(1), threads(8)]);
    prediction.set(threads(8), 6.0);
    let input = PlotInput { prediction: Some(&prediction), ..input(&results, Bound::Cpu) };
    let predicted = |metric| {
        let figure = specify(&[input], options(metric));
        let curve = figure.panels[0].curves.iter().find(|curve| curve.role == CurveRole::Prediction);
        curve.map(|curve| curve.points.iter().map(|point| point.y).collect::<Vec<_>>())
    };
    assert_eq!(predicted(Metric::Speedup), Some(vec![1.0, 6.0]));
    assert_eq!(predicted(Metric::Efficiency), Some(vec![1.0, 0.75]));
    assert_eq!((predicted(Metric::Throughput), predicted(Metric::CoresUsed)), (None, None));
}

#[test]
fn a_prediction_alone_makes_a_figure() {
    let empty = Results::new(&[SeriesKey::of(GIL)]);
    let prediction = Prediction::flat(&[threads(1), threads(8)]);
    let input = PlotInput { prediction: Some(&prediction), ..input(&empty, Bound::Cpu) };
    let panel = specify(&[input], options(Metric::Speedup)).panels.remove(0);
    assert_eq!(names(&panel), ["Your prediction"]);
    assert!(panel.x.min <= 1.0 && panel.x.max >= 8.0 && panel.x.max < 10.0);
}

#[test]
fn nothing_measured_makes_empty_panels_with_axes() {
    let empty = Results::new(&[SeriesKey::of(GIL)]);
    for metric in Metric::ALL {
        let panel = specify(&[input(&empty, Bound::Cpu)], options(metric)).panels.remove(0);
        assert!(panel.curves.is_empty() && panel.x.min < panel.x.max && panel.y.min < panel.y.max);
    }
    assert!(specify(&[], options(Metric::Speedup)).panels.is_empty());
}

#[test]
fn unknown_points_are_left_out() {
    let mut results = Results::new(&[SeriesKey::of(GIL)]);
    for round in 0..6 {
        results
            .add(&curve(GIL), crate::model::window::Window { workers_cpu_s: None, ..fixture::window(2, round, 50.0) });
    }
    let of = |metric| specify(&[input(&results, Bound::Cpu)], options(metric)).panels.remove(0);
    assert_eq!(of(Metric::Throughput).curves.len(), 1);
    assert!(of(Metric::Speedup).curves.is_empty());
    assert!(of(Metric::CoresUsed).curves.is_empty());
}

#[test]
fn series_of_one_engine_are_told_apart() {
    let python = |version: &str| {
        Curve::Series(SeriesKey {
            engine: EngineKind::PythonThreads,
            interpreter: Some(Interpreter {
                path: String::new(),
                version: version.to_owned(),
                free_threaded: false,
                gil_enabled: None,
                gil_forced_off: false,
            }),
            start_method: None,
        })
    };
    let results = fixture::results(
        &[(python("3.11.7"), &[(1, 1.0)]), (curve(GIL), &[(1, 1.0)]), (python("3.14.0"), &[(1, 1.0)])],
        1,
        0.0,
    );
    let panel = specify(&[input(&results, Bound::Cpu)], options(Metric::Throughput)).panels.remove(0);
    let roles: Vec<_> = panel.curves.iter().map(|curve| curve.role).collect();
    let measured = |engine, variant| CurveRole::Measured { engine, variant };
    assert_eq!(
        roles,
        [measured(EngineKind::PythonThreads, 0), measured(GIL, 0), measured(EngineKind::PythonThreads, 1)]
    );
}

#[test]
fn what_only_some_workloads_have_is_offered_where_it_was_measured() {
    use Metric::{CoresUsed, Efficiency, Latency, LostUpdates, Speedup, Throughput};
    let general = [Throughput, Speedup, Efficiency, CoresUsed];
    let mut some = results(8, 95.0, 380.0);
    let offers = |results: &Results, metric| specify(&[input(results, Bound::Cpu)], options(metric)).metrics;
    assert_eq!(offers(&some, Speedup), general);
    // A lesson may name what is not measured yet.
    assert_eq!(offers(&some, LostUpdates), [Throughput, Speedup, Efficiency, CoresUsed, LostUpdates]);
    let timed = Window { latency_ms: Some(5.0), ..fixture::window(16, 0, 95.0) };
    some.add(&curve(GIL), timed);
    assert_eq!(offers(&some, Speedup), [Throughput, Speedup, Efficiency, CoresUsed, Latency]);
}

#[test]
fn lost_updates_are_columns_side_by_side_up_to_everything() {
    let mut results = Results::default();
    for engine in [GIL, EngineKind::Native] {
        for (round, counted) in [(0, 700), (1, 800)] {
            let lost = Some(Losses { expected: 1000, counted });
            results.add(&curve(engine), Window { lost, ..fixture::window(2, round, 10.0) });
        }
    }
    let panel = specify(&[input(&results, Bound::Cpu)], options(Metric::LostUpdates)).panels.remove(0);
    let asides: Vec<_> = panel.curves.iter().map(|curve| curve.shape).collect();
    assert_eq!(asides, [-0.5, 0.5].map(|aside| CurveShape::Columns { aside }));
    let point = panel.curves[0].points[0];
    assert_eq!((point.y, point.lost), (0.25, Some(Losses { expected: 2000, counted: 1500 })));
    assert_eq!((panel.y.min, panel.y.max), (0.0, 1.0));
}

#[test]
fn latency_has_bars_from_5_to_95_percent_of_the_units() {
    let quantiles = Some([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0].map(Some));
    let mut results = Results::default();
    let window = Window { latency_ms: Some(4.0), latency_quantiles_ms: quantiles, ..fixture::window(2, 0, 10.0) };
    results.add(&curve(GIL), window);
    let panel = specify(&[input(&results, Bound::Waiting)], options(Metric::Latency)).panels.remove(0);
    let point = panel.curves[0].points[0];
    assert_eq!((point.y, point.interval, panel.curves[0].shape), (4.0, Some((2.0, 6.0)), CurveShape::Line));
}

#[test]
fn a_reference_is_marked_as_recorded() {
    let (now, then) = (results(8, 95.0, 380.0), results(8, 90.0, 370.0));
    let input = PlotInput {
        reference: Some(Recorded { results: &then, place: "recorded on 8 cores" }),
        ..input(&now, Bound::Waiting)
    };
    let panel = specify(&[input], options(Metric::Speedup)).panels.remove(0);
    assert_eq!(
        names(&panel),
        ["GIL model, recorded on 8 cores", "Native threads, recorded on 8 cores", "GIL model", "Native threads"]
    );
    assert_eq!(panel.curves[0].role, CurveRole::Reference { engine: EngineKind::GilModel, variant: 0 });
}

#[test]
fn the_axis_stands_still_during_a_run() {
    let nothing = Results::default();
    let planned = (ThreadCount::ONE, ThreadCount::clamped(256));
    let during = PlotOptions { planned: Some(planned), ..options(Metric::Speedup) };
    let figure = specify(&[input(&nothing, Bound::Waiting)], during);
    assert!(figure.panels[0].x.max >= 256.0, "{:?}", figure.panels[0].x);
    assert_eq!(figure.panels[0].x.scale, AxisScale::Logarithmic);
}
