//! Holds the arrows of ARCHITECTURE.md: which module may use which. Reads the `use crate::…` paths of every source file.

#![expect(clippy::expect_used, reason = "a test that cannot read the sources shall say so and fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// For each module of the library, what it may use besides itself.
const MAY_USE: [(&str, &[&str]); 7] = [
    ("model", &[]),
    ("workload", &["model"]),
    ("lesson", &["model"]),
    ("engine", &["model", "workload"]),
    ("export", &["model"]),
    ("cli", &["model", "lesson", "engine", "export"]),
    ("ui", &["model", "lesson", "engine", "export"]),
];

/// Crates that only some modules may name, and who may.
const CRATES: [(&str, &[&str]); 9] = [
    ("egui", &["ui"]),
    ("eframe", &["ui"]),
    ("egui_plot", &["ui"]),
    ("egui_extras", &["ui"]),
    ("egui_commonmark", &["ui"]),
    ("rfd", &["ui"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("anyhow", &["cli"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("failed to list {}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comment lines and without strings that happen to name a module.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// Every identifier that directly follows `prefix` in `line`.
fn words_after<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    line.match_indices(prefix)
        .filter(|(at, _)| {
            !line[..*at]
                .chars()
                .next_back()
                .is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':')
        })
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next().unwrap_or("")
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn module_of(file: &Path, src: &Path) -> String {
    let relative = file.strip_prefix(src).expect("a path below src");
    let first = relative.iter().next().expect("a first part").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn arrows_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut complaints = BTreeSet::new();
    let mut modules_seen = BTreeSet::new();
    for file in &files {
        let module = module_of(file, &src);
        if module == "lib" || module == "main" {
            continue;
        }
        modules_seen.insert(module.clone());
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            complaints.insert(format!(
                "src/{module} has no place in the architecture: add it to this test and to ARCHITECTURE.md"
            ));
            continue;
        };
        let text = fs::read_to_string(file).expect("a readable source file");
        let shown = file.strip_prefix(&src).unwrap_or(file).display().to_string();
        for (line_number, line) in code_lines(&text) {
            if line.contains("crate::{") {
                complaints.insert(format!(
                    "src/{shown}:{line_number}: name one module of the crate a `use`, so that this test can read it"
                ));
            }
            for used in words_after(line, "crate::") {
                if used != module && MAY_USE.iter().any(|(name, _)| *name == used) && !allowed.contains(&used) {
                    complaints.insert(format!("src/{shown}:{line_number}: `{module}` must not use `{used}`"));
                }
            }
            for (name, users) in CRATES {
                let names_it =
                    line.contains(&format!("{name}::")) && !words_after(line, &format!("{name}::")).is_empty();
                if names_it && !users.contains(&module.as_str()) {
                    complaints.insert(format!("src/{shown}:{line_number}: only {users:?} may name the crate `{name}`"));
                }
            }
        }
    }
    assert!(
        complaints.is_empty(),
        "the arrows of ARCHITECTURE.md are broken:\n{}",
        complaints.into_iter().collect::<Vec<_>>().join("\n")
    );
    let expected: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(modules_seen, expected, "the modules of src and of this test differ");
}

/// The model is pure: no files, threads, clocks, processes or randomness.
#[test]
fn the_model_is_pure() {
    const IMPURE: [&str; 9] = [
        "std::fs",
        "std::thread",
        "std::net",
        "std::process",
        "std::env",
        "Instant::now",
        "SystemTime::now",
        "fastrand::Rng::new()",
        "crossbeam_channel",
    ];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in &files {
        let text = fs::read_to_string(file).expect("a readable source file");
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (line_number, line) in code_lines(program) {
            for word in IMPURE {
                assert!(
                    !line.contains(word),
                    "{}:{line_number}: the model is pure and must not use {word}",
                    file.display()
                );
            }
        }
    }
}

/// Words that must not stand in file names: they say nothing about what is inside.
#[test]
fn file_names_are_nouns() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in &files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "helpers", "misc", "core", "common"].contains(&stem.as_str()),
            "{} says nothing",
            file.display()
        );
    }
}
