//! A range of thread counts: a rail with two handles between two fields to type into.

use std::ops::RangeInclusive;

use eframe::egui::{self, DragValue, Id, Key, Response, Role, Ui, UiBuilder};

use crate::model::units::ThreadCount;

use super::edit::{Edit, Stage};
use super::theme::{self, space};

/// The ratio of the limits above which the rail is logarithmic.
const WIDE: f64 = 16.0;

/// The width of a field, wide enough for the greatest thread count, in points.
const FIELD_WIDTH: f32 = 52.0;

/// The thread counts chosen, both inclusive and in order.
pub type ThreadSpan = (ThreadCount, ThreadCount);

/// Draws the control and returns the span the reader asks for.
///
/// `chosen` is drawn as it is, and lies within `limits`. Both handles are stops of the Tab key: arrows move by one thread,
/// Home and End to the ends (of the limits, or of the other handle). Both fields take typed numbers.
pub fn show(ui: &mut Ui, chosen: ThreadSpan, limits: &RangeInclusive<ThreadCount>) -> Option<Edit<ThreadSpan>> {
    let (least, most) = (limits.start().get(), limits.end().get());
    let (mut low, mut high) = (chosen.0.get().clamp(least, most), chosen.1.get().clamp(least, most));
    let before = (low, high);

    let builder = UiBuilder::new().accessibility_role(Role::Group).accessibility_label("Thread counts to measure");
    let released = ui
        .scope_builder(builder, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                let low_field = field(ui, &mut low, least..=high, "Fewest threads");
                let rail = theme::slider_scope(ui, |ui| rail(ui, &mut low, &mut high, limits));
                let high_field = field(ui, &mut high, low..=most, "Most threads");
                let entered = |field: &Response| field.drag_stopped() || field.changed() && !field.dragged();
                rail || entered(&low_field) || entered(&high_field)
            })
            .inner
        })
        .inner;

    let changed = (low, high) != before;
    (changed || released).then(|| Edit {
        value: (ThreadCount::clamped(low.min(high)), ThreadCount::clamped(high.max(low))),
        stage: if released { Stage::Released } else { Stage::Changing },
    })
}

fn field(ui: &mut Ui, value: &mut usize, range: RangeInclusive<usize>, name: &str) -> Response {
    let field = DragValue::new(value).range(range).speed(0.1).update_while_editing(false);
    // Of one width, so that nothing beside it moves when the number gets another digit.
    let response = ui.scope(|ui| {
        ui.spacing_mut().interact_size.x = FIELD_WIDTH;
        ui.add(field)
    });
    let response = response.inner.on_hover_text(format!("{name}: type a number, or drag sideways"));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
    response
}

/// The rail; says whether a change on it is complete.
fn rail(ui: &mut Ui, low: &mut usize, high: &mut usize, limits: &RangeInclusive<ThreadCount>) -> bool {
    let (least, most) = (limits.start().get(), limits.end().get());
    let logarithmic = limits.end().as_f64() / limits.start().as_f64() > WIDE;
    let before = (*low, *high);
    let slider = egui::RangeSlider::new(low, high, least..=most).logarithmic(logarithmic).show_value(false);
    let response = ui.add(slider);
    name_rail(ui, &response);
    part(ui, &response, before, (low, high), limits, logarithmic);

    // The ids of the handles, as egui's range slider makes them; `handles_have_names` fails if that changes.
    if has_focus(ui, response.id.with("low")) {
        jump(ui, low, least, *high);
    }
    if has_focus(ui, response.id.with("high")) {
        jump(ui, high, *low, most);
    }
    let by_key = (*low, *high) != before && !response.dragged();
    response.drag_stopped() || by_key
}

/// Where both handles stand on one place, the one that is meant is the one on the side to which it is dragged: egui would
/// hold on to the one that it took first, which at an end cannot move at all.
fn part(
    ui: &Ui,
    rail: &Response,
    before: (usize, usize),
    (low, high): (&mut usize, &mut usize),
    limits: &RangeInclusive<ThreadCount>,
    logarithmic: bool,
) {
    let id = rail.id.with("meeting");
    if rail.drag_started() && before.0 == before.1 {
        ui.data_mut(|data| data.insert_temp(id, before.0));
    }
    let Some(meeting) = ui.data(|data| data.get_temp::<usize>(id)) else { return };
    if let Some(pointer) = rail.interact_pointer_pos() {
        let value = value_at(rail.rect, pointer.x, limits, logarithmic);
        (*low, *high) = (value.min(meeting), value.max(meeting));
    }
    if rail.drag_stopped() || !rail.dragged() {
        ui.data_mut(|data| data.remove_temp::<usize>(id));
    }
}

/// The thread count at a place along the rail, as egui's slider places its handles.
fn value_at(rail: egui::Rect, x: f32, limits: &RangeInclusive<ThreadCount>, logarithmic: bool) -> usize {
    let share = f64::from(egui::remap_clamp(x, rail.x_range().shrink(rail.height() / 2.5), 0.0..=1.0));
    let (least, most) = (limits.start().as_f64(), limits.end().as_f64());
    let value = if logarithmic { least * (most / least).powf(share) } else { egui::lerp(least..=most, share) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two thread counts")]
    let value = value.round() as usize;
    value.clamp(limits.start().get(), limits.end().get())
}

fn name_rail(ui: &Ui, rail: &Response) {
    ui.ctx().accesskit_node_builder(rail.id, |node| {
        node.set_role(Role::Group);
        node.set_label("Range of threads");
    });
    for (handle, name) in [("low", "Fewest threads, handle"), ("high", "Most threads, handle")] {
        ui.ctx().accesskit_node_builder(rail.id.with(handle), |node| node.set_label(name));
    }
}

fn has_focus(ui: &Ui, id: Id) -> bool {
    ui.memory(|memory| memory.has_focus(id))
}

/// Home and End.
fn jump(ui: &Ui, value: &mut usize, home: usize, end: usize) {
    ui.input(|input| {
        if input.key_pressed(Key::Home) {
            *value = home;
        }
        if input.key_pressed(Key::End) {
            *value = end;
        }
    });
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    struct State {
        chosen: ThreadSpan,
        limits: RangeInclusive<ThreadCount>,
        edits: Vec<((usize, usize), Stage)>,
    }

    fn count(count: usize) -> ThreadCount {
        ThreadCount::new(count).expect("a thread count")
    }

    fn harness(chosen: (usize, usize), most: usize) -> Harness<'static, State> {
        let state =
            State { chosen: (count(chosen.0), count(chosen.1)), limits: count(1)..=count(most), edits: Vec::new() };
        Harness::builder().with_size(vec2(500.0, 100.0)).with_context_setup(theme::install).build_ui_state(
            |ui, state: &mut State| {
                if let Some(edit) = show(ui, state.chosen, &state.limits) {
                    state.chosen = edit.value;
                    state.edits.push(((edit.value.0.get(), edit.value.1.get()), edit.stage));
                }
            },
            state,
        )
    }

    fn handle<'a>(harness: &'a Harness<'_, State>, name: &'a str) -> egui_kittest::Node<'a> {
        harness.get_by_role_and_label(Role::Slider, name)
    }

    const LOW: &str = "Fewest threads, handle";
    const HIGH: &str = "Most threads, handle";

    #[test]
    fn handles_have_names_values_and_limits() {
        let harness = harness((2, 6), 8);
        let node = handle(&harness, LOW).accesskit_node();
        assert_eq!(
            (node.numeric_value(), node.min_numeric_value(), node.max_numeric_value()),
            (Some(2.0), Some(1.0), Some(6.0))
        );
        let node = handle(&harness, HIGH).accesskit_node();
        assert_eq!(
            (node.numeric_value(), node.min_numeric_value(), node.max_numeric_value()),
            (Some(6.0), Some(2.0), Some(8.0))
        );
        harness.get_by_label("Thread counts to measure");
        assert_eq!(harness.get_by_label("Fewest threads").value().as_deref(), Some("2"));
        assert_eq!(harness.get_by_label("Most threads").value().as_deref(), Some("6"));
    }

    #[test]
    fn keys_move_one_handle() {
        for (key, expected) in
            [(Key::ArrowRight, (2, 7)), (Key::ArrowLeft, (2, 5)), (Key::Home, (2, 2)), (Key::End, (2, 8))]
        {
            let mut harness = harness((2, 6), 8);
            handle(&harness, HIGH).focus();
            harness.run();
            harness.key_press(key);
            harness.run();
            assert_eq!(harness.state().edits, [(expected, Stage::Released)], "{key:?}");
        }
    }

    #[test]
    fn tab_goes_from_handle_to_handle() {
        let mut harness = harness((2, 6), 8);
        handle(&harness, LOW).focus();
        harness.run();
        assert!(handle(&harness, LOW).is_focused());
        harness.key_press(Key::Tab);
        harness.run();
        assert!(handle(&harness, HIGH).is_focused());
    }

    #[test]
    fn typed_numbers_stay_on_their_side() {
        for (name, typed, expected) in
            [("Fewest threads", "4", (4, 6)), ("Fewest threads", "7", (6, 6)), ("Most threads", "99", (2, 8))]
        {
            let mut harness = harness((2, 6), 8);
            harness.get_by_label(name).click();
            harness.run();
            harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
            harness.get_by_label(name).type_text(typed);
            harness.run();
            harness.key_press(Key::Enter);
            harness.run();
            assert_eq!(harness.state().edits.last(), Some(&(expected, Stage::Released)), "{typed} in {name}");
        }
    }

    #[test]
    fn dragging_tells_when_it_ends() {
        let mut harness = harness((2, 6), 8);
        let from = handle(&harness, HIGH).rect().center();
        let to = handle(&harness, LOW).rect().center();
        harness.drag_at(from);
        harness.run();
        harness.hover_at(from.lerp(to, 0.5));
        harness.run();
        harness.drop_at(from.lerp(to, 0.5));
        harness.run();
        let (last, before) = harness.state().edits.split_last().expect("edits");
        assert_eq!(*last, ((2, 4), Stage::Released));
        assert!(!before.is_empty() && before.iter().all(|(_, stage)| *stage == Stage::Changing));
    }

    /// Presses on the handles from the side `from` of their middle and drags by `by` points.
    #[track_caller]
    fn check_meeting(
        chosen: (usize, usize),
        most: usize,
        from: f32,
        by: f32,
        expected: impl Fn((usize, usize)) -> bool,
    ) {
        let mut harness = harness(chosen, most);
        let press = handle(&harness, LOW).rect().center() + vec2(from, 0.0);
        harness.drag_at(press);
        harness.run();
        harness.hover_at(press + vec2(by / 2.0, 0.0));
        harness.run();
        harness.hover_at(press + vec2(by, 0.0));
        harness.run();
        harness.drop_at(press + vec2(by, 0.0));
        harness.run();
        let (last, stage) = *harness.state().edits.last().expect("edits");
        assert_eq!(stage, Stage::Released);
        assert!(expected(last), "{chosen:?} from {from} by {by}: {last:?}");
    }

    #[test]
    fn handles_that_meet_part_to_either_side() {
        for from in [-5.0, 0.0, 5.0] {
            check_meeting((8, 8), 8, from, -40.0, |(low, high)| low < 8 && high == 8);
            check_meeting((1, 1), 8, from, 40.0, |(low, high)| low == 1 && high > 1);
            check_meeting((4, 4), 8, from, -40.0, |(low, high)| low < 4 && high == 4);
            check_meeting((4, 4), 8, from, 40.0, |(low, high)| low == 4 && high > 4);
            check_meeting((64, 64), 64, from, -40.0, |(low, high)| low < 64 && high == 64);
        }
    }

    #[test]
    fn a_wide_range_is_logarithmic() {
        let place = |most: usize| {
            let harness = harness((1, 32), most);
            let rail = harness.get_by_label("Range of threads").rect();
            (handle(&harness, HIGH).rect().center().x - rail.left()) / rail.width()
        };
        assert!((place(1024) - 0.5).abs() < 0.05, "32 is half way from 1 to 1024: {}", place(1024));
    }
}
