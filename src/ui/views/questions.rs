//! The questions at the end of a lesson.

use eframe::egui::{self, Label, RichText, Role, Ui, UiBuilder};

use crate::lesson::{Answer, Lesson, Question};
use crate::model::claim::Verdict;
use crate::ui::command::{Command, Inbox};
use crate::ui::state::State;
use crate::ui::theme::{self, Palette, space};

/// Draws every question of the lesson, with what was answered.
pub(super) fn show(ui: &mut Ui, state: &State, lesson: &Lesson, inbox: &mut Inbox) {
    ui.label(theme::title("Check yourself"));
    for question in &lesson.questions {
        ui.add_space(space::S);
        let builder = UiBuilder::new()
            .accessibility_role(Role::Group)
            .accessibility_label(format!("Question: {}", question.text));
        ui.push_id(("question", &question.id), |ui| {
            ui.scope_builder(builder, |ui| one(ui, state, lesson, question, inbox));
        });
    }
}

fn one(ui: &mut Ui, state: &State, lesson: &Lesson, question: &Question, inbox: &mut Inbox) {
    let answered = state.answered(lesson, question);
    ui.add(Label::new(theme::strong(question.text.as_str())).wrap());
    for (index, choice) in question.choices.iter().enumerate() {
        let is_chosen = answered.as_ref().is_some_and(|(chosen, _)| *chosen == index);
        if ui.radio(is_chosen, choice.text.as_str()).clicked() {
            inbox.send(Command::Answer { question: question.id.clone(), choice: index });
        }
    }
    let Some((_, answer)) = answered else { return };
    match &answer {
        Answer::Right(reason) => feedback(ui, Verdict::Holds, "Right.", reason.as_deref(), Some(&question.why)),
        Answer::Wrong(reason) => feedback(ui, Verdict::Refuted, "Not so.", reason.as_deref(), Some(&question.why)),
        Answer::CannotTell(reason) => {
            feedback(ui, Verdict::CannotTell, "This measurement cannot tell.", Some(reason), None);
        }
        Answer::Unmeasured => {
            ui.add(Label::new("Run the experiment: what you measure is the answer.").wrap());
            let experiment = question.experiment.as_deref().and_then(|id| lesson.experiment(id));
            if let Some(experiment) = experiment.filter(|_| state.run.is_none()) {
                let label = format!("Run it: {}", state.experiment_title(experiment));
                if ui.button(label).on_hover_text("Shows this experiment and runs it.").clicked() {
                    inbox.send(Command::SelectExperiment(experiment.id.clone()));
                    inbox.send(Command::Run);
                }
            }
        }
    }
}

fn feedback(ui: &mut Ui, verdict: Verdict, word: &str, reason: Option<&str>, why: Option<&String>) {
    let color = Palette::in_use(ui).verdict(verdict);
    ui.add_space(space::XS);
    ui.label(theme::strong(format!("{} {word}", theme::verdict_symbol(verdict))).color(color));
    for text in [reason, why.map(String::as_str)].into_iter().flatten() {
        ui.add(egui::Label::new(RichText::new(text)).wrap());
    }
}
