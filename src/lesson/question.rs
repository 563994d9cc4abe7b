//! Questions at the end of a lesson, and what an answer to one comes to.

use crate::model::claim::{Claim, Judgement, Subject, Verdict, judge};

/// What the learner is asked at the end of a lesson.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Unique in its lesson.
    pub id: String,
    /// The question.
    pub text: String,
    /// The experiment that answers it, where one does.
    pub experiment: Option<String>,
    /// Why the right answer is right; shown once the learner has answered.
    pub why: String,
    /// 2 to 6 answers to choose from, one of which at least can be right.
    pub choices: Vec<Choice>,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The answer.
    pub text: String,
    /// What decides whether it is right.
    pub rule: Rule,
}

/// What decides whether an answer is right.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// It is right everywhere.
    Right,
    /// It is wrong everywhere.
    Wrong,
    /// It is right where this holds of what the learner measured: a check like those of claims.
    Measured(Claim),
}

/// What an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Right; with the numbers where it was decided by what was measured.
    Right(Option<String>),
    /// Wrong; with the numbers where it was decided by what was measured.
    Wrong(Option<String>),
    /// What was measured does not decide it, for this reason: a full sentence.
    CannotTell(String),
    /// The question's experiment has to be run first.
    Unmeasured,
}

impl Question {
    /// What the choice of that index comes to. `measured` is what the learner measured in the question's experiment, if
    /// anything. `None` for an index that it does not have.
    pub fn answer(&self, choice: usize, measured: Option<&Subject<'_>>) -> Option<Answer> {
        Some(match &self.choices.get(choice)?.rule {
            Rule::Right => Answer::Right(None),
            Rule::Wrong => Answer::Wrong(None),
            Rule::Measured(claim) => match measured {
                None => Answer::Unmeasured,
                Some(subject) => {
                    let Judgement { verdict, reason, .. } = judge(claim, subject);
                    match verdict {
                        Verdict::Holds => Answer::Right(Some(reason)),
                        Verdict::Refuted => Answer::Wrong(Some(reason)),
                        Verdict::CannotTell => Answer::CannotTell(reason),
                    }
                }
            },
        })
    }

    /// Whether some answer is decided by what was measured.
    pub fn needs_measuring(&self) -> bool {
        self.choices.iter().any(|choice| matches!(choice.rule, Rule::Measured(_)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lesson::{Lesson, Origin};
    use crate::model::fixture;
    use crate::model::results::{Curve, Results};
    use crate::model::series::{EngineKind, SeriesKey};

    const LESSON: &str = r#"+++
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

[[question]]
id = "how-much"
text = "How much more did eight threads get done?"
experiment = "wait"
why = "They wait at the same time."

[[question.choice]]
text = "About as much as one"
check = { quantity = "speedup", engine = "native", threads = 8, at_most = 2 }

[[question.choice]]
text = "Nearly eight times as much"
check = { quantity = "speedup", engine = "native", threads = 8, at_least = 6 }

[[question]]
id = "join"
text = "Does `join` run the thread?"
why = "`start` runs it, `join` waits for its end."

[[question.choice]]
text = "Yes"

[[question.choice]]
text = "No"
right = true
+++
Text.
"#;

    fn questions() -> Vec<Question> {
        Lesson::parse(LESSON, Origin::Bundled).expect("a sound lesson").questions
    }

    fn measured(speedup: u64) -> Results {
        let key = SeriesKey::of(EngineKind::Native);
        let mut results = Results::new(std::slice::from_ref(&key));
        for round in 0..6 {
            for (threads, units) in [(1, 1000), (8, 1000 * speedup)] {
                let window =
                    json!({ "threads": threads, "round": round, "started_s": 0.0, "wall_s": 0.1, "units": units });
                let window = serde_json::from_value(window).expect("a window");
                results.add(&Curve::Series(key.clone()), window);
            }
        }
        results
    }

    #[track_caller]
    fn check(question: &Question, choice: usize, results: Option<&Results>, expected: &str) {
        let machine = fixture::machine(2);
        let workload = crate::model::workload::Workload::new(crate::model::workload::WorkloadKind::Wait);
        let subject = results.map(|results| Subject {
            results,
            workload: &workload,
            machine: &machine,
            switch_interval_us: crate::model::plan::DEFAULT_SWITCH_INTERVAL_US,
        });
        let answer = question.answer(choice, subject.as_ref());
        assert!(format!("{answer:?}").contains(expected), "{answer:?}");
    }

    #[test]
    fn a_fixed_answer_needs_no_measurement() {
        let questions = questions();
        assert!(questions[0].needs_measuring() && !questions[1].needs_measuring());
        check(&questions[1], 0, None, "Wrong(None)");
        check(&questions[1], 1, None, "Right(None)");
        check(&questions[1], 2, None, "None");
    }

    #[test]
    fn a_measured_answer_follows_what_was_measured() {
        let question = &questions()[0];
        check(question, 1, None, "Unmeasured");
        check(question, 1, Some(&measured(8)), "Right(Some(\"At 8 threads");
        check(question, 0, Some(&measured(8)), "Wrong(Some(\"At 8 threads");
        check(question, 0, Some(&measured(1)), "Right(Some");
        let nothing = Results::new(&[SeriesKey::of(EngineKind::Native)]);
        check(question, 1, Some(&nothing), "CannotTell(\"Native threads were not measured");
    }
}
