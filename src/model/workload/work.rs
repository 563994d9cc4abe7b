//! A workload as `assets/python/harness.py` takes it: the same words in a request of the engines and in an exported program.

use serde::Serialize;

use super::{Workload, WorkloadKind};

/// A workload as the harness takes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Work {
    /// Counts primes.
    CountPrimes {
        /// Every number from 2 below this one.
        limit: u32,
    },
    /// Sleeps.
    Wait {
        /// In milliseconds.
        wait_ms: f64,
    },
    /// Requests to Threadlab's local server.
    Socket {
        /// How long the server waits, in milliseconds.
        delay_ms: f64,
        /// Its address.
        host: String,
        /// Its port.
        port: u16,
    },
    /// Computes, then sleeps.
    Mixed {
        /// Both together, in milliseconds.
        unit_ms: f64,
        /// The computing part, 0 to 1.
        cpu_share: f64,
    },
    /// Hashes a buffer.
    Sha256 {
        /// Its length.
        bytes: u32,
    },
    /// Compresses a buffer of text.
    Zlib {
        /// Its length.
        bytes: u32,
    },
    /// Multiplies two matrices with NumPy.
    Numpy {
        /// How many rows they have.
        size: u32,
    },
    /// Increments one number that all threads share.
    LostUpdates {
        /// How: the word of the parameter.
        code: &'static str,
    },
    /// Counts together.
    Counter {
        /// How: the word of the parameter.
        how: &'static str,
    },
    /// One worker sleeps while the others compute.
    Sleeper {
        /// In milliseconds.
        sleep_ms: f64,
    },
    /// Computes, in part with a lock.
    Critical {
        /// The whole unit, in milliseconds.
        unit_ms: f64,
        /// The part with the lock, 0 to 1.
        lock_share: f64,
    },
    /// Waits with a slot.
    Semaphore {
        /// How many there are.
        slots: u32,
        /// In milliseconds.
        wait_ms: f64,
    },
    /// Takes two locks.
    TwoLocks {
        /// In which order: the word of the parameter.
        order: &'static str,
        /// In milliseconds.
        patience_ms: f64,
    },
    /// Starts and joins threads or processes.
    StartJoin {
        /// Whether each is joined before the next is started.
        inside: bool,
        /// How long each sleeps, in milliseconds.
        body_ms: f64,
    },
    /// Hands jobs to an executor of `concurrent.futures`.
    Pool {
        /// How long each sleeps, in milliseconds.
        wait_ms: f64,
        /// How long each computes before, in milliseconds.
        cpu_ms: f64,
    },
    /// Divides one computation among workers started for it.
    Job {
        /// What it takes one worker, in milliseconds.
        job_ms: f64,
        /// What is sent to each worker and back.
        payload_bytes: u32,
    },
    /// The learner's own code.
    Code {
        /// Python that defines a function `work` without arguments: one unit.
        source: String,
    },
}

impl Work {
    /// A workload with its parameters. `server` is where requests go, its address and port; it is asked only for those that send some.
    ///
    /// # Errors
    /// Those of `server`.
    pub fn of<E>(workload: &Workload, server: impl FnOnce() -> Result<(String, u16), E>) -> Result<Self, E> {
        let value = |name| workload.value(name);
        Ok(match workload.kind() {
            WorkloadKind::CountPrimes => Self::CountPrimes { limit: whole(value("limit")) },
            WorkloadKind::Wait => Self::Wait { wait_ms: value("wait_ms") },
            WorkloadKind::Mixed => Self::Mixed { unit_ms: value("unit_ms"), cpu_share: value("cpu_share") },
            WorkloadKind::Sha256 => Self::Sha256 { bytes: bytes(value("buffer_kib")) },
            WorkloadKind::Zlib => Self::Zlib { bytes: bytes(value("buffer_kib")) },
            WorkloadKind::Code => Self::Code { source: workload.code().unwrap_or_default().to_owned() },
            WorkloadKind::Numpy => Self::Numpy { size: whole(value("size")) },
            WorkloadKind::LostUpdates => Self::LostUpdates { code: workload.word("code") },
            WorkloadKind::Counter => Self::Counter { how: workload.word("how") },
            WorkloadKind::Sleeper => Self::Sleeper { sleep_ms: value("sleep_ms") },
            WorkloadKind::Critical => Self::Critical { unit_ms: value("unit_ms"), lock_share: value("lock_share") },
            WorkloadKind::Semaphore => Self::Semaphore { slots: whole(value("slots")), wait_ms: value("wait_ms") },
            WorkloadKind::TwoLocks => {
                Self::TwoLocks { order: workload.word("order"), patience_ms: value("patience_ms") }
            }
            WorkloadKind::StartJoin => {
                Self::StartJoin { inside: workload.word("join") == "inside", body_ms: value("body_ms") }
            }
            WorkloadKind::Pool => Self::Pool { wait_ms: value("wait_ms"), cpu_ms: value("cpu_ms") },
            WorkloadKind::Job => Self::Job { job_ms: value("job_ms"), payload_bytes: bytes(value("payload_kib")) },
            WorkloadKind::Socket => {
                let (host, port) = server()?;
                Self::Socket { delay_ms: value("delay_ms"), host, port }
            }
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, and parameters are small")]
fn whole(value: f64) -> u32 {
    value.round() as u32
}

/// Kibibytes in bytes.
fn bytes(kib: f64) -> u32 {
    whole(kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[track_caller]
    fn check(workload: &Workload, expected: &str) {
        let server = || Ok::<_, Infallible>(("127.0.0.1".to_owned(), 4711));
        let Ok(work) = Work::of(workload, server);
        assert_eq!(serde_json::to_string(&work).expect("it is plain"), expected);
    }

    #[test]
    fn parameters_become_what_the_harness_reads() {
        let of = |kind, name: &str, value: f64| Workload::new(kind).with(name, value).expect("within range");
        check(&of(WorkloadKind::Sha256, "buffer_kib", 0.25), r#"{"kind":"sha256","bytes":256}"#);
        check(
            &of(WorkloadKind::Socket, "delay_ms", 5.0),
            r#"{"kind":"socket","delay_ms":5.0,"host":"127.0.0.1","port":4711}"#,
        );
        check(
            &of(WorkloadKind::Job, "payload_kib", 2.0).with("job_ms", 8.0).expect("within range"),
            r#"{"kind":"job","job_ms":8.0,"payload_bytes":2048}"#,
        );
        let inside = Workload::new(WorkloadKind::StartJoin).with_written("join", &"inside".into()).expect("a choice");
        check(&inside, r#"{"kind":"start-join","inside":true,"body_ms":1.0}"#);
        check(&Workload::new(WorkloadKind::Code).with_code("x = 1"), r#"{"kind":"code","source":"x = 1"}"#);
    }
}
