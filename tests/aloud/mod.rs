//! What a test run leaves out, said where its reader sees it.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

/// Says it once, past the test runner: that shows what a test prints only where the test fails.
pub(crate) fn say(sentence: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(sentence.to_owned()) {
        drop(std::io::stderr().write_all(format!("{sentence}\n").as_bytes()));
    }
}
