//! `threadlab list`.

use serde::Serialize;

use super::arguments::Common;
use super::console;
use super::exit::Exit;
use super::measure::open_library;

#[derive(Serialize)]
struct Listing<'a> {
    lessons: Vec<ListedLesson<'a>>,
}

#[derive(Serialize)]
struct ListedLesson<'a> {
    id: &'a str,
    title: &'a str,
    experiments: Vec<&'a str>,
}

pub(super) fn run(json: bool, common: &Common) -> anyhow::Result<Exit> {
    let library = open_library(common)?;
    if json {
        let lessons = library
            .lessons()
            .map(|lesson| ListedLesson {
                id: &lesson.id,
                title: &lesson.title,
                experiments: lesson.experiments.iter().map(|experiment| experiment.id.as_str()).collect(),
            })
            .collect();
        console::data(serde_json::to_string_pretty(&Listing { lessons })?)?;
        return Ok(Exit::Done);
    }
    for lesson in library.lessons() {
        console::data(format_args!("{:<12} {} ({} min)", lesson.id, lesson.title, lesson.minutes))?;
        for experiment in &lesson.experiments {
            console::data(format_args!("  {}/{:<12} {}", lesson.id, experiment.id, experiment.title()))?;
        }
    }
    Ok(Exit::Done)
}
