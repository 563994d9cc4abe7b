//! What CPython's interpreter touches while it has the GIL and is not computing: memory to walk over, which is slow where caches are
//! cold.
//!
//! **Between two blocking calls** of a loop that does nothing else it is little to compute: returning from the one call, storing a counter,
//! jumping back, calling the other. As long as the caches hold
//! what that takes, CPython 3.11.7 has the GIL for 0.4 to 0.9 µs meanwhile (median; 256 threads that sleep for 5 ms each). But it is
//! spread over many pages. A thread that slept and then waited for the GIL finds much of it gone from its core's caches: beside one
//! or two computing threads the same stretch takes 3 to 18 µs, and 9 to 30 µs in one case of ten. (Measured by
//! hand from the end of `take_gil` to the beginning of `drop_gil`, with a library that stands between CPython and its mutex; no
//! benchmark here repeats it, and the figures depend on what else the machine does.) With always 20 µs the model could not serve
//! 256 threads, and with always 1 µs it was quicker than CPython where caches are cold.
//!
//! **Between seeing a request and letting go** it is a few instructions that a computing loop has not run since its last switch. That
//! matters although it takes some tens of nanoseconds, since it decides a race: see [`super::lock`].

use std::hint::black_box;

use fastrand::Rng;

/// How many cache lines a walk visits. With these two numbers the medians of model and CPython were 0.5 and 0.4 µs among
/// 256 sleepers, 10.5 and 10.0 µs beside two computing threads, but 1.1 and 3.9 µs beside one.
const VISITS: u32 = 128;

/// How many of them it visits before a forced switch. Beside two computing threads a thread that sleeps for 1 ms then gets going as
/// often as in CPython 3.11.7: PERFORMANCE.md has the figures. The number is fitted to that.
const VISITS_BEFORE_SWITCH: u32 = 5;

/// On how many pages they lie.
const PAGES: u32 = 32;

/// Cache lines of a page of 4 KiB.
const LINES_OF_PAGE: u32 = 64;

/// One cache line. What is read of it is where to go next, so that none is fetched before the one before it has come.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
struct Line {
    next: u32,
}

/// Memory that all workers of an engine walk over, as all threads of an interpreter run the same code.
#[derive(Debug)]
pub struct Footprint {
    lines: Box<[Line]>,
    first: u32,
    visits: u64,
}

impl Footprint {
    /// Memory with a way through it that visits a few lines of every page and ends where it began.
    pub fn new() -> Self {
        // The same way each time: it is no part of what a run leaves to chance.
        let mut random = Rng::with_seed(1);
        let mut way = Vec::new();
        for page in 0..PAGES {
            let of_page = page * LINES_OF_PAGE..(page + 1) * LINES_OF_PAGE;
            way.extend(random.choose_multiple(of_page, (VISITS / PAGES) as usize));
        }
        random.shuffle(&mut way);
        let mut lines = vec![Line::default(); (PAGES * LINES_OF_PAGE) as usize];
        for (place, &from) in way.iter().enumerate() {
            lines[from as usize].next = way[(place + 1) % way.len()];
        }
        Self { lines: lines.into(), first: way[0], visits: u64::from(VISITS) }
    }

    /// Goes the way once: what lies between two blocking calls.
    pub fn walk(&self) {
        self.visit(self.visits);
    }

    /// Goes the first few steps: what lies between seeing that another thread wants the GIL and letting go of it.
    pub fn walk_to_switch(&self) {
        self.visit(u64::from(VISITS_BEFORE_SWITCH));
    }

    fn visit(&self, lines: u64) {
        let mut at = self.first;
        for _ in 0..lines {
            at = self.lines[at as usize].next;
        }
        black_box(at);
    }

    /// One that takes longer to walk than any test lasts.
    #[cfg(test)]
    pub(super) fn endless() -> Self {
        Self { visits: u64::MAX, ..Self::new() }
    }
}

impl Default for Footprint {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_walk_visits_each_line_once_on_all_pages_and_comes_back() {
        let footprint = Footprint::new();
        let mut visited = BTreeSet::new();
        let mut at = footprint.first;
        for _ in 0..footprint.visits {
            assert!(visited.insert(at), "line {at} comes twice");
            at = footprint.lines[at as usize].next;
        }
        assert_eq!((at, visited.len()), (footprint.first, VISITS as usize));
        let pages: BTreeSet<u32> = visited.iter().map(|line| line / LINES_OF_PAGE).collect();
        assert_eq!(pages.len(), PAGES as usize);
        assert_eq!((size_of::<Line>(), align_of::<Line>()), (64, 64));
    }
}
