//! What disturbs a run from outside, and when that is worth a warning.
//!
//! [`readings`] reads the system's counters, [`windows`] looks at the measured windows; the limits are here. What the
//! system does not tell gives no warning: unknown is not quiet, but it is not noise either.

pub mod readings;
pub mod windows;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::cpu_clock;
use super::machine;
use crate::model::machine::Machine;
use crate::model::units::ThreadCount;
use crate::model::warning::Warning;
use readings::{Condition, Counters};

pub use windows::of_windows;

/// The share of a run that other programs may use of all cores. Below a tenth of one core nothing is said.
pub const OTHER_PROGRAMS_LIMIT: f64 = 0.05;

/// The share of CPU time that the hypervisor may take (MEASURING.md: 2 % over the sweep).
pub const STEAL_LIMIT: f64 = 0.02;

/// The share of time in which some task may wait for a CPU while there are no more workers than cores.
pub const PRESSURE_LIMIT: f64 = 0.10;

/// How near its limit a core is hot, in degrees Celsius.
pub const HOT_MARGIN_CELSIUS: f64 = 5.0;

/// Watches the machine during a run. A sweep calls `begin` before its first window, `open` and `close` around each window,
/// `look` after each round, and `finish` after its last window. None of them is called while a window is open.
pub trait Monitor: Send {
    /// The run begins. Returns what is known to disturb it already.
    fn begin(&mut self) -> Vec<Warning>;

    /// A window with so many workers is about to be measured.
    fn open(&mut self, threads: ThreadCount);

    /// That window was measured.
    fn close(&mut self);

    /// Between two rounds.
    fn look(&mut self);

    /// The run is over. Returns what disturbed it, without what `begin` returned.
    fn finish(&mut self) -> Vec<Warning>;
}

/// Sees nothing: for scripted runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMonitor;

impl Monitor for NoMonitor {
    fn begin(&mut self) -> Vec<Warning> {
        Vec::new()
    }

    fn open(&mut self, _threads: ThreadCount) {}

    fn close(&mut self) {}

    fn look(&mut self) {}

    fn finish(&mut self) -> Vec<Warning> {
        Vec::new()
    }
}

/// Watches this machine.
#[derive(Debug)]
pub struct SystemMonitor {
    root: PathBuf,
    machine: Machine,
    began: Option<Reading>,
    /// Pressure before the open window, if it counts.
    opened: Option<(Instant, Duration)>,
    pressed: Duration,
    pressed_within: Duration,
    hottest: Option<f64>,
}

/// Counters with the time at which they were read and what this program had used by then.
#[derive(Debug, Clone)]
struct Reading {
    at: Instant,
    counters: Counters,
    own_cpu: Option<Duration>,
}

impl Reading {
    fn now(root: &Path) -> Self {
        Self { counters: Counters::read(root), own_cpu: cpu_clock::of_process(), at: Instant::now() }
    }
}

impl SystemMonitor {
    /// Ready to begin on this machine.
    pub fn new(machine: Machine) -> Self {
        Self {
            root: PathBuf::from("/"),
            machine,
            began: None,
            opened: None,
            pressed: Duration::ZERO,
            pressed_within: Duration::ZERO,
            hottest: None,
        }
    }

    fn feel(&mut self) {
        if let Some(celsius) = readings::hot_core(HOT_MARGIN_CELSIUS) {
            self.hottest = Some(self.hottest.map_or(celsius, |hottest| hottest.max(celsius)));
        }
    }
}

impl Monitor for SystemMonitor {
    fn begin(&mut self) -> Vec<Warning> {
        self.began = Some(Reading::now(&self.root));
        self.feel();
        lasting(&self.machine, &Condition::read(&self.root))
    }

    fn open(&mut self, threads: ThreadCount) {
        // With more workers than cores some task always waits: one of ours.
        let counts = threads.as_f64() <= self.machine.usable_cores();
        self.opened = counts.then(|| readings::pressure(&self.root)).flatten().map(|time| (Instant::now(), time));
    }

    fn close(&mut self) {
        if let Some((at, before)) = self.opened.take()
            && let Some(after) = readings::pressure(&self.root)
        {
            self.pressed += after.saturating_sub(before);
            self.pressed_within += at.elapsed();
        }
    }

    fn look(&mut self) {
        self.feel();
    }

    fn finish(&mut self) -> Vec<Warning> {
        let Some(began) = self.began.take() else { return Vec::new() };
        let ended = Reading::now(&self.root);
        let own = ended.own_cpu.zip(began.own_cpu).map(|(ended, began)| ended.saturating_sub(began));
        let mut warnings = between(&began.counters, &ended.counters, ended.at - began.at, own);
        warnings.extend(pressure_warning(self.pressed, self.pressed_within));
        warnings.extend(self.hottest.map(|celsius| Warning::Hot { celsius }));
        warnings
    }
}

/// What disturbs measuring on this machine at the moment: looks for half a second. For `threadlab doctor`.
pub fn look(machine: &Machine) -> Vec<Warning> {
    let mut monitor = SystemMonitor::new(machine.clone());
    let mut warnings = monitor.begin();
    monitor.open(ThreadCount::ONE);
    thread::sleep(Duration::from_millis(500));
    monitor.close();
    warnings.extend(monitor.finish());
    warnings
}

/// Ready for the machine that this process runs on.
impl Default for SystemMonitor {
    fn default() -> Self {
        Self::new(machine::read())
    }
}

/// What is so from the beginning and stays so.
fn lasting(machine: &Machine, condition: &Condition) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(quota_cores) = machine.quota_cores.filter(|_| machine.usable_cores() < cores(machine)) {
        warnings.push(Warning::Quota { quota_cores, cores: machine.cores });
    }
    if let Some(governor) = condition.governor.as_ref().filter(|governor| *governor != "performance") {
        warnings.push(Warning::Governor { governor: governor.clone() });
    }
    if condition.on_battery == Some(true) {
        warnings.push(Warning::Battery);
    }
    warnings
}

#[expect(clippy::cast_precision_loss, reason = "core counts are small")]
fn cores(machine: &Machine) -> f64 {
    machine.cores as f64
}

/// What two readings of the counters tell. `own` is the CPU time this process used between them; what it
/// has started counts as its own too.
fn between(earlier: &Counters, later: &Counters, elapsed: Duration, own: Option<Duration>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (counters_before, counters) = (earlier, later);
    if let (Some(earlier), Some(later)) = (&earlier.cpu, &later.cpu) {
        let use_ = later.since(earlier, elapsed);
        let children = match (counters_before.children, counters.children) {
            // What is not readable has not been started either: both come from one place.
            (None, None) => Some(0),
            // It falls when a child of a child is waited for by somebody else: what it used is then unknown.
            (before, after) => before.zip(after).and_then(|(before, after)| after.checked_sub(before)),
        };
        let children = children.map(|ticks| later.in_cores(ticks, earlier).unwrap_or(0.0));
        let own = own.zip(children).map(|(own, children)| own.as_secs_f64() / elapsed.as_secs_f64() + children);
        if let Some(others) = use_.zip(own).map(|(all, own)| all.busy_cores - own)
            && others > (later.cores_as_f64() * OTHER_PROGRAMS_LIMIT).max(0.1)
        {
            warnings.push(Warning::OtherPrograms { cores: others });
        }
        if let Some(share) = use_.map(|all| all.steal_share).filter(|share| *share >= STEAL_LIMIT) {
            warnings.push(Warning::Steal { share });
        }
    }
    if let (Some(before), Some(after)) = (earlier.throttled_periods, later.throttled_periods)
        && after > before
    {
        warnings.push(Warning::Throttled { periods: after - before });
    }
    warnings
}

fn pressure_warning(pressed: Duration, within: Duration) -> Option<Warning> {
    if within.is_zero() {
        return None;
    }
    let share = (pressed.as_secs_f64() / within.as_secs_f64()).min(1.0);
    (share >= PRESSURE_LIMIT).then_some(Warning::Pressure { share })
}

#[cfg(test)]
mod tests {
    use super::readings::CpuTimes;
    use super::*;
    use crate::engine::mock;

    const SECOND: Duration = Duration::from_secs(1);

    fn counters(busy: u64, steal: u64, total: u64) -> Counters {
        Counters {
            cpu: Some(CpuTimes { busy, steal, total, cores: 2 }),
            children: Some(30),
            throttled_periods: Some(5),
        }
    }

    #[test]
    fn others_are_what_is_busy_beside_this_program() {
        let check = |busy: u64, own_ms, expected: Option<f64>| {
            let own = Some(Duration::from_millis(own_ms));
            // Two cores for one second are 200 ticks.
            let warnings = between(&counters(1000, 0, 5000), &counters(1000 + busy, 0, 5200), SECOND, own);
            match (warnings.as_slice(), expected) {
                ([], None) => {}
                ([Warning::OtherPrograms { cores }], Some(expected)) => assert!((cores - expected).abs() < 1e-9),
                other => panic!("{other:?}"),
            }
        };
        check(150, 1500, None);
        check(158, 1500, None);
        check(190, 1500, Some(0.4));
        check(20, 0, Some(0.2));
        let unknown = between(&counters(0, 0, 5000), &counters(200, 0, 5200), SECOND, None);
        assert_eq!(unknown, [], "what this program used is unknown, so is what others used");
    }

    #[test]
    fn interpreters_that_this_program_drives_are_not_other_programs() {
        let check = |children: u64| {
            let later = Counters { children: Some(30 + children), ..counters(1190, 0, 5200) };
            between(&counters(1000, 0, 5000), &later, SECOND, Some(Duration::from_millis(100)))
        };
        // 190 of 200 ticks were busy, 10 of them with this process.
        assert_eq!(check(175), []);
        let [Warning::OtherPrograms { cores }] = check(100)[..] else { panic!("{:?}", check(100)) };
        assert!((cores - 0.8).abs() < 1e-9, "{cores}");
    }

    #[test]
    fn what_children_used_is_unknown_once_their_sum_falls() {
        let check = |before: Option<u64>, after: Option<u64>| {
            let earlier = Counters { children: before, ..counters(1000, 0, 5000) };
            let later = Counters { children: after, ..counters(1190, 0, 5200) };
            between(&earlier, &later, SECOND, Some(Duration::ZERO)).len()
        };
        assert_eq!(check(Some(30), Some(29)), 0, "whose 1.9 cores were busy is unknown");
        assert_eq!((check(Some(30), None), check(None, Some(30))), (0, 0));
        assert_eq!((check(Some(30), Some(30)), check(None, None)), (1, 1), "they were those of others");
    }

    #[test]
    fn steal_is_warned_of_from_two_percent() {
        let check =
            |steal: u64| between(&counters(0, 7, 5000), &counters(0, 7 + steal, 5200), SECOND, Some(Duration::ZERO));
        assert_eq!(check(3), []);
        assert_eq!(check(4), [Warning::Steal { share: 0.02 }]);
    }

    #[test]
    fn throttling_counts_periods_of_the_run() {
        let later = Counters { throttled_periods: Some(9), ..counters(0, 0, 5200) };
        assert_eq!(between(&counters(0, 0, 5000), &later, SECOND, None), [Warning::Throttled { periods: 4 }]);
        let unknown = Counters { throttled_periods: None, ..counters(0, 0, 5200) };
        assert_eq!(between(&counters(0, 0, 5000), &unknown, SECOND, None), []);
    }

    #[test]
    fn pressure_is_warned_of_from_a_tenth() {
        assert_eq!(pressure_warning(Duration::ZERO, Duration::ZERO), None);
        assert_eq!(pressure_warning(SECOND, SECOND * 11), None);
        assert_eq!(pressure_warning(SECOND, SECOND * 4), Some(Warning::Pressure { share: 0.25 }));
    }

    #[test]
    fn what_lasts_is_warned_of_at_the_beginning() {
        let quiet = Condition { governor: Some("performance".to_owned()), on_battery: Some(false) };
        assert_eq!(lasting(&mock::machine(), &quiet), []);
        assert_eq!(lasting(&mock::machine(), &Condition { governor: None, on_battery: None }), []);
        let limited = Machine { quota_cores: Some(1.5), ..mock::machine() };
        let poor = Condition { governor: Some("powersave".to_owned()), on_battery: Some(true) };
        assert_eq!(
            lasting(&limited, &poor),
            [
                Warning::Quota { quota_cores: 1.5, cores: 4 },
                Warning::Governor { governor: "powersave".to_owned() },
                Warning::Battery
            ]
        );
        let generous = Machine { quota_cores: Some(8.0), ..mock::machine() };
        assert_eq!(lasting(&generous, &quiet), []);
    }

    #[test]
    fn this_machine_can_be_watched() {
        let mut monitor = SystemMonitor::default();
        monitor.begin();
        monitor.open(ThreadCount::ONE);
        monitor.close();
        monitor.look();
        monitor.finish();
        assert_eq!(monitor.finish(), [], "nothing was begun");
    }
}
