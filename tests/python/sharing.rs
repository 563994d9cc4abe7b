//! Threads that share something.

use super::*;

fn set(kind: WorkloadKind, name: &str, word: &str) -> Workload {
    Workload::new(kind).with_written(name, &word.into()).expect("a choice that there is")
}

#[test]
fn lost_updates_are_counted_exactly() {
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python));
        let mut lost = |word: &str, threads| {
            let window = window(&mut engine, &set(WorkloadKind::LostUpdates, "code", word), threads);
            let lost = window.lost.expect("it is counted");
            assert!(lost.expected > 0 && (lost.expected.is_multiple_of(100) || word == "sleep"), "{lost:?}");
            lost.expected - lost.counted
        };
        for word in ["plain", "call", "sleep", "lock"] {
            assert_eq!(lost(word, 1), 0, "{} {word}: one thread loses nothing", python.path);
        }
        assert_eq!(lost("lock", 4), 0, "{}", python.path);
        assert!((0..20).any(|_| lost("sleep", 4) > 0), "{}", python.path);
        // From 3.10 on CPython with a GIL hands it on at backward jumps and calls only.
        let has_gil = python.gil_enabled.unwrap_or(!python.free_threaded);
        let minor: u32 = python.version.split('.').nth(1).and_then(|minor| minor.parse().ok()).expect("a version");
        if has_gil && minor >= 10 {
            assert_eq!(lost("plain", 4), 0, "{}", python.path);
        }
        for how in ["one-lock", "sharded", "local"] {
            let counted = window(&mut engine, &set(WorkloadKind::Counter, "how", how), 4).lost.expect("it is counted");
            assert!(counted.expected > 0 && counted.counted == counted.expected, "{how}: {counted:?}");
        }
    }
}

#[test]
fn deadlocks_are_found_and_end_with_the_window() {
    for python in some_pythons() {
        let mut engine = engine(&key(EngineKind::PythonThreads, &python))
            .with_settings(|settings| settings.answer_limit = Duration::from_secs(20));
        let patient = |order| set(WorkloadKind::TwoLocks, "order", order).with("patience_ms", 10.0).expect("in range");
        let found = (0..50).any(|_| {
            let report = window(&mut engine, &patient("opposite"), 2).deadlocks.expect("it is looked for");
            report.in_words().is_some_and(|words| words.contains("thread 1 holds A and waits for B"))
        });
        assert!(found, "{}", python.path);
        let report = window(&mut engine, &patient("same"), 4).deadlocks.expect("it is looked for");
        assert_eq!(report.count, 0);
        let endless = patient("opposite").with("patience_ms", 1000.0).expect("in range");
        let measured = measure(&mut engine, &endless, 8, Duration::from_millis(50)).expect("it ends");
        assert!(measured.deadlocks.is_some());
        // Workers that found each other's lock taken at every try would end by luck only.
        for _ in 0..10 {
            measure(&mut engine, &patient("opposite"), 2, Duration::from_millis(50)).expect("it ends");
        }
    }
}
