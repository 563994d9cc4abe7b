use super::*;
use crate::model::statistics::Estimate;

const NONE: Duration = Duration::ZERO;
const SECOND: Duration = Duration::from_secs(1);

fn rule() -> StoppingRule {
    StoppingRule::new(Precision::Quick, 1)
}

#[test]
fn stops_at_the_second_look_in_a_row_that_meets_the_target() {
    let mut rule = rule();
    let widths = [(6, 0.09), (9, 0.11), (12, 0.10), (16, 0.08)];
    for rounds in 1..=15 {
        let widest = widths.iter().find(|(look, _)| *look == rounds).map(|(_, width)| *width);
        assert_eq!(rule.after_round(rounds, widest, NONE, NONE), Decision::Continue, "{rounds}");
    }
    assert_eq!(rule.after_round(16, Some(0.08), NONE, NONE), Decision::Stop(StopReason::TargetReached));
}

#[test]
fn looks_nowhere_else() {
    let mut rule = rule();
    for rounds in [1, 5, 7, 8, 10, 11, 13] {
        assert_eq!(rule.after_round(rounds, Some(0.0), NONE, NONE), Decision::Continue, "{rounds}");
    }
}

#[test]
fn an_unknown_width_meets_no_target() {
    let mut rule = rule();
    for rounds in [6, 9, 12] {
        assert_eq!(rule.after_round(rounds, None, NONE, NONE), Decision::Continue);
    }
    assert_eq!(rule.after_round(16, Some(f64::NAN), NONE, NONE), Decision::Continue);
}

#[test]
fn stops_when_the_next_round_would_not_fit() {
    let mut rule = rule();
    assert_eq!(rule.after_round(3, None, 9 * SECOND, SECOND), Decision::Continue);
    assert_eq!(rule.after_round(4, None, 9 * SECOND, 2 * SECOND), Decision::Stop(StopReason::BudgetSpent));
    assert_eq!(rule.after_round(4, None, Duration::MAX, SECOND), Decision::Stop(StopReason::BudgetSpent));
}

#[test]
fn the_budget_grows_with_the_experiments() {
    assert_eq!(StoppingRule::new(Precision::Normal, 3).budget(), 75 * SECOND);
    assert_eq!(StoppingRule::new(Precision::Normal, 0).budget(), 25 * SECOND);
    assert!((rule().target() - 0.1).abs() < 1e-12);
}

#[test]
fn ends_with_the_last_look() {
    let mut rule = StoppingRule::new(Precision::Thorough, 1);
    assert_eq!(rule.after_round(59, Some(1.0), NONE, NONE), Decision::Continue);
    assert_eq!(rule.after_round(60, Some(1.0), NONE, NONE), Decision::Stop(StopReason::LooksSpent));
    assert_eq!([0, 6, 59, 60].map(StoppingRule::next_look), [6, 9, 60, 60]);
}

/// Intervals of runs that were stopped by the rule, on noise that makes it stop at any of the looks.
#[test]
fn stopping_keeps_the_coverage() {
    const TRIALS: u32 = 500;
    const POINTS: u32 = 4;
    let mut random = fastrand::Rng::with_seed(23);
    for (precision, noise) in [(Precision::Quick, 0.12), (Precision::Normal, 0.07), (Precision::Thorough, 0.02)] {
        let (mut covered, mut early) = (0_u32, 0_u32);
        for _ in 0..TRIALS {
            let mut rule = StoppingRule::new(precision, 1);
            let mut points = vec![Vec::new(); POINTS as usize];
            for rounds in 1.. {
                for values in &mut points {
                    // Nearly normal; the true median is 1.
                    let normal: f64 = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
                    values.push((noise * normal).exp());
                }
                let widest = || {
                    let widths = points.iter().map(|values| Some(Estimate::of(values)?.relative_half_width()));
                    widths.collect::<Option<Vec<_>>>().map(|widths| widths.into_iter().fold(0.0, f64::max))
                };
                let widest = if LOOKS.contains(&rounds) { widest() } else { None };
                if let Decision::Stop(reason) = rule.after_round(rounds, widest, NONE, NONE) {
                    early += u32::from(reason == StopReason::TargetReached && rounds < 60);
                    break;
                }
            }
            let covers = |values: &Vec<f64>| Estimate::of(values).is_some_and(|it| (it.low..=it.high).contains(&1.0));
            covered += points.iter().map(|values| u32::from(covers(values))).sum::<u32>();
        }
        let share = f64::from(covered) / f64::from(TRIALS * POINTS);
        assert!(share >= 0.95, "{precision:?}: {share}");
        assert!(early > TRIALS / 2, "{precision:?} never stops early: {early}");
    }
}
