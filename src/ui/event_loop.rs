//! The boundary around the window toolkit's event loop: what goes wrong inside becomes an error in words.
//!
//! Where the window is destroyed by another program, or the display goes away, the toolkit panics. Whoever uses the window gets
//! a sentence and an exit code for it, not a trace of the toolkit's source.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A panic on the thread of the event loop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// In the toolkit: nothing is left to draw on. With what it said.
    #[error(
        "the window came to a sudden end, most likely because another program destroyed it or its display went away ({0})"
    )]
    Toolkit(String),
    /// In Threadlab itself.
    #[error("a fault ended the window, please report it: {message} ({place})")]
    Own {
        /// What it says.
        message: String,
        /// File and line.
        place: String,
    },
}

/// Parts of the toolkit, as the paths of their source have them.
const TOOLKIT: [&str; 7] = ["/winit-", "/glutin", "/egui-winit-", "/egui_glow-", "/eframe-", "/x11rb", "/accesskit_"];

thread_local! {
    /// Whether this thread's next panic is turned into a [`Fault`].
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs the event loop. A panic on this thread unwinds to here, which ends everything that the loop owns; those of other threads
/// are reported as ever. With `RUST_BACKTRACE` set, the trace is printed besides.
///
/// # Errors
/// When the loop ended by a panic.
pub fn guard<T>(event_loop: impl FnOnce() -> T) -> Result<T, Fault> {
    let noted: Arc<Mutex<Option<Fault>>> = Arc::default();
    let before: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = Arc::from(std::panic::take_hook());
    let (note, report) = (Arc::clone(&noted), Arc::clone(&before));
    std::panic::set_hook(Box::new(move |info| {
        // Only the first: another one while everything ends is to be seen.
        if IS_GUARDED.replace(false) {
            *note.lock().unwrap_or_else(PoisonError::into_inner) = Some(Fault::of(info));
            if std::env::var_os("RUST_BACKTRACE").is_none_or(|value| value == "0") {
                return;
            }
        }
        report(info);
    }));
    IS_GUARDED.set(true);
    let ended = std::panic::catch_unwind(AssertUnwindSafe(event_loop));
    IS_GUARDED.set(false);
    if !thread::panicking() {
        std::panic::set_hook(Box::new(move |info| before(info)));
    }
    let noted = noted.lock().unwrap_or_else(PoisonError::into_inner).take();
    ended.map_err(|_payload| noted.unwrap_or_else(|| Fault::Toolkit("the reason is not known".to_owned())))
}

impl Fault {
    fn of(info: &PanicHookInfo<'_>) -> Self {
        let message = info.payload_as_str().unwrap_or("without a message");
        let message = message.lines().next().unwrap_or_default().to_owned();
        let file = info.location().map_or("", |location| location.file()).replace('\\', "/");
        if TOOLKIT.iter().any(|part| file.contains(part)) {
            return Self::Toolkit(message);
        }
        let place = info.location().map_or_else(|| "at an unknown place".to_owned(), ToString::to_string);
        Self::Own { message, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::panic, reason = "that is what is tested")]
    fn a_panic_becomes_an_error_with_its_place_and_what_was_owned_ends() {
        struct Owned(Arc<Mutex<bool>>);
        impl Drop for Owned {
            fn drop(&mut self) {
                *self.0.lock().unwrap() = true;
            }
        }
        let has_ended = Arc::new(Mutex::new(false));
        let owned = Owned(Arc::clone(&has_ended));
        let ended = guard(move || {
            let _owned = &owned;
            panic!("no more\nlines");
        });
        let Err::<(), _>(Fault::Own { message, place }) = ended else { panic!("{ended:?}") };
        assert_eq!(message, "no more");
        assert!(place.contains("event_loop.rs:"), "{place}");
        assert!(*has_ended.lock().unwrap());
        assert_eq!(guard(|| 5), Ok(5));
        // It is the usual reason, and not the only one.
        let said = Fault::Toolkit("broken pipe".to_owned()).to_string();
        assert!(said.contains("most likely") && said.ends_with("(broken pipe)"), "{said}");
    }
}
