//! What a result was measured with, where the controls say something else now: nobody is to take it for what they show.

use std::collections::BTreeSet;

use crate::model::format;
use crate::model::plan::ExperimentPlan;
use crate::model::record::{Completion, ExperimentRecord, RunRecord};
use crate::model::stopping::Precision;
use crate::model::units::ThreadCount;
use crate::model::workload::Workload;

/// What a run would be measured with now.
#[derive(Debug, Clone, Copy)]
pub struct Controls<'a> {
    /// Its experiments.
    pub plans: &'a [ExperimentPlan],
    /// How exact it is to be.
    pub precision: Precision,
    /// The switch interval of the model and of Python threads, in microseconds.
    pub switch_interval_us: u32,
}

/// Whose result is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// What these controls have measured: each of them counts.
    Own,
    /// One that was recorded elsewhere. It may hold more experiments and other series, which its curves name.
    Another,
}

/// The values of a record that are not those of the controls, in words, such as `switch interval 0.5 ms`; none where it was
/// measured as the controls stand.
pub fn differences(record: &RunRecord, controls: Controls<'_>, whose: Whose) -> Vec<String> {
    let mut found = Vec::new();
    if record.precision != controls.precision {
        found.push(format!("precision \u{201c}{}\u{201d}", record.precision.label()));
    }
    if record.switch_interval_us != controls.switch_interval_us && record.depends_on_switch_interval() {
        found.push(format!("switch interval {} ms", format::short(f64::from(record.switch_interval_us) / 1000.0)));
    }
    let plan_of = |measured: &ExperimentRecord| controls.plans.iter().find(|plan| plan.id == measured.id);
    for (measured, plan) in record.experiments.iter().filter_map(|measured| Some((measured, plan_of(measured)?))) {
        found.extend(thread_counts(measured, plan, record.completion));
        found.extend(parameters(&measured.workload_as_run(), &plan.workload));
        if whose == Whose::Own && !measured.results.series.iter().map(|series| &series.key).eq(&plan.series) {
            found.push("other engines or Pythons".to_owned());
        }
    }
    let are_all_there = record.experiments.iter().all(|measured| plan_of(measured).is_some())
        && controls.plans.len() == record.experiments.len();
    if whose == Whose::Own && !are_all_there {
        found.push("other experiments".to_owned());
    }
    let mut seen = BTreeSet::new();
    found.retain(|words| seen.insert(words.clone()));
    found
}

/// The counts of an experiment where they are others than planned. A run that ended early may not have come to each.
fn thread_counts(measured: &ExperimentRecord, plan: &ExperimentPlan, completion: Completion) -> Option<String> {
    let counts = measured.results.thread_counts();
    let are_planned = counts.iter().all(|count| plan.threads.contains(count));
    let are_all = plan.threads.iter().all(|count| counts.contains(count));
    if are_planned && (are_all || completion == Completion::Partial) {
        return None;
    }
    let ends = |counts: &[ThreadCount]| Some((counts.iter().min()?.get(), counts.iter().max()?.get()));
    let (least, most) = ends(&counts)?;
    Some(if least == most {
        format::threads(most)
    } else if ends(&plan.threads) == Some((least, most)) {
        let counts: Vec<String> = counts.iter().map(|count| count.get().to_string()).collect();
        format!("{} threads", counts.join(", "))
    } else {
        format!("{least} to {most} threads")
    })
}

/// The values of what was run where others are set now.
fn parameters(run: &Workload, set: &Workload) -> Vec<String> {
    if run.kind() != set.kind() {
        return vec!["another workload".to_owned()];
    }
    let of_kind = run.kind().parameters().iter();
    let mut found: Vec<String> = of_kind
        .filter(|parameter| run.value(parameter.id).total_cmp(&set.value(parameter.id)).is_ne())
        .map(|parameter| {
            let value = run.value(parameter.id);
            match parameter.chosen(value) {
                Some(choice) => format!("{} \u{201c}{}\u{201d}", parameter.label, choice.label),
                None if parameter.unit.is_empty() => format!("{} {}", parameter.label, format::short(value)),
                None => format!("{} {} {}", parameter.label, format::short(value), parameter.unit),
            }
        })
        .collect();
    if run.code() != set.code() {
        found.push("other code".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::{self, curve};
    use crate::model::plan::DEFAULT_SWITCH_INTERVAL_US;
    use crate::model::series::{EngineKind, SeriesKey};
    use crate::model::workload::WorkloadKind;
    use crate::ui::fixture::empty_record;

    const USUAL: Controls<'_> =
        Controls { plans: &[], precision: Precision::Quick, switch_interval_us: DEFAULT_SWITCH_INTERVAL_US };

    fn counts(counts: &[usize]) -> Vec<ThreadCount> {
        counts.iter().copied().map(ThreadCount::clamped).collect()
    }

    fn plan(engine: EngineKind, threads: &[usize]) -> ExperimentPlan {
        ExperimentPlan {
            id: "wait".to_owned(),
            workload: Workload::new(WorkloadKind::Wait).with("wait_ms", 5.0).expect("a time"),
            series: vec![SeriesKey::of(engine)],
            threads: counts(threads),
        }
    }

    /// A finished run of that plan.
    fn record(plan: &ExperimentPlan) -> RunRecord {
        let mut record = empty_record(plan.clone());
        record.completion = Completion::Completed;
        let points: Vec<(usize, f64)> =
            plan.threads.iter().map(|count| (count.get(), 200.0 * count.as_f64())).collect();
        record.experiments[0].results = fixture::results(&[(curve(plan.series[0].engine), points.as_slice())], 9, 0.0);
        record
    }

    #[track_caller]
    fn check(record: &RunRecord, controls: Controls<'_>, expected: &[&str]) {
        assert_eq!(differences(record, controls, Whose::Own), expected);
    }

    #[test]
    fn every_control_that_took_part_is_named() {
        let plans = [plan(EngineKind::GilModel, &[1, 2, 4])];
        let record = record(&plans[0]);
        let usual = Controls { plans: &plans, ..USUAL };
        check(&record, usual, &[]);
        check(&record, Controls { switch_interval_us: 500, ..usual }, &["switch interval 5 ms"]);
        check(&record, Controls { precision: Precision::Thorough, ..usual }, &["precision \u{201c}Quick\u{201d}"]);
        check(&record, Controls { plans: &[plan(EngineKind::GilModel, &[1, 2])], ..usual }, &["1 to 4 threads"]);
        check(&record, Controls { plans: &[plan(EngineKind::GilModel, &[1, 3, 4])], ..usual }, &["1, 2, 4 threads"]);
        check(
            &record,
            Controls { plans: &[plan(EngineKind::Native, &[1, 2, 4])], ..usual },
            &["other engines or Pythons"],
        );
        check(&record, Controls { plans: &[], ..usual }, &["other experiments"]);
        let mut longer = plans[0].clone();
        longer.workload = longer.workload.with("wait_ms", 20.0).expect("a time");
        check(&record, Controls { plans: &[longer], ..usual }, &["Wait 5 ms"]);
    }

    #[test]
    fn the_switch_interval_takes_no_part_without_a_gil() {
        let plans = [plan(EngineKind::Native, &[1, 2])];
        check(&record(&plans[0]), Controls { plans: &plans, switch_interval_us: 500, ..USUAL }, &[]);
    }

    #[test]
    fn a_run_that_ended_early_need_not_have_come_to_every_count() {
        let plans = [plan(EngineKind::Native, &[1, 2])];
        let mut record = record(&plans[0]);
        record.completion = Completion::Partial;
        check(&record, Controls { plans: &[plan(EngineKind::Native, &[1, 2, 4])], ..USUAL }, &[]);
        check(&record, Controls { plans: &[plan(EngineKind::Native, &[1])], ..USUAL }, &["1 to 2 threads"]);
    }

    #[test]
    fn anothers_series_and_experiments_are_no_difference() {
        let record = record(&plan(EngineKind::GilModel, &[1, 2]));
        let others = [plan(EngineKind::Native, &[1, 2])];
        let another = |plans| differences(&record, Controls { plans, ..USUAL }, Whose::Another);
        assert_eq!(another(&others), [""; 0]);
        assert_eq!(another(&[]), [""; 0]);
        assert_eq!(another(&[plan(EngineKind::Native, &[1, 8])]), ["1 to 2 threads"]);
    }
}
