//! Whether a window can be shown here, asked before the window toolkit is: where a library is missing it panics.

use std::ffi::OsString;

/// Why no window can be shown. Each message is one sentence without full stop, and names what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisplayError {
    /// Neither `DISPLAY` nor `WAYLAND_DISPLAY` is set.
    #[error("there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)")]
    NoDisplay,
    /// A library that the window loads when it starts is not installed.
    #[error("the window needs the library {library}, which is not installed (Debian package: {package})")]
    MissingLibrary {
        /// Its file name.
        library: &'static str,
        /// The Debian package that holds it.
        package: &'static str,
    },
}

/// A library that the window loads at run time, with the Debian package that holds it.
type Library = (&'static str, &'static str);

const X11: [Library; 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];

const WAYLAND: [Library; 3] = [
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
];

const DRAWING: [Library; 1] = [("libEGL.so.1", "libegl1")];

/// Checks that there is a display, and every library that a window on it needs.
///
/// # Errors
/// The first thing that is missing. On systems other than Linux and the BSDs nothing is checked.
pub fn check() -> Result<(), DisplayError> {
    if cfg!(all(unix, not(target_os = "macos"))) { check_with(|name| std::env::var_os(name), can_load) } else { Ok(()) }
}

fn check_with(
    variable: impl Fn(&str) -> Option<OsString>,
    can_load: impl Fn(&str) -> bool,
) -> Result<(), DisplayError> {
    let is_set = |name| variable(name).is_some_and(|value: OsString| !value.is_empty());
    let missing = |libraries: &[Library]| {
        libraries
            .iter()
            .find(|(library, _)| !can_load(library))
            .map(|&(library, package)| DisplayError::MissingLibrary { library, package })
    };
    let wayland = is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET");
    let x11 = is_set("DISPLAY");
    let problem = match (wayland, x11) {
        (false, false) => return Err(DisplayError::NoDisplay),
        (false, true) => missing(&X11),
        (true, false) => missing(&WAYLAND),
        // Either will do; the toolkit tries Wayland first.
        (true, true) => missing(&WAYLAND).and_then(|_| missing(&X11)),
    };
    problem.or_else(|| missing(&DRAWING)).map_or(Ok(()), Err)
}

#[cfg(all(unix, not(target_os = "macos")))]
#[expect(unsafe_code, reason = "asking the dynamic loader has no safe form")]
fn can_load(library: &str) -> bool {
    let Ok(name) = std::ffi::CString::new(library) else { return false };
    // SAFETY: `name` is a valid C string for the whole call. Loading runs the library's initialisers; the window toolkit
    // would load the same libraries a moment later. The handle is not closed, so the library stays loaded for it.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL) };
    !handle.is_null()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn can_load(_library: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(set: &[&str], absent: &[&str], expected: Option<&str>) {
        let result =
            check_with(|name| set.contains(&name).then(|| OsString::from(":0")), |library| !absent.contains(&library));
        match (result, expected) {
            (Ok(()), None) => {}
            (Err(error), Some(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (result, expected) => panic!("{result:?}, but {expected:?} was expected"),
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        check(&["DISPLAY"], &[], None);
        check(&["WAYLAND_DISPLAY"], &["libX11.so.6"], None);
        check(&[], &[], Some("there is no display"));
        check(&["DISPLAY"], &["libxkbcommon-x11.so.0"], Some("libxkbcommon-x11-0"));
        check(&["DISPLAY"], &["libEGL.so.1"], Some("libegl1"));
        check(&["WAYLAND_DISPLAY"], &["libwayland-egl.so.1"], Some("libwayland-egl1"));
    }

    #[test]
    fn with_both_displays_one_complete_set_is_enough() {
        check(&["DISPLAY", "WAYLAND_DISPLAY"], &["libwayland-client.so.0"], None);
        check(&["DISPLAY", "WAYLAND_DISPLAY"], &["libXi.so.6"], None);
        check(&["DISPLAY", "WAYLAND_DISPLAY"], &["libwayland-client.so.0", "libXi.so.6"], Some("libxi6"));
    }
}
