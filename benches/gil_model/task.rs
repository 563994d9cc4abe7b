//! What is run on both sides, and what comes out.

/// One window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Task {
    /// So many threads compute units of about 100 µs.
    Compute {
        /// Threads.
        threads: usize,
        /// The switch interval.
        interval_us: u32,
    },
    /// So many threads sleep again and again.
    Sleepers {
        /// Threads.
        threads: usize,
        /// Each sleep.
        sleep_ms: f64,
    },
    /// One thread sleeps again and again beside others that compute.
    Convoy {
        /// The others.
        computing: usize,
        /// Each sleep.
        sleep_ms: f64,
    },
}

/// What a window gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Units a second: all of them, in a convoy those of the thread that sleeps.
    pub(crate) per_sec: f64,
    /// Switches a second when computing, the median time of a sleep in ms in a convoy.
    pub(crate) other: f64,
}
