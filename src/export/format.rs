//! What a result or figure can be written as.

use std::fmt;
use std::path::Path;

use super::error::ExportError;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A figure as vectors, text as outlines.
    Svg,
    /// A figure as pixels.
    Png,
    /// A figure as one page with its font embedded.
    Pdf,
    /// The points of every curve, one a row.
    Csv,
    /// The whole run, to be opened again.
    Json,
    /// A Python program that repeats the run by itself.
    Python,
}

impl Format {
    /// Every format, in the order lists show them.
    pub const ALL: [Self; 6] = [Self::Svg, Self::Png, Self::Pdf, Self::Csv, Self::Json, Self::Python];

    /// The end of a file's name, without the dot, in lower case.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Python => "py",
        }
    }

    /// The format with that extension (without dot, in upper or lower case), if there is one.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension().eq_ignore_ascii_case(extension))
    }

    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// When the name has no extension, or none of [`Format::ALL`].
    pub fn from_path(path: &Path) -> Result<Self, ExportError> {
        let Some(extension) = path.extension() else {
            return Err(ExportError::ExtensionMissing { path: path.to_path_buf() });
        };
        let extension = extension.to_string_lossy();
        Self::from_extension(&extension).ok_or_else(|| ExportError::ExtensionUnknown {
            extension: extension.into_owned(),
            path: path.to_path_buf(),
        })
    }

    /// What a reader sees where there is room for a word or two.
    pub fn short_label(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Python => "Python program",
        }
    }

    /// What a reader sees in lists and dialogs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Svg => "SVG figure",
            Self::Png => "PNG picture",
            Self::Pdf => "PDF figure",
            Self::Csv => "CSV table",
            Self::Json => "JSON result",
            Self::Python => "Python program",
        }
    }

    /// One sentence on when to choose it, for tooltips.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Svg => "Sharp at any size, for web pages and drawing programs.",
            Self::Png => "Pixels at a chosen size, for slides and documents.",
            Self::Pdf => "One page with selectable text, for print and LaTeX.",
            Self::Csv => "One row for each point, for spreadsheets and pandas.",
            Self::Json => "Everything measured, to open again in Threadlab.",
            Self::Python => "A program that measures this again with nothing but Python, and prints the same table.",
        }
    }

    /// Whether it shows the figure rather than the numbers: then size and theme matter.
    pub fn is_figure(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Pdf)
    }

    /// Every extension with its dot, for messages.
    pub(super) fn extensions() -> String {
        Self::ALL.map(|format| format!(".{}", format.extension())).join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Result<Format, &str>) {
        let found = Format::from_path(Path::new(path)).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{path}");
    }

    #[test]
    fn the_name_decides_the_format() {
        for format in Format::ALL {
            check(&format!("plot.{format}"), Ok(format));
        }
        check("dir.svg/plot.PNG", Ok(Format::Png));
        check("plot", Err("the file name has no extension; expected one of .svg, .png, .pdf, .csv, .json, .py: plot"));
        check(
            "dir.svg/plot",
            Err("the file name has no extension; expected one of .svg, .png, .pdf, .csv, .json, .py: dir.svg/plot"),
        );
        check(
            "plot.gif",
            Err("no format is called `.gif`; expected one of .svg, .png, .pdf, .csv, .json, .py: plot.gif"),
        );
        check("plot.", Err("no format is called `.`; expected one of .svg, .png, .pdf, .csv, .json, .py: plot."));
    }
}
