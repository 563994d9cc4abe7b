//! A slider for one parameter of a workload, with its value to type and the way back to the lesson's value.

use eframe::egui::{Button, Color32, DragValue, Response, Slider, SliderClamping, TextStyle, Ui};

use crate::model::format::short;
use crate::model::workload::{Parameter, SliderScale};

use super::edit::{Edit, Stage};
use super::theme::{self, space};

/// Draws the slider and returns the value the reader asks for, within the parameter's range.
///
/// `label` is its name here; `lesson_value` is what the lesson set: a button goes back to it.
pub fn show(ui: &mut Ui, parameter: &Parameter, label: &str, value: f64, lesson_value: f64) -> Option<Edit<f64>> {
    let mut edited = value;
    let released = ui
        .push_id(parameter.id, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                let spoken = ui.label(label).on_hover_text(parameter.help);
                let rail = theme::slider_scope(ui, |ui| ui.add(rail(parameter, &mut edited)));
                let rail = rail.on_hover_text(parameter.help).labelled_by(spoken.id);
                // Of one width, so that nothing beside it moves when the number gets another digit.
                let field = ui.scope(|ui| {
                    ui.spacing_mut().interact_size.x = field_width(ui, parameter);
                    ui.add(field(parameter, &mut edited))
                });
                let field = field.inner.labelled_by(spoken.id);
                let reset = reset_button(ui, parameter, label, edited, lesson_value);
                if reset.clicked() {
                    edited = lesson_value;
                }
                let complete =
                    |response: &Response| response.drag_stopped() || response.changed() && !response.dragged();
                complete(&rail) || complete(&field) || reset.clicked()
            })
            .inner
        })
        .inner;
    let changed = edited.total_cmp(&value).is_ne();
    (changed || released).then(|| Edit {
        value: edited.clamp(parameter.min, parameter.max),
        stage: if released { Stage::Released } else { Stage::Changing },
    })
}

/// A value with its unit: as many digits as it takes, at most three significant ones or three decimals.
pub fn value_in_words(parameter: &Parameter, value: f64) -> String {
    let number = short(value);
    if parameter.unit.is_empty() { number } else { format!("{number} {}", parameter.unit) }
}

fn rail<'a>(parameter: &Parameter, value: &'a mut f64) -> Slider<'a> {
    Slider::new(value, parameter.min..=parameter.max)
        .logarithmic(parameter.scale == SliderScale::Logarithmic)
        .step_by(parameter.step)
        .clamping(SliderClamping::Always)
        .show_value(false)
}

/// Wide enough for the longest value worth showing.
fn field_width(ui: &Ui, parameter: &Parameter) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let most = value_in_words(parameter, parameter.max);
    let fraction = if parameter.max > 1.0 { "88.88" } else { "0.888" };
    let long = format!("{fraction} {}", parameter.unit);
    let width = |text: String| ui.fonts_mut(|fonts| fonts.layout_no_wrap(text, font.clone(), Color32::WHITE).size().x);
    width(most).max(width(long)) + 2.0 * ui.spacing().button_padding.x
}

fn field<'a>(parameter: &'a Parameter, value: &'a mut f64) -> DragValue<'a> {
    let suffix = if parameter.unit.is_empty() { String::new() } else { format!(" {}", parameter.unit) };
    // Slow enough that a drag can stop at every value worth stopping at.
    let speed = if parameter.step > 0.0 { parameter.step / 4.0 } else { (*value / 50.0).max(0.01) };
    DragValue::new(value)
        .range(parameter.min..=parameter.max)
        .speed(speed)
        .suffix(suffix)
        .custom_formatter(|value, _| short(value))
        .custom_parser(|text| text.trim().trim_end_matches(parameter.unit).trim().replace(',', "").parse().ok())
        .update_while_editing(false)
}

fn reset_button(ui: &mut Ui, parameter: &Parameter, label: &str, value: f64, lesson_value: f64) -> Response {
    let differs = short(value) != short(lesson_value);
    back_button(ui, label, &value_in_words(parameter, lesson_value), differs)
}

/// The button that goes back to the lesson's value, `words`.
pub(super) fn back_button(ui: &mut Ui, label: &str, words: &str, differs: bool) -> Response {
    let response = ui.add_enabled(differs, Button::new("↺").frame(false));
    let name = format!("Set {label} back to the lesson's {words}");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name.as_str()));
    response.on_hover_text(format!("Back to the lesson's value: {words}"))
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Key, Modifiers, Role, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::model::workload::WorkloadKind;

    struct State {
        parameter: Parameter,
        value: f64,
        edits: Vec<Edit<f64>>,
    }

    fn harness(kind: WorkloadKind, id: &str, value: f64) -> Harness<'static, State> {
        let parameter = *kind.parameters().iter().find(|parameter| parameter.id == id).expect("it has one");
        Harness::builder().with_size(vec2(600.0, 100.0)).with_context_setup(theme::install).build_ui_state(
            |ui, state: &mut State| {
                if let Some(edit) =
                    show(ui, &state.parameter, state.parameter.label, state.value, 5.0_f64.min(state.parameter.max))
                {
                    state.value = edit.value;
                    state.edits.push(edit);
                }
            },
            State { parameter, value, edits: Vec::new() },
        )
    }

    #[test]
    fn slider_and_field_have_the_parameters_name() {
        let harness = harness(WorkloadKind::Wait, "wait_ms", 5.0);
        harness.get_by_role_and_label(Role::Slider, "Wait");
        assert_eq!(harness.get_by_role_and_label(Role::SpinButton, "Wait").value().as_deref(), Some("5 ms"));
    }

    #[test]
    fn typed_values_are_clamped_and_final() {
        for (typed, expected) in [("20", 20.0), ("1,000", 1000.0), ("5000", 1000.0), ("0", 0.5), ("7 ms", 7.0)] {
            let mut harness = harness(WorkloadKind::Wait, "wait_ms", 5.0);
            harness.get_by_role_and_label(Role::SpinButton, "Wait").click();
            harness.run();
            harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
            harness.get_by_role_and_label(Role::SpinButton, "Wait").type_text(typed);
            harness.run();
            harness.key_press(Key::Enter);
            harness.run();
            assert_eq!(
                harness.state().edits.last(),
                Some(&Edit { value: expected, stage: Stage::Released }),
                "{typed}"
            );
        }
    }

    #[test]
    fn the_lessons_value_comes_back() {
        let name = "Set Wait back to the lesson's 5 ms";
        let mut harness = harness(WorkloadKind::Wait, "wait_ms", 20.0);
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(harness.state().edits, [Edit { value: 5.0, stage: Stage::Released }]);
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(harness.state().edits.len(), 1, "nothing to set back");
    }

    #[test]
    fn arrows_step_and_are_final() {
        let mut harness = harness(WorkloadKind::Mixed, "cpu_share", 0.2);
        harness.get_by_role_and_label(Role::Slider, "CPU share").focus();
        harness.run();
        harness.key_press(Key::ArrowRight);
        harness.run();
        let [edit] = harness.state().edits[..] else { panic!("{:?}", harness.state().edits) };
        assert!((edit.value - 0.25).abs() < 1e-9 && edit.stage == Stage::Released, "{edit:?}");
    }

    #[test]
    fn dragging_tells_when_it_ends() {
        let mut harness = harness(WorkloadKind::Wait, "wait_ms", 5.0);
        let rail = harness.get_by_role_and_label(Role::Slider, "Wait").rect();
        let at = |share: f32| eframe::egui::pos2(rail.left() + share * rail.width(), rail.center().y);
        harness.drag_at(at(0.3));
        harness.run();
        harness.hover_at(at(0.9));
        harness.run();
        harness.drop_at(at(0.9));
        harness.run();
        let (last, before) = harness.state().edits.split_last().expect("edits");
        assert!(last.stage == Stage::Released && last.value > 300.0, "{last:?}");
        assert!(!before.is_empty() && before.iter().all(|edit| edit.stage == Stage::Changing), "{before:?}");
    }
}
