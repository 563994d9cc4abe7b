//! Results that come with the program: of the bundled lessons, recorded on a machine that each of them names.

/// Lesson ids with the text of a result, by id.
const BUNDLED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/recorded.rs"));

/// The recorded result of a lesson as JSON, if one comes with the program.
pub fn of(lesson: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(id, _)| *id == lesson).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Library;
    use crate::model::record::{Completion, RunRecord};

    #[test]
    fn every_recorded_result_can_be_shown_beside_its_lesson() {
        let library = Library::bundled();
        assert!(!BUNDLED.is_empty());
        for (id, text) in BUNDLED {
            let record = RunRecord::parse(text).expect("a result");
            assert_eq!((record.lesson.as_str(), record.completion), (*id, Completion::Completed));
            let lesson = library.find(id).expect("a bundled lesson");
            for experiment in &record.experiments {
                let now = lesson.experiments.iter().find(|it| it.id == experiment.id).expect("of the lesson");
                assert_eq!(experiment.workload_as_run(), now.workload, "{id}/{}: record it anew", experiment.id);
            }
        }
        assert_eq!(of("no-such"), None);
    }
}
