//! The one place that writes files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::ExportError;

/// How many symbolic links are followed before they count as a circle; the same as Linux follows.
const MAX_LINKS: usize = 40;

/// Writes a file so that it is there whole or not at all: the bytes go to a temporary file in the same folder, which then
/// takes the name. What had that name before stays whole until then.
///
/// An existing file keeps its permissions and, where the system lets us, its owner; a symbolic link stays and its target is
/// replaced; a device or pipe (such as `/dev/stdout`) is written to as it is.
///
/// # Errors
/// When the path names no file or a folder, when its folder is missing, when the file is write-protected, and when the
/// system refuses the write. No temporary file is left then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes a file where there is none yet; one that is there stays as it is, whoever made it and when.
///
/// # Errors
/// [`ExportError::Exists`] where something has that name, and as [`write_atomic`].
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let folder = folder_of(path)?;
    let failed = |error| ExportError::from_io(path, error);
    let mut temporary = new_file(folder).map_err(|error| ExportError::from_io(folder, error))?;
    temporary.write_all(bytes).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist_noclobber(path).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists { path: path.to_path_buf() },
        _ => failed(error.error),
    })?;
    sync_folder(folder);
    Ok(())
}

/// [`write_atomic`] with the writing itself passed in.
fn write_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), ExportError> {
    let target = resolve_links(path)?;
    let folder = folder_of(&target)?;
    let before = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => return Err(ExportError::IsAFolder { path: target }),
        Ok(metadata) if metadata.permissions().readonly() => return Err(ExportError::WriteProtected { path: target }),
        Ok(metadata) if !metadata.is_file() => return write_in_place(&target, write),
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(ExportError::from_io(&target, error)),
    };
    let failed = |error| ExportError::from_io(&target, error);

    let mut temporary = new_file(folder).map_err(|error| match error.kind() {
        // It was there a moment ago; some folders that the system keeps know no new files.
        io::ErrorKind::NotFound if folder.is_dir() => ExportError::FolderTakesNothing { folder: folder.to_path_buf() },
        io::ErrorKind::NotFound => ExportError::FolderMissing { folder: folder.to_path_buf() },
        _ => ExportError::from_io(folder, error),
    })?;
    write(temporary.as_file_mut()).map_err(failed)?;
    if let Some(before) = before {
        keep_owner(temporary.as_file(), &before);
        temporary.as_file().set_permissions(before.permissions()).map_err(failed)?;
    }
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(&target).map_err(|error| failed(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// A temporary file, deleted when dropped, with the permissions that a new file gets here.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".threadlab-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask still applies.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn write_in_place(target: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), ExportError> {
    let failed = |error| ExportError::from_io(target, error);
    let mut file = File::options().write(true).open(target).map_err(failed)?;
    write(&mut file).and_then(|()| file.flush()).map_err(failed)
}

/// The path at the end of its symbolic links, there or not.
fn resolve_links(path: &Path) -> Result<PathBuf, ExportError> {
    let mut target = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            // A relative link starts from the folder that holds it; `join` drops that folder for an absolute one.
            Ok(next) => target = target.parent().unwrap_or_else(|| Path::new("")).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(ExportError::LinkLoop { path: path.to_path_buf() })
}

/// The folder that holds `target`, once it is known to be one.
fn folder_of(target: &Path) -> Result<&Path, ExportError> {
    let no_name = || ExportError::NoFileName { path: target.to_path_buf() };
    // `a/b/` and `a/b/.` have the file name `b` for `Path`, but mean a folder.
    let ends_as_folder = target.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
        || target.as_os_str().to_string_lossy().ends_with("/.");
    if target.is_dir() {
        return Err(ExportError::IsAFolder { path: target.to_path_buf() });
    }
    if target.file_name().is_none() || ends_as_folder {
        return Err(no_name());
    }
    let folder = match target.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return Err(no_name()),
    };
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(folder),
        Ok(_) => Err(ExportError::NotAFolder { folder: folder.to_path_buf() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(ExportError::FolderMissing { folder: folder.to_path_buf() })
        }
        Err(error) => Err(ExportError::from_io(folder, error)),
    }
}

/// Gives the new file the old one's owner. Only an administrator may do so for another account's file; for everybody else
/// it stays their own, which is why a refusal is not reported.
#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    if let Err(error) = std::os::unix::fs::fchown(file, Some(before.uid()), Some(before.gid())) {
        tracing::debug!(%error, "the new file has another owner than the old one");
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _before: &fs::Metadata) {}

/// Makes the new name itself last through a power cut. The file is written whole by then, and some file systems cannot do
/// this, which is why a refusal is not reported.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "the folder could not be synchronised");
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[track_caller]
    fn check_refused(path: &Path, expected: &str) {
        let error = write_atomic(path, b"new").unwrap_err().to_string();
        let expected = expected.replace("{path}", &path.display().to_string());
        assert_eq!(error, expected);
    }

    #[test]
    fn a_new_file_and_an_old_one_get_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        for bytes in [&b"first and long"[..], b"second", b""] {
            write_atomic(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(names(folder.path()), ["plot.svg"]);
    }

    #[test]
    fn a_file_that_is_there_is_not_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lesson.md");
        write_new(&path, b"first").unwrap();
        let error = write_new(&path, b"second").unwrap_err();
        assert_eq!(error.to_string(), format!("a file of that name is there already: {}", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert!(matches!(write_new(&folder.path().join("no/x.md"), b""), Err(ExportError::FolderMissing { .. })));
        assert_eq!(names(folder.path()), ["lesson.md"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_whole_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        fs::write(&path, "old").unwrap();
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let error = write_with(&path, |file| {
                file.write_all(b"half of the new")?;
                Err(kind.into())
            })
            .unwrap_err();
            assert!(matches!(error, ExportError::DiskFull { .. }), "{error:?}");
            assert_eq!(
                error.to_string(),
                format!(
                    "the disk is full or the account's share of it is used up; make room, or choose another disk: {}",
                    path.display()
                )
            );
            assert_eq!(fs::read(&path).unwrap(), b"old");
            assert_eq!(names(folder.path()), ["plot.svg"]);
        }
    }

    #[test]
    fn a_failed_first_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        write_with(&path, |_| Err(io::ErrorKind::Other.into())).unwrap_err();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn paths_that_name_no_file_are_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("inner")).unwrap();
        fs::write(root.join("file"), "x").unwrap();

        check_refused(&root.join("inner"), "this is a folder where a file was expected; add a file name: {path}");
        check_refused(&root.join("inner/.."), "this is a folder where a file was expected; add a file name: {path}");
        check_refused(&root.join("new.svg/"), "the path names no file; add a file name: {path}");
        check_refused(Path::new(""), "the path names no file; add a file name: ");
        let missing = root.join("missing");
        check_refused(
            &missing.join("plot.svg"),
            &format!("the folder does not exist; make it, or choose another: {}", missing.display()),
        );
        let file = root.join("file");
        check_refused(
            &file.join("plot.svg"),
            &format!("this is a file where a folder was expected; choose another folder: {}", file.display()),
        );
        let long = root.join("x".repeat(300));
        check_refused(&long, "the disk does not take this file name; choose a shorter or plainer one: {path}");
        assert_eq!(names(root), ["file", "inner"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_that_takes_no_files_is_not_said_to_be_missing() {
        let error = write_atomic(Path::new("/proc/plot.svg"), b"new").unwrap_err();
        // Whoever is no administrator is stopped before.
        let is_expected = matches!(
            &error,
            ExportError::FolderTakesNothing { folder } | ExportError::NoPermission { path: folder, .. }
                if folder == Path::new("/proc")
        );
        assert!(is_expected, "{error}");
    }

    #[test]
    fn a_write_protected_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plot.svg");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        check_refused(&path, "the file is write-protected; remove its protection or choose another name: {path}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

        use super::*;

        #[test]
        fn an_existing_file_keeps_its_permissions() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("plot.svg");
            fs::write(&path, "old").unwrap();
            for mode in [0o600, 0o664, 0o755] {
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                write_atomic(&path, b"new").unwrap();
                assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, mode);
            }
        }

        #[test]
        fn a_new_file_gets_the_permissions_that_new_files_get() {
            let folder = tempfile::tempdir().unwrap();
            let (plain, atomic) = (folder.path().join("plain"), folder.path().join("atomic"));
            fs::write(&plain, "").unwrap();
            write_atomic(&atomic, b"").unwrap();
            assert_eq!(fs::metadata(atomic).unwrap().mode(), fs::metadata(plain).unwrap().mode());
        }

        #[test]
        fn links_stay_and_their_target_is_replaced() {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path();
            fs::create_dir(root.join("inner")).unwrap();
            fs::write(root.join("inner/target"), "old").unwrap();
            symlink("inner/target", root.join("one")).unwrap();
            symlink(root.join("one"), root.join("two")).unwrap();
            symlink("inner/not-there-yet", root.join("dangling")).unwrap();

            write_atomic(&root.join("two"), b"new").unwrap();
            write_atomic(&root.join("dangling"), b"made").unwrap();

            assert!(
                root.join("one").is_symlink() && root.join("two").is_symlink() && root.join("dangling").is_symlink()
            );
            assert_eq!(fs::read(root.join("inner/target")).unwrap(), b"new");
            assert_eq!(fs::read(root.join("inner/not-there-yet")).unwrap(), b"made");

            symlink("circle-b", root.join("circle-a")).unwrap();
            symlink("circle-a", root.join("circle-b")).unwrap();
            check_refused(&root.join("circle-a"), "the symbolic links lead nowhere; choose another name: {path}");
        }

        #[test]
        #[cfg(target_os = "linux")]
        fn a_device_is_written_to_and_stays_a_device() {
            write_atomic(Path::new("/dev/null"), b"gone").unwrap();
            assert!(!fs::metadata("/dev/null").unwrap().is_file());
            let full = Path::new("/dev/full");
            if full.exists() {
                check_refused(
                    full,
                    "the disk is full or the account's share of it is used up; make room, or choose another disk: {path}",
                );
                assert!(!fs::metadata(full).unwrap().is_file());
            }
        }

        const CHILD_FOLDER: &str = "THREADLAB_TEST_LIMITED_FOLDER";

        /// Does nothing by itself: [`a_limit_on_file_size_leaves_the_old_file_whole`] runs it in a limited process.
        #[test]
        fn child_that_writes_more_than_it_may() {
            let Some(folder) = std::env::var_os(CHILD_FOLDER) else { return };
            let path = PathBuf::from(folder).join("plot.svg");
            check_refused_large(&path);
        }

        #[track_caller]
        fn check_refused_large(path: &Path) {
            let error = write_atomic(path, &vec![b'x'; 1 << 20]).unwrap_err();
            assert!(matches!(error, ExportError::FileTooLarge { .. }), "{error:?}");
        }

        #[test]
        #[expect(clippy::disallowed_methods, reason = "a limit on file size would hit every test of this process")]
        fn a_limit_on_file_size_leaves_the_old_file_whole() {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("plot.svg"), "old").unwrap();
            // Without the trap the system ends the process by a signal before the write can report its failure.
            let output = std::process::Command::new("sh")
                .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", "export::file::tests::unix::child_that_writes_more_than_it_may"])
                .env(CHILD_FOLDER, folder.path())
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{text}");
            assert_eq!(fs::read(folder.path().join("plot.svg")).unwrap(), b"old");
            assert_eq!(names(folder.path()), ["plot.svg"]);
        }
    }
}
