//! Where Pythons are installed: the folders of PATH, of the system, and of the tools that install interpreters.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

mod windows;

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
    /// The tool `port` of macOS.
    MacPorts,
    /// An installation that the Windows registry lists (PEP 514).
    Registry,
    /// The launcher `py` of Windows.
    Launcher,
    /// The Microsoft Store.
    Store,
    /// scoop.
    Scoop,
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
            Self::MacPorts => "MacPorts",
            Self::Registry => "registry",
            Self::Launcher => "py launcher",
            Self::Store => "Microsoft Store",
            Self::Scoop => "scoop",
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
    pub stand_in: bool,
}

/// A kind of system, as far as it decides where Pythons are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
    /// Linux and the others.
    Unix,
}

impl System {
    /// The one this program was built for.
    const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Unix
    };
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
    /// The executables that the system itself keeps a list of: on Windows the registry, and the launcher `py`.
    pub listed: Vec<(PathBuf, Origin)>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os()
                // On Windows it is `Path`, and any other way of writing it means the same.
                .filter_map(|(name, value)| {
                    let name = name.into_string().ok()?;
                    Some((if cfg!(windows) { name.to_uppercase() } else { name }, value))
                })
                .collect(),
            root: PathBuf::from("/"),
            system: System::HERE,
            listed: super::listed::of_this_system(),
        }
    }

    fn variable(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn home(&self) -> Option<PathBuf> {
        self.variable(if self.system == System::Windows { "USERPROFILE" } else { "HOME" })
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
    if surroundings.system == System::Windows {
        found.windows();
        return found.candidates;
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
        found.folder(&surroundings.absolute("/opt/local/bin"), Origin::MacPorts);
        let tools = ["/Library/Developer/CommandLineTools", "/Applications/Xcode.app/Contents/Developer"];
        for tools in tools {
            found.folder(&surroundings.absolute(tools).join("usr/bin"), Origin::System);
        }
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

/// The folders that conda and its relatives make.
const CONDA: [&str; 5] = ["miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"];

struct Found<'a> {
    surroundings: &'a Surroundings,
    candidates: Vec<Candidate>,
}

impl Found<'_> {
    /// The Pythons of a folder of programs, by name.
    fn folder(&mut self, folder: &Path, origin: Origin) {
        let shim = is_shim_folder(folder);
        let mut names = names_in(folder);
        if self.surroundings.system == System::Windows {
            self.windows_folder(folder, names, origin);
            return;
        }
        // Behind each name of a shim folder stands a program that takes long to say which version is chosen; the versions
        // themselves are found in their folders.
        names.retain(|name| if shim { name == "python3" } else { is_python_name(name) });
        names.sort_by_key(|name| (name != "python3", name.clone()));
        for name in names {
            let path = folder.join(&name);
            let is_stub = self.is_stub(&path);
            let stand_in = is_stub && !self.has_developer_tools();
            self.add(Candidate { path, origin, shim: shim || is_stub, stand_in });
        }
    }

    /// Notes a candidate, unless it is known already or no file.
    fn add(&mut self, candidate: Candidate) {
        if self.candidates.iter().all(|known| known.path != candidate.path) && is_file(&candidate.path) {
            self.candidates.push(candidate);
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
        let is_windows = self.surroundings.system == System::Windows;
        self.folder(&if is_windows { prefix.to_owned() } else { prefix.join("bin") }, origin);
    }

    fn conda(&mut self) {
        let mut prefixes: Vec<PathBuf> = self.surroundings.variable("CONDA_PREFIX").into_iter().collect();
        let mut roots = Vec::new();
        if let Some(home) = self.surroundings.home() {
            roots.extend(CONDA.map(|name| home.join(name)));
            let listed = fs::read_to_string(home.join(".conda/environments.txt")).unwrap_or_default();
            prefixes.extend(listed.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from));
        }
        let usual: &[&str] = match self.surroundings.system {
            System::Unix => &["/opt/conda", "/opt/miniconda3", "/opt/anaconda3"],
            System::MacOs => &[
                "/opt/miniconda3",
                "/opt/anaconda3",
                "/opt/homebrew/Caskroom/miniconda/base",
                "/opt/homebrew/Caskroom/miniforge/base",
                "/usr/local/Caskroom/miniconda/base",
            ],
            System::Windows => &[],
        };
        roots.extend(usual.iter().map(|path| self.surroundings.absolute(path)));
        let for_all = self.surroundings.variable("PROGRAMDATA").filter(|_| self.surroundings.system == System::Windows);
        roots.extend(for_all.iter().flat_map(|data| CONDA.map(|name| data.join(name))));
        for prefix in prefixes {
            self.installation(&prefix, Origin::Conda);
        }
        for root in roots {
            self.installation(&root, Origin::Conda);
            self.versions(Some(root.join("envs")), Origin::Conda);
        }
    }

    /// The `/usr/bin/python3` of macOS starts that of the developer tools, or offers to install them.
    fn is_stub(&self, path: &Path) -> bool {
        self.surroundings.system == System::MacOs && path == self.surroundings.absolute("/usr/bin/python3")
    }

    fn has_developer_tools(&self) -> bool {
        // The last one is where `xcode-select` notes that they are somewhere else.
        let tools = [
            "/Library/Developer/CommandLineTools/usr/bin/python3",
            "/Applications/Xcode.app",
            "/private/var/db/xcode_select_link",
        ];
        tools.iter().any(|tool| self.surroundings.absolute(tool).exists())
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn is_file(path: &Path) -> bool {
    // What the Store puts into its folder is a link that only the start of a program can follow.
    let is_alias = || cfg!(windows) && fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_dir());
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) || is_alias()
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
mod tests;
