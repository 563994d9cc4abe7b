//! Questions: their choices, and what decides whether one is right.

use super::Checker;
use crate::lesson::diagnostic::one_of;
use crate::lesson::raw::{Field, Placed, RawChoice, RawQuestion};
use crate::lesson::{Choice, Experiment, Question, Rule};
use crate::model::claim::Claim;

/// The fewest and the most choices of a question.
const CHOICES: std::ops::RangeInclusive<usize> = 2..=6;

impl Checker<'_> {
    /// Checks the questions. `ids` are the ids of all experiments, `None` where they could not be read; `experiments` are
    /// those that passed their own checks.
    pub(super) fn questions(
        &mut self,
        raw: Vec<Placed<RawQuestion>>,
        ids: Option<&[String]>,
        experiments: Option<&[Experiment]>,
    ) -> Option<Vec<Question>> {
        let own: Vec<_> = raw.iter().map(|question| question.value.id.clone().given()).collect();
        self.unique(own.into_iter().flatten(), "question");
        let checked: Vec<Option<Question>> =
            raw.into_iter().map(|question| self.question(question, ids, experiments)).collect();
        checked.into_iter().collect()
    }

    fn question(
        &mut self,
        raw: Placed<RawQuestion>,
        ids: Option<&[String]>,
        experiments: Option<&[Experiment]>,
    ) -> Option<Question> {
        let Placed { value: raw, span } = raw;
        let id = self.id(raw.id);
        let text = self.text(raw.text, "text");
        let why = self.text(raw.why, "why");
        let names_experiment = !raw.experiment.is_absent();
        let experiment = self.answering_experiment(raw.experiment, ids);
        let known = experiment.as_ref().and_then(|id| experiments?.iter().find(|experiment| experiment.id == *id));
        let choices = raw.choices.given()?;
        if !CHOICES.contains(&choices.value.len()) {
            let (least, most) = (CHOICES.start(), CHOICES.end());
            let error = self.error(&span, format!("the question has {} choices", choices.value.len()));
            self.report.push(error.expected(format!("expected {least} to {most} tables `[[question.choice]]`")));
            return None;
        }
        let is_measured = choices.value.iter().any(|choice| !choice.value.check.is_absent());
        if is_measured && !names_experiment {
            let error = self.error(&span, "a choice has a `check`, and the question does not say of which experiment");
            self.report.push(error.help("add `experiment = \"…\"` with the id of one of the lesson's experiments"));
            return None;
        }
        let checked: Vec<Option<Choice>> = choices.value.into_iter().map(|choice| self.choice(choice, known)).collect();
        let choices: Vec<Choice> = checked.into_iter().collect::<Option<_>>()?;
        if choices.iter().all(|choice| choice.rule == Rule::Wrong) {
            let error = self.error(&span, "no choice of the question can be right");
            self.report.push(error.help("give one of them `right = true`, or a `check` that the experiment decides"));
            return None;
        }
        if names_experiment && experiment.is_none() {
            return None;
        }
        Some(Question { id: id?.value, text: text?, experiment, why: why?, choices })
    }

    fn answering_experiment(&mut self, experiment: Field<String>, ids: Option<&[String]>) -> Option<String> {
        let experiment = experiment.given()?;
        let ids = ids?;
        if !ids.contains(&experiment.value) {
            let known = || ids.iter().map(String::as_str);
            let error = self
                .error(&experiment.span, format!("the lesson has no experiment `{}`", experiment.value))
                .expected(format!("expected {}", one_of(known())))
                .nearest(&experiment.value, known());
            self.report.push(error);
            return None;
        }
        Some(experiment.value)
    }

    fn choice(&mut self, raw: Placed<RawChoice>, experiment: Option<&Experiment>) -> Option<Choice> {
        let Placed { value: raw, span } = raw;
        let text = self.text(raw.text, "text");
        if !raw.right.is_absent() && !raw.check.is_absent() {
            let error = self.error(&span, "the choice has both `right` and `check`, and one of them decides");
            self.report.push(error.help("remove `right` where the measurement decides, or else `check`"));
            return None;
        }
        let rule = match (raw.right, raw.check) {
            (Field::Wrong, _) | (_, Field::Wrong) => None,
            (Field::Given(right), _) => Some(if right.value { Rule::Right } else { Rule::Wrong }),
            (Field::Absent, Field::Absent) => Some(Rule::Wrong),
            (Field::Absent, Field::Given(check)) => {
                let engines = experiment.map(|experiment| experiment.engines.as_slice());
                let check = self.check(check, engines, experiment.map(|experiment| &experiment.threads));
                let workload = experiment.map(|experiment| experiment.workload.clone());
                check.map(|check| {
                    Rule::Measured(Claim { id: "choice".to_owned(), text: String::new(), workload, check })
                })
            }
        };
        Some(Choice { text: text?, rule: rule? })
    }
}

#[cfg(test)]
mod tests {
    use crate::lesson::{Lesson, Origin, Rule};

    const QUESTION: &str = r#"
[[question]]
id = "how-much"
text = "How much more?"
experiment = "wait"
why = "They wait at the same time."

[[question.choice]]
text = "As much as one"
check = { quantity = "speedup", engine = "native", threads = 8, at_most = 2 }

[[question.choice]]
text = "Nothing"
"#;

    fn lesson(questions: &str) -> String {
        let front = r#"
format = 1
id = "asked"
title = "Asked"
minutes = 5
goals = ["Answer."]

[[experiment]]
id = "wait"
title = "Waiting"
workload = "wait"
engines = ["native"]
threads = { min = 1, max = 8 }
"#;
        format!("+++{front}{questions}+++\nText.\n")
    }

    #[track_caller]
    fn check_refused(old: &str, new: &str, expected: &str) {
        assert!(QUESTION.contains(old), "the example lacks {old}");
        let errors = Lesson::parse(&lesson(&QUESTION.replacen(old, new, 1)), Origin::Bundled).expect_err("an error");
        let sentences: Vec<String> = errors.list.iter().map(super::super::Diagnostic::sentence).collect();
        assert!(sentences.len() == 1 && sentences[0].contains(expected), "{sentences:?}");
    }

    #[test]
    fn a_question_is_read_with_its_rules() {
        let lesson = Lesson::parse(&lesson(QUESTION), Origin::Bundled).expect("a sound lesson");
        let question = &lesson.questions[0];
        assert_eq!((question.id.as_str(), question.experiment.as_deref()), ("how-much", Some("wait")));
        let Rule::Measured(claim) = &question.choices[0].rule else { panic!("a measured rule") };
        assert_eq!(claim.workload.as_ref(), Some(&lesson.experiments[0].workload));
        assert_eq!(question.choices[1].rule, Rule::Wrong);
    }

    #[test]
    fn mistakes_are_named() {
        check_refused("\"How much more?\"", "\"\"", "`text` is empty");
        check_refused("why =", "wy =", "did you mean `why`?");
        check_refused("\"wait\"", "\"wiat\"", "no experiment `wiat`; expected `wait`; did you mean `wait`?");
        check_refused("experiment = \"wait\"\n", "", "does not say of which experiment");
        check_refused("\n[[question.choice]]\ntext = \"Nothing\"\n", "", "has 1 choices; expected 2 to 6");
        check_refused("threads = 8", "threads = 99", "never reaches this thread count");
        check_refused("engine = \"native\"", "engine = \"gil-model\"", "does not list engine `gil-model`");
        check_refused(
            "check = { quantity = \"speedup\", engine = \"native\", threads = 8, at_most = 2 }",
            "",
            "no choice",
        );
        check_refused(
            "text = \"As much as one\"",
            "text = \"As much as one\"\nright = true",
            "both `right` and `check`",
        );
        check_refused("text = \"Nothing\"", "text = \"Nothing\"\nright = 1", "expected `true` or `false`");
        let twice = format!("{QUESTION}{QUESTION}");
        let errors = Lesson::parse(&lesson(&twice), Origin::Bundled).expect_err("an error");
        assert!(errors.list[0].message.contains("two questions `how-much`"), "{errors}");
    }
}
