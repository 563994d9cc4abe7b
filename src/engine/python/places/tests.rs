use super::*;

fn touch(root: &Path, path: &str) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
    fs::write(file, "").expect("a file can be written");
}

fn look(root: &Path, system: System, variables: &[(&str, &str)]) -> Vec<(String, Origin)> {
    let listed =
        vec![(root.join("reg/python.exe"), Origin::Registry), (root.join("gone/python.exe"), Origin::Launcher)];
    let mut surroundings = Surroundings { variables: BTreeMap::new(), root: root.to_owned(), system, listed };
    let home = if system == System::Windows { "USERPROFILE" } else { "HOME" };
    surroundings.variables.insert(home.to_owned(), root.join("home").into());
    for (name, value) in variables {
        let folders = value.split(':').map(|part| root.join(part));
        surroundings.variables.insert((*name).to_owned(), std::env::join_paths(folders).expect("plain names"));
    }
    candidates(&surroundings)
        .into_iter()
        .map(|candidate| {
            let path = candidate.path.strip_prefix(root).expect("below the root").display().to_string();
            let path = path.replace('\\', "/");
            let mark = if candidate.stand_in { "!" } else { "" };
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
fn macos_has_frameworks_homebrew_and_a_stand_in() {
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
        &[("Library/Developer/CommandLineTools/usr/bin/python3", Origin::System), ("usr/bin/python3", Origin::System)],
    );
}

#[test]
fn macos_has_its_developer_tools_wherever_they_are() {
    check(
        &[
            "usr/bin/python3",
            "private/var/db/xcode_select_link",
            "opt/local/bin/python3.12",
            "Applications/Xcode.app/Contents/Developer/usr/bin/python3",
            "opt/homebrew/Caskroom/miniforge/base/bin/python3",
        ],
        System::MacOs,
        &[],
        &[
            ("opt/homebrew/Caskroom/miniforge/base/bin/python3", Origin::Conda),
            ("opt/local/bin/python3.12", Origin::MacPorts),
            ("Applications/Xcode.app/Contents/Developer/usr/bin/python3", Origin::System),
            ("usr/bin/python3", Origin::System),
        ],
    );
}

#[test]
fn windows_has_lists_and_the_folders_of_the_tools() {
    check(
        &[
            "a/python.exe",
            "a/python3.exe",
            "a/pythonw.exe",
            "reg/python.exe",
            "local/Programs/Python/Python313/python.exe",
            "local/Programs/Python/Python313/python3.13t.exe",
            "local/Programs/Python/Launcher/py.exe",
            "local/Python/pythoncore-3.14-64/python.exe",
            "files/Python311/Python.EXE",
            "local/Microsoft/WindowsApps/python.exe",
            "local/Microsoft/WindowsApps/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/python3.12.exe",
            "home/.pyenv/pyenv-win/versions/3.8.10/python.exe",
            "home/.pyenv/pyenv-win/shims/python.bat",
            "roaming/uv/python/cpython-3.14.0-windows-x86_64-none/python.exe",
            "home/scoop/apps/python/current/python.exe",
            "home/miniconda3/envs/numpy/python.exe",
            "data/miniforge3/python.exe",
        ],
        System::Windows,
        &[
            ("PATH", "a"),
            ("LOCALAPPDATA", "local"),
            ("APPDATA", "roaming"),
            ("PROGRAMFILES", "files"),
            ("PROGRAMDATA", "data"),
        ],
        &[
            ("a/python.exe", Origin::Path),
            ("reg/python.exe", Origin::Registry),
            ("local/Programs/Python/Python313/python.exe", Origin::System),
            ("local/Programs/Python/Python313/python3.13t.exe", Origin::System),
            ("files/Python311/Python.EXE", Origin::System),
            ("local/Python/pythoncore-3.14-64/python.exe", Origin::System),
            (
                "local/Microsoft/WindowsApps/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/python3.12.exe",
                Origin::Store,
            ),
            ("home/.pyenv/pyenv-win/versions/3.8.10/python.exe", Origin::Pyenv),
            ("roaming/uv/python/cpython-3.14.0-windows-x86_64-none/python.exe", Origin::Uv),
            ("home/scoop/apps/python/current/python.exe", Origin::Scoop),
            ("home/miniconda3/envs/numpy/python.exe", Origin::Conda),
            ("data/miniforge3/python.exe", Origin::Conda),
        ],
    );
}

#[test]
fn what_the_store_puts_there_for_what_is_not_installed_is_a_stand_in() {
    let apps = "local/Microsoft/WindowsApps";
    let variables = [("PATH", apps)];
    let (python, python3) = (format!("{apps}/python.exe"), format!("{apps}/python3.exe"));
    // Both names are the same, so that one will do.
    check(&[&python, &python3], System::Windows, &variables, &[(&format!("{python}!"), Origin::Path)]);
    let package = format!("{apps}/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/python.exe");
    check(&[&python, &package], System::Windows, &variables, &[(&python, Origin::Path)]);
    let manager = format!("{apps}/PythonSoftwareFoundation.PythonManager_3847v3x7pw1km/py.exe");
    check(&[&python, &manager], System::Windows, &variables, &[(&python, Origin::Path)]);
}
