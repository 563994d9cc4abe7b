//! What would keep the window waiting: dialogs, exports, reading files, the clipboard, looking for Pythons. Three threads of
//! their own do it: one for dialogs, which stay open as long as the reader likes, one for Pythons, and one for the rest.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use eframe::egui;

use super::interpreter_search::{Findings, InterpreterSource, SearchOrder};
use super::kept_file;
use super::results_folder;
use super::state::code::TRUST_FILE;
use super::state::export::{ExportTarget, TargetIs};
use crate::export::{self, FigureOptions, Format};
use crate::lesson::recorded;
use crate::model::first_program::Transcript;
use crate::model::plot::PlotSpec;
use crate::model::record::RunRecord;
use crate::model::series::Interpreter;

/// How many tasks may wait; more are refused, since nobody clicks that fast.
const CAPACITY: usize = 64;

/// The longest that closing the window waits for a task.
const LONGEST_GOODBYE: Duration = Duration::from_millis(500);

/// Something to do off the window's thread.
#[derive(Debug)]
pub enum Task {
    /// Writes a figure or its data to a file.
    Export(Box<ExportOrder>),
    /// Puts a figure on the clipboard.
    CopyPlot {
        /// The figure.
        spec: Arc<PlotSpec>,
        /// How it is to look.
        options: FigureOptions,
    },
    /// Asks for a folder.
    ChooseFolder {
        /// Where the dialog starts.
        start: PathBuf,
    },
    /// Asks for lesson or result files.
    ChooseFiles,
    /// Asks for the executable of a Python.
    ChoosePython,
    /// Looks for Pythons.
    FindInterpreters(SearchOrder),
    /// Runs a whole program in a Python.
    RunProgram {
        /// Where.
        python: Box<Interpreter>,
        /// The program.
        program: String,
    },
    /// Reads a result file.
    ReadRecord(PathBuf),
    /// Reads the result of a lesson that comes with the program.
    ReadRecorded {
        /// The lesson's id.
        lesson: String,
    },
    /// Looks what is where an export is to go.
    LookAtTarget(ExportTarget),
    /// Looks whether there is a file at a path.
    LookAtFile(PathBuf),
    /// Keeps which texts were agreed to.
    KeepTrust {
        /// The folder, made where it is missing.
        dir: PathBuf,
        /// The file's text.
        text: String,
    },
    /// Keeps the session.
    SaveSession {
        /// The folder, made where it is missing.
        dir: PathBuf,
        /// The file's bytes.
        bytes: Vec<u8>,
    },
    /// Keeps what a group measured.
    KeepResult {
        /// The configuration folder.
        dir: PathBuf,
        /// The group's key.
        group: String,
        /// What was measured.
        record: Arc<RunRecord>,
    },
    /// Reads what was measured before this start.
    ReadResults {
        /// The configuration folder.
        dir: PathBuf,
    },
}

/// A file to write.
#[derive(Debug)]
pub struct ExportOrder {
    /// Where to; the folder is made where it is missing.
    pub path: PathBuf,
    /// What as.
    pub format: Format,
    /// How a figure is to look.
    pub options: FigureOptions,
    /// The figure.
    pub spec: Arc<PlotSpec>,
    /// The data.
    pub record: Arc<RunRecord>,
}

/// What came of a task.
#[derive(Debug)]
pub enum Report {
    /// A file was written, or why not.
    Exported(Result<PathBuf, String>),
    /// The figure is on the clipboard, or why not.
    PlotCopied(Result<(), String>),
    /// The folder that was chosen; `None` where the dialog was cancelled or could not be shown.
    FolderChosen(Option<PathBuf>),
    /// The files that were chosen; none where the dialog was cancelled or could not be shown.
    FilesChosen(Vec<PathBuf>),
    /// The executable that was chosen; `None` where the dialog was cancelled or could not be shown.
    PythonChosen(Option<PathBuf>),
    /// The Pythons that were found.
    InterpretersFound(Box<Findings>),
    /// A program was run, or why not.
    ProgramRan(Box<Interpreter>, Result<Transcript, String>),
    /// A result was read, or why not.
    RecordRead {
        /// The file.
        path: PathBuf,
        /// What it holds.
        record: Result<Box<RunRecord>, String>,
    },
    /// A result to be shown beside this machine's own was read, or why not.
    RecordedRead(Result<Arc<RunRecord>, String>),
    /// What is where an export is to go.
    TargetLookedAt(ExportTarget, TargetIs),
    /// Whether there is a file.
    FileLookedAt {
        /// Where.
        path: PathBuf,
        /// Whether it is there.
        is_there: bool,
    },
    /// The session was kept, or why not.
    SessionSaved(Result<(), String>),
    /// A result was kept, or why not.
    ResultKept(Result<(), String>),
    /// What was measured before this start, with the keys of the groups.
    ResultsRead(Vec<(String, RunRecord)>),
}

/// The three threads. Dropping them waits a moment for what is being written.
#[derive(Debug)]
pub struct Tasks {
    dialogs: Worker,
    files: Worker,
    pythons: Worker,
    reports: Receiver<Report>,
}

impl Tasks {
    /// Starts the threads; `ctx` is woken when something is done. `interpreters` finds Pythons.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(ctx: &egui::Context, interpreters: Box<dyn InterpreterSource>) -> io::Result<Self> {
        let (sender, reports) = bounded(CAPACITY);
        let tools = Tools { clipboard: None, interpreters: Some(interpreters) };
        Ok(Self {
            dialogs: Worker::start("dialogs", ctx.clone(), sender.clone(), Tools::default())?,
            files: Worker::start("files", ctx.clone(), sender.clone(), Tools::default())?,
            pythons: Worker::start("pythons", ctx.clone(), sender, tools)?,
            reports,
        })
    }

    /// Hands a task over. Says whether it was taken.
    pub fn send(&self, task: Task) -> bool {
        match task {
            Task::ChooseFolder { .. } | Task::ChooseFiles | Task::ChoosePython => self.dialogs.send(task),
            Task::FindInterpreters(_) | Task::RunProgram { .. } => self.pythons.send(task),
            _ => self.files.send(task),
        }
    }

    /// What is done.
    pub fn reports(&self) -> &Receiver<Report> {
        &self.reports
    }
}

#[derive(Debug)]
struct Worker {
    tasks: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(name: &str, ctx: egui::Context, reports: Sender<Report>, tools: Tools) -> io::Result<Self> {
        let (sender, tasks) = bounded(CAPACITY);
        let thread =
            std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&tasks, &reports, &ctx, tools))?;
        Ok(Self { tasks: Some(sender), thread: Some(thread) })
    }

    fn send(&self, task: Task) -> bool {
        self.tasks.as_ref().is_some_and(|tasks| tasks.try_send(task).is_ok())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.tasks = None;
        let Some(thread) = self.thread.take() else { return };
        let until = Instant::now() + LONGEST_GOODBYE;
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        // A dialog that is still open belongs to another program; it ends with this process.
        if thread.is_finished() && thread.join().is_err() {
            tracing::error!("a task thread ended by a fault");
        }
    }
}

/// What a thread keeps from task to task.
#[derive(Default)]
struct Tools {
    /// Kept, since on X11 and Wayland its content lives only as long as its owner.
    clipboard: Option<arboard::Clipboard>,
    /// Only on the thread that looks for Pythons.
    interpreters: Option<Box<dyn InterpreterSource>>,
}

fn work(tasks: &Receiver<Task>, reports: &Sender<Report>, ctx: &egui::Context, mut tools: Tools) {
    for task in tasks {
        let report = perform(task, &mut tools);
        if reports.send(report).is_err() {
            return;
        }
        ctx.request_repaint();
    }
}

/// Does one task.
fn perform(task: Task, tools: &mut Tools) -> Report {
    match task {
        Task::Export(order) => Report::Exported(write_export(&order)),
        Task::CopyPlot { spec, options } => Report::PlotCopied(copy_plot(&spec, &options, &mut tools.clipboard)),
        Task::ChooseFolder { start } => {
            let start = first_existing(&start);
            let dialog = rfd::FileDialog::new().set_title("Folder to export to").set_directory(start);
            // Zenity, which stands in where there is no portal, is told only this; where it begins without a folder, none that
            // is typed can be chosen.
            let is_zenity_likely = cfg!(all(unix, not(target_os = "macos")));
            let dialog = if is_zenity_likely { dialog.set_file_name(format!("{}/", start.display())) } else { dialog };
            Report::FolderChosen(dialog.pick_folder())
        }
        Task::ChooseFiles => {
            let dialog = rfd::FileDialog::new()
                .set_title("Open a lesson or a result")
                .add_filter("Lessons and results", &["md", "markdown", "json"]);
            Report::FilesChosen(dialog.pick_files().unwrap_or_default())
        }
        Task::ChoosePython => {
            let dialog = rfd::FileDialog::new().set_title("The executable of a Python");
            Report::PythonChosen(dialog.pick_file())
        }
        Task::FindInterpreters(order) => {
            let findings = tools.interpreters.as_mut().map(|source| source.find(&order)).unwrap_or_default();
            Report::InterpretersFound(Box::new(findings))
        }
        Task::RunProgram { python, program } => {
            let nobody = || Err("there is no Python here".to_owned());
            let result =
                tools.interpreters.as_mut().map_or_else(nobody, |source| source.run_program(&python, &program));
            Report::ProgramRan(python, result)
        }
        Task::ReadRecord(path) => {
            let record = read_record(&path);
            Report::RecordRead { path, record }
        }
        Task::ReadRecorded { lesson } => Report::RecordedRead(read_recorded(&lesson)),
        Task::LookAtTarget(target) => {
            let is = target.look();
            Report::TargetLookedAt(target, is)
        }
        Task::LookAtFile(path) => {
            let is_there = path.is_file();
            Report::FileLookedAt { path, is_there }
        }
        Task::KeepResult { dir, group, record } => {
            let kept = results_folder::keep(&dir, &group, &record);
            Report::ResultKept(kept.map_err(|error| format!("The result could not be kept: {error}.")))
        }
        Task::ReadResults { dir } => Report::ResultsRead(results_folder::read(&dir)),
        Task::KeepTrust { dir, text } => Report::SessionSaved(save(&dir, TRUST_FILE, text.as_bytes())),
        Task::SaveSession { dir, bytes } => Report::SessionSaved(save(&dir, super::session::FILE_NAME, &bytes)),
    }
}

fn read_recorded(lesson: &str) -> Result<Arc<RunRecord>, String> {
    let text = recorded::of(lesson).ok_or("No recorded result of this lesson comes with the program.")?;
    RunRecord::parse(text).map(Arc::new).map_err(|error| format!("The recorded result cannot be shown: {error}."))
}

fn write_export(order: &ExportOrder) -> Result<PathBuf, String> {
    let bytes = export::render(order.format, &order.spec, &order.record, &order.options)
        .map_err(|error| format!("Failed to export: {error}."))?;
    kept_file::write(&order.path, &bytes).map_err(|error| format!("Failed to export: {error}."))?;
    Ok(order.path.clone())
}

fn copy_plot(
    spec: &PlotSpec,
    options: &FigureOptions,
    clipboard: &mut Option<arboard::Clipboard>,
) -> Result<(), String> {
    let picture = export::raster(spec, options).map_err(|error| format!("Failed to draw the figure: {error}."))?;
    let image =
        arboard::ImageData { width: side(picture.width), height: side(picture.height), bytes: picture.rgba.into() };
    let failed = |error: arboard::Error| format!("Failed to reach the clipboard: {error}.");
    let owner = match clipboard {
        Some(owner) => owner,
        None => clipboard.insert(arboard::Clipboard::new().map_err(failed)?),
    };
    owner.set_image(image).map_err(failed)
}

fn side(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or(usize::MAX)
}

/// The most bytes that are read as a result.
const MOST_RECORD_BYTES: u64 = 512 << 20;

fn read_record(path: &Path) -> Result<Box<RunRecord>, String> {
    let failed = |reason: &dyn std::fmt::Display| format!("Failed to open the result: {reason}: {}.", path.display());
    let text = kept_file::read(path, MOST_RECORD_BYTES).map_err(|error| failed(&error))?;
    RunRecord::parse(&text).map(Box::new).map_err(|error| failed(&error))
}

fn save(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), String> {
    kept_file::write(&dir.join(name), bytes)
        .map_err(|error| format!("Settings could not be kept: {error}. `--config DIR` keeps them elsewhere."))
}

/// The folder itself or the nearest one above it that is there.
fn first_existing(folder: &Path) -> &Path {
    folder.ancestors().find(|ancestor| ancestor.is_dir()).unwrap_or(folder)
}
