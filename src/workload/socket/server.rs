//! The local server of the socket workload: one thread, driven by events, that answers each request after its delay.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use polling::{Event, Events, PollMode, Poller};

use super::super::stop::Interrupt;
use super::super::thread_clock::ThreadClock;
use super::{ANSWER_LEN, LONGEST_DELAY, NEVER_CUT_SHORT, REQUEST_LEN, decode};

/// The most connections at one time; it closes any further one at once, so that its memory is bounded.
pub const MOST_CONNECTIONS: usize = 4096;

/// The listener's key; connections have the keys from 1.
const LISTENER: usize = 0;

/// Events taken from the system at once.
const BATCH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

/// How long it accepts nothing after the system refused it another open file.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// A server on the loopback interface. Ends with its thread when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the server's thread shares with those who steer it.
#[derive(Debug)]
struct Shared {
    poller: Poller,
    end: AtomicBool,
    /// Requests of windows up to this one are answered at once. Windows are numbered from 1.
    stopped: AtomicU32,
    windows: AtomicU32,
    clock: OnceLock<Option<ThreadClock>>,
}

impl Server {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When the system gives no port, no event queue or no thread.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            poller: Poller::new()?,
            end: AtomicBool::new(false),
            stopped: AtomicU32::new(0),
            windows: AtomicU32::new(0),
            clock: OnceLock::new(),
        });
        let service = Service::new(listener, Arc::clone(&shared))?;
        let thread = thread::Builder::new().name("delay-server".to_owned()).spawn(move || service.run())?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// CPU time of its thread so far; `None` where the system does not tell, and when the thread has ended.
    pub fn cpu_time(&self) -> Option<Duration> {
        self.shared.clock.get().copied().flatten()?.read()
    }

    /// The number of one more window, and what tells the server that this window is over.
    pub fn open_window(&self) -> (u32, Arc<dyn Interrupt>) {
        let window = self.shared.windows.fetch_add(1, Ordering::Relaxed) + 1;
        (window, Arc::new(WindowEnd { shared: Arc::clone(&self.shared), window }))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the local server panicked");
        }
    }
}

struct WindowEnd {
    shared: Arc<Shared>,
    window: u32,
}

impl Interrupt for WindowEnd {
    fn interrupt(&self) {
        self.shared.stopped.fetch_max(self.window, Ordering::AcqRel);
        self.shared.wake();
    }
}

impl Shared {
    fn wake(&self) {
        if let Err(error) = self.poller.notify() {
            tracing::error!("failed to wake the local server: {error}");
        }
    }
}

/// The server's thread.
struct Service {
    listener: TcpListener,
    shared: Arc<Shared>,
    /// By key, less 1.
    connections: Vec<Option<Connection>>,
    free: Vec<usize>,
    due: BinaryHeap<Reverse<Due>>,
    next_serial: u64,
    /// Set while it accepts nothing.
    accept_again: Option<Instant>,
    stopped: u32,
}

struct Connection {
    stream: TcpStream,
    /// Tells this connection from earlier ones with the same key.
    serial: u64,
    request: [u8; REQUEST_LEN],
    received: usize,
    waiting: bool,
}

/// A request to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Instant,
    key: usize,
    serial: u64,
    window: u32,
}

impl Service {
    fn new(listener: TcpListener, shared: Arc<Shared>) -> io::Result<Self> {
        watch(&shared.poller, &listener, LISTENER)?;
        Ok(Self {
            listener,
            shared,
            connections: Vec::new(),
            free: Vec::new(),
            due: BinaryHeap::new(),
            next_serial: 0,
            accept_again: None,
            stopped: 0,
        })
    }

    fn run(mut self) {
        // Set once, here, so it cannot have been set before.
        self.shared.clock.get_or_init(ThreadClock::of_current);
        let mut events = Events::with_capacity(BATCH);
        while !self.shared.end.load(Ordering::Acquire) {
            events.clear();
            let wait = self.next_deadline().map(|at| at.saturating_duration_since(Instant::now()));
            match self.shared.poller.wait(&mut events, wait) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!("the local server cannot wait for requests: {error}");
                    return;
                }
            }
            for event in events.iter() {
                if event.key == LISTENER {
                    self.accept();
                } else {
                    self.receive(event.key);
                }
            }
            self.answer_stopped_windows();
            self.answer_due();
            self.resume_accepting();
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let answer = self.due.peek().map(|Reverse(due)| due.at);
        answer.into_iter().chain(self.accept_again).min()
    }

    fn accept(&mut self) {
        if self.accept_again.is_some() {
            return;
        }
        loop {
            match self.listener.accept() {
                // At the limit the stream is dropped, which closes it.
                Ok((stream, _)) if self.connections.len() - self.free.len() < MOST_CONNECTIONS => {
                    if let Err(error) = self.add(stream) {
                        tracing::warn!("the local server could not keep a connection: {error}");
                    }
                }
                Ok(_) => {}
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return,
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                    _ => {
                        // Most likely no open file is left. The queue stays readable, so looking again at once would spin.
                        tracing::warn!("the local server cannot accept a connection: {error}");
                        self.accept_again = Some(Instant::now() + ACCEPT_PAUSE);
                        if let Err(error) = self.shared.poller.modify(&self.listener, Event::none(LISTENER)) {
                            tracing::warn!("the local server cannot pause accepting: {error}");
                        }
                        return;
                    }
                },
            }
        }
    }

    fn resume_accepting(&mut self) {
        if self.accept_again.is_some_and(|again| again <= Instant::now()) {
            self.accept_again = None;
            let listening = Event::readable(LISTENER);
            if let Err(error) = self.shared.poller.modify_with_mode(&self.listener, listening, PollMode::Level) {
                tracing::warn!("the local server cannot accept again: {error}");
            }
        }
    }

    fn add(&mut self, stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.connections.push(None);
            self.connections.len() - 1
        });
        if let Err(error) = watch(&self.shared.poller, &stream, slot + 1) {
            self.free.push(slot);
            return Err(error);
        }
        let serial = self.next_serial;
        self.next_serial += 1;
        self.connections[slot] =
            Some(Connection { stream, serial, request: [0; REQUEST_LEN], received: 0, waiting: false });
        Ok(())
    }

    /// Reads what there is. Whatever breaks the protocol closes the connection.
    fn receive(&mut self, key: usize) {
        let Some(connection) = self.connections.get_mut(key - 1).and_then(Option::as_mut) else {
            return;
        };
        match connection.receive() {
            Received::Nothing => {}
            Received::Request { delay, window } => {
                let serial = connection.serial;
                let delay = if self.is_over(window) { Duration::ZERO } else { delay };
                self.due.push(Reverse(Due { at: Instant::now() + delay, key, serial, window }));
            }
            Received::Broken => self.close(key),
        }
    }

    /// Answers what belongs to windows that are over.
    fn answer_stopped_windows(&mut self) {
        let stopped = self.shared.stopped.load(Ordering::Acquire);
        if stopped != self.stopped {
            self.stopped = stopped;
            let due = std::mem::take(&mut self.due).into_vec();
            let (over, due) = due.into_iter().partition::<Vec<_>, _>(|Reverse(due)| self.is_over(due.window));
            self.due = due.into();
            for Reverse(due) in over {
                self.answer(due);
            }
        }
    }

    fn is_over(&self, window: u32) -> bool {
        window != NEVER_CUT_SHORT && window <= self.stopped
    }

    fn answer_due(&mut self) {
        while let Some(&Reverse(due)) = self.due.peek() {
            if due.at > Instant::now() {
                return;
            }
            self.due.pop();
            self.answer(due);
        }
    }

    fn answer(&mut self, due: Due) {
        if let Some(Some(connection)) = self.connections.get_mut(due.key - 1)
            && connection.serial == due.serial
            && connection.answer().is_err()
        {
            self.close(due.key);
        }
    }

    fn close(&mut self, key: usize) {
        if let Some(connection) = self.connections.get_mut(key - 1).and_then(Option::take) {
            forget(&self.shared.poller, &connection.stream);
            self.free.push(key - 1);
        }
        // Clients that ask and hang up leave entries behind; their number is bounded here.
        if self.due.len() > 2 * MOST_CONNECTIONS {
            let connections = &self.connections;
            self.due.retain(|Reverse(due)| {
                connections[due.key - 1].as_ref().is_some_and(|connection| connection.serial == due.serial)
            });
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        forget(&self.shared.poller, &self.listener);
        for connection in self.connections.iter().flatten() {
            forget(&self.shared.poller, &connection.stream);
        }
    }
}

enum Received {
    /// Not yet a whole request.
    Nothing,
    Request {
        delay: Duration,
        window: u32,
    },
    /// The other end closed, or does not keep to the protocol.
    Broken,
}

impl Connection {
    fn receive(&mut self) -> Received {
        if self.waiting {
            // Nothing may come before the answer, so this is the end, or a client that does not wait.
            let alive = matches!(self.stream.peek(&mut [0]), Err(error) if is_transient(&error));
            return if alive { Received::Nothing } else { Received::Broken };
        }
        match self.stream.read(&mut self.request[self.received..]) {
            Ok(0) => Received::Broken,
            Ok(count) => {
                self.received += count;
                if self.received < REQUEST_LEN {
                    return Received::Nothing;
                }
                self.received = 0;
                let (delay_us, window) = decode(self.request);
                let delay = Duration::from_micros(u64::from(delay_us));
                if delay > LONGEST_DELAY {
                    return Received::Broken;
                }
                self.waiting = true;
                Received::Request { delay, window }
            }
            Err(error) if is_transient(&error) => Received::Nothing,
            Err(_) => Received::Broken,
        }
    }

    /// The answer is so small that it fits into the send buffer of any client that reads its answers.
    fn answer(&mut self) -> io::Result<()> {
        self.waiting = false;
        match self.stream.write(&self.request[..ANSWER_LEN])? {
            ANSWER_LEN => Ok(()),
            _ => Err(io::ErrorKind::WriteZero.into()),
        }
    }
}

fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[expect(unsafe_code, reason = "polling cannot know by itself that a socket outlives its registration")]
fn watch(poller: &Poller, socket: impl polling::AsRawSource, key: usize) -> io::Result<()> {
    // SAFETY: the socket belongs to `Service`, which deletes it from the poller before it drops it: a connection in `close`, and
    // all that are left, with the listener, in its own `drop`.
    unsafe { poller.add_with_mode(socket, Event::readable(key), PollMode::Level) }
}

fn forget(poller: &Poller, socket: impl polling::AsSource) {
    if let Err(error) = poller.delete(socket) {
        tracing::debug!("a socket was not registered: {error}");
    }
}

#[cfg(test)]
mod tests;
