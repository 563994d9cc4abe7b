//! Everything that is read at one end of a window, and the window between two such readings.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::crew::Crew;
use crate::engine::{WindowOrder, cpu_clock};
use crate::model::window::Window;
use crate::workload::Prepared;

/// Everything that is read at one end of a window.
pub(super) struct Snapshot {
    pub(super) at: Instant,
    counts: Vec<u64>,
    workers_cpu: Option<Duration>,
    process_cpu: Option<Duration>,
    server_cpu: Option<Duration>,
    switches: Option<u64>,
    /// When run delay was read, and what it was.
    pub(super) delayed: Option<(Instant, Duration)>,
}

impl Snapshot {
    /// How often a snapshot is taken again if its coordinator lost the core in the middle.
    const ATTEMPTS: u32 = 5;

    pub(super) fn of(threads: usize) -> Self {
        Self {
            at: Instant::now(),
            counts: vec![0; threads],
            workers_cpu: None,
            process_cpu: None,
            server_cpu: None,
            switches: None,
            delayed: None,
        }
    }

    /// Reads all at nearly one time. If it took long, the coordinator lost the core in between, and clock and counters
    /// would belong to different moments: then it reads again.
    pub(super) fn take(&mut self, crew: &Crew<'_>, prepared: &Prepared, switches: &impl Fn() -> Option<u64>) {
        let threads = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        let longest = Duration::from_micros(100).saturating_add(Duration::from_micros(2).saturating_mul(threads));
        for _ in 0..Self::ATTEMPTS {
            let began = Instant::now();
            self.read(crew, prepared, switches);
            if began.elapsed() <= longest {
                break;
            }
        }
    }

    fn read(&mut self, crew: &Crew<'_>, prepared: &Prepared, switches: &impl Fn() -> Option<u64>) {
        let before = cpu_clock::of_process();
        self.workers_cpu = crew.sensors.iter().map(|sensors| sensors.get()?.clock?.read()).sum();
        self.server_cpu = prepared.server_cpu();
        let after = cpu_clock::of_process();
        // Workers go on while their clocks are read one after the other: the middle is the process at that time.
        self.process_cpu = before.zip(after).map(|(before, after)| (before + after) / 2);
        self.switches = switches();
        for (count, cell) in self.counts.iter_mut().zip(&crew.counts) {
            *count = cell.load(Ordering::Relaxed);
        }
        self.at = Instant::now();
    }

    /// The window between this snapshot and a later one.
    pub(super) fn window_until(&self, later: &Self, order: &WindowOrder<'_>, latency_s: Option<f64>) -> Window {
        let between = |earlier: Option<Duration>, later: Option<Duration>| later?.checked_sub(earlier?);
        let workers_cpu = between(self.workers_cpu, later.workers_cpu);
        let server_cpu = between(self.server_cpu, later.server_cpu);
        let process_cpu = between(self.process_cpu, later.process_cpu);
        // Read one after the other, so that their difference can fall below nothing by the time of reading.
        let observer_cpu = process_cpu
            .zip(workers_cpu)
            .map(|(process, workers)| process.saturating_sub(workers).saturating_sub(server_cpu.unwrap_or_default()));
        let wall_s = later.at.saturating_duration_since(self.at).as_secs_f64();
        let counted = self.counts.iter().zip(&later.counts).map(|(before, after)| after - before);
        Window {
            threads: order.threads,
            round: order.round,
            started_s: self.at.saturating_duration_since(order.run_began).as_secs_f64(),
            wall_s,
            units: counted.sum(),
            workers_cpu_s: workers_cpu.map(|time| time.as_secs_f64()),
            observer_cpu_s: observer_cpu.map(|time| time.as_secs_f64()),
            server_cpu_s: server_cpu.map(|time| time.as_secs_f64()),
            run_delay_s: self
                .delayed
                .zip(later.delayed)
                .and_then(|(before, after)| delay_within(wall_s, before, after)),
            latency_ms: latency_s.map(|seconds| seconds * 1000.0),
            gil_switches: self.switches.zip(later.switches).and_then(|(before, after)| after.checked_sub(before)),
            lost: None,
            latency_quantiles_ms: None,
            deadlocks: None,
            disturbance: None,
        }
    }
}

/// The part of the run delay between two readings that falls into a window of `wall_s` between them. On a busy machine the
/// coordinator itself may wait between a reading and its snapshot.
fn delay_within(wall_s: f64, before: (Instant, Duration), after: (Instant, Duration)) -> Option<f64> {
    let between_s = after.0.saturating_duration_since(before.0).as_secs_f64();
    let delay_s = after.1.checked_sub(before.1)?.as_secs_f64();
    (between_s > 0.0).then(|| delay_s * wall_s / between_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::MeasureError;
    use crate::engine::fixture::order;
    use crate::engine::window::check_possible;
    use crate::model::workload::{Workload, WorkloadKind};

    #[test]
    fn more_cpu_time_than_cores_is_impossible() {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 3, Duration::from_millis(1));
        let mut first = Snapshot::of(3);
        let mut second = Snapshot::of(3);
        first.workers_cpu = Some(Duration::from_millis(100));
        second.at = first.at + Duration::from_millis(50);
        second.counts = vec![10, 20, 30];
        let mut check = |cpu_ms: u64| {
            second.workers_cpu = Some(Duration::from_millis(100 + cpu_ms));
            let window = first.window_until(&second, &order, None);
            assert_eq!((window.units, window.run_delay_s, window.server_cpu_s), (60, None, None));
            check_possible(&window, 2)
        };
        assert_eq!(check(100), Ok(()));
        let wrong = check(150);
        assert!(
            matches!(wrong, Err(MeasureError::Impossible { used_cores, cores: 2 }) if used_cores > 2.9),
            "{wrong:?}"
        );
        second.workers_cpu = None;
        assert_eq!(check_possible(&first.window_until(&second, &order, None), 2), Ok(()), "unknown is not impossible");
    }

    #[test]
    fn run_delay_is_that_of_the_window_alone() {
        let began = Instant::now();
        let reading = |at_ms, delay_ms| (began + Duration::from_millis(at_ms), Duration::from_millis(delay_ms));
        // Read 80 ms apart, of which the window is 60.
        let delay = delay_within(0.060, reading(0, 5), reading(80, 25));
        assert!(delay.is_some_and(|delay| (delay - 0.015).abs() < 1e-9), "{delay:?}");
        assert_eq!(delay_within(0.060, reading(0, 5), reading(0, 25)), None);
        assert_eq!(delay_within(0.060, reading(0, 25), reading(80, 5)), None);
    }

    #[test]
    fn the_observer_is_what_workers_and_server_did_not_use() {
        let workload = Workload::new(WorkloadKind::CountPrimes);
        let order = order(&workload, 1, Duration::from_millis(1));
        let ms = |ms| Some(Duration::from_millis(ms));
        let mut first = Snapshot::of(1);
        (first.process_cpu, first.workers_cpu, first.server_cpu) = (ms(10), ms(5), ms(1));
        let mut second = Snapshot::of(1);
        second.at = first.at + Duration::from_millis(50);
        (second.process_cpu, second.workers_cpu, second.server_cpu) = (ms(70), ms(50), ms(8));
        let window = first.window_until(&second, &order, None);
        // 60 ms in all, 45 of the worker, 7 of the server.
        assert!(window.observer_cpu_s.is_some_and(|seconds| (seconds - 0.008).abs() < 1e-9), "{window:?}");
        second.workers_cpu = None;
        assert_eq!(first.window_until(&second, &order, None).observer_cpu_s, None);
    }
}
