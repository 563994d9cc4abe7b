//! A list for one parameter of a workload that is a choice, with the way back to the lesson's.

use eframe::egui::{ComboBox, Ui};

use crate::model::workload::Parameter;

use super::edit::{Edit, Stage};
use super::parameter_slider::back_button;
use super::theme::space;

/// Draws the list and returns the value the reader asks for: the index of one of the parameter's choices.
///
/// `label` is its name here; `lesson_value` is what the lesson set: a button goes back to it.
pub fn show(ui: &mut Ui, parameter: &Parameter, label: &str, value: f64, lesson_value: f64) -> Option<Edit<f64>> {
    let mut edited = value;
    ui.push_id(parameter.id, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let spoken = ui.label(label).on_hover_text(parameter.help);
            let list = ComboBox::from_id_salt("choices").selected_text(label_of(parameter, value));
            let list = list.show_ui(ui, |ui| {
                for (index, choice) in (0_u32..).zip(parameter.choices) {
                    ui.selectable_value(&mut edited, f64::from(index), choice.label);
                }
            });
            list.response.on_hover_text(parameter.help).labelled_by(spoken.id);
            let differs = edited.total_cmp(&lesson_value).is_ne();
            if back_button(ui, label, label_of(parameter, lesson_value), differs).clicked() {
                edited = lesson_value;
            }
        });
    });
    edited.total_cmp(&value).is_ne().then_some(Edit { value: edited, stage: Stage::Released })
}

/// What the reader sees of a value.
fn label_of(parameter: &Parameter, value: f64) -> &'static str {
    parameter.chosen(value).map_or("", |choice| choice.label)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Role, vec2};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::model::fixture::CODE;
    use crate::ui::theme;

    #[derive(Default)]
    struct State {
        value: f64,
        edits: Vec<Edit<f64>>,
    }

    fn harness(value: f64) -> Harness<'static, State> {
        Harness::builder().with_size(vec2(600.0, 300.0)).with_context_setup(theme::install).build_ui_state(
            |ui, state: &mut State| {
                if let Some(edit) = show(ui, &CODE, CODE.label, state.value, 1.0) {
                    state.value = edit.value;
                    state.edits.push(edit);
                }
            },
            State { value, ..State::default() },
        )
    }

    #[test]
    fn a_choice_is_made_by_its_label() {
        let mut harness = harness(0.0);
        let list = harness.get_by_role_and_label(Role::ComboBox, "Code");
        assert_eq!(list.value().as_deref(), Some("c += 1"));
        list.click();
        harness.run();
        harness.get_by_label("a call in the middle").click();
        harness.run();
        assert_eq!(harness.state().edits, [Edit { value: 1.0, stage: Stage::Released }]);
    }

    #[test]
    fn the_lessons_choice_comes_back() {
        let mut harness = harness(0.0);
        harness.get_by_label("Set Code back to the lesson's a call in the middle").click();
        harness.run();
        assert_eq!(harness.state().edits, [Edit { value: 1.0, stage: Stage::Released }]);
    }
}
