//! Why an export did not happen.

use std::io;
use std::path::{Path, PathBuf};

use super::format::Format;

/// Why an export did not happen. Fits "failed to export: {error}".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The path does not say which format is meant.
    #[error("the file name has no extension; expected one of {}: {}", Format::extensions(), .path.display())]
    ExtensionMissing {
        /// The path given.
        path: PathBuf,
    },
    /// The path ends in something else than the formats' extensions.
    #[error("no format is called `.{extension}`; expected one of {}: {}", Format::extensions(), .path.display())]
    ExtensionUnknown {
        /// What follows the last dot.
        extension: String,
        /// The path given.
        path: PathBuf,
    },
    /// A new file was asked for, and there is one.
    #[error("a file of that name is there already: {}", .path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A side of the figure is too short or too long.
    #[error("a figure of {width_px} × {height_px} pixels was asked for; each side must be from {min} to {max} pixels")]
    SideOutOfRange {
        /// The width asked for.
        width_px: u32,
        /// The height asked for.
        height_px: u32,
        /// The least allowed.
        min: u32,
        /// The greatest allowed.
        max: u32,
    },
    /// The scale is no number or out of range.
    #[error("a scale of {scale} was asked for; it must be from {min} to {max}")]
    ScaleOutOfRange {
        /// The scale asked for.
        scale: f32,
        /// The least allowed.
        min: f32,
        /// The greatest allowed.
        max: f32,
    },
    /// Width, height and scale together make too large a picture.
    #[error(
        "{width_px} × {height_px} pixels at scale {scale} make a picture of {megapixels:.0} megapixels; \
         at most {max_megapixels} are possible"
    )]
    TooManyPixels {
        /// The width asked for.
        width_px: u32,
        /// The height asked for.
        height_px: u32,
        /// The scale asked for.
        scale: f32,
        /// What they make.
        megapixels: f64,
        /// The greatest allowed.
        max_megapixels: u32,
    },
    /// Titles, legend and axes leave no room for the curves.
    #[error(
        "{panels} panels and {curves} curves do not fit into {width_px} × {height_px} pixels; \
         choose a larger figure or leave some out"
    )]
    NoRoom {
        /// Panels in the figure.
        panels: usize,
        /// Entries in the legend.
        curves: usize,
        /// The figure's width.
        width_px: u32,
        /// The figure's height.
        height_px: u32,
    },
    /// A program of its own could repeat none of the experiments.
    #[error("no experiment of this run can be repeated without Threadlab: {reasons}; save the result as .json")]
    NothingAlone {
        /// Why not, with semicolons between.
        reasons: String,
    },
    /// The path names no file.
    #[error("the path names no file; add a file name: {}", .path.display())]
    NoFileName {
        /// The path given.
        path: PathBuf,
    },
    /// The folder to write into does not exist.
    #[error("the folder does not exist; make it, or choose another: {}", .folder.display())]
    FolderMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder is there, but takes no files, as `/proc` on Linux.
    #[error("nothing can be written in this folder; choose another: {}", .folder.display())]
    FolderTakesNothing {
        /// The folder.
        folder: PathBuf,
    },
    /// What should be the folder is a file.
    #[error("this is a file where a folder was expected; choose another folder: {}", .folder.display())]
    NotAFolder {
        /// What should be a folder.
        folder: PathBuf,
    },
    /// The path is a folder.
    #[error("this is a folder where a file was expected; add a file name: {}", .path.display())]
    IsAFolder {
        /// The path given.
        path: PathBuf,
    },
    /// Symbolic links lead round in a circle or are too many.
    #[error("the symbolic links lead nowhere; choose another name: {}", .path.display())]
    LinkLoop {
        /// The path given.
        path: PathBuf,
    },
    /// The file is write-protected.
    #[error("the file is write-protected; remove its protection or choose another name: {}", .path.display())]
    WriteProtected {
        /// The file.
        path: PathBuf,
    },
    /// The account may not write there.
    #[error("no permission to write here; choose another folder: {}", .path.display())]
    NoPermission {
        /// The file or its folder.
        path: PathBuf,
    },
    /// No space, or no more of it for this account.
    #[error("the disk is full or the account's share of it is used up; make room, or choose another disk: {}", .path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The disk takes no writes.
    #[error("the disk is read-only; choose a folder on another: {}", .path.display())]
    ReadOnlyDisk {
        /// The file.
        path: PathBuf,
    },
    /// The file would be larger than the system allows.
    #[error("the file would be larger than the system allows; choose another disk, or raise that limit: {}", .path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The name has characters or a length that the disk does not take.
    #[error("the disk does not take this file name; choose a shorter or plainer one: {}", .path.display())]
    NameRefused {
        /// The file.
        path: PathBuf,
    },
    /// Anything else the system refused.
    #[error("{said}; choose another place: {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        said: io::Error,
    },
    /// A renderer refused what it was given: a defect of this program.
    #[error("the {format} could not be drawn, which is a defect of Threadlab: {reason}")]
    Render {
        /// What was being made.
        format: &'static str,
        /// What the renderer said.
        reason: String,
    },
}

impl ExportError {
    /// A sentence for what the system said while `path` was being written.
    pub(super) fn from_io(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let path = path.to_path_buf();
        match source.kind() {
            Kind::PermissionDenied => Self::NoPermission { path },
            Kind::StorageFull | Kind::QuotaExceeded => Self::DiskFull { path },
            Kind::ReadOnlyFilesystem => Self::ReadOnlyDisk { path },
            Kind::FileTooLarge => Self::FileTooLarge { path },
            Kind::InvalidFilename | Kind::InvalidInput => Self::NameRefused { path },
            Kind::IsADirectory => Self::IsAFolder { path },
            Kind::NotADirectory => Self::NotAFolder { folder: path },
            _ => Self::Io { path, said: source },
        }
    }
}
