//! The parameters of every workload.

use super::parameter::{Choice, Parameter};

/// The least and the greatest wait that a workload may have, and the one where nothing is set.
const WAITS_MS: [f64; 3] = [0.5, 1000.0, 5.0];

/// A time with a logarithmic slider: its least and greatest value and its default.
const fn milliseconds(id: &'static str, label: &'static str, range_ms: [f64; 3], help: &'static str) -> Parameter {
    Parameter::logarithmic(id, label, "ms", range_ms, help)
}

/// The size of the buffer of one unit: its least and greatest value and its default.
const fn buffer_kib(range_kib: [f64; 3], help: &'static str) -> Parameter {
    Parameter::logarithmic("buffer_kib", "Buffer", "KiB", range_kib, help)
}

pub(super) const PRIME_LIMIT: Parameter = Parameter::logarithmic(
    "limit",
    "Count primes below",
    "",
    [100.0, 20_000.0, 1000.0],
    "One unit of work tries every number below this limit.",
)
.in_steps_of(100.0);

pub(super) const WAIT_MS: Parameter = milliseconds("wait_ms", "Wait", WAITS_MS, "How long one unit of work sleeps.");

pub(super) const DELAY_MS: Parameter =
    milliseconds("delay_ms", "Server delay", WAITS_MS, "How long the local server waits before it answers a request.");

pub(super) const UNIT_MS: Parameter = milliseconds(
    "unit_ms",
    "One unit takes",
    [1.0, 100.0, 5.0],
    "CPU work and waiting of one unit together, on one thread.",
);

pub(super) const CPU_SHARE: Parameter = Parameter::linear(
    "cpu_share",
    "CPU share",
    "",
    [0.0, 1.0, 0.2, 0.05],
    "The part of a unit that computes; the rest waits.",
);

pub(super) const HASHED_KIB: Parameter = buffer_kib(
    [0.25, 4096.0, 256.0],
    "How much one unit of work hashes. From 2 KiB on CPython lets go of the GIL meanwhile.",
);

pub(super) const COMPRESSED_KIB: Parameter =
    buffer_kib([1.0, 4096.0, 64.0], "How much text one unit of work compresses. CPython lets go of the GIL meanwhile.");

pub(super) const MATRIX_SIZE: Parameter = Parameter::logarithmic(
    "size",
    "Matrix size",
    "",
    [16.0, 1024.0, 256.0],
    "One unit multiplies two square matrices of so many rows. NumPy's own threads are switched off \
         (OPENBLAS_NUM_THREADS=1 and its like), so that each worker computes on one core.",
)
.in_steps_of(16.0);

pub(super) const CODE: Parameter = Parameter::choice(
    "code",
    "Code",
    &[
        Choice { id: "plain", label: "c += 1" },
        Choice { id: "call", label: "a call in the middle" },
        Choice { id: "sleep", label: "sleep(0) in the middle" },
        Choice { id: "lock", label: "c += 1 with a lock" },
    ],
    "How one increment of the shared number is written. A unit is 1000 of them.",
);

pub(super) const SLEEP_MS: Parameter = milliseconds(
    "sleep_ms",
    "Sleep",
    [0.5, 20.0, 1.0],
    "How long one thread sleeps, over and over, while all the others compute. Only its sleeps are counted.",
);

pub(super) const LOCKED_UNIT_MS: Parameter =
    milliseconds("unit_ms", "One unit takes", [0.2, 100.0, 2.0], "The computing of one unit on one thread.");

pub(super) const LOCK_SHARE: Parameter = Parameter::linear(
    "lock_share",
    "Share with the lock",
    "",
    [0.0, 1.0, 0.5, 0.05],
    "The part of a unit that computes while it holds the lock that all threads share.",
);

pub(super) const SLOTS: Parameter = Parameter::logarithmic(
    "slots",
    "Slots",
    "",
    [1.0, 64.0, 4.0],
    "How many threads the semaphore lets wait at the same time.",
)
.in_steps_of(1.0);

pub(super) const SLOT_WAIT_MS: Parameter =
    milliseconds("wait_ms", "Wait", WAITS_MS, "How long one unit of work keeps its slot.");

pub(super) const HOW: Parameter = Parameter::choice(
    "how",
    "How",
    &[
        Choice { id: "one-lock", label: "one lock" },
        Choice { id: "sharded", label: "a lock for each thread" },
        Choice { id: "local", label: "a variable of its own" },
        Choice { id: "atomic", label: "an atomic number" },
    ],
    "How threads count together: a unit is 1000 increments. Python has no atomic numbers.",
);

pub(super) const ORDER: Parameter = Parameter::choice(
    "order",
    "Order",
    &[Choice { id: "same", label: "the same for all" }, Choice { id: "opposite", label: "opposite for every second" }],
    "In which order threads take the two locks.",
);

pub(super) const PATIENCE_MS: Parameter = milliseconds(
    "patience_ms",
    "Patience",
    [10.0, 1000.0, 200.0],
    "How long a thread that holds one lock waits for the other one before it says who holds what and begins again.",
);

pub(super) const JOIN: Parameter = Parameter::choice(
    "join",
    "Join",
    &[Choice { id: "after", label: "after the loop that starts" }, Choice { id: "inside", label: "inside the loop" }],
    "Whether the program waits for each thread after it has started all, or before it starts the next.",
);

pub(super) const BODY_MS: Parameter = Parameter::linear(
    "body_ms",
    "Each thread sleeps",
    "ms",
    [0.0, 100.0, 1.0, 0.5],
    "What each thread does between its start and its end; with 0 it does nothing.",
);

pub(super) const POOL_WAIT_MS: Parameter =
    milliseconds("wait_ms", "A job waits", [0.5, 1000.0, 20.0], "How long one job sleeps after it has computed.");

pub(super) const POOL_CPU_MS: Parameter =
    milliseconds("cpu_ms", "A job computes", [0.1, 100.0, 1.0], "How long one job computes, on one thread alone.");

pub(super) const JOB_MS: Parameter = milliseconds(
    "job_ms",
    "One job takes",
    [1.0, 10_000.0, 100.0],
    "How long one worker computes alone. A window lasts for at least one whole job.",
);

pub(super) const PAYLOAD_KIB: Parameter = Parameter::linear(
    "payload_kib",
    "Payload",
    "KiB",
    [0.0, 65_536.0, 0.0, 1.0],
    "What is sent to each worker and back. Threads share it and send nothing; processes copy it through a pipe.",
);
