//! The window, without a display: its tree by label and role on scripted engines, and pictures of its main views.
//!
//! The pictures need a software Vulkan and are compared only where `THREADLAB_PICTURES=1` asks for it.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why and fails")]

#[path = "../aloud/mod.rs"]
mod aloud;
mod bench;
mod files;
mod keyboard;
mod layout;
mod learning;
mod own_code;
mod pictures;
mod pythons;
mod running;
mod standing;
mod tree;
mod widths;
