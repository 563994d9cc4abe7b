//! The system's counters of what goes on beside a run. Each takes the root of the file system, so that tests can put in
//! their own; what cannot be read is `None`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sysinfo::Components;

use crate::engine::cgroup::ControlGroups;
use crate::engine::process_stat::ProcessStat;
use crate::engine::python::process::{cpu_of_killed, is_held};

/// Counters that grow; only that of the children can fall.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// CPU time of the whole machine.
    pub cpu: Option<CpuTimes>,
    /// CPU time of what this process has started, in the same ticks: see [`children`]. It falls where a child of a child ends
    /// whose parent has ended before it.
    pub children: Option<u64>,
    /// In how many periods a CPU quota stopped this process.
    pub throttled_periods: Option<u64>,
}

/// CPU time of the whole machine since it was started, in ticks of a length that cancels out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuTimes {
    /// Spent on some program, or on interrupts.
    pub busy: u64,
    /// Taken by the hypervisor.
    pub steal: u64,
    /// All, idle time included.
    pub total: u64,
    /// The cores that are counted.
    pub cores: u32,
}

/// How the machine used its cores for a while.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CpuUse {
    /// Cores that were busy, on average.
    pub busy_cores: f64,
    /// The share of all CPU time that the hypervisor took.
    pub steal_share: f64,
}

impl Counters {
    /// Reads them.
    pub fn read(root: &Path) -> Self {
        Self {
            cpu: fs::read_to_string(root.join("proc/stat")).ok().and_then(|text| CpuTimes::parse(&text)),
            children: children(root).map(|ticks| ticks + cpu_of_killed()),
            throttled_periods: ControlGroups::of_this_process(root).throttled_periods(),
        }
    }
}

impl CpuTimes {
    /// From `/proc/stat` (Linux, `Documentation/filesystems/proc.rst`, 1.7): user, nice, system, idle, iowait, irq, softirq,
    /// steal; guest time is counted in user already.
    fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let fields: Vec<u64> =
            line.split_ascii_whitespace().take(8).map(|field| field.parse().ok()).collect::<Option<_>>()?;
        let [user, nice, system, idle, iowait, irq, softirq, steal] = fields.as_slice().try_into().ok()?;
        let busy = user + nice + system + irq + softirq;
        let of_one =
            |line: &&str| line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let cores = u32::try_from(stat.lines().filter(of_one).count()).ok()?;
        Some(Self { busy, steal, total: busy + idle + iowait + steal, cores })
    }

    /// The use since an earlier reading; `None` where no tick has passed.
    pub fn since(&self, earlier: &Self, elapsed: Duration) -> Option<CpuUse> {
        let total = self.total.checked_sub(earlier.total).filter(|total| *total > 0 && !elapsed.is_zero())?;
        let share = |later: u64, earlier: u64| to_f64(later.saturating_sub(earlier)) / to_f64(total);
        Some(CpuUse {
            busy_cores: share(self.busy, earlier.busy) * self.cores_as_f64(),
            steal_share: share(self.steal, earlier.steal),
        })
    }

    /// How many cores so many ticks were since an earlier reading; `None` where no tick has passed.
    pub fn in_cores(&self, ticks: u64, earlier: &Self) -> Option<f64> {
        let total = self.total.checked_sub(earlier.total).filter(|total| *total > 0)?;
        Some(to_f64(ticks) / to_f64(total) * self.cores_as_f64())
    }

    /// The number of cores for arithmetic.
    pub fn cores_as_f64(&self) -> f64 {
        f64::from(self.cores)
    }
}

#[expect(clippy::cast_precision_loss, reason = "ticks of one run stay far below 2^52")]
fn to_f64(ticks: u64) -> f64 {
    ticks as f64
}

/// CPU time of the processes that this one has started, and of those that they have started, in ticks: of those that run, and of
/// those that have ended and were waited for. The interpreters of the Python engines are such, with their workers.
pub fn children(root: &Path) -> Option<u64> {
    let proc = root.join("proc");
    let own = ProcessStat::read(&proc.join("self"))?;
    let all: Vec<_> = ProcessStat::all(&proc).filter(|process| process.id != own.id).collect();
    // What a child starts belongs to its group, even when the child has ended and somebody else is its parent now; and what has
    // left the group is known by its mark.
    let groups: Vec<u32> = all
        .iter()
        .filter(|process| process.parent == own.id && process.group != own.group)
        .map(|process| process.group)
        .collect();
    let is_ours =
        |process: &&ProcessStat| process.parent == own.id || groups.contains(&process.group) || is_held(&proc, process);
    let ours = all.iter().filter(is_ours);
    Some(own.of_children + ours.map(|process| process.used + process.of_children).sum::<u64>())
}

/// How long, since the machine was started, some task has waited for a CPU (Linux, `Documentation/accounting/psi.rst`).
pub fn pressure(root: &Path) -> Option<Duration> {
    let text = fs::read_to_string(root.join("proc/pressure/cpu")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("some "))?;
    let total_us = line.split_ascii_whitespace().find_map(|field| field.strip_prefix("total="))?;
    Some(Duration::from_micros(total_us.parse().ok()?))
}

/// What stays as it is during a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// What sets the cores' frequency; the first that differs from `performance`, if any does.
    pub governor: Option<String>,
    /// Whether a battery that powers the machine is being discharged.
    pub on_battery: Option<bool>,
}

impl Condition {
    /// Reads it.
    pub fn read(root: &Path) -> Self {
        Self { governor: governor(root), on_battery: on_battery(root) }
    }
}

fn governor(root: &Path) -> Option<String> {
    let policies = fs::read_dir(root.join("sys/devices/system/cpu/cpufreq")).ok()?;
    let read = |policy: fs::DirEntry| fs::read_to_string(policy.path().join("scaling_governor")).ok();
    let mut governors: Vec<String> = policies.flatten().filter_map(read).map(|name| name.trim().to_owned()).collect();
    // The others first, so that one core that saves power is not hidden by those that do not.
    governors.sort_by_key(|name| name == "performance");
    governors.into_iter().next()
}

fn on_battery(root: &Path) -> Option<bool> {
    let supplies = fs::read_dir(root.join("sys/class/power_supply")).ok()?;
    let discharging = supplies.flatten().filter_map(|supply| {
        let read = |file: &str| fs::read_to_string(supply.path().join(file)).ok().map(|text| text.trim().to_owned());
        // The battery of a mouse or a headset says that it powers a device.
        let powers_machine = read("type")? == "Battery" && read("scope").is_none_or(|scope| scope != "Device");
        powers_machine.then(|| read("status")).flatten().map(|status| status == "Discharging")
    });
    discharging.reduce(|one, other| one || other)
}

/// The temperature of the hottest core that is within `margin` degrees of its limit; `None` where none is, or where the
/// system tells no temperatures or no limits.
pub fn hot_core(margin: f64) -> Option<f64> {
    let components = Components::new_with_refreshed_list().ok()?;
    let of_processor = |label: &str| {
        let label = label.to_ascii_lowercase();
        ["core", "cpu", "package", "tctl", "tdie"].iter().any(|word| label.contains(word))
    };
    let hot = components.iter().filter(|component| of_processor(component.label())).filter_map(|component| {
        let (celsius, critical) = (f64::from(component.temperature()?), f64::from(component.critical()?));
        (celsius >= critical - margin).then_some(celsius)
    });
    hot.max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixture::root;

    #[test]
    fn cpu_times_are_read_without_counting_guests_twice() {
        let stat = "cpu  100 20 30 400 50 6 7 80 90 10\ncpu0 50 10 15 200 25 3 3 40 45 5\ncpu1 50 10 15 200 25 3 4 40 45 5\n\
                    intr 5\ncpufreq 3\n";
        let root = root(&[("proc/stat", stat)]);
        let expected = CpuTimes { busy: 163, steal: 80, total: 693, cores: 2 };
        assert_eq!(
            Counters::read(root.path()),
            Counters { cpu: Some(expected), children: None, throttled_periods: None }
        );
    }

    #[test]
    fn children_are_whoever_this_process_has_started_alive_or_dead() {
        // Process 10 is this one; 11 its interpreter with the workers 12 (of 11) and 13 (whose parent has ended); 20 a stranger.
        let stat = |id: u32, parent: u32, group: u32, used: u32, of_children: u32| {
            format!("{id} (a ) b) S {parent} {group} 1 0 -1 4 0 0 0 0 {used} 1 {of_children} 2 20 0 1 0 5000")
        };
        let own = stat(10, 1, 10, 1000, 50);
        let root = root(&[
            ("proc/self/stat", &own),
            ("proc/10/stat", &own),
            ("proc/11/stat", &stat(11, 10, 11, 100, 200)),
            ("proc/12/stat", &stat(12, 11, 11, 300, 0)),
            ("proc/13/stat", &stat(13, 1, 11, 400, 0)),
            ("proc/20/stat", &stat(20, 1, 10, 5000, 0)),
            ("proc/21/stat", "21 (nonsense"),
            ("proc/stat", "cpu 1"),
        ]);
        assert_eq!(children(root.path()), Some(52 + (101 + 202) + (301 + 2) + (401 + 2)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_of_a_real_child_counts_while_it_runs_and_afterwards() {
        use crate::engine::python::process::{Input, Launch, Process};

        let here = Path::new("/");
        let before = children(here).expect("Linux tells it");
        let launch = Launch::new(Path::new("/bin/sh"), ["-c", "while :; do :; done"], Input::Nothing);
        let child = Process::start(&launch).expect("every system has a shell");
        // However busy the machine, it gets a core some time; that of other tests' children only makes this sooner.
        while children(here).expect("Linux tells it") < before + 5 {
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(child);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_of_a_killed_grandchild_is_not_charged_to_others() {
        use std::time::Instant;

        use crate::engine::python::process::{Heard, Input, Launch, Process};

        let here = Path::new("/");
        let script = "(while :; do :; done) & worker=$!; \
             until read -r line < /proc/$worker/stat; set -- ${line##*)}; [ $12 -ge 20 ] 2>/dev/null; do sleep 0.01; done; \
             echo busy; wait";
        let script = script.replace("$12", "${12}");
        let child = Process::start(&Launch::new(Path::new("/bin/sh"), ["-c", &script], Input::Nothing));
        let child = child.expect("every system has a shell");
        let heard = child.hear(Instant::now() + Duration::from_mins(1));
        assert!(matches!(heard, Some(Heard::Line(..))), "{heard:?}");
        let before = Counters::read(here).children.expect("Linux tells it");
        drop(child);
        // Other tests' children only add to it.
        let after = Counters::read(here).children.expect("Linux tells it");
        assert!(after + 5 >= before, "{before} ticks were known, and then {after}");
    }

    #[test]
    fn use_is_in_cores_whatever_a_tick_is() {
        let before = CpuTimes { busy: 100, steal: 0, total: 1000, cores: 4 };
        let after = CpuTimes { busy: 300, steal: 40, total: 1400, cores: 4 };
        let used = after.since(&before, Duration::from_secs(1)).expect("time has passed");
        assert!((used.busy_cores - 2.0).abs() < 1e-12 && (used.steal_share - 0.1).abs() < 1e-12, "{used:?}");
        assert_eq!(before.since(&before, Duration::from_secs(1)), None);
        assert_eq!(before.since(&after, Duration::from_secs(1)), None, "a counter that ran backwards says nothing");
    }

    #[test]
    fn nothing_readable_is_unknown() {
        let root = root(&[("proc/stat", "cpu  1 2 three 4 5 6 7 8\n"), ("proc/pressure/cpu", "full total=1\n")]);
        assert_eq!(Counters::read(root.path()), Counters::default());
        assert_eq!(pressure(root.path()), None);
        assert_eq!(Condition::read(root.path()), Condition::default());
    }

    #[test]
    fn pressure_is_the_total_of_some() {
        let text =
            "some avg10=0.30 avg60=0.90 avg300=4.64 total=60173109\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
        let root = root(&[("proc/pressure/cpu", text)]);
        assert_eq!(pressure(root.path()), Some(Duration::from_micros(60_173_109)));
    }

    #[test]
    fn one_core_that_saves_power_is_not_hidden() {
        let policy = |number: u32| format!("sys/devices/system/cpu/cpufreq/policy{number}/scaling_governor");
        let root = root(&[(&policy(0), "performance\n"), (&policy(1), "powersave\n"), (&policy(2), "performance\n")]);
        assert_eq!(Condition::read(root.path()).governor.as_deref(), Some("powersave"));
    }

    #[track_caller]
    fn check_battery(files: &[(&str, &str)], expected: Option<bool>) {
        assert_eq!(Condition::read(root(files).path()).on_battery, expected);
    }

    #[test]
    fn only_a_battery_that_powers_the_machine_counts() {
        check_battery(&[("sys/class/power_supply/AC/type", "Mains\n")], None);
        let machine = ("sys/class/power_supply/BAT0/type", "Battery\n");
        check_battery(&[machine, ("sys/class/power_supply/BAT0/status", "Charging\n")], Some(false));
        check_battery(&[machine, ("sys/class/power_supply/BAT0/status", "Discharging\n")], Some(true));
        check_battery(
            &[
                ("sys/class/power_supply/mouse/type", "Battery\n"),
                ("sys/class/power_supply/mouse/scope", "Device\n"),
                ("sys/class/power_supply/mouse/status", "Discharging\n"),
            ],
            None,
        );
    }
}
