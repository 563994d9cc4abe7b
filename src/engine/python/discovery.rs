//! Finding every Python of the machine, with the reason for each that cannot be used.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use super::memory;
use super::places::{self, Candidate, Origin, Surroundings};
use super::probe::{self, Identity, PROBE_LIMIT, Unfit};
use crate::model::series::Interpreter;

/// How many are asked at one time.
const ASKED_AT_ONCE: usize = 4;

/// A Python that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its executable, with shims resolved where it said where it is.
    pub path: PathBuf,
    /// How it was found.
    pub origin: Origin,
    /// What it said of itself; `None` where it said nothing.
    pub identity: Option<Identity>,
    /// Why Threadlab cannot measure in it; `None` if it can.
    pub unfit: Option<Unfit>,
}

impl Found {
    /// The interpreter as series name it; `None` where it cannot be used.
    pub fn interpreter(&self) -> Option<Interpreter> {
        let identity = self.identity.as_ref().filter(|_| self.unfit.is_none())?;
        Some(Interpreter {
            path: self.path.display().to_string(),
            version: identity.version.to_string(),
            free_threaded: identity.free_threaded,
            gil_enabled: Some(identity.gil_enabled),
            gil_forced_off: false,
        })
    }
}

/// What was found so far, by file and its time of modification, so that looking again asks only what has changed.
#[derive(Debug, Default)]
pub struct Discovery {
    known: BTreeMap<PathBuf, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    modified: SystemTime,
    answer: Answer,
    /// A shim's answer depends on more than its file, so that it is not written down.
    shim: bool,
}

type Answer = Result<Identity, Unfit>;

impl Discovery {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every Python in these surroundings, and those at `chosen` first; each once: the usable ones by version, newest first,
    /// then the others. Takes some hundred milliseconds the first time, so not for the thread that draws.
    pub fn find(&mut self, surroundings: &Surroundings, chosen: &[PathBuf]) -> Vec<Found> {
        let named = chosen.iter().map(|path| Candidate {
            path: path.clone(),
            origin: Origin::Chosen,
            shim: false,
            stand_in: false,
        });
        let mut files: Vec<PathBuf> = Vec::new();
        let mut candidates: Vec<Candidate> = named.chain(places::candidates(surroundings)).collect();
        candidates.retain(|candidate| {
            let file = identity_of(&candidate.path);
            let new = !files.contains(&file);
            files.push(file);
            new
        });
        let answers = self.ask_all(&candidates);
        let mut found: Vec<Found> = Vec::new();
        for (candidate, answer) in candidates.into_iter().zip(answers) {
            let one = judge(&candidate, answer);
            // A shim is what it starts.
            if !found.iter().any(|other| identity_of(&other.path) == identity_of(&one.path)) {
                found.push(one);
            }
        }
        let version = |one: &Found| one.identity.as_ref().map(|identity| identity.version);
        found.sort_by_key(|one| (one.unfit.is_some(), std::cmp::Reverse(version(one))));
        found
    }

    /// What is at one path.
    pub fn look_at(&mut self, path: &Path) -> Found {
        let candidate = Candidate { path: path.to_owned(), origin: Origin::Chosen, shim: false, stand_in: false };
        let answer = self.ask_all(std::slice::from_ref(&candidate)).pop();
        judge(&candidate, answer.unwrap_or(Err(Unfit::Silent(0))))
    }

    /// The first usable one, in the order of [`places::candidates`]: mostly what the shell starts as `python3`.
    pub fn usual(&mut self, surroundings: &Surroundings) -> Option<Found> {
        places::candidates(surroundings).into_iter().find_map(|candidate| {
            let answer = self.ask_all(std::slice::from_ref(&candidate)).pop()?;
            let found = judge(&candidate, answer);
            found.unfit.is_none().then_some(found)
        })
    }

    /// Forgets everything.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// What is known, as text for a later start: the answers of those that gave one.
    pub fn to_memory(&self) -> String {
        let told = self.known.iter().filter(|(_, known)| !known.shim);
        memory::write(
            told.filter_map(|(path, known)| Some((path.as_path(), known.modified, known.answer.as_ref().ok()?))),
        )
    }

    /// Takes in what an earlier start knew. What cannot be read is left out; it is asked again then.
    pub fn recall(&mut self, memory: &str) {
        for (path, modified, identity) in memory::read(memory) {
            let known = Known { modified, answer: Ok(identity), shim: false };
            self.known.entry(path).or_insert(known);
        }
    }

    fn ask_all(&mut self, candidates: &[Candidate]) -> Vec<Answer> {
        let mut answers: Vec<Option<Answer>> = candidates.iter().map(|candidate| self.known_of(candidate)).collect();
        let open: Vec<usize> = (0..candidates.len()).filter(|&index| answers[index].is_none()).collect();
        let next = AtomicUsize::new(0);
        let told = Mutex::new(Vec::new());
        let work = || {
            while let Some(&index) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                let answer = probe::ask(&candidates[index].path, PROBE_LIMIT);
                told.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, answer));
            }
        };
        std::thread::scope(|scope| {
            for number in 1..ASKED_AT_ONCE.min(open.len()) {
                let builder = std::thread::Builder::new().name(format!("python-probe-{number}"));
                // Without a thread the others do its part.
                if let Err(error) = builder.spawn_scoped(scope, work) {
                    tracing::debug!("failed to start a thread that asks interpreters: {error}");
                }
            }
            work();
        });
        for (index, answer) in told.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            let candidate = &candidates[index];
            if let Some(modified) = modified(&candidate.path) {
                let known = Known { modified, answer: answer.clone(), shim: candidate.shim };
                self.known.insert(identity_of(&candidate.path), known);
            }
            answers[index] = Some(answer);
        }
        answers.into_iter().map(|answer| answer.unwrap_or(Err(Unfit::Silent(0)))).collect()
    }

    fn known_of(&self, candidate: &Candidate) -> Option<Answer> {
        if candidate.stand_in {
            return Some(Err(Unfit::StandIn));
        }
        let known = self.known.get(&identity_of(&candidate.path))?;
        (modified(&candidate.path)? == known.modified).then(|| known.answer.clone())
    }
}

fn judge(candidate: &Candidate, answer: Answer) -> Found {
    match answer {
        Ok(identity) => {
            let unfit = probe::check(&identity).err();
            // Only a shim and a name that PATH resolves are not themselves: a virtual environment's Python must be started by
            // its own path.
            let path = if (candidate.shim || is_bare(&candidate.path)) && identity.executable.is_absolute() {
                identity.executable.clone()
            } else {
                std::path::absolute(&candidate.path).unwrap_or_else(|_| candidate.path.clone())
            };
            Found { path, origin: candidate.origin, identity: Some(identity), unfit }
        }
        Err(unfit) => {
            Found { path: candidate.path.clone(), origin: candidate.origin, identity: None, unfit: Some(unfit) }
        }
    }
}

/// Whether a path is a name without a folder, which the system looks for in the folders of PATH.
pub(super) fn is_bare(path: &Path) -> bool {
    path.parent() == Some(Path::new(""))
}

/// What tells one interpreter from another: the file behind links, but for a virtual environment, whose executable is mostly a
/// link to another's, its `pyvenv.cfg`. CPython looks for that beside the executable and one folder above, before it follows
/// links (`Modules/getpath.py`).
pub fn identity_of(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    let places = folder.iter().flat_map(|folder| std::iter::once(folder.as_path()).chain(folder.parent()));
    let environment = places.map(|place| place.join("pyvenv.cfg")).find(|file| file.is_file());
    environment.or_else(|| fs::canonicalize(path).ok()).unwrap_or_else(|| path.to_owned())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
