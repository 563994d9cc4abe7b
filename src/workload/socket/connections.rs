//! Connections to the local server, kept from window to window, and room for them among the open files.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};

use super::super::WorkloadError;
use super::{ANSWER_LEN, NEVER_CUT_SHORT, encode};

/// Connections opened before the server must have accepted them: fewer than the shortest queue a listening socket has.
const BATCH: usize = 64;

/// Open files besides the connections: the window, exports, libraries and what else this process has.
#[cfg(unix)]
const OTHER_FILES: u64 = 256;

/// Idle connections to one server.
#[derive(Debug)]
pub struct Connections {
    server: SocketAddr,
    idle: Mutex<Vec<TcpStream>>,
}

impl Connections {
    /// None yet.
    pub fn new(server: SocketAddr) -> Self {
        Self { server, idle: Mutex::default() }
    }

    /// Sees to it that at least `threads` connections are idle, and works.
    ///
    /// # Errors
    /// When the system allows too few open files, or the server does not answer.
    pub fn reserve(&self, threads: usize) -> Result<(), WorkloadError> {
        let have = self.idle().len();
        if have >= threads {
            return Ok(());
        }
        allow_open_files(threads)?;
        let failed = |error: io::Error| WorkloadError::Connect(error.to_string());
        let mut missing = threads - have;
        while missing > 0 {
            let batch = missing.min(BATCH);
            let mut streams = (0..batch).map(|_| self.connect()).collect::<io::Result<Vec<_>>>().map_err(failed)?;
            // Connections are accepted in order: an answer over the last shows that the server has them all.
            if let Some(last) = streams.last_mut() {
                answers(last).map_err(failed)?;
            }
            self.idle().append(&mut streams);
            missing -= batch;
        }
        Ok(())
    }

    /// One connection, idle or new.
    pub(super) fn take(&self) -> io::Result<TcpStream> {
        let idle = self.idle().pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    /// Takes a connection back that has no request under way.
    pub(super) fn give_back(&self, stream: TcpStream) {
        self.idle().push(stream);
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.server)?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answers(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(&encode(0, NEVER_CUT_SHORT))?;
    stream.read_exact(&mut [0; ANSWER_LEN])
}

/// Raises this process's limit on open files as far as `threads` connections need it, with both of their ends in this process.
#[cfg(unix)]
fn allow_open_files(threads: usize) -> Result<(), WorkloadError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let needed = u64::try_from(threads).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let too_few = |allowed| WorkloadError::TooFewFiles { threads, needed, allowed };
    if let Some(maximum) = limit.maximum
        && maximum < needed
    {
        return Err(too_few(maximum));
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum: limit.maximum })
        .map_err(|_errno| too_few(limit.current.unwrap_or(needed)))
}

/// Sockets are not limited like files here.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
fn allow_open_files(_threads: usize) -> Result<(), WorkloadError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn too_low_a_limit_is_named() {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        let Some(maximum) = limit.maximum else {
            return;
        };
        let threads = usize::try_from(maximum).expect("it fits");
        let error = allow_open_files(threads).expect_err("each needs two");
        assert_eq!(
            error.to_string(),
            format!(
                "{threads} connections need {} open files, but this system allows {maximum}; raise the limit (`ulimit -n`)",
                2 * maximum + OTHER_FILES
            )
        );
    }
}
