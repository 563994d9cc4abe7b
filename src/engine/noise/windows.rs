//! What the measured windows of one experiment tell of disturbances.

use crate::model::machine::Machine;
use crate::model::plan::ExperimentPlan;
use crate::model::results::{Point, Results};
use crate::model::units::ThreadCount;
use crate::model::warning::Warning;
use crate::model::window::Window;
use crate::model::workload::WorkloadKind;

/// The share of their time that workers may wait for a core: amber above this, red above [`SEVERE_RUN_DELAY`].
pub const RUN_DELAY_LIMIT: f64 = 0.05;

/// The share of their time that workers wait for a core on a machine that is very busy otherwise.
pub const SEVERE_RUN_DELAY: f64 = 0.20;

/// The share of one core from which the local server may be what limits a curve.
pub const SERVER_LIMIT: f64 = 0.80;

/// How much longer than asked for a wait may take, as a share.
pub const WAIT_LIMIT: f64 = 0.05;

/// Warnings about one experiment, from its windows: run delay, a busy server, long waits.
pub fn of_windows(plan: &ExperimentPlan, results: &Results, machine: &Machine) -> Vec<Warning> {
    [run_delay(results, machine), server_busy(results), wait_longer(plan, results)].into_iter().flatten().collect()
}

fn points(results: &Results) -> impl Iterator<Item = &Point> {
    results.series.iter().flat_map(|series| &series.points)
}

/// Over all windows with no more workers than cores, the ceiling's included: with more of them some must wait, and that is
/// no noise.
fn run_delay(results: &Results, machine: &Machine) -> Option<Warning> {
    let few = |window: &&Window| window.threads.as_f64() <= machine.usable_cores();
    let windows = points(results).chain(&results.ceiling).flat_map(|point| &point.windows).filter(few);
    let known = windows.filter_map(|window| Some((window.run_delay_s?, window.threads.as_f64() * window.wall_s)));
    let (delay_s, workers_s) = known.fold((0.0, 0.0), |(delay, time), (more, of)| (delay + more, time + of));
    let share = delay_s / workers_s;
    (share > RUN_DELAY_LIMIT).then_some(Warning::RunDelay { share: share.min(1.0), severe: share > SEVERE_RUN_DELAY })
}

/// At the fewest threads that show it.
fn server_busy(results: &Results) -> Option<Warning> {
    let busy = |point: &Point| {
        let share_of_core = point.server_cores_used.as_ref()?.median;
        (share_of_core >= SERVER_LIMIT).then_some((point.threads, share_of_core))
    };
    let (threads, share_of_core) = points(results).filter_map(busy).min_by_key(|(threads, _)| *threads)?;
    Some(Warning::ServerBusy { threads: threads.get(), share_of_core })
}

/// At one thread, where nothing but the system can make a wait longer.
fn wait_longer(plan: &ExperimentPlan, results: &Results) -> Option<Warning> {
    let asked_ms = match plan.workload.kind() {
        WorkloadKind::Wait => plan.workload.value("wait_ms"),
        WorkloadKind::Socket => plan.workload.value("delay_ms"),
        // The others' units do not only wait.
        _ => return None,
    };
    let alone = points(results).filter(|point| point.threads == ThreadCount::ONE);
    let measured_ms = alone.filter_map(|point| Some(point.latency_ms.as_ref()?.median)).min_by(f64::total_cmp)?;
    (measured_ms > asked_ms * (1.0 + WAIT_LIMIT)).then_some(Warning::WaitLonger { asked_ms, measured_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::mock;
    use crate::model::fixture;
    use crate::model::results::Curve;
    use crate::model::series::{EngineKind, SeriesKey};
    use crate::model::workload::Workload;

    fn window(threads: usize, round: u32) -> Window {
        Window { started_s: 0.0, wall_s: 0.1, units: 20, ..fixture::unread_window(threads, round) }
    }

    #[track_caller]
    fn check(kind: WorkloadKind, windows: Vec<Window>, expected: &[Warning]) {
        let key = SeriesKey::of(EngineKind::Native);
        let plan = ExperimentPlan {
            id: "x".to_owned(),
            workload: Workload::new(kind),
            series: vec![key.clone()],
            threads: windows.iter().map(|window| window.threads).collect(),
        };
        let mut results = Results::new(&plan.series);
        for window in windows {
            results.add(&Curve::Series(key.clone()), window);
        }
        // On four cores.
        assert_eq!(of_windows(&plan, &results, &mock::machine()), expected);
    }

    #[test]
    fn run_delay_counts_only_where_there_is_a_core_for_each_worker() {
        let delayed = |threads, delay_s| Window { run_delay_s: Some(delay_s), ..window(threads, 0) };
        check(WorkloadKind::CountPrimes, vec![delayed(1, 0.004), delayed(8, 0.6)], &[]);
        check(
            WorkloadKind::CountPrimes,
            vec![delayed(1, 0.0), delayed(4, 0.05)],
            &[Warning::RunDelay { share: 0.1, severe: false }],
        );
        check(WorkloadKind::CountPrimes, vec![delayed(1, 0.025)], &[Warning::RunDelay { share: 0.25, severe: true }]);
        check(WorkloadKind::CountPrimes, vec![window(1, 0)], &[]);
    }

    #[test]
    fn a_busy_server_is_named_with_the_fewest_threads_that_show_it() {
        let served = |threads, cpu_s| Window { server_cpu_s: Some(cpu_s), ..window(threads, 0) };
        let busy = Warning::ServerBusy { threads: 8, share_of_core: 1.0 };
        check(WorkloadKind::Socket, vec![served(1, 0.01), served(8, 0.1), served(16, 0.12)], &[busy]);
        check(WorkloadKind::Socket, vec![served(8, 0.07)], &[]);
    }

    #[test]
    fn waits_are_compared_with_what_was_asked_for() {
        let waited = |threads, latency_ms| Window { latency_ms: Some(latency_ms), ..window(threads, 0) };
        check(WorkloadKind::Wait, vec![waited(1, 5.2), waited(8, 9.0)], &[]);
        let longer = Warning::WaitLonger { asked_ms: 5.0, measured_ms: 5.5 };
        check(WorkloadKind::Wait, vec![waited(1, 5.5)], std::slice::from_ref(&longer));
        check(WorkloadKind::Socket, vec![waited(1, 5.5)], &[longer]);
        check(WorkloadKind::Mixed, vec![waited(1, 50.0)], &[]);
    }
}
