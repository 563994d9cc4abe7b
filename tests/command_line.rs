//! The program as scripts use it: what it prints where, and how it ends.

#![expect(clippy::expect_used, reason = "a test that cannot start shall say so and fail")]

use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;

mod aloud;

fn threadlab() -> Command {
    let mut command = Command::cargo_bin("threadlab").expect("the binary is built");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
    command
}

fn json_of(arguments: &[&str], code: i32) -> Value {
    let output = threadlab().args(arguments).assert().code(code).get_output().clone();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("no JSON on standard output: {error}\n{}", String::from_utf8_lossy(&output.stdout))
    })
}

/// A run that takes about a second: one experiment, two counts, stopped by its own short budget.
const SHORT_RUN: [&str; 8] =
    ["run", "gil/count-primes", "--threads", "1,2", "--precision", "quick", "--engine", "native"];

#[test]
fn list_names_lessons_and_experiments() {
    let listing = json_of(&["list", "--json"], 0);
    let lessons = listing["lessons"].as_array().expect("lessons[]");
    assert!(lessons.len() >= 3);
    for lesson in lessons {
        assert!(lesson["id"].is_string() && lesson["title"].is_string());
        assert!(!lesson["experiments"].as_array().expect("experiments[]").is_empty());
    }
}

#[test]
fn check_reports_line_and_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.md");
    std::fs::write(&path, "+++\nformat = 1\nid = \"broken\"\ntitel = \"No\"\n+++\n\nText.\n").expect("written");
    let path = path.display().to_string();
    let findings = json_of(&["check", &path, "--json"], 1);
    let errors = findings["files"][0]["errors"].as_array().expect("errors[]");
    assert_eq!(findings["files"][0]["path"], path);
    let typo = errors
        .iter()
        .find(|error| error["message"].as_str().is_some_and(|message| message.contains("titel")))
        .expect("the misspelt field is reported");
    assert_eq!(typo["line"], 4);
    assert_eq!(typo["column"], 1);
    threadlab().args(["check", &path]).assert().code(1).stderr(predicate::str::contains("titel"));
}

#[test]
fn check_passes_the_bundled_lessons() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let files: Vec<String> = std::fs::read_dir(lessons)
        .expect("the lessons folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .map(|path| path.display().to_string())
        .collect();
    let mut arguments = vec!["check", "--json"];
    arguments.extend(files.iter().map(String::as_str));
    let findings = json_of(&arguments, 0);
    for file in findings["files"].as_array().expect("files[]") {
        assert_eq!(file["errors"].as_array().map(Vec::len), Some(0), "{file}");
    }
}

#[test]
fn a_new_lesson_is_sound_and_never_overwrites() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = |id: &str| {
        let mut command = threadlab();
        command.current_dir(&folder).args(["new", "lesson", id]);
        command
    };
    new("own").assert().code(0).stdout("own.md\n");
    let path = folder.path().join("own.md");
    let findings = json_of(&["check", "--strict", "--json", &path.display().to_string()], 0);
    assert_eq!(findings["files"][0]["errors"], serde_json::json!([]));
    assert_eq!(findings["files"][0]["warnings"], serde_json::json!([]));
    std::fs::write(&path, "mine").expect("written");
    new("own").assert().code(1).stdout("").stderr(predicate::str::contains("is there already"));
    assert_eq!(std::fs::read_to_string(&path).expect("text"), "mine");
    new("Not an id").assert().code(2).stderr(predicate::str::contains("is no id of a lesson"));
}

#[test]
fn warnings_are_told_and_fail_only_where_they_shall() {
    let folder = tempfile::tempdir().expect("a folder");
    let lesson =
        include_str!("../assets/lesson.md").replacen("[The experiment](experiment:wait) shows it.", "Believe it.", 1);
    let path = folder.path().join("warned.md");
    std::fs::write(&path, lesson).expect("written");
    let path = path.display().to_string();
    let findings = json_of(&["check", "--json", &path], 0);
    let warning = findings["files"][0]["warnings"][0]["message"].as_str().expect("a warning");
    assert!(warning.contains("no experiment shows the answer"), "{warning}");
    threadlab().args(["check", &path]).assert().code(0).stderr(predicate::str::contains("warning: no experiment"));
    threadlab().args(["check", "--strict", &path]).assert().code(1);
}

#[test]
fn a_missing_file_is_named() {
    let findings = json_of(&["check", "no-such-lesson.md", "--json"], 1);
    let message = findings["files"][0]["errors"][0]["message"].as_str().expect("a message");
    assert!(message.contains("cannot read") || message.contains("failed to read"), "{message}");
}

#[test]
fn verify_says_what_cannot_be_told_and_does_not_fail_for_it() {
    // The claims of this experiment speak of no Python, so that nothing is left to measure.
    let report = json_of(&["verify", "gil/count-primes", "--engine", "python-asyncio", "--json"], 0);
    let claims = report["claims"].as_array().expect("claims[]");
    assert!(!claims.is_empty());
    for claim in claims {
        assert_eq!(claim["lesson"], "gil");
        assert_eq!(claim["experiment"], "count-primes");
        assert_eq!(claim["verdict"], "cannot-tell");
        assert!(claim["id"].is_string());
        assert!(claim["reason"].as_str().is_some_and(|reason| reason.contains("left out with `--engine`")), "{claim}");
    }
    threadlab().args(["verify", "no-such"]).assert().code(2).stderr(predicate::str::contains("no lesson `no-such`"));
}

#[test]
fn doctor_tells_the_cores() {
    let report = json_of(&["doctor", "--json"], 0);
    assert!(report["machine"]["cores"].as_u64().is_some_and(|cores| cores >= 1));
    assert!(report["machine"].get("quota_cores").is_some());
}

#[test]
fn wrong_usage_ends_with_2_and_names_what_there_is() {
    let cases: [(&[&str], &str); 14] = [
        (&["gil", "list"], "gil before a command is neither opened nor measured"),
        (&["new", "lesson", "gil"], "`gil` is a lesson that comes with the program"),
        (&["verfy"], "verfy is neither a command, nor a lesson's id"),
        (&["no-such.md"], "nor a file that is there"),
        (&["run"], "LESSON"),
        (&["run", "no-such"], "there is no lesson `no-such`"),
        (&["run", "gil/no-such"], "has no experiment `no-such`"),
        (&["run", "gil", "--threads", "0"], "0 is no thread count"),
        (&["run", "gil", "--threads", "8-1"], "runs backwards"),
        (&["run", "gil", "--engine", "cpython"], "there are native"),
        (&["run", "gil", "--set", "speed=1"], "no parameter `speed`"),
        (&["run", "gil", "--set", "limit=ten"], "`limit` is a number, and `ten` is none"),
        (&["run", "gil", "--out", "figure.gif"], ".gif"),
        (&["run", "gil", "--out", "no-such-folder/figure.svg"], "no-such-folder"),
    ];
    for (arguments, expected) in cases {
        threadlab().args(arguments).assert().code(2).stdout("").stderr(predicate::str::contains(expected));
    }
}

#[test]
fn a_run_prints_the_documented_object_and_saves_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut arguments: Vec<String> = SHORT_RUN.map(str::to_owned).to_vec();
    arguments.extend(["--json".to_owned(), "--seed".to_owned(), "7".to_owned()]);
    for name in ["figure.svg", "figure.png", "figure.pdf", "points.csv", "result.json", "again.py"] {
        arguments.extend(["--out".to_owned(), path(name)]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let record = json_of(&arguments, 0);

    assert_eq!(record["format"], 1);
    assert_eq!(record["seed"], 7);
    assert_eq!(record["lesson"], "gil");
    assert!(record["program"].as_str().is_some_and(|program| program.starts_with("threadlab ")));
    assert!(record["machine"]["cores"].is_u64());
    assert!(record["machine"].as_object().is_some_and(|machine| machine.contains_key("quota_cores")));
    let experiment = &record["experiments"][0];
    assert_eq!(experiment["id"], "count-primes");
    assert_eq!(experiment["workload"], "count-primes");
    let series = &experiment["series"][0];
    assert_eq!(series["engine"], "native");
    for points in [&series["points"], &experiment["ceiling"]] {
        let threads: Vec<u64> =
            points.as_array().expect("points[]").iter().filter_map(|point| point["threads"].as_u64()).collect();
        assert_eq!(threads, [1, 2]);
        for point in points.as_array().expect("points[]") {
            let throughput = &point["throughput_per_sec"];
            let value = |name: &str| throughput[name].as_f64().unwrap_or_else(|| panic!("no {name} in {throughput}"));
            assert!(value("low") <= value("median") && value("median") <= value("high") && value("low") > 0.0);
            assert!(throughput["rounds"].as_u64().is_some_and(|rounds| rounds >= 1));
            assert!(point["speedup"]["median"].is_f64());
            assert!(point["windows"].as_array().is_some_and(|windows| !windows.is_empty()));
        }
    }
    for claim in experiment["claims"].as_array().expect("claims[]") {
        let verdict = claim["verdict"].as_str().expect("a verdict");
        assert!(["holds", "refuted", "cannot-tell"].contains(&verdict), "{verdict}");
        assert!(claim["id"].is_string() && claim["reason"].is_string());
    }
    assert!(record["warnings"].is_array());

    let read = |name: &str| std::fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(read("figure.svg").starts_with(b"<svg") || read("figure.svg").starts_with(b"<?xml"));
    assert!(read("figure.png").starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(read("figure.pdf").starts_with(b"%PDF-"));
    assert!(String::from_utf8_lossy(&read("points.csv")).contains("count-primes"));
    let saved: Value = serde_json::from_slice(&read("result.json")).expect("JSON");
    assert_eq!(saved, record);

    // The program repeats it in the newest and the oldest Python that is there.
    let doctor = json_of(&["doctor", "--json"], 0);
    let pythons = doctor["interpreters"].as_array().expect("interpreters[]").iter();
    let usable: Vec<&str> = pythons.filter(|it| it["usable"] == true).filter_map(|it| it["path"].as_str()).collect();
    if usable.is_empty() {
        aloud::say("LEFT OUT: no CPython from 3.8 on was found, so the exported program was not run");
    }
    for python in usable.first().into_iter().chain(usable.last()) {
        let output = Command::new(python).args(["-I", &path("again.py"), "1"]).assert().code(0);
        output.stdout(predicate::str::contains("Units per second").and(predicate::str::contains("Python threads")));
    }

    // What was saved can be drawn again.
    let (result, again) = (path("result.json"), path("again.svg"));
    threadlab().args(["plot", &result, "--out", &again, "--metric", "throughput"]).assert().code(0).stdout("");
    assert!(!read("again.svg").is_empty());
    threadlab().args(["plot", &result]).assert().code(0).stdout(predicate::str::contains("Native threads"));
    threadlab()
        .args(["plot", &result, "--experiment", "none"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("primes"));
}

#[test]
fn a_result_that_is_none_is_explained() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("result.json");
    for (text, expected) in [("{", "line 1"), ("{\"format\": 99}", "99"), ("[]", "format")] {
        std::fs::write(&path, text).expect("written");
        threadlab()
            .args(["plot", &path.display().to_string(), "--out", &folder.path().join("x.svg").display().to_string()])
            .assert()
            .code(1)
            .stderr(predicate::str::contains(expected).and(predicate::str::contains("result.json")));
    }
}

#[test]
fn without_a_display_one_sentence_says_what_to_do() {
    let output = threadlab().assert().code(1).stdout("").get_output().clone();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    assert!(message.contains("threadlab run"), "{message}");
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn a_comparison_names_what_it_cannot_do_before_it_measures() {
    threadlab().args(["compare", "--help"]).assert().code(0).stdout(predicate::str::contains("--rounds"));
    let refused = |words: &[&str], expected: &str| {
        threadlab().arg("compare").args(words).assert().code(2).stdout("").stderr(predicate::str::contains(expected));
    };
    refused(&["--row", "speed"], "there is no row `speed`; there are switches-2");
    refused(&["--out", "figure.svg"], "give it a name that ends in .json");
    refused(&["--rounds", "0"], "0 is not in 1..=1000");
    refused(&["--python", "/nowhere/python3"], "--python /nowhere/python3: ");
}

#[test]
fn help_and_version_are_data() {
    threadlab().arg("--version").assert().code(0).stdout(predicate::str::starts_with("threadlab 0.1.0"));
    threadlab().args(["run", "--help"]).assert().code(0).stdout(predicate::str::contains("--threads"));
}

/// Ctrl+C keeps what was measured, marks it as partial, and ends with 130.
#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_it_has() {
    use std::io::Read as _;
    use std::process::Stdio;

    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("partial.json");
    #[expect(clippy::disallowed_methods, reason = "the program under test is started here")]
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("threadlab"))
        .args(["run", "gil/count-primes", "--threads", "1", "--precision", "thorough", "--json", "--out"])
        .arg(&saved)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    // The handler is installed before the first window; a second is long enough for some windows and far from the end.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let pid = i32::try_from(child.id()).expect("a process id");
    interrupt(pid);
    let mut text = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut text).expect("read");
    let status = child.wait().expect("ended");
    assert_eq!(status.code(), Some(130), "{status}");
    let record: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(record["completion"], "partial");
    assert_eq!(serde_json::from_slice::<Value>(&std::fs::read(&saved).expect("saved")).expect("JSON"), record);
}

/// Whoever asks twice is not kept waiting: not even what was measured is written.
#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_twice_ends_at_once() {
    #[expect(clippy::disallowed_methods, reason = "the program under test is started here")]
    let child = std::process::Command::new(assert_cmd::cargo::cargo_bin("threadlab"))
        .args(["run", "gil/count-primes", "--threads", "1", "--precision", "thorough", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("started");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let pid = child.id();
    // While it is stopped both are waiting for it.
    #[expect(clippy::disallowed_methods, reason = "the shell's kill sends the signal without unsafe code")]
    let status = std::process::Command::new("sh")
        .args(["-c", &format!("kill -STOP {pid} && kill -INT {pid} && kill -TERM {pid} && kill -CONT {pid}")])
        .status()
        .expect("sh runs");
    assert!(status.success());
    let output = child.wait_with_output().expect("ended");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), b"".as_slice()));
}

#[cfg(unix)]
fn interrupt(pid: i32) {
    #[expect(clippy::disallowed_methods, reason = "the shell's kill sends the signal without unsafe code")]
    let status = std::process::Command::new("sh").args(["-c", &format!("kill -INT {pid}")]).status().expect("sh runs");
    assert!(status.success());
}

#[test]
fn lessons_may_be_named_before_the_command_and_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    threadlab().current_dir(&folder).args(["new", "lesson", "own"]).assert().code(0);
    let lessons = folder.path().display().to_string();
    for arguments in [["--lessons", &lessons, "list"], ["list", "--lessons", &lessons]] {
        threadlab().args(arguments).assert().code(0).stdout(predicate::str::contains("own/wait"));
    }
}

#[test]
fn a_folder_of_lessons_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing").display().to_string();
    let own = folder.path().join("own.md").display().to_string();
    threadlab().current_dir(&folder).args(["new", "lesson", "own"]).assert().code(0);
    let commands: [&[&str]; 5] =
        [&["list"], &["list", "--json"], &["run", "gil"], &["verify", "gil"], &["check", &own]];
    for command in commands {
        let refused = threadlab().args(command).args(["--lessons", &missing]).assert().code(1);
        refused.stdout("").stderr(predicate::str::contains("cannot read the lesson folder: there is no such"));
    }
}

#[test]
fn of_too_many_lessons_the_first_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..=500 {
        std::fs::write(folder.path().join(format!("{number:03}.md")), "").expect("written");
    }
    let listed = threadlab().arg("list").arg("--lessons").arg(folder.path()).assert().code(0);
    listed
        .stdout(predicate::str::contains("gil/count-primes"))
        .stderr(predicate::str::contains("has 501 lesson files and only the first 500 are read"));
}

#[test]
fn a_result_that_cannot_be_opened_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut yesterday: Value = serde_json::from_str(include_str!("../lessons/recorded/gil.json")).expect("JSON");
    yesterday["started_at"] = "yesterday".into();
    let since_yesterday = yesterday.to_string().into_bytes();
    let cases: [(&[u8], &str); 6] = [
        (b"", "the file is empty, cut off or changed"),
        (b"{}", "choose a file that `threadlab run --out NAME.json`"),
        (b"{\"format\": 99}", "open it with the version of Threadlab that saved it"),
        (b"{\"format\": 1}", "missing field `program`"),
        (&since_yesterday, "no time with an offset, such as 2026-11-22T14:20:00+01:00, in `started_at`"),
        (b"\xff\xfe", "it is no text; a result is a file that ends in .json"),
    ];
    for (index, (bytes, expected)) in cases.into_iter().enumerate() {
        let path = folder.path().join(format!("{index}.json"));
        std::fs::write(&path, bytes).expect("written");
        let named = predicate::str::contains(path.display().to_string());
        let output = threadlab().arg("plot").arg(&path).assert().code(1);
        output.stderr(predicate::str::contains(expected).and(named));
    }
    threadlab().arg("plot").arg(folder.path()).assert().code(1).stderr(predicate::str::contains("it is a folder"));
    threadlab().args(["plot", "no.json"]).assert().code(1).stderr(predicate::str::contains("there is no such file"));
}

#[test]
fn a_result_is_drawn_beside_the_recorded_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (result, other, figure) = (path("mine.json"), path("other.json"), path("figure.svg"));
    std::fs::write(&result, include_str!("../lessons/recorded/gil.json")).expect("written");
    threadlab().args(["plot", &result, "--beside", "recorded", "--out", &figure]).assert().code(0);
    let drawn = std::fs::read_to_string(&figure).expect("a figure");
    assert!(drawn.contains("Native threads, recorded on "), "{drawn}");

    let changed = include_str!("../lessons/recorded/gil.json").replace("\"lesson\":\"gil\"", "\"lesson\":\"mine\"");
    std::fs::write(&other, changed).expect("written");
    let refused = |words: &[&str], code: i32, expected: &str| {
        threadlab().arg("plot").args(words).assert().code(code).stderr(predicate::str::contains(expected));
    };
    refused(&[&result, "--beside", &other], 1, "measured no experiment of the lesson `gil` with the same parameters");
    refused(&[&other, "--beside", "recorded"], 2, "no recorded result of the lesson `mine` comes with the program");
    refused(&[&result, "--beside", "no.json"], 1, "there is no such file");
}

#[test]
fn a_metric_that_a_result_has_not_is_refused_and_loses_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (result, figure, copy) = (path("mine.json"), path("figure.svg"), path("copy.json"));
    std::fs::write(&result, include_str!("../lessons/recorded/gil.json")).expect("written");
    for metric in ["latency", "lost-updates", "by-setting"] {
        let says = predicate::str::contains(format!("failed to draw `{metric}`: that needs "));
        let arguments = ["plot", &result, "--experiment", "count-primes", "--metric", metric, "--out"];
        threadlab().args(arguments).args([&figure, "--out", &copy]).assert().code(1).stderr(says);
        assert!(!Path::new(&figure).exists(), "{metric}");
        std::fs::remove_file(&copy).expect("the whole result was saved");
        let run = ["run", "gil/count-primes", "--engine", "native", "--metric", metric, "--out", &figure];
        let says = predicate::str::contains(format!("--metric {metric}: that needs "));
        threadlab().args(run).assert().code(2).stdout("").stderr(says);
    }
    // Threads that are started and joined wait, but in batches whose units nobody times.
    let batches = ["run", "start/after", "--engine", "native", "--metric", "latency", "--out", &figure];
    threadlab().args(batches).assert().code(2).stdout("").stderr(predicate::str::contains("whose units are timed"));
    let drawn = ["plot", &result, "--experiment", "count-primes", "--metric", "cores-used", "--out", &figure];
    threadlab().args(drawn).assert().code(0);
}

#[test]
fn what_was_not_measured_has_no_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.json");
    let mut result: Value = serde_json::from_str(include_str!("../lessons/recorded/gil.json")).expect("JSON");
    for experiment in result["experiments"].as_array_mut().expect("experiments[]") {
        experiment["ceiling"] = serde_json::json!([]);
        for series in experiment["series"].as_array_mut().expect("series[]") {
            series["points"] = serde_json::json!([]);
        }
    }
    std::fs::write(&path, result.to_string()).expect("written");
    let says = predicate::str::contains("  nothing was measured\n").and(predicate::str::contains("Threads").not());
    threadlab().arg("plot").arg(&path).assert().code(0).stdout(says);
}

#[test]
fn settings_cannot_be_kept_in_a_file() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let output = threadlab().arg("--config").arg(file.path()).assert().code(2);
    output.stderr(predicate::str::contains("a folder for settings was expected"));
}

#[test]
fn code_of_foreign_lessons_runs_only_where_it_is_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = "+++\nformat = 1\nid = \"mine\"\ntitle = \"Mine\"\nminutes = 1\ngoals = [\"Run code.\"]\n[[experiment]]\nid = \"own\"\n\
                  title = \"Own\"\nworkload = \"code\"\nengines = [\"python-threads\"]\nthreads = { min = 1, max = 2 }\n+++\n\
                  ```python work\ndef work():\n    return 1 / 0\n```\n";
    std::fs::write(folder.path().join("mine.md"), lesson).expect("written");
    let folder = folder.path().display().to_string();
    let words = ["run", "mine", "--lessons", &folder, "--precision", "quick", "--threads", "1"];
    threadlab().args(words).assert().code(2).stderr(predicate::str::contains("say `--trust`"));
    let output = threadlab().args(words).arg("--trust").output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("no interpreter") {
        assert_eq!(output.status.code(), Some(2), "{said}");
    } else {
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("line 2 of the code: ZeroDivisionError: division by zero"), "{said}");
    }
}
