//! Bounds and thread counts that depend on the machine: arithmetic over `cores` and `threads`.

/// A parsed expression: numbers, `cores`, `threads`, `+ - * /`, parentheses, `min(a, b)`, `max(a, b)`.
///
/// `cores` is what the machine can really use (quota included); `threads` is the thread count at hand. Both are at
/// least 1 where an expression is evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A plain number.
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
