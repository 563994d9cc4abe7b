//! The sentences of verdicts.

use super::Quantity;
use super::judge::Pair;
use crate::model::format;
use crate::model::results::Point;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::units::ThreadCount;

/// Why a quantity has no value.
pub(super) fn unknown(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount) -> String {
    let lacking = [Some(pair.of), pair.over].into_iter().flatten().find(|series| series.at(threads).is_none());
    let words = format::threads(threads.get());
    match (lacking, quantity) {
        (Some(series), _) => {
            let subject = was(&series.key);
            format!("{} not measured at {words}.", capitalised(&subject))
        }
        (None, Quantity::CoresUsed { .. }) => {
            format!("How many cores {} kept busy at {words} is unknown on this system.", pair.of.key.in_sentence())
        }
        (None, Quantity::LostShare { .. }) => {
            format!("Whether updates got lost with {} at {words} was not counted.", pair.of.key.in_sentence())
        }
        (None, Quantity::Deadlocks { .. }) => {
            format!("Deadlocks with {} at {words} were not looked for.", pair.of.key.in_sentence())
        }
        (None, Quantity::LatencyRatio { .. } | Quantity::Latency { .. }) => {
            format!("How long one unit took with {} at {words} is unknown.", pair.of.key.in_sentence())
        }
        (None, _) => format!("No round holds everything that has to be compared at {words}."),
    }
}

/// What was measured, as a sentence without its full stop.
pub(super) fn sentence(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount, shown: &str) -> String {
    let at = format!("At {}", format::threads(threads.get()));
    let of = pair.of.key.in_sentence();
    let over = pair.over.map(|series| series.key.in_sentence()).unwrap_or_default();
    let (median, interval) = median_and_interval(shown);
    let sentence = match quantity {
        Quantity::Speedup { .. } => format!("{at} {of} reached {}", times_one_thread(shown)),
        Quantity::ThroughputRatio { .. } => {
            format!("{at} {of} had {median} times the throughput of {over} {interval}")
        }
        Quantity::SpeedupRatio { .. } => {
            format!("{at} the speedup of {of} was {median} times that of {over} {interval}")
        }
        Quantity::CoresUsed { .. } => format!("{at} {of} kept {median} cores busy {interval}"),
        Quantity::LatencyRatio { .. } => {
            format!("{at} one unit took {median} times as long as at 1 thread with {of} {interval}")
        }
        Quantity::Latency { .. } => format!("{at} one unit took {median} ms with {of} {interval}"),
        Quantity::LostShare { .. } => {
            let counts = pair.of.at(threads).and_then(Point::lost).map(|lost| format!(" ({})", lost.in_words()));
            let counts = counts.unwrap_or_default();
            format!("{at} a share of {median} of the updates got lost with {of}{counts} {interval}")
        }
        Quantity::Deadlocks { .. } => {
            format!("{at} a share of {median} of the windows had a deadlock with {of} {interval}")
        }
    };
    // One round has no interval.
    sentence.trim_end().to_owned()
}

/// One more sentence with a space before it, where there is more to say than the number.
pub(super) fn aside(quantity: &Quantity, pair: &Pair<'_>, threads: ThreadCount) -> String {
    let last = || pair.of.at(threads).and_then(Point::deadlocks).and_then(|report| report.in_words());
    match quantity {
        Quantity::Deadlocks { .. } => last().map(|last| format!(" The last time, {last}.")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A shown speedup, such as `1.93 (1.90 to 1.96)`, with its unit between median and interval.
pub(super) fn times_one_thread(shown: &str) -> String {
    let (median, interval) = median_and_interval(shown);
    format!("{median} times one thread {interval}")
}

fn median_and_interval(shown: &str) -> (&str, &str) {
    shown.split_once(' ').unwrap_or((shown, ""))
}

/// A series as the subject of a sentence about the past, such as "the GIL model was".
pub(super) fn was(key: &SeriesKey) -> String {
    let verb = match key.engine {
        EngineKind::GilModel | EngineKind::PythonAsyncio => "was",
        _ => "were",
    };
    format!("{} {verb}", key.in_sentence())
}

pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

pub(super) fn cores_in_words(cores: f64) -> String {
    match cores {
        1.0 => "1 usable core".to_owned(),
        cores if cores.fract() == 0.0 => format!("{} usable cores", format::fixed(cores, 0)),
        cores => format!("{} usable cores", format::fixed(cores, 2)),
    }
}
