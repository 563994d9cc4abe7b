//! Job objects of Windows: what a subprocess starts belongs to its job, and is killed with it.
//!
//! The job is told to kill its processes when its last handle is closed. This program has the only one, so that the system
//! closes it, and ends them all, however this program ends.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::time::Instant;

use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, CREATE_SUSPENDED};

use super::{DEATH, Launch};

/// A subprocess's job.
#[derive(Debug)]
pub(super) struct Group {
    job: Option<OwnedHandle>,
}

/// Nothing: a job needs no mark, since nothing can leave it.
#[derive(Debug)]
pub(super) struct Mark;

/// Lets the process that `command` starts wait until it is in its job, and opens no console for it. Nor does it get the files that
/// this program's own outputs go to: a shell that redirects them hands them over such that every subprocess would inherit them.
pub(super) fn lead(command: &mut Command) -> Mark {
    for kept in [
        system::inherit(&io::stdin(), false),
        system::inherit(&io::stdout(), false),
        system::inherit(&io::stderr(), false),
    ] {
        // A program with a window may have none of them.
        if let Err(error) = kept {
            tracing::debug!("a standard handle may be inherited: {error}");
        }
    }
    command.creation_flags(CREATE_SUSPENDED | CREATE_NO_WINDOW);
    Mark
}

impl Group {
    /// The group of `child`, which was started just now and waits.
    pub(super) fn of(_child: &Child, _mark: Mark) -> Self {
        Self { job: None }
    }

    /// Makes a job with `child` in it, which runs from then on.
    pub(super) fn hold(&mut self, child: &mut Child, launch: &Launch) -> io::Result<()> {
        let job = system::new_job(launch.memory_limit)?;
        system::assign(&job, child)?;
        self.job = Some(job);
        system::resume(child)
    }

    /// Kills every process of the job, and waits until none runs. How the first one ended.
    pub(super) fn end(&mut self, child: &mut Child) -> Option<ExitStatus> {
        // Without a job there is but the one process, which never ran.
        let killed = self.job.as_ref().map_or_else(|| child.kill(), system::terminate);
        if let Err(error) = killed {
            tracing::error!("failed to end the job of process {}: {error}", child.id());
        }
        let status = child.wait().ok();
        let until = Instant::now() + DEATH;
        let runs = |job: &OwnedHandle| system::running(job).is_ok_and(|running| running > 0);
        while self.job.as_ref().is_some_and(runs) && Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        status
    }

    /// How many processes run that left the job: none can.
    #[expect(clippy::unused_self, reason = "the same call as where they can")]
    pub(super) fn strays(&mut self) -> usize {
        0
    }
}

/// Whether it has ended.
pub(super) fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

#[expect(unsafe_code, reason = "the standard library knows no job objects")]
mod system {
    use std::mem::{size_of, zeroed};
    use std::ptr;

    use windows_sys::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, INVALID_HANDLE_VALUE, SetHandleInformation};
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
    };
    use windows_sys::Win32::System::JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
        JOB_OBJECT_LIMIT_PROCESS_MEMORY, JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
        JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
        SetInformationJobObject, TerminateJobObject,
    };
    use windows_sys::Win32::System::Threading::{OpenThread, ResumeThread, THREAD_SUSPEND_RESUME};

    use super::{AsRawHandle, Child, FromRawHandle, OwnedHandle, io};

    fn check(result: i32) -> io::Result<()> {
        if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    fn raw(handle: &impl AsRawHandle) -> HANDLE {
        handle.as_raw_handle()
    }

    fn length<T>() -> u32 {
        u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
    }

    /// Says whether the processes that this one starts get a handle too.
    pub(super) fn inherit(handle: &impl AsRawHandle, inherited: bool) -> io::Result<()> {
        let flag = if inherited { HANDLE_FLAG_INHERIT } else { 0 };
        // SAFETY: no pointers; a handle that is not open is an error, not undefined.
        check(unsafe { SetHandleInformation(raw(handle), HANDLE_FLAG_INHERIT, flag) })
    }

    /// Whether the processes that this one starts get a handle too.
    #[cfg(test)]
    pub(super) fn is_inherited(handle: &impl AsRawHandle) -> io::Result<bool> {
        let mut flags = 0;
        // SAFETY: the flags may be written to.
        check(unsafe { windows_sys::Win32::Foundation::GetHandleInformation(raw(handle), &raw mut flags) })?;
        Ok(flags & HANDLE_FLAG_INHERIT != 0)
    }

    /// A job that kills its processes when it is closed.
    pub(super) fn new_job(memory_limit: Option<u64>) -> io::Result<OwnedHandle> {
        // SAFETY: both pointers may be null: no name, and a handle that is not inherited.
        let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was made just now and belongs to nobody else.
        let job = unsafe { OwnedHandle::from_raw_handle(job) };
        // SAFETY: the structure holds numbers only, for which zero means "no limit".
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        if let Some(bytes) = memory_limit {
            limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_PROCESS_MEMORY;
            limits.ProcessMemoryLimit = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        // SAFETY: the pointer and the length are those of the structure that this kind of information is made of.
        check(unsafe {
            SetInformationJobObject(
                raw(&job),
                JobObjectExtendedLimitInformation,
                ptr::from_ref(&limits).cast(),
                length::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
            )
        })?;
        Ok(job)
    }

    /// Puts a process into a job.
    pub(super) fn assign(job: &OwnedHandle, child: &Child) -> io::Result<()> {
        // SAFETY: both handles are open as long as what they are borrowed from.
        check(unsafe { AssignProcessToJobObject(raw(job), raw(child)) })
    }

    /// Lets a process run that was started suspended: its one thread.
    pub(super) fn resume(child: &Child) -> io::Result<()> {
        // SAFETY: no pointers.
        let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
        if snapshot == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was made just now and belongs to nobody else.
        let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
        // SAFETY: the structure holds numbers only.
        let mut entry: THREADENTRY32 = unsafe { zeroed() };
        entry.dwSize = length::<THREADENTRY32>();
        let mut resumed = false;
        // SAFETY: the snapshot is open, and the structure says its own length.
        let mut more = unsafe { Thread32First(raw(&snapshot), &raw mut entry) };
        while more != 0 {
            if entry.th32OwnerProcessID == child.id() {
                // SAFETY: no pointers.
                let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID) };
                if thread.is_null() {
                    return Err(io::Error::last_os_error());
                }
                // SAFETY: the handle was made just now and belongs to nobody else.
                let thread = unsafe { OwnedHandle::from_raw_handle(thread) };
                // SAFETY: the handle is open and allows it.
                if unsafe { ResumeThread(raw(&thread)) } == u32::MAX {
                    return Err(io::Error::last_os_error());
                }
                resumed = true;
            }
            // SAFETY: as above.
            more = unsafe { Thread32Next(raw(&snapshot), &raw mut entry) };
        }
        if resumed { Ok(()) } else { Err(io::Error::other("its first thread was not found")) }
    }

    /// Kills every process of a job.
    pub(super) fn terminate(job: &OwnedHandle) -> io::Result<()> {
        // SAFETY: the handle is open.
        check(unsafe { TerminateJobObject(raw(job), 1) })
    }

    /// How many processes of a job run.
    pub(super) fn running(job: &OwnedHandle) -> io::Result<u32> {
        // SAFETY: the structure holds numbers only.
        let mut accounts: JOBOBJECT_BASIC_ACCOUNTING_INFORMATION = unsafe { zeroed() };
        // SAFETY: the pointer and the length are those of the structure that this kind of information is made of.
        check(unsafe {
            QueryInformationJobObject(
                raw(job),
                JobObjectBasicAccountingInformation,
                (&raw mut accounts).cast(),
                length::<JOBOBJECT_BASIC_ACCOUNTING_INFORMATION>(),
                ptr::null_mut(),
            )
        })?;
        Ok(accounts.ActiveProcesses)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::super::{Heard, Input, Launch, Process, Stream};
    use super::system;

    /// Long enough for a machine that does much else.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// A program that has started another, which waits for a line that never comes.
    fn two_that_wait() -> Process {
        let command = "echo begun&cmd.exe /d /c set /p line=";
        let launch = Launch::new(Path::new("cmd.exe"), ["/d", "/c", command], Input::Lines);
        let process = Process::start(&launch).expect("every Windows has a shell");
        let until = Instant::now() + PATIENCE;
        assert_eq!(process.hear(until), Some(Heard::Line(Stream::Out, "begun".to_owned())));
        while running(&process) < 2 {
            assert!(Instant::now() < until, "the second one does not run");
            std::thread::sleep(Duration::from_millis(1));
        }
        process
    }

    fn running(process: &Process) -> u32 {
        let job = process.group.job.as_ref().expect("it is in a job");
        system::running(job).expect("the system tells")
    }

    #[test]
    fn what_a_subprocess_starts_is_ended_with_it() {
        let mut process = two_that_wait();
        // Not `Process::end`: that closes its input too, so that the second one might end by itself.
        let Process { group, child, .. } = &mut process;
        group.end(child);
        assert_eq!(running(&process), 0);
    }

    #[test]
    fn what_this_program_writes_to_is_not_handed_on() {
        // As the shell does it that redirects an output.
        system::inherit(&io::stdout(), true).expect("a test has an output");
        drop(two_that_wait());
        assert!(!system::is_inherited(&io::stdout()).expect("a test has an output"));
    }

    #[test]
    fn closing_the_job_ends_all_as_the_end_of_this_program_does() {
        let mut process = two_that_wait();
        process.group.job = None;
        assert!(process.wait(Instant::now() + PATIENCE).is_some(), "it runs without its job");
    }

    #[test]
    fn a_program_that_ends_by_itself_says_how() {
        let launch = Launch::new(Path::new("cmd.exe"), ["/d", "/c", "exit 7"], Input::Nothing);
        let mut process = Process::start(&launch).expect("every Windows has a shell");
        let status = process.wait(Instant::now() + PATIENCE);
        assert_eq!(status.and_then(|status| status.code()), Some(7));
    }
}
