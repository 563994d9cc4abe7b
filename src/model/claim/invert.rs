//! Claims turned into their opposite, to test the tests: what holds must be refuted when it is turned round.

use super::{Check, Claim, Quantity};
use crate::model::expression::{Expression, Operator};
use crate::model::series::EngineKind;

/// How far beyond a bound its opposite begins. A bound itself is allowed, so that it must not belong to the opposite.
const BEYOND: f64 = 1e-9;

impl Claim {
    /// The claims that say the opposite of this one: one for each bound. Where this one holds, each of them is false.
    #[must_use]
    pub fn inverted(&self) -> Vec<Self> {
        let opposite = |at_least: Option<Expression>, at_most: Option<Expression>| Self {
            check: Check { at_least, at_most, ..self.check.clone() },
            ..self.clone()
        };
        let beyond = |operator, bound: &Expression| {
            Expression::Binary(operator, Box::new(bound.clone()), Box::new(Expression::Number(BEYOND)))
        };
        let below = self.check.at_least.as_ref().map(|least| opposite(None, Some(beyond(Operator::Subtract, least))));
        let above = self.check.at_most.as_ref().map(|most| opposite(Some(beyond(Operator::Add, most)), None));
        below.into_iter().chain(above).collect()
    }
}

impl Quantity {
    /// The engines that it speaks of: one, or two that are compared.
    pub fn engines(&self) -> Vec<EngineKind> {
        match *self {
            Self::Speedup { engine }
            | Self::CoresUsed { engine }
            | Self::LatencyRatio { engine }
            | Self::Latency { engine }
            | Self::LostShare { engine }
            | Self::Deadlocks { engine } => vec![engine],
            Self::ThroughputRatio { engine, over } | Self::SpeedupRatio { engine, over } => vec![engine, over],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::At;
    use super::*;

    fn claim(at_least: Option<f64>, at_most: Option<f64>) -> Claim {
        Claim {
            id: "x".to_owned(),
            text: "X.".to_owned(),
            workload: None,
            check: Check {
                quantity: Quantity::SpeedupRatio { engine: EngineKind::Native, over: EngineKind::GilModel },
                at: At::Threads(Expression::Number(8.0)),
                at_least: at_least.map(Expression::Number),
                at_most: at_most.map(Expression::Number),
                gil: None,
            },
        }
    }

    #[track_caller]
    fn check(at_least: Option<f64>, at_most: Option<f64>, expected: &[(Option<f64>, Option<f64>)]) {
        let value = |bound: Option<&Expression>| bound.and_then(|bound| bound.evaluate(2.0, 8.0));
        let bounds: Vec<_> = claim(at_least, at_most)
            .inverted()
            .iter()
            .map(|claim| (value(claim.check.at_least.as_ref()), value(claim.check.at_most.as_ref())))
            .collect();
        assert_eq!(bounds, expected);
    }

    #[test]
    fn each_bound_has_its_opposite_and_does_not_belong_to_it() {
        check(Some(6.0), None, &[(None, Some(6.0 - BEYOND))]);
        check(None, Some(0.0), &[(Some(BEYOND), None)]);
        check(Some(0.8), Some(1.25), &[(None, Some(0.8 - BEYOND)), (Some(1.25 + BEYOND), None)]);
    }

    #[test]
    fn a_ratio_speaks_of_two_engines() {
        assert_eq!(claim(None, None).check.quantity.engines(), [EngineKind::Native, EngineKind::GilModel]);
        assert_eq!(Quantity::Speedup { engine: EngineKind::Native }.engines(), [EngineKind::Native]);
    }
}
