//! Pictures of figures, compared with stored ones byte for byte: the renderer gives the same pixels on every machine.
//!
//! `UPDATE_SNAPSHOTS=1` stores the new ones; then look at them.

use std::fs;
use std::path::PathBuf;

use crate::model::plot::{DecisionCell, DecisionRow, DecisionTable, Metric, PlotSpec};
use crate::model::prediction::Prediction;
use crate::model::results::{Curve, Results};
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::statistics::{Estimate, IntervalKind};
use crate::model::units::ThreadCount;
use crate::model::window::{LostUpdates, Window};
use crate::model::workload::Bound;

use super::sample::{self, CORES, FLAT, LESS, PROVENANCE, WAITING};
use super::{FigureOptions, FigureSize, FigureTheme, Format, render};

#[track_caller]
fn check(name: &str, spec: &PlotSpec, (width_px, height_px, scale): (u32, u32, f32), theme: FigureTheme) {
    let options = FigureOptions { size: FigureSize::new(width_px, height_px, scale).unwrap(), theme };
    let bytes = render(Format::Png, spec, &sample::record(), &options).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/export/pictures/{name}.png"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &bytes).unwrap();
    }
    let stored = fs::read(&path).unwrap_or_default();
    if pixels(&stored) != pixels(&bytes) {
        let new = path.with_extension("new.png");
        fs::write(&new, &bytes).unwrap();
        panic!("the picture differs from the stored one: compare {} with {}", path.display(), new.display());
    }
}

/// Width and pixels of a PNG, whatever its compression; nothing where it is none.
fn pixels(bytes: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().ok()?;
    let mut pixels = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut pixels).ok()?;
    Some((info.width, pixels))
}

fn seven_series() -> PlotSpec {
    let series = [
        (sample::key(EngineKind::Native, "", false), CORES),
        (sample::key(EngineKind::GilModel, "", false), FLAT),
        (sample::key(EngineKind::PythonThreads, "3.11.7", false), FLAT),
        (sample::key(EngineKind::PythonThreads, "3.14.0", true), LESS),
        (sample::key(EngineKind::PythonProcesses, "3.14.0", false), LESS),
        (sample::key(EngineKind::PythonInterpreters, "3.14.0", false), CORES),
        (sample::key(EngineKind::PythonAsyncio, "3.14.0", false), FLAT),
    ];
    let results = sample::results(&series, &[1, 2, 3, 4, 6, 8, 12, 16], 2000.0);
    sample::figure("Seven ways to count primes", Metric::Speedup, &[("cpu", "", Bound::Cpu, &results, None)])
}

#[test]
fn two_panels_side_by_side() {
    check("two-panels", &sample::two_panels(), (800, 450, 2.0), FigureTheme::Light);
}

#[test]
fn two_panels_on_a_dark_slide() {
    check("two-panels-dark", &sample::two_panels(), (1600, 900, 1.0), FigureTheme::Dark);
}

#[test]
fn two_panels_one_above_the_other_on_a_tall_page() {
    check("two-panels-tall", &sample::two_panels(), (600, 840, 1.5), FigureTheme::Light);
}

#[test]
fn seven_series_in_one_panel() {
    check("seven-series", &seven_series(), (800, 450, 2.0), FigureTheme::Light);
}

#[test]
fn seven_series_on_a_dark_ground() {
    check("seven-series-dark", &seven_series(), (800, 450, 2.0), FigureTheme::Dark);
}

#[test]
fn a_prediction_and_one_panel() {
    let series = [(SeriesKey::of(EngineKind::GilModel), FLAT)];
    let results = sample::results(&series, &[1, 2, 3, 4, 5, 6, 7, 8], 2000.0);
    let points = [1, 2, 4, 6, 8]
        .map(|threads| (ThreadCount::clamped(threads), 0.4 + 0.6 * ThreadCount::clamped(threads).as_f64()));
    let prediction = Prediction { points: points.into() };
    let panel = ("cpu", "The GIL", Bound::Cpu, &results, Some(&prediction));
    check("prediction", &sample::figure("The GIL", Metric::Speedup, &[panel]), (720, 480, 1.5), FigureTheme::Light);
}

#[test]
fn logarithmic_axes_over_many_threads() {
    let series =
        [(SeriesKey::of(EngineKind::Native), WAITING), (sample::key(EngineKind::PythonThreads, "3.13.1", false), LESS)];
    let threads = [1, 2, 4, 8, 16, 23, 32, 64, 91, 128, 181, 256];
    let results = sample::results(&series, &threads, 190.0);
    let title = "Threads overlap waiting until the interpreter itself is what they wait for, whatever the delay of the \
                 server and however many of them there are";
    let panel = ("io", "Requests to a server that answers after 5 ms", Bound::Waiting, &results, None);
    check("logarithmic", &sample::figure(title, Metric::Throughput, &[panel]), (800, 450, 2.0), FigureTheme::Light);
}

/// Three series whose windows are changed by number of series and thread count.
fn three_series(change: impl Fn(usize, f64, &mut Window)) -> Results {
    let keys = [
        SeriesKey::of(EngineKind::Native),
        SeriesKey::of(EngineKind::GilModel),
        sample::key(EngineKind::PythonThreads, "3.11.7", false),
    ];
    let made_up = sample::results(&keys.clone().map(|key| (key, FLAT)), &[1, 2, 4, 8], 200.0);
    let mut results = Results::new(&keys);
    for (number, series) in made_up.series.iter().enumerate() {
        for window in series.points.iter().flat_map(|point| &point.windows) {
            let mut window = window.clone();
            change(number, window.threads.as_f64(), &mut window);
            results.add(&Curve::Series(series.key.clone()), window);
        }
    }
    results
}

#[test]
fn lost_updates_as_columns_side_by_side() {
    let results = three_series(|number, threads, window| {
        let share = [1.0 - 1.0 / threads, 0.0, 0.6 * (1.0 - 1.0 / threads)][number];
        let lost = share * (1.0 + 0.05 * f64::from(window.round % 3)).min(1.0 / share.max(0.01));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a million")]
        let lost = (lost * 1e6) as u64;
        window.lost = Some(LostUpdates { expected: 1_000_000, counted: 1_000_000 - lost });
    });
    let panel = ("call", "c += 1 with a call in the middle", Bound::Cpu, &results, None);
    let spec = sample::figure("Updates that leave no trace", Metric::LostUpdates, &[panel]);
    check("lost-updates", &spec, (800, 450, 2.0), FigureTheme::Light);
    check("lost-updates-dark", &spec, (800, 450, 2.0), FigureTheme::Dark);
}

#[test]
fn latency_with_what_most_units_took() {
    let results = three_series(|number, threads, window| {
        let slow = [0.0, 6.3, 6.3 + 0.8 * threads][number] + 0.2 * f64::from(window.round % 3);
        let typical = if number == 0 || threads < 2.0 { 1.1 } else { slow };
        window.latency_ms = Some(typical);
        window.latency_quantiles_ms =
            Some([0.9, 0.95, 0.98, 1.0, 1.1, 1.0 + 0.15 * threads, 9.0].map(|it| Some(it * typical)));
    });
    let panel = ("sleeper", "A sleep of 1 ms beside computing threads", Bound::Waiting, &results, None);
    let spec = sample::figure("Waiting for the GIL", Metric::Latency, &[panel]);
    check("latency", &spec, (800, 450, 2.0), FigureTheme::Light);
}

#[test]
fn a_table_for_a_decision() {
    let tools =
        ["Native threads", "Python threads 3.14.0", "Python threads 3.14.0t", "Python processes 3.14.0, forkserver"];
    let estimate = |median: f64| Estimate {
        median,
        low: 0.97 * median,
        high: 1.03 * median,
        rounds: 9,
        interval: IntervalKind::OrderStatistic95,
    };
    let measured = |median, is_best| DecisionCell::Measured { speedup: estimate(median), is_best };
    let row = |work: &str, cells: [DecisionCell; 4]| DecisionRow {
        experiment: "work".to_owned(),
        work: work.to_owned(),
        workers: Some(ThreadCount::clamped(4)),
        cells: cells.into(),
    };
    let reason = "tasks of one event loop compute one after the other";
    let rows = vec![
        row(
            "Work that computes",
            [measured(3.9, false), measured(0.98, false), measured(3.3, false), measured(3.8, true)],
        ),
        row(
            "Work that waits: a request answered after 5 ms",
            [measured(3.97, false), measured(3.95, false), DecisionCell::NotMeasured, DecisionCell::CannotRun(reason)],
        ),
    ];
    let spec = PlotSpec {
        title: "Choosing the tool".to_owned(),
        metric: Metric::Decision,
        metrics: Metric::ALL.to_vec(),
        panels: Vec::new(),
        table: Some(DecisionTable { tools: tools.map(str::to_owned).into(), rows }),
        provenance: PROVENANCE.into(),
    };
    check("decision", &spec, (800, 450, 2.0), FigureTheme::Light);
    check("decision-dark", &spec, (640, 360, 2.0), FigureTheme::Dark);

    let options = FigureOptions::default();
    let bytes = |format| render(format, &spec, &sample::record(), &options).unwrap();
    let svg = String::from_utf8(bytes(Format::Svg)).unwrap();
    assert!(svg.contains("Work that computes, 4 workers: Native threads 3.90 (3.78 to 4.02)"), "{svg}");
    assert!(bytes(Format::Pdf).starts_with(b"%PDF-"));
    let csv = String::from_utf8(bytes(Format::Csv)).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 9);
    assert!(lines[0].starts_with("lesson,experiment,experiment_title,tool,threads,state,is_best,speedup,"), "{csv}");
    assert!(lines[4].contains("\"Python processes 3.14.0, forkserver\",4,measured,true,3.8,"), "{csv}");
    assert!(lines[8].contains(",4,cannot-run,,,,,,,"), "{csv}");
    // Where there is no room for it, an error says so.
    let mut wide = spec.clone();
    let table = wide.table.as_mut().unwrap();
    table.tools = vec!["Python".to_owned(); 400];
    table.rows.iter_mut().for_each(|row| row.cells = vec![DecisionCell::NotMeasured; 400]);
    assert!(matches!(render(Format::Svg, &wide, &sample::record(), &options), Err(super::ExportError::NoRoom { .. })));
}

#[test]
fn nothing_measured_yet() {
    let spec = PlotSpec {
        title: "Waiting".to_owned(),
        metric: Metric::Speedup,
        metrics: Metric::ALL.to_vec(),
        panels: Vec::new(),
        table: None,
        provenance: PROVENANCE.into(),
    };
    check("empty", &spec, (480, 300, 1.0), FigureTheme::Light);
}

#[test]
fn a_panel_without_points() {
    let results = sample::results(&[], &[], 1.0);
    let panel = ("io", "Wait 5 ms", Bound::Waiting, &results, None);
    check("no-points", &sample::figure("Waiting", Metric::Speedup, &[panel]), (480, 300, 1.0), FigureTheme::Dark);
}

/// The icon's pixels are those of its drawing; `UPDATE_SNAPSHOTS=1` draws them anew.
#[test]
fn the_icon_shows_its_drawing() {
    use resvg::{tiny_skia, usvg};
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets");
    let drawing = fs::read_to_string(assets.join("icon.svg")).unwrap();
    let tree = usvg::Tree::from_str(&drawing, &usvg::Options::default()).unwrap();
    let mut pixmap = tiny_skia::Pixmap::new(256, 256).unwrap();
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    let bytes = pixmap.encode_png().unwrap();
    let path = assets.join("icon.png");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &bytes).unwrap();
    }
    assert!(pixels(&fs::read(&path).unwrap()) == pixels(&bytes), "assets/icon.png is not what assets/icon.svg shows");
}
