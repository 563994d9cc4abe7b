//! What the export dialog holds.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::remark::Remark;
use crate::export::{ExportError, FigureOptions, FigureSize, FigureTheme, Format, suggested_name};
use crate::model::plot::PlotSpec;
use crate::model::record::RunRecord;

/// The scales that a picture of pixels can have.
pub const SCALES: [u8; 4] = [1, 2, 3, 4];

/// What is remembered of the dialog from one start to the next. Words that are not known any more fall back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportPreferences {
    /// The format's file ending.
    pub format: String,
    /// The label of the size.
    pub size: String,
    /// Pixels for each point of a picture.
    pub scale: u8,
    /// The label of the ground.
    pub theme: String,
    /// The folder, where the reader has chosen one.
    pub folder: Option<PathBuf>,
}

impl Default for ExportPreferences {
    fn default() -> Self {
        Self {
            format: Format::Svg.extension().to_owned(),
            size: FigureSize::PRESETS[0].0.to_owned(),
            scale: 2,
            theme: FigureTheme::default().label().to_owned(),
            folder: None,
        }
    }
}

/// The dialog while it is open.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportForm {
    /// What is written.
    pub format: Format,
    /// The place of the size among [`FigureSize::PRESETS`].
    pub size: usize,
    /// Pixels for each point of a picture.
    pub scale: u8,
    /// The ground of a figure.
    pub theme: FigureTheme,
    /// The folder, as typed.
    pub folder: String,
    /// The file's name, as typed, with or without ending.
    pub name: String,
    /// What came of the last attempt.
    pub remark: Option<Remark>,
    /// What is there already, once that is known.
    pub target_is: TargetIs,
}

/// Where an export is to go: the folder as it was typed, and the file where there is a name for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportTarget {
    folder: String,
    file: Option<PathBuf>,
}

/// What is where an export is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetIs {
    /// Nobody has looked yet.
    Unknown,
    /// The folder is there, and no file of that name in it.
    Free,
    /// The folder is not there, and is made with the file.
    NewFolder,
    /// There is such a file, which will be replaced.
    Taken,
}

impl ExportTarget {
    /// Looks what is there. The file system may take its time, so not for the thread that draws.
    pub fn look(&self) -> TargetIs {
        if !expand_home(self.folder.trim()).is_dir() {
            TargetIs::NewFolder
        } else if self.file.as_ref().is_some_and(|file| file.is_file()) {
            TargetIs::Taken
        } else {
            TargetIs::Free
        }
    }
}

impl ExportForm {
    /// The dialog for a figure, in the folder chosen last or in `default_folder`.
    pub fn new(preferences: &ExportPreferences, spec: &PlotSpec, record: &RunRecord, default_folder: &Path) -> Self {
        let format = Format::from_extension(&preferences.format).unwrap_or(Format::Svg);
        let folder = preferences.folder.as_deref().unwrap_or(default_folder);
        let size = FigureSize::PRESETS.iter().position(|(label, _)| *label == preferences.size);
        let theme = FigureTheme::ALL.into_iter().find(|theme| theme.label() == preferences.theme);
        Self {
            format,
            size: size.unwrap_or(0),
            scale: if SCALES.contains(&preferences.scale) { preferences.scale } else { 2 },
            theme: theme.unwrap_or_default(),
            folder: folder.display().to_string(),
            name: stem(&suggested_name(spec, record, format), format).to_owned(),
            remark: None,
            target_is: TargetIs::Unknown,
        }
    }

    /// What is worth remembering.
    pub fn preferences(&self) -> ExportPreferences {
        ExportPreferences {
            format: self.format.extension().to_owned(),
            size: FigureSize::PRESETS.get(self.size).map_or("", |(label, _)| label).to_owned(),
            scale: self.scale,
            theme: self.theme.label().to_owned(),
            folder: Some(expand_home(self.folder.trim())),
        }
    }

    /// How the figure is to look.
    ///
    /// # Errors
    /// When the scale makes too large a picture.
    pub fn options(&self) -> Result<FigureOptions, ExportError> {
        let preset = FigureSize::PRESETS.get(self.size).map_or(FigureSize::SLIDE, |(_, size)| *size);
        let size = FigureSize::new(preset.width_px(), preset.height_px(), f32::from(self.scale))?;
        Ok(FigureOptions { size, theme: self.theme })
    }

    /// Where it goes.
    pub fn target(&self) -> ExportTarget {
        ExportTarget { folder: self.folder.clone(), file: self.path().ok() }
    }

    /// Where the file goes: folder and name, with the format's ending added where the name lacks it.
    ///
    /// # Errors
    /// A sentence, where folder or name is missing or the name leads elsewhere.
    pub fn path(&self) -> Result<PathBuf, String> {
        let (folder, name) = (self.folder.trim(), self.name.trim());
        if folder.is_empty() {
            return Err("A folder is missing.".to_owned());
        }
        if name.is_empty() {
            return Err("A file name is missing.".to_owned());
        }
        if name.contains(['/', '\\']) {
            return Err("The file name must not contain a slash; the folder has its own field.".to_owned());
        }
        let name = format!("{}.{}", stem(name, self.format), self.format);
        Ok(expand_home(folder).join(name))
    }
}

/// A file name without the ending of `format`, where it has it.
fn stem(name: &str, format: Format) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(format.extension()) && !stem.is_empty() => stem,
        _ => name,
    }
}

/// A path with a leading `~` replaced by the home folder.
pub(in crate::ui) fn expand_home(folder: &str) -> PathBuf {
    let home = || directories::UserDirs::new().map(|dirs| dirs.home_dir().to_path_buf());
    match folder.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            home().map_or_else(|| PathBuf::from(folder), |home| home.join(rest.trim_start_matches(['/', '\\'])))
        }
        _ => PathBuf::from(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(folder: &str, name: &str, format: Format) -> ExportForm {
        ExportForm {
            format,
            size: 0,
            scale: 2,
            theme: FigureTheme::Light,
            folder: folder.to_owned(),
            name: name.to_owned(),
            remark: None,
            target_is: TargetIs::Free,
        }
    }

    #[track_caller]
    fn check_path(folder: &str, name: &str, format: Format, expected: Result<&str, &str>) {
        let path = form(folder, name, format).path();
        match expected {
            Ok(expected) => assert_eq!(path, Ok(PathBuf::from(expected))),
            Err(word) => assert!(path.as_ref().is_err_and(|problem| problem.contains(word)), "{path:?}"),
        }
    }

    #[test]
    fn the_ending_follows_the_format() {
        check_path("out", "plot", Format::Svg, Ok("out/plot.svg"));
        check_path("out", "plot.PNG", Format::Png, Ok("out/plot.png"));
        check_path("out", "plot.svg", Format::Pdf, Ok("out/plot.svg.pdf"));
        check_path(" out ", " plot ", Format::Csv, Ok("out/plot.csv"));
        check_path("out", ".svg", Format::Svg, Ok("out/.svg.svg"));
    }

    #[test]
    fn what_cannot_be_a_path_is_said() {
        check_path("", "plot", Format::Svg, Err("folder"));
        check_path("out", " ", Format::Svg, Err("file name"));
        check_path("out", "../plot", Format::Svg, Err("slash"));
    }

    #[test]
    fn home_is_understood() {
        if let Some(dirs) = directories::UserDirs::new() {
            assert_eq!(expand_home("~/plots"), dirs.home_dir().join("plots"));
        }
        assert_eq!(expand_home("~other/plots"), PathBuf::from("~other/plots"));
    }

    #[test]
    fn every_size_and_scale_can_be_exported() {
        for size in 0..FigureSize::PRESETS.len() {
            for scale in SCALES {
                assert!(ExportForm { size, scale, ..form("out", "plot", Format::Png) }.options().is_ok());
            }
        }
    }
}
