//! Control groups, versions 1 and 2: the CPU quota that holds for this process, and how often it stopped it.
//!
//! Sources: Linux, `Documentation/admin-guide/cgroup-v2.rst` ("CPU Interface Files"), `Documentation/scheduler/sched-bwc.rst`,
//! `Documentation/filesystems/proc.rst` (mountinfo).

use std::fs;
use std::path::{Path, PathBuf};

/// The groups that this process is in and whose CPU limits hold for it, from its own up to the outermost that can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlGroups {
    groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    folder: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A place where a hierarchy is mounted.
struct Mount {
    /// The group that the mount shows at its top.
    top: PathBuf,
    point: PathBuf,
    version: Version,
}

impl ControlGroups {
    /// Those of this process, on the file system at `root` (`/`, or a folder in tests). Empty where there are none.
    pub fn of_this_process(root: &Path) -> Self {
        let own = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
        let mounts = fs::read_to_string(root.join("proc/self/mountinfo")).unwrap_or_default();
        let mut groups = Vec::new();
        for mount in mounts.lines().filter_map(parse_mount) {
            let Some(path) = own.lines().find_map(|line| parse_membership(line, mount.version)) else { continue };
            let point = root.join(mount.point.strip_prefix("/").unwrap_or(&mount.point));
            // A group outside what the mount shows is seen at its top: so it is in containers.
            let below = path.strip_prefix(&mount.top).unwrap_or(Path::new(""));
            let folders = below.ancestors().map(|part| point.join(part));
            groups.extend(folders.map(|folder| Group { folder, version: mount.version }));
        }
        Self { groups }
    }

    /// Whether none could be found, so that nothing is known of quotas: as where the files about groups are not shown.
    pub fn are_unknown(&self) -> bool {
        self.groups.is_empty()
    }

    /// The cores granted by the strictest quota, such as 1.5; `None` where there is none or none can be read.
    pub fn quota_cores(&self) -> Option<f64> {
        self.groups.iter().filter_map(Group::quota_cores).min_by(f64::total_cmp)
    }

    /// In how many periods a quota has stopped a group so far; `None` where nothing is counted.
    pub fn throttled_periods(&self) -> Option<u64> {
        self.groups.iter().filter_map(Group::throttled_periods).max()
    }
}

impl Group {
    fn quota_cores(&self) -> Option<f64> {
        let (quota_us, period_us) = match self.version {
            Version::Two => {
                // "max 100000" or "150000 100000"
                let text = self.read("cpu.max")?;
                let mut fields = text.split_ascii_whitespace();
                (fields.next()?.parse::<f64>().ok()?, fields.next()?.parse::<f64>().ok()?)
            }
            // -1 where there is no limit
            Version::One => (self.number("cpu.cfs_quota_us")?, self.number("cpu.cfs_period_us")?),
        };
        let cores = quota_us / period_us;
        (cores.is_finite() && cores > 0.0).then_some(cores)
    }

    fn throttled_periods(&self) -> Option<u64> {
        let text = self.read("cpu.stat")?;
        text.lines().find_map(|line| line.strip_prefix("nr_throttled "))?.trim().parse().ok()
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    fn number(&self, file: &str) -> Option<f64> {
        self.read(file)?.trim().parse().ok()
    }
}

/// The group that a line of `/proc/self/cgroup` puts the process into, if it is of that version and of the CPU controller:
/// `0::/user.slice` (2), `4:cpu,cpuacct:/docker/1f` (1).
fn parse_membership(line: &str, version: Version) -> Option<PathBuf> {
    let (id, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    let matches = match version {
        Version::Two => id == "0" && controllers.is_empty(),
        Version::One => controllers.split(',').any(|controller| controller == "cpu"),
    };
    matches.then(|| PathBuf::from(path))
}

/// A line of mountinfo, if it mounts the unified hierarchy or that of the CPU controller:
/// `31 23 0:28 <top> <point> <options> [<optional>...] - <type> <source> <super options>`.
fn parse_mount(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(3);
    let (top, point) = (unescape(before.next()?), unescape(before.next()?));
    let mut after = after.split(' ');
    let version = match after.next()? {
        "cgroup2" => Version::Two,
        "cgroup" if after.nth(1)?.split(',').any(|option| option == "cpu") => Version::One,
        _ => return None,
    };
    Some(Mount { top: PathBuf::from(top), point: PathBuf::from(point), version })
}

/// Undoes mountinfo's octal escapes of the four characters that would break its lines.
fn unescape(field: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(field.to_owned(), |field, (escape, character)| field.replace(escape, character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixture::root;

    #[track_caller]
    fn check(files: &[(&str, &str)], quota_cores: Option<f64>, throttled_periods: Option<u64>) {
        let root = root(files);
        let groups = ControlGroups::of_this_process(root.path());
        assert_eq!((groups.quota_cores(), groups.throttled_periods()), (quota_cores, throttled_periods));
    }

    const V2: (&str, &str) = (
        "proc/self/mountinfo",
        "21 20 0:19 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n",
    );
    const V1: (&str, &str) = (
        "proc/self/mountinfo",
        "32 31 0:29 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro master:11 - cgroup cgroup rw,cpu,cpuacct\n\
         33 31 0:30 /docker/1f /sys/fs/cgroup/memory ro master:12 - cgroup cgroup rw,memory\n",
    );

    #[test]
    fn version_2_takes_the_strictest_of_all_levels() {
        check(
            &[
                V2,
                ("proc/self/cgroup", "0::/user.slice/lab.scope\n"),
                ("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n"),
                ("sys/fs/cgroup/user.slice/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 4\nthrottled_usec 7\n"),
                ("sys/fs/cgroup/user.slice/lab.scope/cpu.max", "400000 100000\n"),
                ("sys/fs/cgroup/user.slice/lab.scope/cpu.stat", "usage_usec 5\nnr_periods 9\nnr_throttled 1\n"),
            ],
            Some(1.5),
            Some(4),
        );
    }

    #[test]
    fn groups_that_are_not_shown_are_unknown() {
        let nothing = root(&[("proc/self/cgroup", "0::/user.slice\n")]);
        assert!(ControlGroups::of_this_process(nothing.path()).are_unknown());
        assert!(!ControlGroups { groups: vec![Group { folder: PathBuf::new(), version: Version::Two }] }.are_unknown());
    }

    #[test]
    fn version_2_without_a_limit_has_no_quota() {
        check(&[V2, ("proc/self/cgroup", "0::/a\n"), ("sys/fs/cgroup/a/cpu.max", "max 100000\n")], None, None);
    }

    #[test]
    fn version_1_in_a_container() {
        check(
            &[
                V1,
                ("proc/self/cgroup", "5:memory:/docker/1f\n4:cpu,cpuacct:/docker/1f\n0::/\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_time 9\n"),
            ],
            Some(2.5),
            Some(3),
        );
    }

    #[test]
    fn version_1_without_a_limit_says_minus_one() {
        check(
            &[
                V1,
                ("proc/self/cgroup", "4:cpu,cpuacct:/docker/1f\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ],
            None,
            None,
        );
    }

    #[test]
    fn a_group_outside_the_mount_is_seen_at_its_top() {
        check(
            &[V2, ("proc/self/cgroup", "0::/../../elsewhere\n"), ("sys/fs/cgroup/cpu.max", "50000 100000\n")],
            Some(0.5),
            None,
        );
    }

    #[test]
    fn nothing_readable_is_unknown() {
        check(&[], None, None);
        check(&[V2, ("proc/self/cgroup", "0::/a\n"), ("sys/fs/cgroup/a/cpu.max", "nonsense")], None, None);
        check(&[V2, ("proc/self/cgroup", "0::/a\n"), ("sys/fs/cgroup/a/cpu.max", "100 0")], None, None);
    }

    #[test]
    fn escaped_mount_points_are_read() {
        let mount = parse_mount("30 23 0:26 / /odd\\040place rw - cgroup2 none rw").expect("a mount");
        assert_eq!(mount.point, Path::new("/odd place"));
    }
}
