use eframe::egui::{Vec2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::model::plot::{Axis, AxisChoice, Metric};
use crate::ui::{plot_axis, sample};

struct State {
    spec: Arc<PlotSpec>,
    hidden: BTreeSet<String>,
    navigation: Navigation,
    action: Option<PlotAction>,
}

impl State {
    fn of(spec: Arc<PlotSpec>) -> Self {
        Self { spec, hidden: BTreeSet::new(), navigation: Navigation::Fixed, action: None }
    }
}

fn harness(state: State, size: Vec2) -> Harness<'static, State> {
    Harness::builder().with_size(size).with_context_setup(theme::install).build_ui_state(
        |ui, state: &mut State| {
            let options = FigureOptions {
                hidden: &state.hidden,
                navigation: state.navigation,
                empty_text: "Press Run or Space to measure",
                height: None,
                heading: "",
                pointed_out: None,
            };
            let action = show(ui, &state.spec, &options);
            state.action = action.or(state.action.take());
        },
        state,
    )
}

fn speedup() -> Arc<PlotSpec> {
    sample::figure(Metric::Speedup, AxisChoice::Linear, &[1, 2, 4, 8])
}

const CPU: &str = "Plot CPU-bound: count primes: speedup over 1 thread against threads.";

#[test]
fn panels_stand_side_by_side_where_there_is_room() {
    for (width, side_by_side) in [(1600.0, true), (700.0, true), (400.0, false)] {
        let harness = harness(State::of(speedup()), vec2(width, 640.0));
        let cpu = harness.get_by_label_contains(CPU).rect();
        let io = harness.get_by_label_contains("Plot I/O-bound: wait 5 ms").rect();
        assert_eq!(cpu.right() <= io.left(), side_by_side, "{width}: {cpu:?} and {io:?}");
        assert_eq!(cpu.bottom() <= io.top(), !side_by_side, "{width}: {cpu:?} and {io:?}");
        assert!((cpu.size() - io.size()).length() < 1.0, "{width}: {cpu:?} and {io:?}");
        assert!(cpu.width() > 0.8 * width / if side_by_side { 2.5 } else { 1.2 }, "{width}: {cpu:?}");
        assert!(io.right() <= width && io.bottom() <= 640.0, "{width}: {io:?} is cut off");
    }
}

#[test]
fn a_screen_reader_hears_what_is_shown() {
    let mut harness = harness(State::of(speedup()), vec2(900.0, 500.0));
    harness.get_by_label(&format!(
        "{CPU} Ceiling (native threads), Native threads, GIL model, Your prediction. The results table has the numbers."
    ));
    harness.get_by_role_and_label(Role::CheckBox, "GIL model").click();
    harness.run();
    assert_eq!(harness.state().action, Some(PlotAction::ToggleCurve("GIL model".to_owned())));
    harness.state_mut().hidden.insert("GIL model".to_owned());
    harness.run();
    harness.get_by_label(&format!(
        "{CPU} Ceiling (native threads), Native threads, Your prediction. The results table has the numbers."
    ));
}

/// How far along an axis a value is drawn, in points.
#[expect(clippy::cast_possible_truncation, reason = "a share")]
fn along(axis: &Axis, value: f64, length: f32, margin: f32) -> f32 {
    let (low, high) = plot_axis::with_margin(plot_axis::range(axis), margin, length);
    egui::lerp(0.0..=length, egui::remap(value, low..=high, 0.0..=1.0) as f32)
}

#[test]
fn the_nearest_point_is_read_out() {
    let mut harness = harness(State::of(speedup()), vec2(900.0, 500.0));
    let frame = harness.get_by_label_contains(CPU).rect();
    let panel = &harness.state().spec.panels[0];
    let gil = panel.curves.iter().find(|curve| curve.name == "GIL model").expect("it is there");
    let point = gil.points[3];
    let x = frame.left() + along(&panel.x, point.x, frame.width(), 12.0);
    let y = frame.bottom() - along(&panel.y, point.y, frame.height(), 8.0);
    harness.hover_at(pos2(x + 3.0, y - 3.0));
    harness.run();
    harness.get_by_label_contains("GIL model, 8 threads: speedup 0.9");

    harness.state_mut().hidden.insert("GIL model".to_owned());
    harness.run();
    assert!(harness.query_by_label_contains("GIL model, 8 threads").is_none(), "hidden points are not read out");
}

#[test]
fn a_measured_point_is_read_out_before_the_ceiling_on_it() {
    // At one thread ceiling, prediction and both engines have a speedup of 1.
    let mut harness = harness(State::of(speedup()), vec2(900.0, 500.0));
    let frame = harness.get_by_label_contains(CPU).rect();
    let panel = &harness.state().spec.panels[0];
    let y = frame.bottom() - along(&panel.y, 1.0, frame.height(), 8.0);
    let x = frame.left() + along(&panel.x, 1.0, frame.width(), 12.0);
    harness.hover_at(pos2(x, y));
    harness.run();
    harness.get_by_label_contains("Native threads, 1 thread: speedup 1.00");
}

#[test]
fn an_empty_plot_says_what_to_press() {
    let empty = PlotSpec { panels: Vec::new(), ..(*speedup()).clone() };
    harness(State::of(Arc::new(empty)), vec2(600.0, 400.0)).get_by_label("Press Run or Space to measure");

    let mut predicted = (*speedup()).clone();
    for panel in &mut predicted.panels {
        panel.curves.retain(|curve| curve.role == CurveRole::Prediction);
    }
    harness(State::of(Arc::new(predicted)), vec2(600.0, 400.0))
        .get_by_label(&format!("{CPU} Press Run or Space to measure"));
}

#[test]
fn points_are_prepared_once_for_each_specification() {
    let mut harness = harness(State::of(speedup()), vec2(600.0, 400.0));
    let kept = |harness: &Harness<'_, State>| {
        harness.ctx.data(|data| {
            // The only value of its type.
            data.get_temp::<Arc<Prepared>>(harness_id(harness)).map(|prepared| Arc::as_ptr(&prepared))
        })
    };
    harness.run();
    let before = kept(&harness);
    harness.run();
    assert!(before.is_some() && before == kept(&harness));
    harness.state_mut().spec = speedup();
    harness.run();
    assert!(before != kept(&harness));
}

fn harness_id(harness: &Harness<'_, State>) -> Id {
    harness.ui_id().with("plot view")
}

#[test]
fn free_navigation_zooms_and_goes_back() {
    let mut state = State::of(speedup());
    state.navigation = Navigation::Free;
    let mut harness = harness(state, vec2(900.0, 500.0));
    harness.run();
    let shown = |harness: &Harness<'_, State>| {
        let id = harness_id(harness).with(0_usize).with("shown");
        harness.ctx.data(|data| data.get_temp::<([f64; 2], [f64; 2])>(id)).expect("the plot was shown")
    };
    let whole = shown(&harness);
    let center = harness.get_by_label_contains(CPU).rect().center();
    harness.hover_at(center);
    harness.event(egui::Event::Zoom(2.0));
    harness.run();
    let zoomed = shown(&harness);
    assert!(zoomed.1[0] - zoomed.0[0] < 0.6 * (whole.1[0] - whole.0[0]), "{zoomed:?} of {whole:?}");
    harness.get_by_label("Reset view").click();
    harness.run();
    assert_eq!(shown(&harness), whole);
}

#[test]
fn logarithmic_axes_show_the_same_points() {
    let spec = sample::figure(Metric::Throughput, AxisChoice::Logarithmic, &[1, 4, 16, 64, 256]);
    harness(State::of(spec), vec2(900.0, 500.0))
        .get_by_label_contains("count primes: units per second against threads");
}

#[test]
fn rows_are_of_equal_length() {
    assert_eq!([columns(1600.0, 1), columns(1600.0, 2), columns(700.0, 2), columns(400.0, 2)], [1, 2, 2, 1]);
    assert_eq!([columns(1000.0, 4), columns(2000.0, 4), columns(100.0, 3)], [2, 4, 1]);
}
