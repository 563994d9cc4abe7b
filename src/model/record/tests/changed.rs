//! Saved results that somebody changed: each opens as a sound result, or says in one sentence why not.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

use super::record;
use crate::model::plot::{Axis, AxisChoice, Metric, Panel};
use crate::model::record::RunRecord;

/// What is done to one value of a result.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The way down from the whole result: which child at each level.
    way: Vec<Index>,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// Another value stands there.
    Replace(Value),
    /// A number there is so many times as great.
    Scale(f64),
    /// Nothing stands there.
    Remove,
    /// It stands there twice, where it is part of a list.
    Repeat,
}

/// Some changes, one after the other.
pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let numbers = [0.5, -0.0, -1.0, 1e-308, 1e308, 4_503_599_627_370_497.0].map(|number| json!(number));
    let whole = [json!(0), json!(-1), json!(1), json!(2), json!(1025), json!(u64::MAX), json!(i64::MIN)];
    let texts = ["", "native", "wait", "\u{1F980}", "A\nB", &"long ".repeat(500)].map(|text| json!(text));
    let others = [Value::Null, json!(true), json!([]), json!({}), json!([1]), json!({"a": 1}), json!([[0.0, 1.0]])];
    let values: Vec<Value> = numbers.into_iter().chain(whole).chain(texts).chain(others).collect();
    let what = prop_oneof![
        6 => proptest::sample::select(values).prop_map(What::Replace),
        2 => proptest::sample::select(vec![1e-300, 1e-9, 0.1, -1.0, 1e6, 1e300]).prop_map(What::Scale),
        2 => Just(What::Remove),
        1 => Just(What::Repeat),
    ];
    let way = prop::collection::vec(any::<Index>(), 1..10);
    prop::collection::vec((way, what).prop_map(|(way, what)| Change { way, what }), 1..4)
}

/// A saved result with the changes.
pub(crate) fn changed(text: &str, changes: &[Change]) -> String {
    let mut json: Value = serde_json::from_str(text).expect("a result is JSON");
    for change in changes {
        apply(&mut json, &change.way, &change.what);
    }
    json.to_string()
}

fn apply(value: &mut Value, way: &[Index], what: &What) {
    let Some((first, rest)) = way.split_first() else { return };
    let is_last = |value: &Value| rest.is_empty() || !(value.is_object() || value.is_array());
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(first.index(fields.len())).expect("within").clone();
            if is_last(&fields[&name]) {
                change_field(fields, &name, what);
            } else {
                apply(&mut fields[&name], rest, what);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = first.index(items.len());
            if is_last(&items[index]) {
                change_item(items, index, what);
            } else {
                apply(&mut items[index], rest, what);
            }
        }
        _ => {}
    }
}

fn change_field(fields: &mut Map<String, Value>, name: &str, what: &What) {
    match what {
        What::Remove => drop(fields.shift_remove(name)),
        What::Repeat => {}
        What::Replace(_) | What::Scale(_) => replace(&mut fields[name], what),
    }
}

fn change_item(items: &mut Vec<Value>, index: usize, what: &What) {
    match what {
        What::Remove => drop(items.remove(index)),
        What::Repeat => items.insert(index, items[index].clone()),
        What::Replace(_) | What::Scale(_) => replace(&mut items[index], what),
    }
}

fn replace(place: &mut Value, what: &What) {
    match what {
        What::Replace(other) => *place = other.clone(),
        What::Scale(factor) => {
            if let Some(number) = place.as_f64() {
                *place = json!(number * factor);
            }
        }
        What::Remove | What::Repeat => {}
    }
}

/// What must be true of every text that is opened as a result.
#[track_caller]
fn check_opens_or_says_why(text: &str) {
    match RunRecord::parse(text) {
        Err(error) => {
            let sentence = error.to_string();
            assert!(!sentence.is_empty() && !sentence.contains('\n') && !sentence.ends_with('.'), "{sentence:?}");
            assert!(sentence.chars().count() <= 600, "{} characters: {sentence}", sentence.chars().count());
        }
        Ok(record) => {
            let again = record.to_json().expect("what is opened can be saved");
            assert_eq!(RunRecord::parse(&again).as_ref(), Ok(&record), "it opens again as it is");
            for metric in Metric::ALL {
                record.figure(None, metric, AxisChoice::Automatic).panels.iter().for_each(check_panel);
            }
        }
    }
}

/// Whether a panel can be drawn: finite numbers, points within the axes, and axes with some ticks and not without end.
#[track_caller]
fn check_panel(panel: &Panel) {
    let check_axis =
        |axis: &Axis| assert!(axis.min.is_finite() && axis.max.is_finite() && axis.min < axis.max, "{axis:?}");
    check_axis(&panel.x);
    check_axis(&panel.y);
    for point in panel.curves.iter().flat_map(|curve| &curve.points) {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        assert!([point.x, point.y, low, high].into_iter().all(f64::is_finite), "{point:?} of {}", panel.title);
        assert!(low <= high, "{point:?} of {}", panel.title);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_changed_result_opens_or_says_why(changes in changes()) {
        check_opens_or_says_why(&changed(&record().to_json().expect("JSON"), &changes));
    }

    #[test]
    fn a_damaged_result_opens_or_says_why(place: Index, length in 0..40_usize, put in "[\\[\\]{}\",:0-9eE.+\\-a-z\\\\ \u{e9}]{0,8}") {
        let text = record().to_json().expect("JSON");
        let place = place.index(text.len());
        let end = (place + length).min(text.len());
        check_opens_or_says_why(&format!("{}{put}{}", &text[..place], &text[end..]));
    }

    #[test]
    fn any_text_opens_or_says_why(text in "\\PC*") {
        check_opens_or_says_why(&text);
    }
}
