//! socket: one request over a kept connection to a local server, which answers after a delay.
//!
//! The protocol, for every engine: a request is eight bytes, the delay in microseconds and the window's number, both little-endian
//! `u32`; the answer is the first four of them. A connection has one request at a time. When a window is stopped, its requests are
//! answered at once; requests with the number [`NEVER_CUT_SHORT`] always have their full delay.

mod connections;
mod server;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::{Context, StopSignal, Unit, UnitEnd, WorkloadError};

pub use connections::Connections;
pub use server::{MOST_CONNECTIONS, Server};

/// Bytes of a request.
pub const REQUEST_LEN: usize = 8;

/// Bytes of an answer.
pub const ANSWER_LEN: usize = 4;

/// The longest delay that the server accepts; it closes a connection that asks for more.
pub const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// The window number of requests that no stopped window cuts short: for clients outside this process.
pub const NEVER_CUT_SHORT: u32 = u32::MAX;

/// Sends a request and waits for its answer, as code with a blocking socket does: two calls, each of which releases the GIL.
#[derive(Debug)]
pub struct Request {
    // `None` only after a failed request.
    stream: Option<TcpStream>,
    home: Arc<Connections>,
    delay_us: u32,
    window: u32,
}

impl Request {
    pub(super) fn new(home: Arc<Connections>, delay: Duration, window: u32) -> Result<Self, WorkloadError> {
        let stream = home.take().map_err(|error| WorkloadError::Connect(error.to_string()))?;
        let delay_us = u32::try_from(delay.as_micros()).unwrap_or(u32::MAX);
        Ok(Self { stream: Some(stream), home, delay_us, window })
    }

    fn exchange(&self, context: &mut impl Context) -> io::Result<()> {
        let mut stream = self.stream.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        let request = encode(self.delay_us, self.window);
        context.blocking(|| stream.write_all(&request))?;
        let mut answer = [0; ANSWER_LEN];
        context.blocking(|| stream.read_exact(&mut answer))?;
        if answer == request[..ANSWER_LEN] {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidData, format!("{answer:?} is no answer to {request:?}")))
        }
    }
}

impl Unit for Request {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        if stop.is_raised() {
            return UnitEnd::Interrupted;
        }
        if let Err(error) = self.exchange(context) {
            // An answer may still be on its way, so nobody else may use this connection.
            self.stream = None;
            return UnitEnd::Failed(Box::new(WorkloadError::Request(error.to_string())));
        }
        // The answer may have come early because the window is over.
        if stop.is_raised() { UnitEnd::Interrupted } else { UnitEnd::Done }
    }
}

/// Gives the connection back for the next window.
impl Drop for Request {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.home.give_back(stream);
        }
    }
}

fn encode(delay_us: u32, window: u32) -> [u8; REQUEST_LEN] {
    (u64::from(delay_us) | u64::from(window) << 32).to_le_bytes()
}

#[expect(clippy::cast_possible_truncation, reason = "each takes its half")]
fn decode(request: [u8; REQUEST_LEN]) -> (u32, u32) {
    let both = u64::from_le_bytes(request);
    (both as u32, (both >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_its_bytes() {
        assert_eq!(encode(5000, 3), [0x88, 0x13, 0, 0, 3, 0, 0, 0]);
        assert_eq!(decode(encode(5000, NEVER_CUT_SHORT)), (5000, NEVER_CUT_SHORT));
    }
}
