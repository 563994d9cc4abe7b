//! One point in words, for the readout under the pointer.

use crate::model::format;
use crate::model::plot::{Axis, CurveRole, Metric, PlotPoint};
use crate::model::statistics::{Estimate, FEWEST_ROUNDS, IntervalKind};

/// A point as a sentence, such as "GIL model, 8 threads: speedup 0.930 (0.900 to 0.970), 12 rounds".
///
/// Below six rounds it says that the brackets hold the least and the greatest round rather than an interval.
pub fn point_sentence(name: &str, role: CurveRole, metric: Metric, x: &Axis, point: &PlotPoint) -> String {
    let few = point.rounds.is_some_and(|rounds| (rounds as usize) < FEWEST_ROUNDS);
    let value = match (point.interval, point.rounds) {
        (Some((low, high)), _) if metric == Metric::Latency => {
            let (middle, low, high) = (format::number(point.y), format::number(low), format::number(high));
            format!("{middle} ms (5 to 95 % of units: {low} to {high} ms)")
        }
        (None, _) if metric == Metric::Latency => format!("{} ms", format::number(point.y)),
        (Some((low, high)), Some(rounds)) => {
            let interval = if few { IntervalKind::Range } else { IntervalKind::OrderStatistic95 };
            format::estimate(&Estimate { median: point.y, low, high, rounds, interval })
        }
        _ => format::number(point.y),
    };
    let basis = match point.rounds {
        Some(rounds) if few && rounds > 1 && metric != Metric::Latency => {
            format!(", least to greatest of {}", format::rounds(rounds))
        }
        Some(rounds) => format!(", {}", format::rounds(rounds)),
        None if role == CurveRole::Prediction => ", as you expect it".to_owned(),
        None => String::new(),
    };
    let exact = point.lost.map(|lost| format!(", {}", lost.in_words())).unwrap_or_default();
    format!("{name}, {}: {}{exact}{basis}", x.in_words(point.x), quantity(metric, &value))
}

fn quantity(metric: Metric, value: &str) -> String {
    match metric {
        Metric::Throughput => format!("{value} units per second"),
        Metric::Speedup => format!("speedup {value}"),
        Metric::Efficiency => format!("{value} speedup per thread"),
        Metric::CoresUsed => format!("{value} cores used"),
        Metric::Latency => format!("one unit took {value}"),
        Metric::LostUpdates => format!("share lost {value}"),
        Metric::BySetting => format!("{value} times the throughput"),
        Metric::Decision => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plot::AxisScale;
    use crate::model::series::EngineKind;

    const REFERENCE: CurveRole = CurveRole::Reference { engine: EngineKind::GilModel, variant: 0 };
    const MEASURED: CurveRole = CurveRole::Measured { engine: EngineKind::GilModel, variant: 0 };

    #[track_caller]
    fn check(role: CurveRole, metric: Metric, point: PlotPoint, expected: &str) {
        assert_eq!(
            point_sentence("GIL model", role, metric, &Axis::of_thread_counts(1.0, 8.0, AxisScale::Linear), &point),
            expected
        );
    }

    fn point(x: f64, rounds: Option<u32>) -> PlotPoint {
        PlotPoint { x, y: 0.93, interval: rounds.map(|_| (0.90, 0.97)), rounds, lost: None }
    }

    #[test]
    fn points_in_words() {
        let speedup = Metric::Speedup;
        check(
            MEASURED,
            speedup,
            point(8.0, Some(12)),
            "GIL model, 8 threads: speedup 0.930 (0.900 to 0.970), 12 rounds",
        );
        check(MEASURED, speedup, point(1.0, Some(1)), "GIL model, 1 thread: speedup 0.930, 1 round");
        check(
            CurveRole::Prediction,
            speedup,
            point(2.0, None),
            "GIL model, 2 threads: speedup 0.930, as you expect it",
        );
        check(REFERENCE, Metric::CoresUsed, point(2.0, None), "GIL model, 2 threads: 0.930 cores used");
    }

    #[test]
    fn latency_tells_the_spread_of_units_and_losses_their_exact_numbers() {
        check(
            MEASURED,
            Metric::Latency,
            point(2.0, Some(4)),
            "GIL model, 2 threads: one unit took 0.930 ms (5 to 95 % of units: 0.900 to 0.970 ms), 4 rounds",
        );
        let lost = Some(crate::model::window::LostUpdates { expected: 2000, counted: 1234 });
        check(
            MEASURED,
            Metric::LostUpdates,
            PlotPoint { lost, ..point(2.0, Some(9)) },
            "GIL model, 2 threads: share lost 0.930 (0.900 to 0.970), 1,234 of 2,000 counted, 9 rounds",
        );
    }

    #[test]
    fn few_rounds_are_not_called_an_interval() {
        check(
            MEASURED,
            Metric::Throughput,
            point(2.0, Some(4)),
            "GIL model, 2 threads: 0.930 (0.900 to 0.970) units per second, least to greatest of 4 rounds",
        );
    }
}
