use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use super::super::places::System;
use super::*;

/// A folder with programs that behave like Pythons.
struct Fakes {
    folder: tempfile::TempDir,
}

impl Fakes {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A shell script that answers the probe, and notes that it was asked.
    fn python(&self, name: &str, version: &str, implementation: &str) -> PathBuf {
        let path = self.path(name);
        let asked = self.path("asked");
        self.script(
            name,
            &format!(
                "echo {name} >> {asked}\necho threadlab-probe 1\necho version {version}\necho implementation {implementation}\n\
                 echo executable {path}\necho free-threaded 0\necho end",
                asked = asked.display(),
                path = path.display(),
            ),
        )
    }

    fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("a script can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        path
    }

    fn asked(&self) -> usize {
        fs::read_to_string(self.path("asked")).unwrap_or_default().lines().count()
    }

    fn surroundings(&self) -> Surroundings {
        let path = self.folder.path().as_os_str().to_owned();
        Surroundings {
            variables: BTreeMap::from([("PATH".to_owned(), path)]),
            root: self.path("root"),
            system: System::Unix,
            listed: Vec::new(),
        }
    }
}

#[test]
fn all_are_found_once_the_newest_first_and_the_unfit_last_with_reasons() {
    let fakes = Fakes::new();
    fakes.python("python3.9", "3.9.1", "cpython");
    fakes.python("python3.14", "3.14.0", "cpython");
    fakes.python("python3.6", "3.6.15", "cpython");
    fakes.python("pypy3", "3.10.2", "pypy");
    fakes.script("python2", "echo broken pipe >&2; exit 3");
    std::os::unix::fs::symlink(fakes.path("python3.9"), fakes.path("python3")).expect("a link can be made");
    let found = Discovery::new().find(&fakes.surroundings(), &[]);
    let listed: Vec<(String, Option<String>)> = found
        .iter()
        .map(|one| {
            let name = one.path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, one.unfit.as_ref().map(ToString::to_string))
        })
        .collect();
    let reason = |text: &str| Some(text.to_owned());
    assert_eq!(
        listed,
        [
            ("python3.14".to_owned(), None),
            ("python3".to_owned(), None),
            ("pypy3".to_owned(), reason("it is pypy and not CPython, whose threads Threadlab measures")),
            ("python3.6".to_owned(), reason("Python 3.6.15 is too old: Threadlab needs 3.8 or later")),
            (
                "python2".to_owned(),
                reason("it is no Python that works: it ended with exit status 3 and said `broken pipe`")
            ),
        ]
    );
    let newest = found[0].interpreter().expect("it is usable");
    assert_eq!((newest.version.as_str(), newest.free_threaded, newest.gil_enabled), ("3.14.0", false, Some(true)));
    assert_eq!(found[3].interpreter(), None);
}

#[test]
fn looking_again_asks_only_what_changed() {
    let fakes = Fakes::new();
    let path = fakes.python("python3.9", "3.9.1", "cpython");
    fakes.python("python3.10", "3.10.1", "cpython");
    let mut discovery = Discovery::new();
    let before = discovery.find(&fakes.surroundings(), &[]);
    assert_eq!((before.len(), fakes.asked()), (2, 2));
    assert_eq!(discovery.find(&fakes.surroundings(), &[]), before);
    assert_eq!(fakes.asked(), 2);
    fakes.python("python3.9", "3.9.2", "cpython");
    let later = SystemTime::now() + std::time::Duration::from_mins(1);
    fs::File::open(&path).and_then(|file| file.set_modified(later)).expect("a file's time can be set");
    let after = discovery.find(&fakes.surroundings(), &[]);
    assert_eq!(after[1].interpreter().map(|it| it.version), Some("3.9.2".to_owned()));
    assert_eq!(fakes.asked(), 3);
    discovery.forget();
    discovery.find(&fakes.surroundings(), &[]);
    assert_eq!(fakes.asked(), 5);
}

#[test]
fn a_path_of_ones_own_comes_with_its_reason() {
    let fakes = Fakes::new();
    let missing = Discovery::new().look_at(&fakes.path("nothing"));
    let reason = missing.unfit.map(|unfit| unfit.to_string()).unwrap_or_default();
    assert!(reason.starts_with("it could not be started: "), "{reason}");
    let text = fakes.path("text");
    fs::write(&text, "hello").expect("a file can be written");
    let reason = Discovery::new().look_at(&text).unfit.map(|unfit| unfit.to_string()).unwrap_or_default();
    assert!(reason.contains("ermission"), "{reason}");
    let chatty = fakes.script("chatty", "echo Welcome to my shell");
    let reason = Discovery::new().look_at(&chatty).unfit.map(|unfit| unfit.to_string());
    let expected = "it is no Python that works: asked for its version it said `Welcome to my shell`";
    assert_eq!(reason.as_deref(), Some(expected));
    let endless = fakes.script("endless", "while :; do echo y; done");
    assert!(matches!(Discovery::new().look_at(&endless).unfit, Some(Unfit::Nonsense(line)) if line == "y"));
}

#[test]
fn what_cannot_be_started_says_why() {
    #[track_caller]
    fn check(path: &Path, expected: &str) {
        let reason = Discovery::new().look_at(path).unfit.map(|unfit| unfit.to_string());
        assert_eq!(reason.as_deref(), Some(expected));
    }
    let fakes = Fakes::new();
    let script = fakes.script("script", "");
    fs::write(&script, "#!/nowhere/python -E\nprint()\n").expect("a script can be written");
    let expected = "it could not be started: its first line names a program that is not there: `#!/nowhere/python -E`";
    check(&script, expected);
    check(fakes.folder.path(), "it could not be started: it is a folder; name the program in it");
    // Tests run in the folder of the package.
    let expected = "it could not be started: no folder of PATH has a program of that name; \
                    what is in the current folder is called `./Cargo.toml`";
    check(Path::new("Cargo.toml"), expected);
}

#[test]
fn a_name_without_a_folder_is_what_the_path_makes_of_it() {
    let identity = Identity {
        version: "3.12.1".parse().expect("a version"),
        implementation: "cpython".to_owned(),
        executable: PathBuf::from("/opt/python/bin/python3"),
        free_threaded: false,
        gil_enabled: true,
    };
    let path_of = |path: &str| {
        let path = PathBuf::from(path);
        let candidate = Candidate { path, origin: Origin::Chosen, shim: false, stand_in: false };
        judge(&candidate, Ok(identity.clone())).path
    };
    assert_eq!(path_of("python3"), Path::new("/opt/python/bin/python3"));
    assert_eq!(path_of("/home/venv/bin/python3"), Path::new("/home/venv/bin/python3"));
    assert!(path_of("./python3").ends_with("python3") && path_of("./python3") != path_of("python3"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_a_probed_program_starts_in_a_session_of_its_own_ends_with_it() {
    use crate::engine::process_stat::ProcessStat;

    let fakes = Fakes::new();
    let escaped = fakes.path("escaped");
    for last in ["echo Welcome", "exit 3", "echo threadlab-probe 1; echo end"] {
        let body = format!(
            "setsid sh -c 'echo $$ >{file}; exec sleep 1000' >/dev/null 2>&1 &\nwhile ! [ -s {file} ]; do :; done\n{last}",
            file = escaped.display()
        );
        let trap = fakes.script("trap", &body);
        assert!(probe::ask(&trap, PROBE_LIMIT).is_err(), "{last}");
        let number: u32 = fs::read_to_string(&escaped).expect("a number").trim().parse().expect("a number");
        let left = ProcessStat::read(&Path::new("/proc").join(number.to_string())).filter(|process| process.runs);
        assert_eq!(left, None, "{last}");
        fs::remove_file(&escaped).expect("it can be removed");
    }
}

#[test]
fn a_silent_program_is_ended() {
    let fakes = Fakes::new();
    let silent = fakes.script("silent", "sleep 1000 & sleep 1000");
    let answer = probe::ask(&silent, std::time::Duration::from_millis(300));
    assert_eq!(answer, Err(Unfit::Silent(0)));
}

#[test]
fn what_an_earlier_start_learned_is_not_asked_again() {
    let fakes = Fakes::new();
    let path = fakes.python("python3.9", "3.9.1", "cpython");
    let mut first = Discovery::new();
    let found = first.find(&fakes.surroundings(), &[]);
    assert_eq!(fakes.asked(), 1);
    let mut later = Discovery::new();
    later.recall("no memory at all");
    later.recall(&first.to_memory());
    assert_eq!(later.find(&fakes.surroundings(), &[]), found);
    assert_eq!(fakes.asked(), 1);
    // Another file in its place is another Python.
    fs::remove_file(&path).expect("it can be removed");
    fakes.python("python3.9", "3.9.2", "cpython");
    let old = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    let file = fs::File::options().write(true).open(&path).expect("it can be opened");
    file.set_modified(old).expect("its time can be set");
    drop(file);
    let again = later.find(&fakes.surroundings(), &[]);
    assert_eq!(fakes.asked(), 2);
    assert_eq!(again[0].identity.as_ref().map(|identity| identity.version.micro), Some(2));
    later.forget();
    later.find(&fakes.surroundings(), &[]);
    assert_eq!(fakes.asked(), 3);
}

#[test]
fn a_virtual_environment_is_an_interpreter_of_its_own() {
    let fakes = Fakes::new();
    let base = fakes.python("python3", "3.11.7", "cpython");
    let link = fakes.path("links/python3");
    let environment = fakes.path("project/.venv");
    for folder in [environment.join("bin"), fakes.path("links")] {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    fs::write(environment.join("pyvenv.cfg"), "home = /somewhere\n").expect("a file can be written");
    let own = environment.join("bin/python3");
    for path in [&own, &environment.join("bin/python"), &link] {
        std::os::unix::fs::symlink(&base, path).expect("a link can be made");
    }
    let chosen = [own.clone(), environment.join("bin/python"), link.clone()];
    let found = Discovery::new().find(&fakes.surroundings(), &chosen);
    // The environment once, and the other once, by the name that was chosen.
    let paths: Vec<_> = found.iter().map(|one| one.path.clone()).collect();
    assert_eq!(paths, [own.clone(), link.clone()]);
    assert_eq!(identity_of(&link), identity_of(&base));
    assert_ne!(identity_of(&own), identity_of(&base));
}
