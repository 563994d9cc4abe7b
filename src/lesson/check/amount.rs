//! Numbers and expressions: thread counts, bounds, and where in a text an expression goes wrong.

use std::ops::Range;

use super::Checker;
use crate::lesson::raw::{Field, Placed, RawAmount};
use crate::model::expression::Expression;
use crate::model::units::ThreadCount;

/// The machines on which a range or a bound is tried: what is wrong on all of them is an error of the lesson.
pub(super) const MACHINES: [f64; 14] =
    [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0];

impl Checker<'_> {
    /// A thread count: a whole number, or an expression in `cores`.
    pub(super) fn count(&mut self, amount: Field<RawAmount>, name: &str) -> Option<Placed<Expression>> {
        let most = ThreadCount::MAX;
        let amount = amount.given()?;
        let span = amount.span.clone();
        let is_number = matches!(amount.value, RawAmount::Number(_));
        let expected = format!("expected a whole number from 1 to {most}");
        if let RawAmount::Number(number) = amount.value
            && number < 0.0
        {
            let error = self.error(&span, format!("{number} is no thread count")).expected(expected);
            self.report.push(error);
            return None;
        }
        let expression = self.expression(amount)?;
        if expression.mentions_threads() {
            let error = self.error(&span, format!("`{name}` is a thread count and cannot depend on `threads`"));
            self.report.push(error.expected("expected a number, or an expression in `cores`"));
            return None;
        }
        let possible = |value: f64| (1.0..=most_threads()).contains(&value.round());
        let whole = |value: f64| (value - value.round()).abs() < f64::EPSILON;
        let good = MACHINES.iter().filter_map(|cores| expression.evaluate(*cores, 1.0));
        let mut good = good.filter(|value| possible(*value) && (!is_number || whole(*value)));
        if good.next().is_none() {
            let message = match expression.evaluate(1.0, 1.0) {
                Some(value) if !expression.mentions_cores() => format!("{value} is no thread count"),
                _ => format!("`{name}` is an impossible thread count on every machine"),
            };
            let error = self.error(&span, message).expected(expected);
            self.report.push(error);
            return None;
        }
        Some(Placed { value: expression, span })
    }

    /// A bound: a number, or an expression in `cores` and `threads`.
    pub(super) fn bound(&mut self, amount: Field<RawAmount>, name: &str) -> Option<Placed<Expression>> {
        let amount = amount.given()?;
        let span = amount.span.clone();
        let expression = self.expression(amount)?;
        if MACHINES.iter().all(|cores| expression.evaluate(*cores, *cores).is_none()) {
            let error = self.error(&span, format!("`{name}` has no value on any machine"));
            self.report.push(error.help("it divides by zero, or grows beyond all numbers"));
            return None;
        }
        Some(Placed { value: expression, span })
    }

    fn expression(&mut self, amount: Placed<RawAmount>) -> Option<Expression> {
        let text = match amount.value {
            RawAmount::Number(number) if number < 0.0 => {
                let error = self.error(&amount.span, format!("{number} is below 0"));
                self.report.push(error.expected("expected 0 or more"));
                return None;
            }
            RawAmount::Number(number) => return Some(Expression::Number(number)),
            RawAmount::Text(text) => text,
        };
        match Expression::parse(&text) {
            Ok(expression) => Some(expression),
            Err(error) => {
                let place = within_string(self.source, &amount.span, &text, error.offset);
                let diagnostic = self
                    .error(&place, format!("`{text}` is no expression, because of {}", error.found))
                    .expected(format!("expected {}", error.expected))
                    .nearest(error.found.trim_matches(['`', '\'', '"']), ["cores", "threads", "min", "max"]);
                self.report.push(diagnostic);
                None
            }
        }
    }
}

/// The thread count that an expression means on a machine.
pub(super) fn count_at(expression: &Expression, cores: f64) -> f64 {
    expression.evaluate(cores, 1.0).map_or(1.0, |value| value.round().clamp(1.0, most_threads()))
}

/// Whether nothing lies between two thread counts on any machine.
pub(super) fn is_empty(from: &Expression, to: &Expression) -> bool {
    MACHINES.iter().all(|cores| {
        let ends = (from.evaluate(*cores, 1.0), to.evaluate(*cores, 1.0));
        matches!(ends, (Some(from), Some(to)) if from.round() > to.round())
    })
}

fn most_threads() -> f64 {
    ThreadCount::clamped(usize::MAX).as_f64()
}

/// The character at `offset` of a string, as a place in the file; the whole string where escapes hide it.
fn within_string(source: &str, span: &Range<usize>, text: &str, offset: usize) -> Range<usize> {
    let literal = source.get(span.clone()).unwrap_or_default();
    let quotes = if literal.starts_with("\"\"\"") || literal.starts_with("'''") { 3 } else { 1 };
    let inner = literal.get(quotes..literal.len().saturating_sub(quotes)).unwrap_or_default();
    if inner != text || !text.is_char_boundary(offset) {
        return span.clone();
    }
    let start = span.start + quotes + offset;
    let length = text[offset..].chars().next().map_or(0, char::len_utf8);
    start..start + length
}
