//! The window: state, views that only read, and one place that performs commands.

pub mod display;
pub mod theme;
