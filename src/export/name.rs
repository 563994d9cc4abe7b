//! Where an export goes when nobody says where.

use std::path::{Path, PathBuf};

use crate::model::plot::PlotSpec;
use crate::model::record::RunRecord;

use super::format::Format;

/// The longest suggested name, in bytes, extension included; file systems take 255.
const MAX_NAME: usize = 120;

/// The folder that exports go to unless another is chosen: the account's documents, else its home, else the current one.
pub fn default_folder() -> PathBuf {
    let folders = directories::UserDirs::new();
    let documents = folders.as_ref().and_then(|folders| folders.document_dir()).filter(|folder| folder.is_dir());
    let home = folders.as_ref().map(directories::UserDirs::home_dir).filter(|folder| folder.is_dir());
    documents.or(home).unwrap_or_else(|| Path::new(".")).to_path_buf()
}

/// A name that says what is in the file: lesson, experiment, metric and the date the run began. A table or record holds
/// every metric, so its name has none.
pub fn suggested_name(spec: &PlotSpec, record: &RunRecord, format: Format) -> String {
    let mut parts = vec![plain(&record.lesson)];
    if let [panel] = spec.panels.as_slice() {
        parts.push(plain(&panel.experiment));
    }
    if format.is_figure() {
        parts.push(spec.metric.id().to_owned());
    }
    // RFC 3339 begins with the date, ten characters long.
    parts.extend(record.started_at.get(..10).map(plain));
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    let mut stem = if parts.is_empty() { "threadlab".to_owned() } else { parts.join("-") };
    stem.truncate(MAX_NAME - format.extension().len() - 1);
    format!("{}.{format}", stem.trim_end_matches('-'))
}

/// `name` in `folder`, with a number before its extension where that name is taken.
pub fn unused_path(folder: &Path, name: &str) -> PathBuf {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2_u32..).map(|number| match extension {
        "" => format!("{stem}-{number}"),
        extension => format!("{stem}-{number}.{extension}"),
    });
    std::iter::once(name.to_owned())
        .chain(numbered)
        .map(|name| folder.join(name))
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| folder.join(name))
}

/// Lower-case letters, digits and single hyphens only, so that every file system and shell takes it.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            plain.push(character.to_ascii_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    plain.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn names_say_what_is_inside() {
        let (mut spec, mut record) = (sample::two_panels(), sample::record());
        assert_eq!(suggested_name(&spec, &record, Format::Svg), "both-speedup-2026-11-22.svg");
        assert_eq!(suggested_name(&spec, &record, Format::Csv), "both-2026-11-22.csv");
        spec.panels.truncate(1);
        assert_eq!(suggested_name(&spec, &record, Format::Png), "both-cpu-speedup-2026-11-22.png");

        record.lesson = "../../etc/Ünter und: \"drüber\"".to_owned();
        assert_eq!(suggested_name(&spec, &record, Format::Json), "etc-nter-und-dr-ber-cpu-2026-11-22.json");
        record.lesson = "x".repeat(500);
        assert_eq!(suggested_name(&spec, &record, Format::Json).len(), MAX_NAME);

        (record.lesson, record.started_at) = (String::new(), "später".to_owned());
        spec.panels.clear();
        assert_eq!(suggested_name(&spec, &record, Format::Json), "threadlab.json");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for expected in ["plot.svg", "plot-2.svg", "plot-3.svg"] {
            let path = unused_path(folder, "plot.svg");
            assert_eq!(path, folder.join(expected));
            std::fs::write(path, "").unwrap();
        }
        assert_eq!(unused_path(folder, "plot"), folder.join("plot"));
    }

    #[test]
    fn the_default_folder_is_there() {
        assert!(default_folder().is_dir());
    }
}
