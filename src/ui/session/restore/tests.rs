use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::prediction::Prediction;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::units::ThreadCount;
use crate::ui::session::{Fold, LessonProgress, SavedGroup, ThemeChoice};

fn folder_with(text: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
    dir
}

#[test]
fn what_was_kept_comes_back() {
    let mut session = Session { zoom: 1.5, theme: ThemeChoice::Dark, ..Session::default() };
    session.reach("waiting", LessonProgress::Run);
    session.layout.text = Fold::Closed;
    let dir = folder_with(&session.to_json().unwrap());
    assert_eq!(Session::restore(dir.path()), Restored { session, ..Restored::nothing() });
}

#[test]
fn a_first_start_has_defaults_and_no_message() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Session::restore(dir.path()), Restored::nothing());
}

#[test]
fn a_file_of_an_older_build_keeps_what_it_has() {
    let dir = folder_with(br#"{"format": 1, "zoom": 2.0}"#);
    let restored = Session::restore(dir.path());
    assert_eq!(restored.problem, None);
    assert_eq!(restored.session, Session { zoom: 2.0, ..Session::default() });
}

#[track_caller]
fn check_set_aside(text: &[u8]) {
    let dir = folder_with(text);
    let restored = Session::restore(dir.path());
    assert_eq!(restored.session, Session::default());
    let problem = restored.problem.unwrap();
    assert!(problem.contains("session.json.corrupt"), "{problem}");
    assert_eq!(std::fs::read(dir.path().join("session.json.corrupt")).unwrap(), text);
    assert!(!dir.path().join(FILE_NAME).exists());
    // A second corrupt file does not overwrite the first.
    std::fs::write(dir.path().join(FILE_NAME), b"[").unwrap();
    assert!(Session::restore(dir.path()).problem.unwrap().contains("corrupt-2"));
    assert_eq!(std::fs::read(dir.path().join("session.json.corrupt")).unwrap(), text);
}

#[test]
fn corrupt_settings_are_set_aside() {
    check_set_aside(b"{ not json");
    check_set_aside(b"\xff\xfe");
    check_set_aside(br#"{"format": 99}"#);
    check_set_aside(b"[]");
    check_set_aside(b"null");
}

#[test]
fn impossible_values_are_put_in_range() {
    let dir = folder_with(br#"{"format": 1, "zoom": 900.0, "switch_interval_us": 0, "layout": {"size": [1, 1]}}"#);
    let session = Session::restore(dir.path()).session;
    assert!((session.zoom - 4.0).abs() < f32::EPSILON);
    assert_eq!(session.switch_interval_us, 100);
    assert_eq!(session.layout.size, None);
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_kept() {
    let text = r#"{"format": 1, "zoom": "large", "theme": "dark", "lessons": {"gil": "done", "waiting": 7},
        "layout": {"size": [1280, "high"], "text": "closed"}, "python": {"own_paths": [1, "/opt/python3", {}]}}"#;
    let dir = folder_with(text.as_bytes());
    let restored = Session::restore(dir.path());
    let session = &restored.session;
    assert_eq!((session.theme, session.layout.text), (ThemeChoice::Dark, Fold::Closed));
    assert_eq!((session.progress("gil"), session.progress("waiting")), (LessonProgress::Done, LessonProgress::New));
    assert_eq!(session.python.own_paths, [PathBuf::from("/opt/python3")]);
    assert_eq!((session.layout.size, restored.is_mended), (None, true));
    let problem = restored.problem.expect("a message");
    for name in ["zoom", "lessons.waiting", "layout.size", "python.own_paths"] {
        assert!(problem.contains(name), "{name}: {problem}");
    }
    // The original stays where it is until it is written anew, and beside it for good.
    for name in [FILE_NAME, "session.json.corrupt"] {
        assert_eq!(std::fs::read_to_string(dir.path().join(name)).unwrap(), text, "{name}");
    }
}

#[test]
fn one_experiments_settings_never_become_anothers() {
    let text = r#"{"groups": {"both/compute": {"parameters": [5, {"wait_ms": 20}], "predictions": [{"points": 1},
        {"points": [[1, 1.0], [2, 2.0]]}]}}}"#;
    let Reading::Session(session, wrong) = read(text) else { panic!("it can be understood") };
    let group = &session.groups["both/compute"];
    assert_eq!((group.parameters.len(), group.predictions.len()), (2, 2));
    assert!(group.parameters[0].is_empty() && group.parameters[1].contains_key("wait_ms"));
    assert!(group.predictions[0].points.is_empty());
    assert_eq!(group.predictions[1].points.len(), 2);
    assert_eq!(wrong, ["groups.both/compute.parameters[0]", "groups.both/compute.predictions[0]"]);
}

#[test]
fn a_prediction_that_is_none_is_forgotten() {
    let dir = folder_with(br#"{"groups": {"a/b": {"predictions": [{"points": [[2, -1.0], [1, 1.0]]}]}}}"#);
    assert_eq!(Session::restore(dir.path()).session.groups["a/b"].predictions, [Prediction::default()]);
}

/// A session with something in every field.
fn rich() -> Value {
    let mut prediction = Prediction::default();
    prediction.set(ThreadCount::clamped(2), 1.5);
    prediction.set(ThreadCount::clamped(8), 3.5);
    let group = SavedGroup {
        from: Some(ThreadCount::ONE),
        to: Some(ThreadCount::clamped(8)),
        engines: Some([EngineKind::Native, EngineKind::GilModel].into()),
        left_out: [SeriesKey::of(EngineKind::PythonThreads)].into(),
        parameters: vec![[("wait_ms".to_owned(), crate::model::workload::ParameterValue::Number(20.0))].into(); 2],
        predictions: vec![prediction; 2],
        metric: Some(crate::model::plot::Metric::Speedup),
        hidden: ["GIL model".to_owned(), "Native threads".to_owned()].into(),
    };
    let mut session = Session { zoom: 1.5, hint_dismissed: true, ..Session::default() };
    session.reach("waiting", LessonProgress::Run);
    session.reach("gil", LessonProgress::Done);
    session.answers = [("gil/why".to_owned(), 1), ("gil/how".to_owned(), 2)].into();
    session.groups = [("gil/primes".to_owned(), group.clone()), ("both/compute".to_owned(), group)].into();
    session.layout.size = Some([1280.0, 800.0]);
    session.layout.text_width = Some(320.0);
    let mut value = serde_json::to_value(&session).unwrap();
    value["export"]["folder"] = json!("/figures");
    value["python"] = json!({
        "chosen": [{"path": "/a", "version": "3.11.7", "gil": "on"}, {"path": "/b", "version": "3.12.1", "gil": "off"}],
        "own_paths": ["/a", "/b"], "start_method": "spawn",
    });
    value["codes"] = json!({ "release": {"text": "pass", "of": "00"}, "own": {"text": "1", "of": "11"} });
    value
}

/// The path of every place in a value.
fn places(value: &Value, from: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.replace('/', "~1"), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let path = format!("{from}/{key}");
        places(child, &path, found);
        found.push(path);
    }
}

/// What may go with a place: the item of a list, or the text with its fingerprint.
fn belongs_to(place: &str, value: &Value) -> String {
    let parts: Vec<&str> = place.split('/').collect();
    let upto = |count: usize| parts[..count].join("/");
    for count in 2..parts.len() {
        let is_list = value.pointer(&upto(count)).is_some_and(Value::is_array);
        if is_list && BY_PLACE.contains(&parts[count - 1]) {
            return upto(count + 1);
        }
        if is_list || (parts[1] == "codes" && count == 3) {
            return upto(count);
        }
    }
    place.to_owned()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9/.-]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..3).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn one_wrong_field_never_loses_the_others(index in any::<prop::sample::Index>(), wrong in any_json()) {
        let rich = rich();
        let mut all = Vec::new();
        places(&rich, "", &mut all);
        let place = index.get(&all);
        // Another format is another program's file.
        prop_assume!(place != "/format" || !wrong.is_number());
        let mut changed = rich.clone();
        *changed.pointer_mut(place).unwrap() = wrong;
        let Reading::Session(session, _) = read(&changed.to_string()) else { panic!("nothing was kept") };
        let gone = belongs_to(place, &rich);
        let kept = serde_json::to_value(&session).unwrap();
        let is_within = |place: &str, around: &str| place == around || place.starts_with(&format!("{around}/"));
        let is_apart = |other: &&String| !is_within(other, &gone) && !is_within(&gone, other);
        for other in all.iter().filter(is_apart) {
            prop_assert_eq!(kept.pointer(other), rich.pointer(other), "{}", other);
        }
        let _in_range = session.sanitised();
    }
}
