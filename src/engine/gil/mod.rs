//! The GIL model: threads of the operating system that take turns as those of CPython do.
//!
//! [`lock`] is CPython's protocol on [`monitor`]'s primitives, [`context`] one worker's view of it, [`footprint`] what the interpreter
//! touches between two calls, and [`hold`] the record of who held the lock when; [`model`] is the engine that measures windows with
//! them.

pub mod context;
pub mod footprint;
pub mod hold;
pub mod lock;
pub mod model;
pub mod monitor;
#[cfg(all(unix, not(target_vendor = "apple")))]
pub mod pthread;
#[cfg(any(test, not(all(unix, not(target_vendor = "apple")))))]
pub mod std_monitor;

pub use model::GilModel;
