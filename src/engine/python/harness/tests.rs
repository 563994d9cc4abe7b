//! Every fault that an interpreter can have, played by a shell script in its place.

use std::os::unix::fs::PermissionsExt;

use super::super::process::running_in_group;
use super::super::protocol::{Mode, Op, Work};
use super::*;

/// `$5` is the token. The file descriptors of a fake are as Threadlab gives them.
const HELLO: &str = r#"say() { printf '%s%s\n' "$token" "$1"; }
token=$5
say '{"kind":"hello","protocol":2,"version":"3.11.7","implementation":"cpython","free_threaded":false,"gil_enabled":true,"pid":1}'
"#;

const POINT: &str =
    r#"say '{"kind":"point","id":1,"wall_s":0.1,"age_s":0.2,"units":42,"workers_cpu_s":0.1,"gil_enabled":true}'"#;

struct Fake {
    _folder: TempDir,
    settings: Settings,
}

/// An interpreter that runs this shell script instead.
fn fake(script: &str) -> Fake {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("python3");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script can be written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    let version = Version { major: 3, minor: 11, micro: 7 };
    let mut settings = Settings::new(program, version, false, true);
    settings.start_limit = Duration::from_secs(20);
    settings.answer_limit = Duration::from_secs(20);
    Fake { _folder: folder, settings }
}

fn request() -> Request {
    Request {
        id: 0,
        op: Op::Point,
        engine: Mode::Threads,
        start_method: None,
        workers: 2,
        warm_up_s: 0.0,
        length_s: 0.0,
        timed: false,
        stamped: false,
        switch_interval_s: 0.005,
        look_after_s: None,
        workload: Work::CountPrimes { limit: 100 },
    }
}

#[track_caller]
fn check_start(fake: &Fake, expected: &str) {
    match Harness::start(&fake.settings, &CancelFlag::new()) {
        Ok(_) => panic!("it started"),
        Err(error) => {
            let message = error.to_string();
            assert!(message.contains(expected), "{message}");
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
        }
    }
}

#[track_caller]
fn check_answer(script: &str, expected: &str) {
    check_answer_of(&fake(&format!("{HELLO}{script}")), expected);
}

#[track_caller]
fn check_answer_of(fake: &Fake, expected: &str) {
    check_answer_to(request(), fake, expected);
}

#[track_caller]
fn check_answer_to(request: Request, fake: &Fake, expected: &str) {
    let mut harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("the fake says hello");
    let group = harness.group();
    assert!(running_in_group(group) > 0);
    let result = harness.ask(request, Duration::ZERO, &CancelFlag::new());
    let message = match result {
        Ok(point) => panic!("it answered {point:?}"),
        Err(error) => error.to_string(),
    };
    assert!(message.contains(expected), "{message}");
    // Also while the harness is still there.
    assert_eq!(running_in_group(group), 0, "{message}");
}

#[test]
fn a_program_that_cannot_be_started() {
    let missing = fake("");
    fs::remove_file(&missing.settings.program).expect("it was there");
    check_start(&missing, "could not be started: No such file");
    let plain = fake("");
    fs::set_permissions(&plain.settings.program, fs::Permissions::from_mode(0o644)).expect("it is ours");
    check_start(&plain, "could not be started: ");
    let broken = fake("");
    fs::write(&broken.settings.program, [0x7f, b'E', b'L', b'F', 0, 0, 0]).expect("it is ours");
    check_start(&broken, "could not be started: ");
}

#[test]
fn a_program_that_ends_at_once() {
    check_start(&fake("exit 7"), "it ended with exit status 7");
    check_start(
        &fake("echo \"ImportError: no module named sys\" >&2; exit 1"),
        "it ended with exit status 1; its last words were `ImportError: no module named sys`",
    );
    check_start(&fake("kill -ABRT $$"), "it ended by aborting (signal 6)");
}

#[test]
fn another_version_than_the_one_found() {
    check_start(
        &fake(&HELLO.replace("3.11.7", "3.9.1")),
        "found as Python 3.11.7, but now says that it is 3.9.1; look for interpreters again",
    );
    check_start(
        &fake(&HELLO.replace("\"free_threaded\":false", "\"free_threaded\":true")),
        "it is 3.11.7 free-threaded; look",
    );
    check_start(&fake(&HELLO.replace("\"protocol\":2", "\"protocol\":1")), "speaks protocol 1 and not 2");
    check_start(
        &fake(&HELLO.replace("\"gil_enabled\":true", "\"gil_enabled\":false")),
        "the GIL is off although it was to be on",
    );
}

#[test]
fn garbage_instead_of_hello() {
    check_start(
        &fake("token=$5; printf '%s{\"kind\": nonsense}\\n' \"$token\"; sleep 1000"),
        "it sent what is no answer",
    );
    check_start(&fake("token=$5; printf '%s{\"kind\":\"done\",\"id\":1}\\n' \"$token\""), "not hello");
    // Without the token it is only something printed; then silence.
    let mut printing = fake("echo Welcome; sleep 1000");
    printing.settings.start_limit = Duration::from_secs(1);
    check_start(&printing, "within 1 s of its start; its last words were `Welcome`");
    check_start(&fake("printf '\\001\\377\\033[31mred\\n'; exit 1"), "last words were `\\x01\u{fffd}\\x1b[31mred`");
}

#[test]
fn output_without_end_instead_of_hello() {
    check_start(&fake("while :; do echo yes; done"), "it printed more than Threadlab takes (1 MiB)");
    check_start(&fake("while :; do echo yes >&2; done"), "it printed more than Threadlab takes (1 MiB)");
    check_start(&fake("while :; do printf yes; done"), "(a line of more than 64 KiB)");
}

#[test]
fn a_good_answer_is_taken_and_other_lines_are_not() {
    let fake =
        fake(&format!("{HELLO}read line; echo printed; {POINT}; say '{{\"kind\":\"done\",\"id\":1}}'; read line"));
    let mut harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("it says hello");
    let point = harness.ask(request(), Duration::ZERO, &CancelFlag::new()).expect("it answers");
    assert_eq!((point.units, point.latency_ms), (42, None));
}

#[test]
fn a_refusal_leaves_the_harness_ready() {
    let fake = fake(&format!(
        "{HELLO}read line; say '{{\"kind\":\"error\",\"id\":1,\"message\":\"no\",\"line\":4}}'; say '{{\"kind\":\"done\",\"id\":1}}'\n\
         read line; {}; say '{{\"kind\":\"done\",\"id\":2}}'; read line",
        POINT.replace("\"id\":1", "\"id\":2")
    ));
    let mut harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("it says hello");
    let refused = harness.ask(request(), Duration::ZERO, &CancelFlag::new());
    assert_eq!(refused, Err(HarnessError::Refused { message: "no".to_owned(), line: Some(4) }));
    assert!(harness.ask(request(), Duration::ZERO, &CancelFlag::new()).is_ok());
}

#[test]
fn a_refusal_is_one_line_of_bounded_length() {
    let fake = fake(&format!(
        "{HELLO}read line; say '{{\"kind\":\"error\",\"id\":1,\"message\":\"a\\nb {}\"}}'; say '{{\"kind\":\"done\",\"id\":1}}'; read line",
        "x".repeat(10_000)
    ));
    let mut harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("it says hello");
    let refused = harness.ask(request(), Duration::ZERO, &CancelFlag::new()).expect_err("it refuses").to_string();
    assert!(refused.starts_with("a b xxx") && refused.chars().count() < 600, "{refused}");
}

#[test]
fn garbage_instead_of_an_answer() {
    check_answer("read line; say 'Traceback'; sleep 1000", "it sent what is no answer");
    check_answer("read line; say '{\"kind\":\"done\",\"id\":1}'; sleep 1000", "`done` came before the answer");
    let nan = POINT.replace("0.1,\"age", "-0.1,\"age");
    check_answer(&format!("read line; {nan}; sleep 1000"), "`wall_s` is -0.1");
    check_answer(&HELLO.replace("token=$5", "read line"), "hello twice");
}

#[test]
fn half_an_answer() {
    check_answer("read line; printf '%s{\"kind\":\"poi' \"$token\"; exit 0", "it broke off in the middle of an answer");
}

#[test]
fn output_without_end_instead_of_an_answer() {
    check_answer("read line; while :; do echo yes >&2; done", "(1 MiB)");
    check_answer("read line; while :; do printf yes; done", "(a line of more than 64 KiB)");
    // Three at once, of which two go on when the leader is gone.
    check_answer("read line; yes & yes >&2 & yes", "(1 MiB)");
}

#[test]
fn no_answer_at_all() {
    let mut silent = fake(&format!("{HELLO}sleep 1000 & sleep 1000"));
    silent.settings.answer_limit = Duration::from_secs(1);
    check_answer_of(&silent, "it did not answer within 1 s and was ended");
    let code = Request { workload: Work::Code { source: "def work(): pass".to_owned() }, ..request() };
    let expected =
        "within 1 s and was ended; a call of `work` that does not return is the usual reason: let it do one unit";
    check_answer_to(code, &silent, expected);
}

#[test]
fn an_output_that_was_closed() {
    check_answer("read line; exec >&-; sleep 1000", "it closed its output");
    check_answer("read line; exec >&- 2>&-; sleep 1000", "it closed its output");
    check_answer("exec <&-; sleep 0.1; read line; exit 5", "it ended with exit status 5");
}

#[test]
fn death_in_the_middle_of_a_window() {
    check_answer("read line; sleep 1000 & kill -KILL $$", "it ended killed (signal 9)");
    // A worker holds the output open, so that its end is not seen there.
    check_answer(
        "read line; sleep 1000 & echo oops >&2; exit 9",
        "it ended with exit status 9; its last words were `oops`",
    );
}

#[test]
fn the_answer_to_another_request() {
    check_answer(
        &format!("read line; {}; sleep 1000", POINT.replace("\"id\":1", "\"id\":8")),
        "answered request 8 when 1",
    );
    check_answer(
        "read line; say '{\"kind\":\"error\",\"id\":null,\"message\":\"?\"}'; sleep 1000",
        "answered request none",
    );
}

#[test]
fn a_window_whose_gil_is_not_as_asked() {
    let off = POINT.replace("\"gil_enabled\":true", "\"gil_enabled\":false");
    let script = format!("read line; {off}; say '{{\"kind\":\"done\",\"id\":1}}'; sleep 1000");
    check_answer(&script, "the GIL is off although it was to be on");
}

#[test]
fn stopping_ends_a_silent_one_and_all_it_started() {
    let fake = fake(&format!("{HELLO}sleep 1000 & sleep 1000 & echo ready >&2; sleep 1000"));
    let mut harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("it says hello");
    let group = harness.group();
    let until = Instant::now() + Duration::from_secs(20);
    while running_in_group(group) < 3 {
        assert!(Instant::now() < until, "the workers do not start");
    }
    let cancel = CancelFlag::new();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| harness.ask(request(), Duration::from_hours(1), &cancel));
        cancel.raise();
        assert_eq!(asked.join().expect("it does not panic"), Err(HarnessError::Cancelled));
    });
    assert_eq!(running_in_group(group), 0);
}

#[test]
fn the_private_folder_goes_with_the_harness() {
    let fake = fake(&format!("{HELLO}sleep 1000"));
    let harness = Harness::start(&fake.settings, &CancelFlag::new()).expect("it says hello");
    let folder = harness.folder().to_owned();
    let mode = fs::metadata(&folder).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(folder.join("harness.py").exists());
    drop(harness);
    assert!(!folder.exists());
}

#[test]
fn quotes_are_short_and_harmless() {
    assert_eq!(quoted(" a\u{7}b \n"), "a\\x07b");
    assert_eq!(quoted("\u{1b}[2Ja\tb\u{202e}c\r\n"), "\\x1b[2Ja b\\u202ec");
    assert_eq!(quoted(&"x".repeat(1000)).chars().count(), QUOTED + 2);
}
