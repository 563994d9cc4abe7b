//! Bounds that no result can reach, or that every result meets, and thread counts that some machines do not have.

use std::ops::Range;

use super::Checker;
use super::amount::{MACHINES, count_at};
use super::claim::at_ends;
use crate::lesson::ThreadRange;
use crate::lesson::raw::Placed;
use crate::model::claim::{At, Quantity};
use crate::model::expression::Expression;

/// How far beyond what is possible a measurement may come out, by noise alone.
const NOISE: f64 = 1.1;

/// The machines that a lesson is written for, by cores.
const USUAL_MACHINES: [f64; 3] = [2.0, 8.0, 64.0];

impl Checker<'_> {
    /// Reports a bound that no result can reach on any machine: `None` then. Warns of one that every result meets.
    pub(super) fn reachable(
        &mut self,
        quantity: &Quantity,
        at: &At,
        at_least: Option<&Placed<Expression>>,
        at_most: Option<&Placed<Expression>>,
    ) -> Option<()> {
        let everywhere = |bound: &Placed<Expression>, says: &dyn Fn(f64, f64, f64) -> bool| {
            MACHINES.iter().all(|&cores| {
                let (from, to) = at_ends(at, cores);
                let at =
                    |threads| bound.value.evaluate(cores, threads).is_some_and(|value| says(value, cores, threads));
                at(from) && at(to)
            })
        };
        let above =
            |value: f64, cores: f64, threads: f64| greatest(quantity, cores, threads).is_some_and(|most| value > most);
        let meets =
            |value: f64, cores: f64, threads: f64| greatest(quantity, cores, threads).is_some_and(|most| value >= most);
        let none_can_be_less = |value: f64, _: f64, _: f64| value <= 0.0;

        if let Some(least) = at_least.filter(|least| everywhere(least, &above)) {
            let error = self.error(&least.span, "no result can reach this bound on any machine");
            self.report.push(error.expected(format!("expected at most {}", limit_in_words(quantity))));
            return None;
        }
        if let Some(most) = at_most.filter(|most| is_above_zero(quantity) && everywhere(most, &none_can_be_less)) {
            let error = self.error(&most.span, "no result can reach this bound, since this quantity is always above 0");
            self.report.push(error.expected("expected a number above 0"));
            return None;
        }
        let idle = at_least.filter(|least| at_most.is_none() && everywhere(least, &none_can_be_less));
        let idle = idle.or_else(|| at_most.filter(|most| at_least.is_none() && everywhere(most, &meets)));
        if let Some(bound) = idle {
            let warning = self.error(&bound.span, "every result meets this bound, so that the claim says nothing");
            self.report.push(warning.help("choose a bound that a result could miss").into_warning());
        }
        Some(())
    }

    /// Warns of a claim beyond the experiment's slider on a machine that a lesson is written for: it is not measured there.
    pub(super) fn within_slider(&mut self, at: &At, slider: &ThreadRange, span: &Range<usize>) {
        let missed = USUAL_MACHINES.into_iter().find_map(|cores| {
            let (from, to) = at_ends(at, cores);
            let (least, most) = (count_at(&slider.min, cores), count_at(&slider.max, cores));
            let outside = from < least || to > most;
            outside.then_some((cores, from, to, least, most))
        });
        let Some((cores, from, to, least, most)) = missed else { return };
        let claimed =
            if from.total_cmp(&to).is_eq() { format!("{to} threads") } else { format!("{from} to {to} threads") };
        let warning = self
            .error(span, format!("on a machine with {cores} cores this claim speaks of {claimed}, and the slider goes from {least} to {most}"))
            .help("widen the experiment's `threads`, or claim something within it: what is not measured cannot be told");
        self.report.push(warning.into_warning());
    }
}

/// The most that can come out; `None` where nothing is known.
fn greatest(quantity: &Quantity, cores: f64, threads: f64) -> Option<f64> {
    match quantity {
        Quantity::Speedup { .. } => Some(threads * NOISE),
        Quantity::CoresUsed { .. } => Some(threads.min(cores) * NOISE),
        Quantity::LostShare { .. } | Quantity::Deadlocks { .. } => Some(1.0),
        Quantity::ThroughputRatio { .. }
        | Quantity::SpeedupRatio { .. }
        | Quantity::LatencyRatio { .. }
        | Quantity::Latency { .. } => None,
    }
}

fn limit_in_words(quantity: &Quantity) -> &'static str {
    match quantity {
        Quantity::Speedup { .. } => "`threads`, since a thread does no more than one thread's work",
        Quantity::CoresUsed { .. } => "`min(cores, threads)`, since a thread uses no more than one core",
        _ => "1, since it is a share",
    }
}

/// Whether 0 is no possible result.
fn is_above_zero(quantity: &Quantity) -> bool {
    !matches!(quantity, Quantity::LostShare { .. } | Quantity::Deadlocks { .. })
}

#[cfg(test)]
mod tests {
    use crate::lesson::{Diagnostic, parse};
    use crate::model::claim::GilState;

    fn lesson(check: &str, max: &str) -> String {
        // Only where something is counted can something be lost.
        let workload = if check.contains("lost-share") { "counter" } else { "count-primes" };
        format!(
            r#"+++
format = 1
id = "x"
title = "X"
minutes = 5
goals = ["X."]

[[experiment]]
id = "e"
title = "E"
workload = "{workload}"
engines = ["native", "gil-model"]
threads = {{ min = 1, max = {max} }}

[[experiment.claim]]
id = "c"
text = "C."
check = {{ {check} }}
+++
Text.
"#
        )
    }

    #[track_caller]
    fn check_error(check: &str, expected: &str) {
        let errors = parse(&lesson(check, "8"), "x.md", crate::lesson::Origin::Bundled).err().expect("an error");
        let sentences: Vec<String> = errors.list.iter().map(Diagnostic::sentence).collect();
        assert!(sentences.len() == 1 && sentences[0].contains(expected), "{sentences:?}");
    }

    #[track_caller]
    fn check_warnings(check: &str, max: &str, expected: &[&str]) {
        let parsed = parse(&lesson(check, max), "x.md", crate::lesson::Origin::Bundled);
        let warnings = parsed.unwrap_or_else(|errors| panic!("{errors}")).warnings;
        let sentences: Vec<String> = warnings.iter().map(Diagnostic::sentence).collect();
        let matches = sentences.iter().zip(expected).all(|(sentence, expected)| sentence.contains(expected));
        assert!(sentences.len() == expected.len() && matches, "{sentences:?}");
    }

    #[test]
    fn what_no_result_can_reach_is_an_error() {
        check_error(r#"quantity = "speedup", engine = "native", threads = 8, at_least = 9"#, "at most `threads`");
        check_error(r#"quantity = "speedup", engine = "native", threads = 8, at_most = 0"#, "always above 0");
        check_error(
            r#"quantity = "cores-used", engine = "native", threads = 4, at_least = "cores + 1""#,
            "min(cores, threads)",
        );
        check_error(r#"quantity = "lost-share", engine = "native", threads = 8, at_least = 30"#, "it is a share");
        // Reached on some machines.
        check_warnings(r#"quantity = "speedup", engine = "native", threads = 8, at_least = "0.7*cores""#, "8", &[]);
        check_warnings(r#"quantity = "cores-used", engine = "native", threads = 4, at_least = 3"#, "8", &[]);
    }

    #[test]
    fn what_every_result_meets_is_warned_of() {
        let expected = ["says nothing; choose a bound"];
        check_warnings(r#"quantity = "speedup", engine = "native", threads = 8, at_least = 0"#, "8", &expected);
        check_warnings(r#"quantity = "lost-share", engine = "native", threads = 8, at_most = 1"#, "8", &expected);
        check_warnings(r#"quantity = "cores-used", engine = "native", threads = 4, at_most = 5"#, "8", &expected);
        check_warnings(r#"quantity = "speedup", engine = "native", threads = 8, at_least = 0, at_most = 3"#, "8", &[]);
        check_warnings(r#"quantity = "lost-share", engine = "native", threads = 8, at_most = 0"#, "8", &[]);
    }

    #[test]
    fn gil_is_for_claims_about_python_and_such_claims_say_it() {
        check_error(
            r#"quantity = "speedup", engine = "native", threads = 8, at_most = 3, gil = true"#,
            "speaks of none",
        );
        let python = lesson(r#"quantity = "speedup", engine = "python-threads", threads = 8, at_most = 1.2"#, "8")
            .replace("\"gil-model\"]", "\"python-threads\"]");
        let warnings = |lesson: &str| {
            let parsed =
                parse(lesson, "x.md", crate::lesson::Origin::Bundled).unwrap_or_else(|errors| panic!("{errors}"));
            (parsed.warnings.len(), parsed.lesson.experiments[0].claims[0].check.gil)
        };
        assert_eq!(warnings(&python), (1, None));
        assert_eq!(warnings(&python.replace("1.2 }", "1.2, gil = true }")), (0, Some(GilState::On)));
        assert_eq!(warnings(&python.replace("1.2 }", "1.2, gil = false }")), (0, Some(GilState::Off)));
        assert_eq!(warnings(&python.replace("count-primes", "wait")), (0, None));
    }

    #[test]
    fn a_claim_beyond_the_slider_of_a_usual_machine_is_warned_of() {
        let claim = r#"quantity = "speedup", engine = "native", threads = 16, at_least = 2"#;
        check_warnings(
            claim,
            "\"4*cores\"",
            &["with 2 cores this claim speaks of 16 threads, and the slider goes from 1 to 8"],
        );
        check_warnings(claim, "\"max(16, 4*cores)\"", &[]);
    }
}
