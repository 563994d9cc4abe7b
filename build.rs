//! Embeds the bundled lessons and the build's identity.
//!
//! - `$OUT_DIR/lessons.rs`: a list of (file name, text) of `lessons/*.md` without README.md, by file name.
//! - `$OUT_DIR/recorded.rs`: a list of (lesson id, text) of `lessons/recorded/*.json`, whose names are the ids.
//! - `THREADLAB_COMMIT`: the commit in short, or empty where it is unknown.
//! - `THREADLAB_BUILD`: version, commit, target and profile in words.
//!
//! The commit is read from the files of git, so that neither git nor a checkout is needed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::{env, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    rerun_if_changed(&root.join("build.rs"));
    let out = PathBuf::from(variable("OUT_DIR")?);
    embed(&root, "lessons", "md", &out.join("lessons.rs"))?;
    embed(&root, "lessons/recorded", "json", &out.join("recorded.rs"))?;

    let commit = commit(&root).unwrap_or_default();
    let short = commit.get(..7).unwrap_or_default();
    let version = variable("CARGO_PKG_VERSION")?;
    let mut parts = vec![variable("TARGET")?, variable("PROFILE")?];
    if !short.is_empty() {
        parts.insert(0, short.to_owned());
    }
    set("THREADLAB_COMMIT", short);
    set("THREADLAB_BUILD", &format!("{version} ({})", parts.join(", ")));
    Ok(())
}

/// Lists the files of a folder with that ending: lessons by their names, results by what stands before the ending.
fn embed(root: &Path, folder: &str, ending: &str, to: &Path) -> io::Result<()> {
    rerun_if_changed(&root.join(folder));
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let path = entry?.path();
        let is_wanted = path.extension().is_some_and(|extension| extension == ending);
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_wanted)
            && name != "README.md"
        {
            rerun_if_changed(&path);
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut code = String::from("&[\n");
    for name in names {
        let place = format!("/{folder}/{name}");
        let key = name.strip_suffix(".json").unwrap_or(&name);
        let _ = writeln!(code, "    ({key:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),");
    }
    code.push_str("]\n");
    fs::write(to, code)
}

/// The commit checked out in `root`, or the one that `cargo package` recorded there.
fn commit(root: &Path) -> Option<String> {
    packaged_commit(root).or_else(|| checked_out_commit(root)).filter(|commit| is_hash(commit))
}

fn packaged_commit(root: &Path) -> Option<String> {
    let info = fs::read_to_string(root.join(".cargo_vcs_info.json")).ok()?;
    let (_, after) = info.split_once("\"sha1\"")?;
    after.split('"').nth(1).map(str::to_owned)
}

fn checked_out_commit(root: &Path) -> Option<String> {
    let dot_git = root.join(".git");
    let git = if dot_git.is_dir() {
        dot_git
    } else {
        // A linked work tree: one line `gitdir: <path>`.
        root.join(read_watched(&dot_git)?.strip_prefix("gitdir:")?.trim())
    };
    let head = read_watched(&git.join("HEAD"))?;
    let Some(reference) = head.strip_prefix("ref:").map(str::trim) else { return Some(head) };
    let common = match fs::read_to_string(git.join("commondir")) {
        Ok(path) => git.join(path.trim()),
        Err(_) => git,
    };
    if let Some(hash) = read_watched(&common.join(reference)) {
        return Some(hash);
    }
    // A reference that is packed today becomes a file with the next commit: watch the folder that it will appear in.
    if let Some(folder) = common.join(reference).parent().filter(|folder| folder.is_dir()) {
        rerun_if_changed(folder);
    }
    let packed = read_watched(&common.join("packed-refs"))?;
    packed.lines().find_map(|line| line.strip_suffix(reference).map(|hash| hash.trim().to_owned()))
}

fn is_hash(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The text of a file that exists, without white space at its ends; a change of it builds anew.
fn read_watched(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    rerun_if_changed(path);
    Some(text.trim().to_owned())
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn set(name: &str, value: &str) {
    println!("cargo::rustc-env={name}={value}");
}
