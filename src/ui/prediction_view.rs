//! The learner draws the curve they expect: drag the points, use the arrow keys, or type.

use eframe::egui::{
    self, DragValue, Event, EventFilter, Id, Key, Label, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, accesskit,
    vec2,
};
use egui_plot::PlotTransform;

use crate::model::format;
use crate::model::plot::{Axis, AxisScale, CurveRole, CurveShape, Panel, PlotCurve, PlotPoint};
use crate::model::prediction::Prediction;
use crate::model::units::ThreadCount;

use super::curve_mark::MARKER_RADIUS;
use super::edit::{Edit, Stage};
use super::plot_axis::{to_place, to_value};
use super::plot_curve::{CurveItem, Emphasis, PreparedCurve, place};
use super::plot_frame::PlotFrame;
use super::theme::{self, Palette, space};

/// The ratio of the thread counts above which the axes are logarithmic.
const WIDE: f64 = 31.6;
/// The least speedup that can be drawn on a logarithmic axis.
const LEAST_ON_LOGARITHMIC: f64 = 0.1;

/// The width of a field with its thread count, in points.
const FIELD_WIDTH: f32 = 128.0;

/// The name of the curve, in the legend too.
const NAME: &str = "Your prediction";

/// The axes to draw on: up to as much speedup as there are threads, so that nothing is given away.
pub fn axes(prediction: &Prediction) -> (Axis, Axis) {
    let counts = || prediction.points.iter().map(|(count, _)| count.as_f64());
    let least = counts().fold(ThreadCount::clamped(ThreadCount::MAX).as_f64(), f64::min);
    let most = counts().fold(1.0, f64::max).max(least);
    let scale = if most / least > WIDE { AxisScale::Logarithmic } else { AxisScale::Linear };
    let floor = if scale == AxisScale::Logarithmic { LEAST_ON_LOGARITHMIC } else { 0.0 };
    (
        Axis::of_thread_counts(least, most, scale),
        Axis::of_values("speedup over 1 thread, as you expect it", floor, most.max(2.0), scale),
    )
}

/// Draws the prediction as a plot of `height` points with a field for each point below, and returns it as the learner
/// changes it.
///
/// A drag across the plot draws the curve; each point is a stop of the Tab key, where up and down change it. The speedup of
/// one thread is 1 by its definition and does not move. Only the counts that `prediction` holds can be set.
pub fn show(ui: &mut Ui, prediction: &Prediction, height: f32) -> Option<Edit<Prediction>> {
    let mut editor = Editor { prediction: prediction.clone(), released: false };
    let (x, y) = axes(prediction);
    ui.vertical(|ui| {
        ui.add(Label::new(theme::caption(y.label.as_str())).truncate());
        editor.plot(ui, x, y, height);
        editor.fields(ui);
    });
    let changed = editor.prediction != *prediction;
    (changed || editor.released).then_some(Edit {
        value: editor.prediction,
        stage: if editor.released { Stage::Released } else { Stage::Changing },
    })
}

/// How high the fields below a plot of this width are, in points, with the label above it.
pub fn height_around(ui: &Ui, prediction: &Prediction, width: f32) -> f32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few")]
    let in_a_row = ((width + space::M) / (FIELD_WIDTH + space::M)).max(1.0) as usize;
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let rows = prediction.points.len().div_ceil(in_a_row) as f32;
    let label = ui.text_style_height(&egui::TextStyle::Small) + 2.0 * ui.spacing().item_spacing.y;
    label + rows * (ui.spacing().interact_size.y + space::XS)
}

struct Editor {
    prediction: Prediction,
    released: bool,
}

impl Editor {
    fn plot(&mut self, ui: &mut Ui, x: Axis, y: Axis, height: f32) {
        let id = ui.make_persistent_id("prediction");
        let panel = self.panel(x, y);
        let prepared = panel.curves.iter().map(|curve| PreparedCurve::new(&panel, curve)).collect::<Vec<_>>();
        let frame = PlotFrame::new(ui, id, &panel.x, &panel.y, None, vec2(ui.available_width(), height));
        let (axis, x_range, y_range) = (frame.axis(), frame.x, frame.y);
        let palette = Palette::in_use(ui);
        let dark = ui.visuals().dark_mode;
        let shown = frame.plot.sense(Sense::drag()).show(ui, |plot_ui| {
            plot_ui.set_plot_bounds_x(x_range.0..=x_range.1);
            plot_ui.set_plot_bounds_y(y_range.0..=y_range.1);
            for curve in &prepared {
                let color = theme::curve_color(&curve.style, dark);
                plot_ui.add(CurveItem::new(curve, color, palette.panel, Emphasis::Normal));
            }
        });
        axis.paint(ui, &shown.transform);
        let response = shown.response.on_hover_cursor(egui::CursorIcon::Crosshair);
        response.widget_info(|| {
            let help = "Drag across the plot to draw the speedup you expect";
            WidgetInfo::labeled(Role::Figure, ui.is_enabled(), help)
        });
        self.draw(&response, &shown.transform, &panel);
        self.handles(ui, id, &shown.transform, &panel);
    }

    fn panel(&self, x: Axis, y: Axis) -> Panel {
        let points = self
            .prediction
            .points
            .iter()
            .map(|(count, speedup)| PlotPoint {
                x: count.as_f64(),
                y: *speedup,
                interval: None,
                rounds: None,
                lost: None,
            })
            .collect();
        let curve = PlotCurve { name: NAME.to_owned(), role: CurveRole::Prediction, shape: CurveShape::Line, points };
        Panel { experiment: String::new(), title: NAME.to_owned(), x, y, curves: vec![curve] }
    }

    /// A drag sets every point that the pointer passed since the last frame.
    fn draw(&mut self, response: &Response, transform: &PlotTransform, panel: &Panel) {
        if response.drag_stopped() {
            self.released = true;
        }
        let Some(to) = response.interact_pointer_pos().filter(|_| response.dragged()) else { return };
        let from = if response.drag_started() { to } else { to - response.drag_delta() };
        let column = |count: ThreadCount| {
            to_place(panel.x.scale, count.as_f64()).map(|x| place([x, transform.bounds().min()[1]], transform).x)
        };
        let counts: Vec<ThreadCount> = self.prediction.points.iter().map(|(count, _)| *count).collect();
        let passed = counts.iter().filter_map(|&count| {
            let at = column(count)?;
            (from.x.min(to.x)..=from.x.max(to.x)).contains(&at).then_some((count, at))
        });
        let nearest = counts
            .iter()
            .filter_map(|&count| Some((count, column(count)?)))
            .min_by(|(_, a), (_, b)| (a - to.x).abs().total_cmp(&(b - to.x).abs()));
        for (count, at) in passed.chain(nearest) {
            // On the straight line between the two places of the pointer.
            let share =
                if (to.x - from.x).abs() < 0.5 { 1.0 } else { ((at - from.x) / (to.x - from.x)).clamp(0.0, 1.0) };
            let y = egui::lerp(from.y..=to.y, share);
            let value = to_value(panel.y.scale, transform.value_from_position(Pos2::new(at, y)).y);
            self.set(count, value, &panel.y);
        }
    }

    /// The points as things that can be focused, stepped with keys and set by a screen reader.
    fn handles(&mut self, ui: &Ui, id: Id, transform: &PlotTransform, panel: &Panel) {
        for (count, speedup) in self.prediction.points.clone() {
            if count == ThreadCount::ONE {
                continue;
            }
            let at = to_place(panel.x.scale, count.as_f64()).zip(to_place(panel.y.scale, speedup.max(panel.y.min)));
            let Some((x, y)) = at else { continue };
            let center = place([x, y], transform);
            let rect = Rect::from_center_size(center, vec2(24.0, 24.0));
            let handle = ui.interact(rect, id.with(count), Sense::focusable_noninteractive());
            let step = step(&panel.y);
            let steps = steps(ui, &handle);
            let asked = value_asked(ui, handle.id);
            if steps != 0.0 || asked.is_some() {
                self.set(count, asked.unwrap_or(speedup + steps * step), &panel.y);
                self.released = true;
            }
            if handle.has_focus() {
                let stroke = egui::Stroke::new(2.0, Palette::in_use(ui).accent);
                ui.painter().circle_stroke(center, MARKER_RADIUS + 4.0, stroke);
            }
            ui.ctx().accesskit_node_builder(handle.id, |node| {
                node.set_min_numeric_value(panel.y.min);
                node.set_max_numeric_value(panel.y.max);
                node.set_numeric_value_step(step);
                node.add_action(accesskit::Action::SetValue);
                node.add_action(accesskit::Action::Increment);
                node.add_action(accesskit::Action::Decrement);
            });
            handle.widget_info(|| WidgetInfo::slider(ui.is_enabled(), speedup, name_of(count)));
        }
    }

    /// A field to type into for each point.
    fn fields(&mut self, ui: &mut Ui) {
        let (_, y) = axes(&self.prediction);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(space::M, space::XS);
            for (count, speedup) in self.prediction.points.clone() {
                // Of one size, so that they wrap and stand below each other.
                let cell = vec2(FIELD_WIDTH, ui.spacing().interact_size.y);
                ui.allocate_ui_with_layout(cell, egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = space::XS;
                    let mut value = speedup;
                    let field = DragValue::new(&mut value)
                        .range(y.min..=y.max)
                        .speed(step(&y) / 2.0)
                        .max_decimals(2)
                        .min_decimals(1)
                        .update_while_editing(false);
                    let response = ui.add_enabled(count != ThreadCount::ONE, field);
                    let name = format!("{}, number", name_of(count));
                    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name.as_str()));
                    if response.changed() {
                        self.set(count, value, &y);
                    }
                    self.released |= response.drag_stopped() || response.changed() && !response.dragged();
                    ui.label(theme::caption(format::threads(count.get())));
                });
            }
        });
    }

    /// Sets a point to the nearest value worth telling apart, within the axis.
    fn set(&mut self, count: ThreadCount, value: f64, y: &Axis) {
        let grid = step(y) / 2.0;
        let value = if y.scale == AxisScale::Linear { (value / grid).round() * grid } else { value };
        self.prediction.set(count, value.clamp(y.min, y.max));
    }
}

fn name_of(count: ThreadCount) -> String {
    format!("Expected speedup at {}", format::threads(count.get()))
}

/// What one key press changes: about a hundredth of the axis, as 1, 2 or 5 times a power of ten.
fn step(y: &Axis) -> f64 {
    let most = y.max / 100.0;
    let decade = 10.0_f64.powf(most.log10().floor());
    [5.0, 2.0].into_iter().map(|digit| digit * decade).find(|step| *step <= most * (1.0 + 1e-9)).unwrap_or(decade)
}

/// Steps asked for with the up and down keys, ten times as far with Shift, or by a screen reader.
fn steps(ui: &Ui, handle: &Response) -> f64 {
    let by_reader = |action| ui.input(|input| input.num_accesskit_action_requests(handle.id, action));
    #[expect(clippy::cast_precision_loss, reason = "key presses in one frame are few")]
    let difference = |up: usize, down: usize| up as f64 - down as f64;
    let mut steps = difference(by_reader(accesskit::Action::Increment), by_reader(accesskit::Action::Decrement));
    if handle.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(handle.id, filter));
        ui.input(|input| {
            for event in &input.events {
                if let Event::Key { key, pressed: true, modifiers, .. } = event {
                    let far = if modifiers.shift { 10.0 } else { 1.0 };
                    steps += match key {
                        Key::ArrowUp => far,
                        Key::ArrowDown => -far,
                        _ => 0.0,
                    };
                }
            }
        });
    }
    steps
}

fn value_asked(ui: &Ui, id: Id) -> Option<f64> {
    ui.input(|input| {
        let requests = input.accesskit_action_requests(id, accesskit::Action::SetValue);
        requests
            .filter_map(|request| match request.data {
                Some(accesskit::ActionData::NumericValue(value)) => Some(value),
                _ => None,
            })
            .last()
    })
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    struct State {
        prediction: Prediction,
        edits: Vec<Stage>,
    }

    fn harness(counts: &[usize]) -> Harness<'static, State> {
        let counts: Vec<_> = counts.iter().map(|&count| ThreadCount::clamped(count)).collect();
        let state = State { prediction: Prediction::flat(&counts), edits: Vec::new() };
        Harness::builder().with_size(vec2(700.0, 400.0)).with_context_setup(theme::install).build_ui_state(
            |ui, state: &mut State| {
                if let Some(edit) = show(ui, &state.prediction, 300.0) {
                    state.prediction = edit.value;
                    state.edits.push(edit.stage);
                }
            },
            state,
        )
    }

    fn at(harness: &Harness<'_, State>, count: usize) -> f64 {
        harness.state().prediction.at(ThreadCount::clamped(count)).expect("a point")
    }

    const FIGURE: &str = "Drag across the plot to draw the speedup you expect";

    #[test]
    fn a_drag_across_sets_every_point_it_passes() {
        for counts in [vec![1, 2, 4, 8], vec![1, 4, 16, 64, 256]] {
            let mut harness = harness(&counts);
            harness.run();
            let frame = harness.get_by_label(FIGURE).rect();
            harness.drag_at(pos2(frame.left() + 4.0, frame.center().y));
            harness.run();
            harness.hover_at(pos2(frame.left() + 40.0, frame.center().y));
            harness.run();
            harness.hover_at(pos2(frame.right() - 4.0, frame.top() + 20.0));
            harness.run();
            harness.drop_at(pos2(frame.right() - 4.0, frame.top() + 20.0));
            harness.run();
            assert!((at(&harness, 1) - 1.0).abs() < 1e-9, "one thread is 1 by definition");
            let speedups: Vec<f64> = counts[1..].iter().map(|&count| at(&harness, count)).collect();
            assert!(speedups.is_sorted_by(|a, b| a < b), "{counts:?}: {speedups:?}");
            assert_eq!(harness.state().edits.last(), Some(&Stage::Released));
        }
    }

    #[test]
    fn keys_step_a_point() {
        let mut harness = harness(&[1, 2, 4, 8]);
        let name = "Expected speedup at 4 threads";
        harness.get_by_role_and_label(Role::Slider, name).focus();
        harness.run();
        harness.key_press(Key::ArrowUp);
        harness.run();
        assert!((at(&harness, 4) - 1.1).abs() < 1e-9, "{}", at(&harness, 4));
        harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::ArrowUp);
        harness.run();
        assert!((at(&harness, 4) - 2.1).abs() < 1e-9, "{}", at(&harness, 4));
        harness.key_press(Key::ArrowDown);
        harness.run();
        assert!((at(&harness, 4) - 2.0).abs() < 1e-9, "{}", at(&harness, 4));
        assert_eq!(harness.state().edits, [Stage::Released; 3]);
        assert!((at(&harness, 2) - 1.0).abs() < 1e-9, "only one point moves");
    }

    #[test]
    fn numbers_can_be_typed() {
        let mut harness = harness(&[1, 2, 4, 8]);
        let name = "Expected speedup at 8 threads, number";
        harness.get_by_label(name).click();
        harness.run();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        harness.get_by_label(name).type_text("3.5");
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert!((at(&harness, 8) - 3.5).abs() < 1e-9, "{}", at(&harness, 8));
    }

    #[test]
    fn a_screen_reader_sets_points_and_knows_their_limits() {
        let mut harness = harness(&[1, 2, 4, 8]);
        let node = harness.get_by_role_and_label(Role::Slider, "Expected speedup at 8 threads");
        assert_eq!(node.accesskit_node().numeric_value(), Some(1.0));
        assert_eq!(node.accesskit_node().min_numeric_value(), Some(0.0));
        node.set_value_accesskit(6.0);
        harness.run();
        assert!((at(&harness, 8) - 6.0).abs() < 1e-9);
        assert!(harness.query_by_role_and_label(Role::Slider, "Expected speedup at 1 thread").is_none());
    }

    #[test]
    fn axes_reach_as_far_as_there_are_threads() {
        let of = |counts: &[usize]| {
            let counts: Vec<_> = counts.iter().map(|&count| ThreadCount::clamped(count)).collect();
            let (x, y) = axes(&Prediction::flat(&counts));
            assert!(x.min < x.max && y.min < y.max, "{x:?} {y:?}");
            (x.scale, y.max)
        };
        assert!(of(&[1, 2, 4, 8]).1 >= 8.0);
        assert_eq!(of(&[1, 2, 4, 8]).0, AxisScale::Linear);
        assert_eq!(of(&[1, 1024]).0, AxisScale::Logarithmic);
        of(&[1]);
        of(&[]);
    }
}
