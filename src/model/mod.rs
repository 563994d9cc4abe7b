//! The pure part: samples, intervals, scaling laws, verdicts, predictions and the plot specification.
//!
//! Nothing here does I/O, starts a thread, reads a clock or draws a random number: values come in, values go out.

pub mod claim;
pub mod code;
pub mod comparison;
pub mod explanation;
pub mod expression;
pub mod first_program;
#[cfg(test)]
pub(crate) mod fixture;
pub mod format;
pub mod machine;
pub mod plan;
pub mod plot;
pub mod prediction;
pub mod record;
pub mod results;
pub mod run;
pub mod scaling;
pub mod series;
pub mod statistics;
pub mod stopping;
pub mod table;
pub mod timeline;
pub mod units;
pub mod visible;
pub mod warning;
pub mod window;
pub mod workload;
