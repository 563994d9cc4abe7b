//! Where Pythons are on Windows.

use std::path::Path;

use super::{Candidate, Found, Origin, is_python_name, names_in};

/// Where the Store puts a small program for each command of what was installed from it, and two, `python.exe` and `python3.exe`,
/// for what was not.
const STORE: [&str; 2] = ["Microsoft", "WindowsApps"];

/// The names of the packages from the Store that hold a Python, or the manager that installs some.
const STORE_PACKAGE: &str = "PythonSoftwareFoundation.Python";

impl Found<'_> {
    /// What the system lists, then the folders of the tools.
    pub(super) fn windows(&mut self) {
        for (path, origin) in self.surroundings.listed.clone() {
            if is_in_store(path.parent().unwrap_or(Path::new(""))) {
                continue;
            }
            self.add(Candidate { path, origin, shim: false, stand_in: false });
        }
        let local = self.surroundings.variable("LOCALAPPDATA");
        let roaming = self.surroundings.variable("APPDATA");
        let home = self.surroundings.home();
        let inside = |folder: &Option<std::path::PathBuf>, path: &str| folder.as_ref().map(|folder| folder.join(path));

        // The installers of python.org, for one user and for all, and their new manager.
        self.versions(inside(&local, "Programs/Python"), Origin::System);
        for variable in ["PROGRAMFILES", "PROGRAMFILES(X86)"] {
            self.versions_named(self.surroundings.variable(variable).as_deref(), "Python3");
        }
        let drive = self.surroundings.variable("SYSTEMDRIVE").map(|drive| drive.join(std::path::MAIN_SEPARATOR_STR));
        self.versions_named(drive.as_deref(), "Python3");
        self.versions(inside(&local, "Python"), Origin::System);
        let store = local.as_ref().map(|local| local.join(STORE[0]).join(STORE[1]));
        if let Some(store) = store {
            let mut packages = names_in(&store);
            packages.retain(|name| name.starts_with(STORE_PACKAGE) && !name.contains("Manager"));
            packages.sort();
            for package in packages {
                self.folder(&store.join(package), Origin::Store);
            }
        }

        let pyenv = self.surroundings.variable("PYENV").or_else(|| self.surroundings.variable("PYENV_ROOT"));
        let pyenv = pyenv.or_else(|| inside(&home, ".pyenv/pyenv-win"));
        self.versions(inside(&pyenv, "versions"), Origin::Pyenv);
        let uv = self.surroundings.variable("UV_PYTHON_INSTALL_DIR").or_else(|| inside(&roaming, "uv/python"));
        self.versions(uv, Origin::Uv);
        let mise = self.surroundings.variable("MISE_DATA_DIR").or_else(|| inside(&local, "mise"));
        self.versions(inside(&mise, "installs/python"), Origin::Mise);
        let scoop = self.surroundings.variable("SCOOP").or_else(|| inside(&home, "scoop"));
        self.versions(inside(&scoop, "apps/python"), Origin::Scoop);
        self.conda();
    }

    /// The Pythons of a folder of programs. The same program has several names there, which are no links: the first will do.
    pub(super) fn windows_folder(&mut self, folder: &Path, mut names: Vec<String>, origin: Origin) {
        names.retain(|name| {
            let lower = name.to_lowercase();
            lower.strip_suffix(".exe").is_some_and(is_python_name)
        });
        // `python.exe` is there in each installation, `python3.13t.exe` beside it is another build.
        names.sort_by_key(|name| (!name.eq_ignore_ascii_case("python.exe"), name.to_lowercase()));
        let has_python = names.first().is_some_and(|name| name.eq_ignore_ascii_case("python.exe"));
        names.retain(|name| {
            let stem = name.to_lowercase();
            let stem = stem.trim_end_matches(".exe");
            !has_python || stem == "python" || stem.ends_with('t') || stem.starts_with("pypy")
        });
        let is_store = is_in_store(folder);
        // The folder of the commands that python.org's manager makes.
        let shim = is_store || folder.ends_with("Python/bin");
        let is_empty = is_store && !names_in(folder).iter().any(|name| name.starts_with(STORE_PACKAGE));
        for name in names {
            self.add(Candidate { path: folder.join(name), origin, shim, stand_in: is_empty });
        }
    }

    /// The installations below a folder whose names begin so.
    fn versions_named(&mut self, folder: Option<&Path>, beginning: &str) {
        let Some(folder) = folder else { return };
        let mut names = names_in(folder);
        names.retain(|name| name.starts_with(beginning));
        names.sort();
        for name in names {
            self.installation(&folder.join(name), Origin::System);
        }
    }
}

/// Whether it is the folder of the Store's small programs.
fn is_in_store(folder: &Path) -> bool {
    let mut parts = folder.iter().rev();
    STORE.iter().rev().all(|name| parts.next().is_some_and(|part| part.eq_ignore_ascii_case(name)))
}
