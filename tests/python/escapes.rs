//! Nothing is left behind of what leaves the process group either: workers in sessions of their own, and daemons.

use std::fs;

use super::*;

/// How many processes each process of own code starts that leave its group.
const ESCAPES: usize = 4;

/// Own code each process of which lets four others escape at its first unit, and then does `harm`. Their numbers are in a file.
///
/// A worker in a session of its own; another whose environment is empty; and two daemons: forked twice, in a session of their own,
/// without files and working elsewhere, the second as another program with an empty environment.
fn source(folder: &Path, harm: &str) -> String {
    let code = r#"
import os, subprocess, sys, time

FOLDER = "@FOLDER@"
SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(1000)"]
started = set()
kept = []

def note(pid):
    with open(os.path.join(FOLDER, "escaped"), "a") as file:
        file.write("%d\n" % pid)

def start_worker(**environment):
    nothing = subprocess.DEVNULL
    kept.append(subprocess.Popen(SLEEP, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True, **environment))
    note(kept[-1].pid)

def start_daemon(becomes_another):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            os.closerange(0, 256)
            note(os.getpid())
            if becomes_another:
                os.execve(sys.executable, SLEEP, {})
            while True:
                sum(range(10 ** 6))
    finally:
        os._exit(0)

def await_go():
    while not os.path.exists(os.path.join(FOLDER, "go")):
        time.sleep(0.001)

def work():
    if os.getpid() not in started:
        started.add(os.getpid())
        start_worker()
        start_worker(env={})
        start_daemon(False)
        start_daemon(True)
    @HARM@
    time.sleep(0.001)
"#;
    code.replace("@FOLDER@", &folder.display().to_string()).replace("@HARM@", harm)
}

/// Processes that escaped: number and start.
struct Escaped(Vec<(u32, String)>);

impl Escaped {
    /// Those of so many processes of own code, once all of them run.
    #[track_caller]
    fn from(folder: &Path, processes: usize) -> Self {
        let until = Instant::now() + PATIENCE;
        let expected = processes * ESCAPES;
        loop {
            let text = fs::read_to_string(folder.join("escaped")).unwrap_or_default();
            let numbers: Vec<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
            if numbers.len() >= expected && text.ends_with('\n') {
                assert_eq!(numbers.len(), expected);
                let start = |number| (number, started(number).expect("it runs"));
                return Self(numbers.into_iter().map(start).collect());
            }
            assert!(Instant::now() < until, "{} of {expected} have escaped", numbers.len());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn left(&self) -> Vec<u32> {
        let runs = |(number, start): &&(u32, String)| started(*number).as_ref() == Some(start);
        self.0.iter().filter(runs).map(|(number, _)| *number).collect()
    }

    /// Ends them where the program did not, so that a test that fails leaves nothing.
    fn end(&self) {
        for number in self.left() {
            signal(number, Signal::KILL);
        }
    }

    #[track_caller]
    fn check(self, shown: &str) {
        let left = self.left();
        self.end();
        assert_eq!(left, [0; 0], "{shown}");
    }
}

/// When a process that runs was started, in ticks.
fn started(number: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    (!matches!(state, "Z" | "X")).then(|| fields.nth(18).unwrap_or_default().to_owned())
}

fn signal(process: u32, signal: Signal) {
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process number");
    // It may be gone by itself.
    let _ = kill_process(pid, signal);
}

/// An hour of own code that lets processes escape; `act` sees the harness's group once they run, and what it raises. What was
/// answered, when nothing is left.
fn check(
    python: &Interpreter,
    mode: Mode,
    harm: &str,
    act: impl FnOnce(u32, &CancelFlag, &Path),
) -> Result<(), HarnessError> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = harness(python, |settings| {
        settings.answer_limit = PATIENCE;
        settings.memory_limit = 3 << 30;
    });
    let group = harness.group();
    let request = Request { length_s: 3600.0, ..own_code(&source(folder.path(), harm), mode) };
    let request = Request { start_method: (mode == Mode::Processes).then_some(StartMethod::Fork), ..request };
    let cancel = CancelFlag::new();
    // The trial in the interpreter itself comes before the workers.
    let processes = if mode == Mode::Processes { 3 } else { 1 };
    let (escaped, answer) = std::thread::scope(|scope| {
        let asking = scope.spawn({
            let (harness, cancel) = (&mut harness, &cancel);
            move || harness.ask(request, Duration::from_hours(1), cancel)
        });
        let escaped = Escaped::from(folder.path(), processes);
        act(group, &cancel, folder.path());
        (escaped, asking.join().expect("it does not panic"))
    });
    drop(harness);
    let shown = format!("{} {mode:?} {harm}: {answer:?}", python.version);
    escaped.check(&shown);
    assert_eq!(running_in_group(group), 0, "{shown}");
    answer.map(|_| ())
}

fn go(folder: &Path) {
    fs::write(folder.join("go"), "").expect("the folder is ours");
}

#[test]
fn stopping_ends_what_escaped() {
    for python in some_pythons() {
        for mode in [Mode::Threads, Mode::Processes] {
            let answer = check(&python, mode, "pass", |_, cancel, _| cancel.raise());
            assert_eq!(answer, Err(HarnessError::Cancelled));
        }
    }
}

#[test]
fn a_killed_interpreter_leaves_nothing_that_escaped() {
    for python in some_pythons() {
        for mode in [Mode::Threads, Mode::Processes] {
            let answer = check(&python, mode, "pass", |group, _, _| signal(group, Signal::KILL));
            assert!(answer.is_err_and(|error| error.to_string().contains("killed (signal 9)")));
        }
    }
}

#[test]
fn a_hung_interpreter_leaves_nothing_that_escaped() {
    for python in some_pythons() {
        let stopped = check(&python, Mode::Threads, "pass", |group, cancel, _| {
            signal(group, Signal::STOP);
            cancel.raise();
        });
        assert_eq!(stopped, Err(HarnessError::Cancelled));
        // It keeps the GIL for hours.
        let keeps_gil = check(&python, Mode::Threads, "await_go(); sum(range(10 ** 14))", |_, cancel, folder| {
            go(folder);
            cancel.raise();
        });
        assert_eq!(keeps_gil, Err(HarnessError::Cancelled));
    }
}

#[test]
fn endless_output_leaves_nothing_that_escaped() {
    for python in some_pythons() {
        let harm = "await_go()\n    while True: print('y' * 1000)";
        let answer = check(&python, Mode::Threads, harm, |_, _, folder| go(folder));
        assert!(matches!(answer, Err(HarnessError::TooMuchOutput(_))), "{answer:?}");
    }
}

#[test]
fn endless_allocation_leaves_nothing_that_escaped() {
    for python in some_pythons() {
        let harm = "await_go()\n    while True: kept.append(bytes(1 << 27))";
        let answer = check(&python, Mode::Threads, harm, |_, _, folder| go(folder));
        let message = answer.expect_err("it has a limit").to_string();
        assert!(message.contains("MemoryError") || message.contains("it ended"), "{message}");
    }
}

/// Two ends without anybody's harm: the harness is dropped between two windows, as when the program is closed, and the engine itself
/// replaces an interpreter whose own code left something running.
#[test]
fn closing_ends_what_escaped() {
    for python in some_pythons() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut harness = harness(&python, |_| {});
        let answer = harness.ask(own_code(&source(folder.path(), "pass"), Mode::Threads), PATIENCE, &CancelFlag::new());
        let escaped = Escaped::from(folder.path(), 1);
        let is_noticed = harness.has_leftover();
        drop(harness);
        escaped.check(&python.version);
        assert!(answer.is_ok(), "{answer:?}");
        assert!(is_noticed, "{}", python.version);
    }
}

const PLACE: &str = "THREADLAB_TEST_ESCAPES";

/// What a Threadlab does that is then killed: measures own code for an hour in the interpreter that the variable names, of which
/// processes escape into the folder that it names.
#[test]
fn helper_that_lets_escape() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let (folder, path) = place.to_str().and_then(|place| place.split_once(' ')).expect("two words");
    let python = InterpreterFinder::default().look_at(Path::new(path)).interpreter.expect("it is usable");
    let mut harness = harness(&python, |_| {});
    fs::write(Path::new(folder).join("group"), format!("{} {}", harness.group(), harness.folder().display()))
        .expect("the folder is ours");
    let source = source(Path::new(folder), "if os.path.exists(os.path.join(FOLDER, 'go')): os.killpg(0, 19)");
    let request = Request { length_s: 3600.0, ..own_code(&source, Mode::Threads) };
    let _ = harness.ask(request, Duration::from_hours(1), &CancelFlag::new());
}

#[expect(clippy::disallowed_methods, reason = "a Threadlab that can be killed must be a process of its own")]
fn check_killed_threadlab(python: &Interpreter, act: impl FnOnce(u32, &Path)) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut threadlab = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", "escapes::helper_that_lets_escape", "--test-threads", "1"])
        .env(PLACE, format!("{} {}", folder.path().display(), python.path))
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let escaped = Escaped::from(folder.path(), 1);
    let text = fs::read_to_string(folder.path().join("group")).expect("it was written before");
    let (group, private) = text.split_once(' ').expect("two words");
    let (group, private) = (group.parse::<u32>().expect("a number"), Path::new(private));
    assert!(running_in_group(group) > 0 && private.exists());
    act(group, folder.path());
    threadlab.kill().expect("it runs");
    threadlab.wait().expect("it was killed");
    let until = Instant::now() + PATIENCE;
    while !escaped.left().is_empty() || running_in_group(group) > 0 || private.exists() {
        if Instant::now() > until {
            let (left, in_group) = (escaped.left(), running_in_group(group));
            escaped.end();
            panic!("{}: {left:?} and {in_group} of the group are left; {}", python.version, private.exists());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_escaped_does_not_outlive_a_threadlab_that_is_killed() {
    for python in some_pythons() {
        check_killed_threadlab(&python, |_, _| {});
        check_killed_threadlab(&python, |group, _| signal(group, Signal::STOP));
        // The group stops itself, and whatever is of the group with it.
        check_killed_threadlab(&python, |group, folder| {
            go(folder);
            let until = Instant::now() + PATIENCE;
            while !fs::read_to_string(format!("/proc/{group}/stat")).is_ok_and(|stat| stat.contains(") T ")) {
                assert!(Instant::now() < until, "it is not stopped");
                std::thread::sleep(Duration::from_millis(2));
            }
        });
    }
}
