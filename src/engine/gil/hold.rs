//! Who held the lock, when: recorded by each worker for itself, put together after the window.

use std::time::Instant;

use crate::model::timeline::{Slice, Timeline};
use crate::model::units::ThreadCount;

/// The most slices a timeline has.
pub const MOST_SLICES: usize = 4000;

/// The most holds that all workers of a window record together, in about 2 MiB.
const MOST_RECORDED: usize = 1 << 16;

/// The least that each of them can record, however many they are.
const LEAST_RECORDED: usize = 256;

/// One worker's holds, in order of time. Its room is allocated before the window; what does not fit is left out, and from then
/// on nothing is known of this worker.
#[derive(Debug, Default)]
pub struct Holds {
    spans: Vec<Span>,
    room: usize,
    /// The beginning of the first hold that found no room.
    unknown_from: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    from: Instant,
    to: Instant,
}

impl Holds {
    /// Room for one of so many workers.
    pub fn for_one_of(threads: ThreadCount) -> Self {
        let room = (MOST_RECORDED / threads.get()).max(LEAST_RECORDED);
        Self { spans: Vec::with_capacity(room), room, unknown_from: None }
    }

    /// Notes one hold. Never allocates.
    #[inline]
    pub fn note(&mut self, from: Instant, to: Instant) {
        if self.spans.len() < self.room {
            self.spans.push(Span { from, to });
        } else if self.unknown_from.is_none() {
            self.unknown_from = Some(from);
        }
    }
}

/// Puts the holds of all workers together: what is known from `began` to `ended`, in order of time.
///
/// Where it would be longer than [`MOST_SLICES`], or a worker ran out of room, it ends earlier instead of leaving slices out: all
/// that it shows is exact, and within its time it is complete.
pub fn timeline(workers: &[Holds], began: Instant, ended: Instant) -> Timeline {
    let ended = workers.iter().filter_map(|worker| worker.unknown_from).min().map_or(ended, |known| known.min(ended));
    let nanoseconds =
        |instant: Instant| u64::try_from(instant.saturating_duration_since(began).as_nanos()).unwrap_or(u64::MAX);
    let mut slices: Vec<Slice> = workers
        .iter()
        .enumerate()
        .flat_map(|(worker, holds)| holds.spans.iter().map(move |span| (worker, span)))
        .filter(|(_, span)| span.to > began && span.from < ended)
        .map(|(worker, span)| Slice { worker, from_ns: nanoseconds(span.from), to_ns: nanoseconds(span.to.min(ended)) })
        .collect();
    slices.sort_unstable_by_key(|slice| (slice.from_ns, slice.to_ns));
    slices.truncate(MOST_SLICES);
    Timeline { threads: ThreadCount::clamped(workers.len()), main: None, slices }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn workers(spans: &[&[(u64, u64)]], zero: Instant) -> Vec<Holds> {
        let at = |us| zero + Duration::from_micros(us);
        let threads = ThreadCount::clamped(spans.len());
        spans
            .iter()
            .map(|spans| {
                let mut holds = Holds::for_one_of(threads);
                for &(from, to) in *spans {
                    holds.note(at(from), at(to));
                }
                holds
            })
            .collect()
    }

    #[track_caller]
    fn check(spans: &[&[(u64, u64)]], window: (u64, u64), expected: &[(usize, u64, u64)]) {
        let zero = Instant::now();
        let at = |us| zero + Duration::from_micros(us);
        let timeline = timeline(&workers(spans, zero), at(window.0), at(window.1));
        let slices: Vec<_> = timeline.slices.iter().map(|s| (s.worker, s.from_ns / 1000, s.to_ns / 1000)).collect();
        assert_eq!(slices, expected);
        assert_eq!(timeline.threads.get(), spans.len());
    }

    #[test]
    fn holds_become_slices_in_order_of_time() {
        check(&[&[(0, 5), (10, 15)], &[(5, 9), (16, 20)]], (0, 100), &[(0, 0, 5), (1, 5, 9), (0, 10, 15), (1, 16, 20)]);
    }

    #[test]
    fn what_lies_outside_the_window_is_cut_off() {
        check(&[&[(0, 5), (5, 50), (70, 90)], &[(50, 70)]], (10, 60), &[(0, 0, 40), (1, 40, 50)]);
    }

    #[test]
    fn a_worker_without_holds_is_counted_but_not_shown() {
        check(&[&[], &[(0, 5)]], (0, 100), &[(1, 0, 5)]);
    }

    #[test]
    fn a_full_record_ends_the_timeline_instead_of_leaving_gaps() {
        let threads = ThreadCount::clamped(ThreadCount::MAX);
        let zero = Instant::now();
        let at = |us: usize| zero + Duration::from_micros(us as u64);
        let mut full = Holds::for_one_of(threads);
        let before = full.spans.capacity();
        for hold in 0..2 * LEAST_RECORDED {
            full.note(at(10 * hold), at(10 * hold + 5));
        }
        assert_eq!(full.spans.capacity(), before, "it allocated");
        let mut other = Holds::for_one_of(threads);
        other.note(at(10 * LEAST_RECORDED - 5), at(10 * LEAST_RECORDED + 50));
        let timeline = timeline(&[full, other], zero, at(1_000_000));
        let last = timeline.slices.last().expect("there are slices");
        assert_eq!(timeline.slices.len(), LEAST_RECORDED + 1);
        assert_eq!((last.worker, last.to_ns), (1, 10_000 * LEAST_RECORDED as u64));
    }

    #[test]
    fn a_long_timeline_is_an_exact_beginning() {
        let zero = Instant::now();
        let spans: Vec<(u64, u64)> = (0..10_000).map(|hold| (hold * 10, hold * 10 + 5)).collect();
        let timeline = timeline(&workers(&[&spans], zero), zero, zero + Duration::from_secs(1));
        assert_eq!(timeline.slices.len(), MOST_SLICES);
        assert!(timeline.slices.iter().zip(&spans).all(|(slice, span)| slice.from_ns == span.0 * 1000));
    }
}
