use super::*;

#[track_caller]
fn shell(script: &str, input: Input) -> Process {
    let launch = Launch::new(Path::new("/bin/sh"), ["-c", script], input);
    Process::start(&launch).unwrap_or_else(|error| panic!("every Unix has a shell: {error}"))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

/// All that it says, to the end.
fn all(process: &Process) -> Vec<Heard> {
    let mut heard = Vec::new();
    loop {
        match process.hear(soon()) {
            None => panic!("it does not end: {heard:?}"),
            Some(Heard::End) => return heard,
            Some(one) => heard.push(one),
        }
    }
}

#[test]
fn lines_and_the_rest_without_an_end_are_told_apart() {
    let mut process = shell("printf 'one\\r\\n\\ntwo'; read line; echo \"got $line\" >&2", Input::Lines);
    process.send("hello").expect("it reads");
    let heard = all(&process);
    let out: Vec<_> = heard.iter().filter(|heard| !matches!(heard, Heard::Line(Stream::Err, _))).cloned().collect();
    assert_eq!(
        out,
        [
            Heard::Line(Stream::Out, "one".to_owned()),
            Heard::Line(Stream::Out, String::new()),
            Heard::HalfLine(Stream::Out, "two".to_owned()),
            Heard::Closed(Stream::Out),
            Heard::Closed(Stream::Err),
        ]
    );
    assert!(heard.contains(&Heard::Line(Stream::Err, "got hello".to_owned())), "{heard:?}");
    assert_eq!(process.wait(soon()).map(how_ended), Some("with exit status 0".to_owned()));
}

#[test]
fn endless_output_is_cut_off() {
    let lines = shell("while :; do echo yes; done", Input::Nothing);
    let heard = all(&lines);
    assert_eq!(heard.last(), Some(&Heard::TooMuch(Stream::Out)));
    assert!(heard.len() <= MOST_OUTPUT / 4 + 16 * 1024, "{} lines", heard.len());
    let one_line = shell("while :; do printf yes >&2; done", Input::Nothing);
    assert_eq!(all(&one_line), [Heard::LongLine(Stream::Err)]);
}

#[test]
fn each_line_that_is_sent_allows_as_much_again() {
    // 0.6 MiB at each request: the second would be too much if it were counted with the first.
    let script = "while read line; do head -c 600000 /dev/zero | tr '\\0' '\\n'; echo \"$line\"; done";
    let mut process = shell(script, Input::Lines);
    for number in 0..4 {
        process.send(&number.to_string()).expect("it reads");
        let answer = Heard::Line(Stream::Out, number.to_string());
        loop {
            match process.hear(soon()) {
                Some(heard) if heard == answer => break,
                Some(Heard::Line(..)) => {}
                heard => panic!("request {number}: {heard:?}"),
            }
        }
    }
}

#[test]
fn dropping_ends_the_whole_group_whatever_it_does() {
    // A child that ignores what can be ignored, one that is stopped, and a leader that has ended already.
    let process = shell(
        "trap '' TERM HUP INT; sh -c 'trap \"\" TERM HUP INT; echo one; sleep 1000' & sh -c 'echo two; kill -STOP $$' & \
         echo three; exit 0",
        Input::Nothing,
    );
    for _ in 0..3 {
        assert!(matches!(process.hear(soon()), Some(Heard::Line(Stream::Out, _))));
    }
    let group = process.id();
    assert!(running_in_group(group) >= 2, "the children run");
    drop(process);
    assert_eq!(running_in_group(group), 0);
}

#[test]
fn a_process_that_left_the_group_does_not_hold_up_the_end() {
    let process = shell("setsid sleep 3 & echo started; sleep 1000", Input::Nothing);
    assert_eq!(process.hear(soon()), Some(Heard::Line(Stream::Out, "started".to_owned())));
    let began = Instant::now();
    drop(process);
    // It keeps the output open for three seconds.
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn how_it_ended_is_told_only_if_it_ended_by_itself() {
    assert_eq!(shell("exit 3", Input::Nothing).wait(soon()).map(how_ended), Some("with exit status 3".to_owned()));
    let killed = shell("kill -SEGV $$", Input::Nothing).wait(soon()).map(how_ended);
    assert_eq!(killed, Some("with a segmentation fault (signal 11)".to_owned()));
    assert_eq!(shell("sleep 1000", Input::Nothing).end(), None);
    assert_eq!(shell("sleep 1000", Input::Nothing).wait(Instant::now()), None);
}

#[test]
fn it_inherits_nothing_but_its_pipes() {
    // Any file this process has open: descriptors from 3 on must not be there in the child. The shell's own are above 9.
    let _file = std::fs::File::open("/dev/null").expect("every Unix has it");
    let process =
        shell("for fd in 3 4 5 6 7 8 9; do if [ -e /dev/fd/$fd ]; then echo $fd; fi; done; echo end", Input::Lines);
    let lines: Vec<_> = all(&process).into_iter().filter(|heard| matches!(heard, Heard::Line(..))).collect();
    // Listing `/dev/fd` opens nothing with `[ -e`.
    assert_eq!(lines, [Heard::Line(Stream::Out, "end".to_owned())]);
}
