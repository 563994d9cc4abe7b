//! The lists of Pythons that Windows keeps: the registry (PEP 514), and what the launcher `py` tells.
//!
//! Reading them is Windows's; understanding them is not, and is tested everywhere.

use std::path::PathBuf;

use super::places::Origin;

/// An installation as the registry describes it: the key `Software\Python\COMPANY\TAG\InstallPath`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered {
    /// Who made it: `PythonCore` for python.org.
    pub company: String,
    /// The key's own value: the folder.
    pub folder: Option<String>,
    /// Its value `ExecutablePath`.
    pub executable: Option<String>,
}

impl Registered {
    /// The executable; `None` where the entry names none. For python.org's, and for no other, PEP 514 says that it is
    /// `python.exe` in the folder where no other is named.
    pub fn path(&self) -> Option<PathBuf> {
        let executable = self.executable.as_deref().and_then(program);
        executable.or_else(|| {
            let folder = self.folder.as_deref().filter(|_| self.company == "PythonCore")?;
            let folder = folder.trim_matches(|letter: char| letter == '"' || letter == '\0' || letter.is_whitespace());
            program(&format!("{}\\python.exe", folder.trim_end_matches('\\')))
        })
    }
}

/// The path of a program as Windows writes it, without what may stand around it; `None` if it is not absolute or no program.
fn program(text: &str) -> Option<PathBuf> {
    let path = text.trim_matches(|letter: char| letter == '"' || letter == '\0' || letter.is_whitespace());
    let is_absolute = match path.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        [b'\\', b'\\', ..] => true,
        _ => false,
    };
    (is_absolute && path.to_lowercase().ends_with(".exe")).then(|| PathBuf::from(path))
}

/// The executables in what `py -0p` prints. Each line has a tag such as `-V:3.12` or `-3.8-64`, a star at the usual one (before or
/// after the path, with the version of the launcher) and the path.
pub fn told_by_launcher(output: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let line = line.trim();
        let (_, rest) = line.strip_prefix('-')?.split_once(char::is_whitespace)?;
        let rest = rest.trim();
        let rest = rest.strip_prefix('*').unwrap_or(rest);
        program(rest.strip_suffix('*').unwrap_or(rest))
    };
    output.lines().filter_map(path).collect()
}

/// None: this system keeps no such list.
#[cfg(not(windows))]
pub fn of_this_system() -> Vec<(PathBuf, Origin)> {
    Vec::new()
}

/// What the registry lists and what the launcher tells, as far as they are there.
#[cfg(windows)]
pub fn of_this_system() -> Vec<(PathBuf, Origin)> {
    let registered = here::registered().into_iter().filter_map(|entry| Some((entry.path()?, Origin::Registry)));
    let told = told_by_launcher(&here::launcher()).into_iter().map(|path| (path, Origin::Launcher));
    registered.chain(told).collect()
}

#[cfg(windows)]
mod here {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

    use super::super::process::{Heard, Input, Launch, Process, Stream};
    use super::Registered;

    /// How long the launcher may take.
    const LIMIT: Duration = Duration::from_secs(5);

    /// The registry's entries, for this user and for all, of 64-bit programs and of 32-bit ones.
    pub(super) fn registered() -> Vec<Registered> {
        let places = [
            (CURRENT_USER, "Software\\Python"),
            (LOCAL_MACHINE, "Software\\Python"),
            (LOCAL_MACHINE, "Software\\WOW6432Node\\Python"),
        ];
        let mut found = Vec::new();
        for (root, path) in places {
            // Most of them are not there.
            let Ok(companies) = root.open(path) else { continue };
            for company in names(&companies).into_iter().filter(|company| company != "PyLauncher") {
                let Ok(tags) = companies.open(&company) else { continue };
                for tag in names(&tags) {
                    let Ok(install) = tags.open(format!("{tag}\\InstallPath")) else { continue };
                    let value = |name: &str| install.get_string(name).ok();
                    let (folder, executable) = (value(""), value("ExecutablePath"));
                    found.push(Registered { company: company.clone(), folder, executable });
                }
            }
        }
        found
    }

    fn names(key: &Key) -> Vec<String> {
        key.keys().map(Iterator::collect).unwrap_or_default()
    }

    /// What `py -0p` prints; nothing where there is no launcher.
    pub(super) fn launcher() -> String {
        let mut output = String::new();
        let Ok(process) = Process::start(&Launch::new(Path::new("py.exe"), ["-0p"], Input::Nothing)) else {
            return output;
        };
        let deadline = Instant::now() + LIMIT;
        while let Some(heard) = process.hear(deadline) {
            match heard {
                // Some versions tell it as an error.
                Heard::Line(_, line) | Heard::HalfLine(Stream::Out | Stream::Err, line) => {
                    output.push_str(&line);
                    output.push('\n');
                }
                Heard::Closed(_) => {}
                Heard::End | Heard::LongLine(_) | Heard::TooMuch(_) => break,
            }
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_registered(company: &str, folder: Option<&str>, executable: Option<&str>, expected: Option<&str>) {
        let (folder, executable) = (folder.map(str::to_owned), executable.map(str::to_owned));
        let entry = Registered { company: company.to_owned(), folder, executable };
        assert_eq!(entry.path(), expected.map(PathBuf::from), "{entry:?}");
    }

    #[test]
    fn entries_of_the_registry() {
        let core = "PythonCore";
        let python = "C:\\Python312\\python.exe";
        check_registered(core, Some("C:\\Python312\\"), None, Some(python));
        check_registered(core, Some("\"C:\\Python312\"\0"), Some(""), Some(python));
        check_registered(core, Some("C:\\Elsewhere"), Some(python), Some(python));
        check_registered(core, None, Some("\"C:\\a b\\python3.13t.exe\" "), Some("C:\\a b\\python3.13t.exe"));
        check_registered("Astral", None, Some("\\\\server\\share\\python.exe"), Some("\\\\server\\share\\python.exe"));
        // Where others have their executable is not known.
        check_registered("ContinuumAnalytics", Some("C:\\conda"), None, None);
        check_registered(core, None, None, None);
        for wrong in ["python.exe", "1:\\python.exe", "C:python.exe", "C:\\python.txt", "..\\python.exe", ""] {
            check_registered(core, None, Some(wrong), None);
        }
        check_registered(core, Some("Python312"), None, None);
    }

    #[test]
    fn what_launchers_print() {
        let new = " -V:3.13t         C:\\Users\\me\\Python313\\python3.13t.exe\r\n \
             -V:3.12 *        C:\\Users\\me\\Python312\\python.exe\r\n \
             -V:Astral/CPython3.11.7 C:\\a b\\python.exe\r\n";
        let paths =
            |output: &str| told_by_launcher(output).iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
        assert_eq!(
            paths(new),
            [
                "C:\\Users\\me\\Python313\\python3.13t.exe",
                "C:\\Users\\me\\Python312\\python.exe",
                "C:\\a b\\python.exe"
            ]
        );
        let old = "Installed Pythons found by py Launcher for Windows\n -3.9-64\tC:\\Python39\\python.exe *\n -2.7-32\tC:\\Python27\\python.exe\n\n";
        assert_eq!(paths(old), ["C:\\Python39\\python.exe", "C:\\Python27\\python.exe"]);
        assert_eq!(paths("No Installed Pythons Found!\n  *  Active venv\n -V:3.14 *\n"), [""; 0]);
        assert_eq!(paths("Python was not found; see C:\\help.exe"), [""; 0]);
    }
}
