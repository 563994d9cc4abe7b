//! Bounds and thread counts that depend on the machine: arithmetic over `cores` and `threads`.

use std::fmt;

/// A parsed expression: numbers, `cores`, `threads`, `+ - * /`, parentheses, `min(a, b)`, `max(a, b)`.
///
/// `cores` is what the machine can really use (quota included); `threads` is the thread count at hand. Both are at
/// least 1 where an expression is evaluated. [`fmt::Display`] gives a text that parses to the same expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A plain number, 0 or more.
    Number(f64),
    /// The usable cores.
    Cores,
    /// The thread count at hand.
    Threads,
    /// Two operands and their operator.
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// What joins two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `min(a, b)`
    Min,
    /// `max(a, b)`
    Max,
}

/// Why a text is no expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found}")]
pub struct ExpressionError {
    /// Where, in bytes from the text's beginning; at most the text's length, and on a character's boundary.
    pub offset: usize,
    /// What could have stood there.
    pub expected: &'static str,
    /// What stood there: a quoted word or character, or "the end".
    pub found: String,
}

/// The most characters beside white space; keeps the recursion below shallow.
const MOST_CHARACTERS: usize = 256;

const OPERAND: &str = "a number, `cores`, `threads`, `min(…, …)`, `max(…, …)` or `(`";

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// With the place and what was expected there. A text of more than 256 characters beside white space is refused.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let characters = text.char_indices().filter(|(_, character)| !character.is_whitespace());
        if let Some((offset, _)) = characters.clone().nth(MOST_CHARACTERS) {
            return Err(ExpressionError {
                offset,
                expected: "an expression of at most 256 characters",
                found: "more".to_owned(),
            });
        }
        let mut parser = Parser { text, offset: 0 };
        let expression = parser.sum()?;
        parser.skip_white_space();
        if parser.rest().is_empty() { Ok(expression) } else { Err(parser.error("an operator or the end")) }
    }

    /// The value for a machine and a thread count; `None` where it is no finite number, as after a division by zero.
    pub fn evaluate(&self, cores: f64, threads: f64) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Cores => cores,
            Self::Threads => threads,
            Self::Binary(operator, left, right) => {
                let (left, right) = (left.evaluate(cores, threads)?, right.evaluate(cores, threads)?);
                match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                    Operator::Min => left.min(right),
                    Operator::Max => left.max(right),
                }
            }
        };
        value.is_finite().then_some(value)
    }

    /// Whether the value depends on the thread count at hand.
    pub fn mentions_threads(&self) -> bool {
        match self {
            Self::Number(_) | Self::Cores => false,
            Self::Threads => true,
            Self::Binary(_, left, right) => left.mentions_threads() || right.mentions_threads(),
        }
    }

    /// Whether the value depends on the machine.
    pub fn mentions_cores(&self) -> bool {
        match self {
            Self::Number(_) | Self::Threads => false,
            Self::Cores => true,
            Self::Binary(_, left, right) => left.mentions_cores() || right.mentions_cores(),
        }
    }

    /// How tightly the outermost operator binds.
    fn strength(&self) -> u8 {
        match self {
            Self::Binary(Operator::Add | Operator::Subtract, ..) => 1,
            Self::Binary(Operator::Multiply | Operator::Divide, ..) => 2,
            _ => 3,
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operand = |f: &mut fmt::Formatter<'_>, operand: &Self, least_strength: u8| {
            if operand.strength() < least_strength { write!(f, "({operand})") } else { write!(f, "{operand}") }
        };
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Cores => f.write_str("cores"),
            Self::Threads => f.write_str("threads"),
            Self::Binary(Operator::Min, left, right) => write!(f, "min({left}, {right})"),
            Self::Binary(Operator::Max, left, right) => write!(f, "max({left}, {right})"),
            Self::Binary(operator, left, right) => {
                let strength = self.strength();
                operand(f, left, strength)?;
                f.write_str(match operator {
                    Operator::Add => " + ",
                    Operator::Subtract => " - ",
                    Operator::Multiply => " * ",
                    _ => " / ",
                })?;
                // Operators of one strength bind from the left, so that the right operand needs parentheses.
                operand(f, right, strength + 1)
            }
        }
    }
}

/// Recursive descent over the text; the length limit bounds its depth.
struct Parser<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn skip_white_space(&mut self) {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_start().len();
    }

    /// Takes `symbol` if it comes next.
    fn take(&mut self, symbol: char) -> bool {
        self.skip_white_space();
        let there = self.rest().starts_with(symbol);
        if there {
            self.offset += symbol.len_utf8();
        }
        there
    }

    fn require(&mut self, symbol: char, expected: &'static str) -> Result<(), ExpressionError> {
        if self.take(symbol) { Ok(()) } else { Err(self.error(expected)) }
    }

    /// An error at the next word or character.
    fn error(&mut self, expected: &'static str) -> ExpressionError {
        self.skip_white_space();
        let rest = self.rest();
        let word = word_length(rest);
        let found =
            if word > 0 { rest.get(..word) } else { rest.chars().next().and_then(|c| rest.get(..c.len_utf8())) };
        let found =
            found.filter(|found| !found.is_empty()).map_or_else(|| "the end".to_owned(), |it| format!("`{it}`"));
        ExpressionError { offset: self.offset, expected, found }
    }

    fn sum(&mut self) -> Result<Expression, ExpressionError> {
        let mut left = self.product()?;
        loop {
            let operator = if self.take('+') {
                Operator::Add
            } else if self.take('-') {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, ExpressionError> {
        let mut left = self.operand()?;
        loop {
            let operator = if self.take('*') {
                Operator::Multiply
            } else if self.take('/') {
                Operator::Divide
            } else {
                return Ok(left);
            };
            left = Expression::Binary(operator, Box::new(left), Box::new(self.operand()?));
        }
    }

    fn operand(&mut self) -> Result<Expression, ExpressionError> {
        if self.take('(') {
            let inner = self.sum()?;
            self.require(')', "an operator or `)`")?;
            return Ok(inner);
        }
        let rest = self.rest();
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number();
        }
        let word = rest.get(..word_length(rest)).unwrap_or_default();
        let function = match word {
            "cores" => {
                self.offset += word.len();
                return Ok(Expression::Cores);
            }
            "threads" => {
                self.offset += word.len();
                return Ok(Expression::Threads);
            }
            "min" => Operator::Min,
            "max" => Operator::Max,
            _ => return Err(self.error(OPERAND)),
        };
        self.offset += word.len();
        self.require('(', "`(` with two values")?;
        let left = self.sum()?;
        self.require(',', "an operator or `,` and a second value")?;
        let right = self.sum()?;
        self.require(')', "an operator or `)`")?;
        Ok(Expression::Binary(function, Box::new(left), Box::new(right)))
    }

    /// Digits, with a point and more digits where there is a fraction.
    fn number(&mut self) -> Result<Expression, ExpressionError> {
        let rest = self.rest();
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let mut length = digits(rest);
        if let Some(fraction) = rest.get(length..).and_then(|tail| tail.strip_prefix('.')) {
            let places = digits(fraction);
            if places == 0 {
                self.offset += length + 1;
                return Err(self.error("a digit after the decimal point"));
            }
            length += 1 + places;
        }
        match rest.get(..length).map(str::parse::<f64>) {
            Some(Ok(number)) if number.is_finite() => {
                self.offset += length;
                Ok(Expression::Number(number))
            }
            _ => Err(self.error("a number")),
        }
    }
}

/// The length of the word or number at the beginning, in bytes.
fn word_length(text: &str) -> usize {
    text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<f64>) {
        let expression = Expression::parse(text).expect(text);
        assert_eq!(expression.evaluate(4.0, 6.0), expected, "{text}");
        assert_eq!(Expression::parse(&expression.to_string()), Ok(expression), "{text}");
    }

    #[track_caller]
    fn check_error(text: &str, offset: usize, message: &str) {
        let error = Expression::parse(text).expect_err(text);
        assert_eq!((error.offset, error.to_string().as_str()), (offset, message), "{text}");
    }

    #[test]
    fn values() {
        check("8", Some(8.0));
        check(" 1.25 ", Some(1.25));
        check("cores", Some(4.0));
        check("4*cores", Some(16.0));
        check("0.75 * threads", Some(4.5));
        check("1 + 2 * 3", Some(7.0));
        check("(1 + 2) * 3", Some(9.0));
        check("10 - 3 - 2", Some(5.0));
        check("10 - (3 - 2)", Some(9.0));
        check("8 / 4 / 2", Some(1.0));
        check("8 / (4 / 2)", Some(4.0));
        check("min(threads, cores)", Some(4.0));
        check("max(2, min(threads, cores) - 1)", Some(3.0));
        check("((cores))", Some(4.0));
    }

    #[test]
    fn what_is_no_number_has_no_value() {
        check("1 / 0", None);
        check("0 / 0", None);
        check("cores / (threads - 6)", None);
        check("min(1 / 0, 2)", None);
    }

    #[test]
    fn errors_name_place_and_expectation() {
        check_error("", 0, &format!("expected {OPERAND}, found the end"));
        check_error("core", 0, &format!("expected {OPERAND}, found `core`"));
        check_error("4 * ", 4, &format!("expected {OPERAND}, found the end"));
        check_error("4 cores", 2, "expected an operator or the end, found `cores`");
        check_error("4cores", 1, "expected an operator or the end, found `cores`");
        check_error("(1 + 2", 6, "expected an operator or `)`, found the end");
        check_error("1.", 2, "expected a digit after the decimal point, found the end");
        check_error("min(1)", 5, "expected an operator or `,` and a second value, found `)`");
        check_error("min 1", 4, "expected `(` with two values, found `1`");
        check_error("-1", 0, &format!("expected {OPERAND}, found `-`"));
        check_error("2 × cores", 2, "expected an operator or the end, found `×`");
    }

    #[test]
    fn depth_is_bounded() {
        check_error(&"(".repeat(5000), 256, "expected an expression of at most 256 characters, found more");
        assert!(Expression::parse(&vec!["1"; 5000].join("+")).is_err());
    }

    #[test]
    fn knows_what_it_depends_on() {
        let depends = |text: &str| {
            let expression = Expression::parse(text).expect(text);
            (expression.mentions_threads(), expression.mentions_cores())
        };
        assert_eq!(depends("0.8 * threads"), (true, false));
        assert_eq!(depends("min(8, cores)"), (false, true));
        assert_eq!(depends("1.1"), (false, false));
    }

    fn expressions() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            (0_u32..10_000).prop_map(|hundredths| Expression::Number(f64::from(hundredths) / 100.0)),
            Just(Expression::Cores),
            Just(Expression::Threads),
        ];
        leaf.prop_recursive(4, 16, 2, |inner| {
            let operators = prop_oneof![
                Just(Operator::Add),
                Just(Operator::Subtract),
                Just(Operator::Multiply),
                Just(Operator::Divide),
                Just(Operator::Min),
                Just(Operator::Max),
            ];
            (operators, inner.clone(), inner)
                .prop_map(|(operator, left, right)| Expression::Binary(operator, Box::new(left), Box::new(right)))
        })
    }

    proptest! {
        #[test]
        fn text_and_expression_are_one(expression in expressions()) {
            prop_assert_eq!(Expression::parse(&expression.to_string()), Ok(expression));
        }

        #[test]
        fn never_panics(text in "\\PC*", cores in any::<f64>(), threads in any::<f64>()) {
            match Expression::parse(&text) {
                Ok(expression) => drop(expression.evaluate(cores, threads)),
                Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
            }
        }

        #[test]
        fn never_panics_on_nearly_right_text(text in "[0-9.+*/() ,minaxcorethds-]{0,40}") {
            match Expression::parse(&text) {
                Ok(expression) => {
                    prop_assert!(expression.evaluate(2.0, 3.0).is_none_or(f64::is_finite));
                    prop_assert_eq!(Expression::parse(&expression.to_string()), Ok(expression));
                }
                Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
            }
        }
    }
}
