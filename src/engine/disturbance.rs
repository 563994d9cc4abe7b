//! What spoils a window, as its own figures show: such a window is measured again.

use std::time::Duration;

use super::schedule;
use crate::model::window::{Disturbance, Window};
use crate::model::workload::Workload;

/// The share of one core that this program may use beside its workers in a window (MEASURING.md, "The observer").
pub const OBSERVER_LIMIT: f64 = 0.02;

/// How many times as long as planned a window may last. With eight computing workers on two cores its coordinator wakes up to 24 ms
/// late, which a window of 50 ms bears; what is far longer was measured on a machine that had something else to do.
pub const OVERLONG_LIMIT: f64 = 4.0;

/// How often a disturbed window is measured again before it is kept, if there is time.
pub const REPEATS: u32 = 2;

/// What spoiled a window of `workload` that was to last `planned`; `None` also where that is unknown.
pub fn of(window: &Window, workload: &Workload, planned: Duration) -> Option<Disturbance> {
    overlong(window, workload, planned).or_else(|| observer(window))
}

fn overlong(window: &Window, workload: &Workload, planned: Duration) -> Option<Disturbance> {
    // Those that end with a batch last as long as their last one.
    if schedule::ends_with_its_batch(workload) || planned.is_zero() {
        return None;
    }
    let times = window.wall_s / planned.as_secs_f64();
    (times > OVERLONG_LIMIT).then_some(Disturbance::Overlong { times })
}

fn observer(window: &Window) -> Option<Disturbance> {
    let share_of_core = window.observer_cpu_s? / window.wall_s;
    (share_of_core > OBSERVER_LIMIT).then_some(Disturbance::Observer { share_of_core })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture;
    use crate::model::workload::WorkloadKind;

    #[track_caller]
    fn check(wall_s: f64, observer_cpu_s: Option<f64>, kind: WorkloadKind, expected: Option<Disturbance>) {
        let window = Window { wall_s, observer_cpu_s, ..fixture::window(1, 0, 100.0) };
        assert_eq!(of(&window, &Workload::new(kind), Duration::from_millis(50)), expected);
    }

    #[test]
    fn two_percent_of_a_core_is_the_limit_and_the_unknown_is_no_disturbance() {
        check(0.0625, None, WorkloadKind::CountPrimes, None);
        check(0.0625, Some(0.001), WorkloadKind::CountPrimes, None);
        let disturbed = Disturbance::Observer { share_of_core: 0.04 };
        check(0.0625, Some(0.0025), WorkloadKind::CountPrimes, Some(disturbed));
    }

    #[test]
    fn a_window_that_lasts_far_longer_than_planned_is_disturbed_unless_it_waits_for_its_last_unit() {
        check(0.2, Some(0.0), WorkloadKind::CountPrimes, None);
        check(29.0, Some(29.0), WorkloadKind::CountPrimes, Some(Disturbance::Overlong { times: 580.0 }));
        check(29.0, Some(0.0), WorkloadKind::Job, None);
        check(29.0, Some(0.0), WorkloadKind::StartJoin, None);
    }
}
