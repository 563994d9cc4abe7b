//! What Linux tells of a process.

use std::fs;
use std::path::Path;

/// A line of `/proc/PID/stat` (Linux, `proc_pid_stat(5)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessStat {
    /// Its number.
    pub id: u32,
    /// The process that waits for its end.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// Not one that has ended and that nobody has waited for.
    pub runs: bool,
    /// CPU time in ticks.
    pub used: u64,
    /// That of the children that it has waited for, and of theirs.
    pub of_children: u64,
    /// When it was started, in ticks since the system was.
    pub started: u64,
}

impl ProcessStat {
    /// Of the process whose folder in `/proc` this is; `None` once it is gone.
    pub fn read(entry: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(entry.join("stat")).ok()?)
    }

    /// Of all processes. `proc` is the folder of that name.
    pub fn all(proc: &Path) -> impl Iterator<Item = Self> {
        fs::read_dir(proc).into_iter().flatten().flatten().filter_map(|entry| {
            entry.file_name().to_str()?.parse::<u32>().ok()?;
            Self::read(&entry.path())
        })
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name, in brackets, can hold anything.
        let (before, after) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        // The first of them is the third of the line.
        let number = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let id = |field: usize| u32::try_from(number(field)?).ok();
        Some(Self {
            id: before.split_once(' ')?.0.parse().ok()?,
            parent: id(4)?,
            group: id(5)?,
            runs: !matches!(*fields.first()?, "Z" | "X"),
            used: number(14)? + number(15)?,
            of_children: number(16)? + number(17)?,
            started: number(22)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_can_hold_anything() {
        let stat = "12 (a ) R 1 (b) Z 7 11 10 0 -1 4 5 6 7 8 100 20 3 4 20 0 1 0 5000 6 7";
        let expected =
            ProcessStat { id: 12, parent: 7, group: 11, runs: false, used: 120, of_children: 7, started: 5000 };
        assert_eq!(ProcessStat::parse(stat), Some(expected));
        assert_eq!(ProcessStat::parse(&stat.replace(") Z", ") S")), Some(ProcessStat { runs: true, ..expected }));
        assert_eq!(ProcessStat::parse("12 (python3) S 7 11"), None);
        assert_eq!(ProcessStat::parse("nonsense"), None);
    }
}
