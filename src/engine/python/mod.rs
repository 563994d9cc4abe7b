//! The Python interpreters of this machine: finding them, and measuring in them.
//!
//! An interpreter is always a subprocess, never part of this one: it can be killed, there can be many, and its crash stays
//! outside. [`discovery`] finds them and [`probe`] asks each what it is. [`engine`] measures: it keeps one warm
//! [`harness`] (a [`process`] that runs `assets/python/harness.py`) and speaks its [`protocol`].
//!
//! Nothing that was started is left behind, whatever happens: each subprocess leads a process group that is killed when its
//! owner is dropped, together with what left the group; and when this program itself is killed, a guard ends them.

pub mod discovery;
pub mod engine;
pub mod first;
pub mod harness;
pub mod listed;
mod memory;
pub mod numpy;
pub mod places;
pub mod probe;
pub mod process;
pub mod protocol;
pub mod syntax;
pub mod version;

pub use engine::PythonEngine;
pub use version::Version;
