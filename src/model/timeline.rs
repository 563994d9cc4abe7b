//! Who held the GIL, when.

use serde::{Deserialize, Serialize};

use super::format;
use super::statistics::median;
use super::units::ThreadCount;

/// The holders of the GIL during one window, in order of time, without overlaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// How many threads could hold it.
    pub threads: ThreadCount,
    /// The one of them that is no worker but the main thread, which starts the others, where there is such a one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub main: Option<usize>,
    /// Who held it, from the window's first snapshot on; the longest such record an engine keeps is bounded.
    pub slices: Vec<Slice>,
}

/// One worker's uninterrupted hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The worker, from 0; or [`Timeline::main`].
    pub worker: usize,
    /// Nanoseconds after the first snapshot.
    pub from_ns: u64,
    /// Nanoseconds after the first snapshot; not before `from_ns`.
    pub to_ns: u64,
}

/// A timeline in a few numbers. What cannot be told is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineSummary {
    /// For each worker, the share of the time that somebody held the GIL, 0 to 1; `None` where nobody did.
    pub shares: Option<Vec<f64>>,
    /// The share of the span that somebody held the GIL, 0 to 1.
    pub held_share: Option<f64>,
    /// The median hold in milliseconds.
    pub median_hold_ms: Option<f64>,
    /// How often per second the GIL went to another worker.
    pub switches_per_sec: Option<f64>,
    /// From the first hold's beginning to the last one's end, in seconds.
    pub span_s: f64,
    main: Option<usize>,
}

/// What a thread of a timeline is called: `worker 3`, counted from 1, or `main thread`.
fn name_of(worker: usize, main: Option<usize>) -> String {
    if main == Some(worker) { "main thread".to_owned() } else { format!("worker {}", worker + 1) }
}

impl Timeline {
    /// What a thread is called: `worker 3`, counted from 1, or `main thread`.
    pub fn name_of(&self, worker: usize) -> String {
        name_of(worker, self.main)
    }

    /// From the first hold's beginning to the last one's end, in nanoseconds after the first snapshot.
    pub fn span_ns(&self) -> (u64, u64) {
        match (self.slices.first(), self.slices.last()) {
            (Some(first), Some(last)) => (first.from_ns, last.to_ns.max(first.from_ns)),
            _ => (0, 0),
        }
    }

    /// The timeline in a few numbers.
    pub fn summary(&self) -> TimelineSummary {
        let mut by_worker_ns = vec![0_u64; self.threads.get()];
        let mut holds_ms = Vec::with_capacity(self.slices.len());
        for slice in &self.slices {
            let hold_ns = slice.to_ns.saturating_sub(slice.from_ns);
            holds_ms.push(as_f64(hold_ns) / 1e6);
            if let Some(sum_ns) = by_worker_ns.get_mut(slice.worker) {
                *sum_ns += hold_ns;
            }
        }
        let total_ns: u64 = by_worker_ns.iter().sum();
        let (from_ns, to_ns) = self.span_ns();
        let span_s = as_f64(to_ns - from_ns) / 1e9;
        let switches = self.slices.windows(2).filter(|pair| pair[0].worker != pair[1].worker).count();
        TimelineSummary {
            shares: (total_ns > 0).then(|| by_worker_ns.iter().map(|&held| as_f64(held) / as_f64(total_ns)).collect()),
            held_share: (span_s > 0.0).then(|| as_f64(total_ns) / 1e9 / span_s),
            median_hold_ms: median(&holds_ms),
            switches_per_sec: (span_s > 0.0).then(|| as_f64(switches as u64) / span_s),
            span_s,
            main: self.main,
        }
    }
}

impl TimelineSummary {
    /// The most workers whose shares are named one by one.
    const FEW: usize = 8;

    /// The summary in full sentences: the timeline for those who do not see it.
    pub fn in_words(&self) -> String {
        let Some(shares) = &self.shares else { return "Nobody held the GIL in this window.".to_owned() };
        let mut sentences = Vec::new();
        if let Some((held, switches)) = self.held_share.zip(self.switches_per_sec) {
            sentences.push(format!(
                "In {} ms the GIL was held {} of the time and changed hands {} times per second.",
                format::number(self.span_s * 1e3),
                format::percent(held),
                format::number(switches)
            ));
        }
        if let Some(hold) = self.median_hold_ms {
            sentences.push(format!("Half of the holds took {} ms or less.", format::number(hold)));
        }
        if shares.len() <= Self::FEW {
            let each: Vec<String> = shares
                .iter()
                .enumerate()
                .map(|(worker, &share)| {
                    let article = if self.main == Some(worker) { "the " } else { "" };
                    format!("{article}{} had {}", name_of(worker, self.main), format::percent(share))
                })
                .collect();
            sentences.push(format!("Of the time it was held, {}.", each.join(", ")));
        } else {
            let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
            let most = shares.iter().copied().fold(0.0, f64::max);
            sentences.push(format!(
                "Of the time it was held, each of the {} {} had between {} and {}.",
                shares.len(),
                if self.main.is_some() { "threads, the main one among them," } else { "workers" },
                format::percent(least),
                format::percent(most)
            ));
        }
        sentences.join(" ")
    }
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of one window and counts stay far below 2^52")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(threads: usize, slices: &[(usize, u64, u64)]) -> Timeline {
        let slices = slices.iter().map(|&(worker, from_ns, to_ns)| Slice { worker, from_ns, to_ns }).collect();
        Timeline { threads: ThreadCount::clamped(threads), main: None, slices }
    }

    #[test]
    fn the_main_thread_is_no_worker() {
        let timeline = Timeline { main: Some(2), ..timeline(3, &[(2, 0, 10), (0, 10, 20), (1, 20, 40)]) };
        assert_eq!((timeline.name_of(0), timeline.name_of(2)), ("worker 1".to_owned(), "main thread".to_owned()));
        let words = timeline.summary().in_words();
        assert!(words.ends_with("worker 1 had 25 %, worker 2 had 50 %, the main thread had 25 %."), "{words}");
    }

    #[test]
    fn shares_holds_and_switches() {
        let ms = 1_000_000;
        let summary = timeline(
            2,
            &[
                (0, 0, 5 * ms),
                (1, 5 * ms, 10 * ms),
                (1, 10 * ms, 15 * ms),
                (0, 16 * ms, 17 * ms),
                (1, 17 * ms, 20 * ms),
            ],
        )
        .summary();
        assert_eq!(summary.median_hold_ms, Some(5.0));
        assert_eq!(summary.switches_per_sec, Some(150.0));
        let shares = summary.shares.clone().expect("somebody held it");
        assert!((shares[0] - 6.0 / 19.0).abs() < 1e-12 && (shares[1] - 13.0 / 19.0).abs() < 1e-12);
        assert_eq!(
            summary.in_words(),
            "In 20.0 ms the GIL was held 95 % of the time and changed hands 150 times per second. Half of the holds took \
             5.00 ms or less. Of the time it was held, worker 1 had 32 %, worker 2 had 68 %."
        );
    }

    #[test]
    fn many_workers_are_summed_up() {
        let slices: Vec<_> =
            (0..64).map(|worker| (worker, worker as u64 * 1000, worker as u64 * 1000 + 1000)).collect();
        let words = timeline(64, &slices).summary().in_words();
        assert!(
            words.ends_with("Of the time it was held, each of the 64 workers had between 1.6 % and 1.6 %."),
            "{words}"
        );
    }

    #[test]
    fn a_gil_that_is_mostly_free_is_not_said_to_be_held_all_the_time() {
        let words = timeline(1, &[(0, 0, 1000), (0, 99_000, 100_000)]).summary().in_words();
        assert!(words.contains("held 2.0 % of the time and changed hands 0 times"), "{words}");
        assert!(words.ends_with("Of the time it was held, worker 1 had 100 %."), "{words}");
    }

    #[test]
    fn nothing_held_is_unknown() {
        let empty = timeline(2, &[]).summary();
        assert_eq!((empty.shares.clone(), empty.median_hold_ms, empty.switches_per_sec), (None, None, None));
        assert_eq!(empty.in_words(), "Nobody held the GIL in this window.");
        // A worker that is not there, as a damaged file may say, is nobody's share.
        assert_eq!(timeline(1, &[(7, 0, 10)]).summary().shares, None);
    }
}
