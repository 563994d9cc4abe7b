//! Where Pythons are installed: the folders of PATH, of the system, and of the tools that install interpreters.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// How an interpreter was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The user named it.
    Chosen,
    /// A folder of `PATH`.
    Path,
    /// pyenv.
    Pyenv,
    /// uv.
    Uv,
    /// conda and its relatives.
    Conda,
    /// mise.
    Mise,
    /// asdf.
    Asdf,
    /// Homebrew.
    Homebrew,
    /// The framework of python.org's installer on macOS.
    Framework,
    /// A folder where systems keep programs.
    System,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chosen => "named by you",
            Self::Path => "PATH",
            Self::Pyenv => "pyenv",
            Self::Uv => "uv",
            Self::Conda => "conda",
            Self::Mise => "mise",
            Self::Asdf => "asdf",
            Self::Homebrew => "Homebrew",
            Self::Framework => "Python framework",
            Self::System => "system",
        })
    }
}

/// An executable that may be a Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is; it may be a link or a shim.
    pub path: PathBuf,
    /// How it was found.
    pub origin: Origin,
    /// Whether it is the small program of a version manager that starts another, depending on settings.
    pub shim: bool,
    /// Whether asking it would only open a dialog.
    pub placeholder: bool,
}

/// A kind of system, as far as it decides where Pythons are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// macOS.
    MacOs,
    /// Linux and the others.
    Unix,
}

/// What decides where to look.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment.
    pub variables: BTreeMap<String, OsString>,
    /// The top of the file system; another folder in tests.
    pub root: PathBuf,
    /// The kind of system.
    pub system: System,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
                .collect(),
            root: PathBuf::from("/"),
            system: if cfg!(target_os = "macos") { System::MacOs } else { System::Unix },
        }
    }

    fn variable(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn home(&self) -> Option<PathBuf> {
        self.variable("HOME")
    }

    /// The folder that `variable` names, or else `usual` below the home folder.
    fn folder(&self, variable: &str, usual: &str) -> Option<PathBuf> {
        self.variable(variable).or_else(|| Some(self.home()?.join(usual)))
    }

    fn data_home(&self) -> Option<PathBuf> {
        self.folder("XDG_DATA_HOME", ".local/share")
    }

    fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }
}

/// Every executable that may be a Python, those of `PATH` first, each path once. Nothing is started.
pub fn candidates(surroundings: &Surroundings) -> Vec<Candidate> {
    let mut found = Found { surroundings, candidates: Vec::new() };
    if let Some(path) = surroundings.variables.get("PATH") {
        for folder in std::env::split_paths(path).filter(|folder| folder.is_absolute()) {
            found.folder(&folder, Origin::Path);
        }
    }
    let pyenv = surroundings.folder("PYENV_ROOT", ".pyenv");
    found.versions(pyenv.map(|root| root.join("versions")), Origin::Pyenv);
    let uv = surroundings.variable("UV_PYTHON_INSTALL_DIR");
    found.versions(uv.or_else(|| Some(surroundings.data_home()?.join("uv/python"))), Origin::Uv);
    let mise = surroundings.variable("MISE_DATA_DIR");
    let mise = mise.or_else(|| Some(surroundings.data_home()?.join("mise")));
    found.versions(mise.map(|root| root.join("installs/python")), Origin::Mise);
    let asdf = surroundings.folder("ASDF_DATA_DIR", ".asdf");
    found.versions(asdf.map(|root| root.join("installs/python")), Origin::Asdf);
    found.conda();
    for prefix in ["/opt/homebrew", "/home/linuxbrew/.linuxbrew"] {
        found.folder(&surroundings.absolute(prefix).join("bin"), Origin::Homebrew);
    }
    if surroundings.system == System::MacOs {
        found.folder(&surroundings.absolute("/usr/local/bin"), Origin::Homebrew);
        for framework in ["Python", "PythonT"] {
            let versions = format!("/Library/Frameworks/{framework}.framework/Versions");
            found.versions(Some(surroundings.absolute(&versions)), Origin::Framework);
        }
    }
    for folder in ["/usr/bin", "/usr/local/bin", "/opt/bin"] {
        found.folder(&surroundings.absolute(folder), Origin::System);
    }
    if let Some(home) = surroundings.home() {
        found.folder(&home.join(".local/bin"), Origin::System);
    }
    found.candidates
}

struct Found<'a> {
    surroundings: &'a Surroundings,
    candidates: Vec<Candidate>,
}

impl Found<'_> {
    /// The Pythons of a folder of programs, by name.
    fn folder(&mut self, folder: &Path, origin: Origin) {
        let shim = is_shim_folder(folder);
        let mut names = names_in(folder);
        // Behind each name of a shim folder stands a program that takes long to say which version is chosen; the versions
        // themselves are found in their folders.
        names.retain(|name| if shim { name == "python3" } else { is_python_name(name) });
        names.sort_by_key(|name| (name != "python3", name.clone()));
        for name in names {
            let path = folder.join(&name);
            if self.candidates.iter().any(|candidate| candidate.path == path) || !is_file(&path) {
                continue;
            }
            let placeholder = self.is_placeholder(&path);
            self.candidates.push(Candidate { path, origin, shim, placeholder });
        }
    }

    /// A folder with one folder for each version.
    fn versions(&mut self, folder: Option<PathBuf>, origin: Origin) {
        let Some(folder) = folder else { return };
        let mut names = names_in(&folder);
        names.sort();
        for name in names {
            self.installation(&folder.join(name), origin);
        }
    }

    fn installation(&mut self, prefix: &Path, origin: Origin) {
        self.folder(&prefix.join("bin"), origin);
    }

    fn conda(&mut self) {
        let mut prefixes: Vec<PathBuf> = self.surroundings.variable("CONDA_PREFIX").into_iter().collect();
        let mut roots = Vec::new();
        if let Some(home) = self.surroundings.home() {
            for name in ["miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"] {
                roots.push(home.join(name));
            }
            let listed = fs::read_to_string(home.join(".conda/environments.txt")).unwrap_or_default();
            prefixes.extend(listed.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from));
        }
        for path in ["/opt/conda", "/opt/miniconda3", "/opt/anaconda3"] {
            roots.push(self.surroundings.absolute(path));
        }
        for prefix in prefixes {
            self.installation(&prefix, Origin::Conda);
        }
        for root in roots {
            self.installation(&root, Origin::Conda);
            self.versions(Some(root.join("envs")), Origin::Conda);
        }
    }

    /// macOS has a `/usr/bin/python3` that only offers to install the developer tools.
    fn is_placeholder(&self, path: &Path) -> bool {
        let tools = ["/Library/Developer/CommandLineTools/usr/bin/python3", "/Applications/Xcode.app"];
        self.surroundings.system == System::MacOs
            && path == self.surroundings.absolute("/usr/bin/python3")
            && !tools.iter().any(|tool| self.surroundings.absolute(tool).exists())
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn is_shim_folder(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "shims")
}

/// `python`, `python3`, `python3.14`, `python3.14t`, `python2.7`, `pypy3.10`: not `python3-config`, not `python3.11-gdb`.
fn is_python_name(name: &str) -> bool {
    let Some(version) = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy")) else { return false };
    let version = version.strip_suffix('t').unwrap_or(version);
    version.is_empty()
        || version.split('.').count() <= 2
            && version.split('.').all(|part| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(root: &Path, path: &str) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        fs::write(file, "").expect("a file can be written");
    }

    fn look(root: &Path, system: System, variables: &[(&str, &str)]) -> Vec<(String, Origin)> {
        let mut surroundings = Surroundings { variables: BTreeMap::new(), root: root.to_owned(), system };
        surroundings.variables.insert("HOME".to_owned(), root.join("home").into());
        for (name, value) in variables {
            let folders = value.split(':').map(|part| root.join(part));
            surroundings.variables.insert((*name).to_owned(), std::env::join_paths(folders).expect("plain names"));
        }
        candidates(&surroundings)
            .into_iter()
            .map(|candidate| {
                let path = candidate.path.strip_prefix(root).expect("below the root").display().to_string();
                let mark = if candidate.placeholder { "!" } else { "" };
                (format!("{path}{mark}"), candidate.origin)
            })
            .collect()
    }

    #[track_caller]
    fn check(files: &[&str], system: System, variables: &[(&str, &str)], expected: &[(&str, Origin)]) {
        let root = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            touch(root.path(), file);
        }
        let found = look(root.path(), system, variables);
        let expected: Vec<_> = expected.iter().map(|(path, origin)| ((*path).to_owned(), *origin)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_of_pythons() {
        for name in ["python", "python2", "python2.7", "python3", "python3.14", "python3.13t", "python3t", "pypy3"] {
            assert!(is_python_name(name), "{name}");
        }
        for name in ["python3-config", "python3.11-gdb", "pythonw.exe", "python3.", "ipython3", "python3.1.2", "pip3"] {
            assert!(!is_python_name(name), "{name}");
        }
    }

    #[test]
    fn path_comes_first_and_shims_only_once() {
        check(
            &["a/python3.9", "a/python3", "a/python3-config", "shims/python3", "shims/python3.8", "usr/bin/python3"],
            System::Unix,
            &[("PATH", "shims:a:missing")],
            &[
                ("shims/python3", Origin::Path),
                ("a/python3", Origin::Path),
                ("a/python3.9", Origin::Path),
                ("usr/bin/python3", Origin::System),
            ],
        );
    }

    #[test]
    fn the_folders_of_the_tools() {
        check(
            &[
                "home/.pyenv/versions/3.11.7/bin/python3",
                "home/.pyenv/versions/2.7.18/bin/python2.7",
                "home/.local/share/uv/python/cpython-3.14/bin/python3.14t",
                "home/.local/share/mise/installs/python/3.12/bin/python",
                "home/.asdf/installs/python/3.10/bin/python",
                "home/miniforge3/bin/python",
                "home/miniforge3/envs/numpy/bin/python",
                "opt/conda/bin/python3",
                "home/.local/bin/python3.15",
            ],
            System::Unix,
            &[],
            &[
                ("home/.pyenv/versions/2.7.18/bin/python2.7", Origin::Pyenv),
                ("home/.pyenv/versions/3.11.7/bin/python3", Origin::Pyenv),
                ("home/.local/share/uv/python/cpython-3.14/bin/python3.14t", Origin::Uv),
                ("home/.local/share/mise/installs/python/3.12/bin/python", Origin::Mise),
                ("home/.asdf/installs/python/3.10/bin/python", Origin::Asdf),
                ("home/miniforge3/bin/python", Origin::Conda),
                ("home/miniforge3/envs/numpy/bin/python", Origin::Conda),
                ("opt/conda/bin/python3", Origin::Conda),
                ("home/.local/bin/python3.15", Origin::System),
            ],
        );
    }

    #[test]
    fn variables_move_the_folders() {
        check(
            &["p/versions/3.11.7/bin/python3", "u/cpython-3.13/bin/python3", "c/bin/python3"],
            System::Unix,
            &[("PYENV_ROOT", "p"), ("UV_PYTHON_INSTALL_DIR", "u"), ("CONDA_PREFIX", "c")],
            &[
                ("p/versions/3.11.7/bin/python3", Origin::Pyenv),
                ("u/cpython-3.13/bin/python3", Origin::Uv),
                ("c/bin/python3", Origin::Conda),
            ],
        );
    }

    #[test]
    fn macos_has_frameworks_homebrew_and_a_placeholder() {
        let files = [
            "opt/homebrew/bin/python3",
            "Library/Frameworks/Python.framework/Versions/3.13/bin/python3",
            "Library/Frameworks/PythonT.framework/Versions/3.14/bin/python3.14t",
            "usr/bin/python3",
        ];
        check(
            &files,
            System::MacOs,
            &[],
            &[
                ("opt/homebrew/bin/python3", Origin::Homebrew),
                ("Library/Frameworks/Python.framework/Versions/3.13/bin/python3", Origin::Framework),
                ("Library/Frameworks/PythonT.framework/Versions/3.14/bin/python3.14t", Origin::Framework),
                ("usr/bin/python3!", Origin::System),
            ],
        );
        check(
            &["usr/bin/python3", "Library/Developer/CommandLineTools/usr/bin/python3"],
            System::MacOs,
            &[],
            &[("usr/bin/python3", Origin::System)],
        );
    }
}
