//! sha256: hashing a buffer, which CPython does without the GIL where the buffer is not small.

use std::hint::black_box;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Context, StopSignal, Unit, UnitEnd};

/// From this many bytes on CPython's hashlib releases the GIL: `HASHLIB_GIL_MINSIZE` in its `Modules/hashlib.h`, and the note in
/// the documentation of hashlib on data larger than 2047 bytes.
pub const RELEASED_FROM_BYTES: usize = 2048;

/// Bytes hashed between two looks at the stop signal, a multiple of the algorithm's block of 64: some 5 µs of work with the
/// processor's own instructions for SHA-256, and some 40 without.
const PIECE: usize = 8192;

/// Hashes one buffer. All workers read the same one, so that many of them need no more memory than one.
#[derive(Debug, Clone)]
pub struct HashBuffer {
    buffer: Arc<[u8]>,
    state: Sha256,
}

impl HashBuffer {
    /// One unit hashes so many bytes.
    pub fn new(bytes: usize) -> Self {
        // Not zeros: memory that was never written to is one page for the whole buffer.
        Self { buffer: vec![0x5a; bytes].into(), state: Sha256::new() }
    }

    /// The hash, or `None` when the signal was raised before all was hashed.
    fn hash(&mut self, stop: &StopSignal) -> Option<[u8; 32]> {
        for piece in self.buffer.chunks(PIECE) {
            if stop.is_raised() {
                return None;
            }
            self.state.update(piece);
        }
        Some(self.state.finalize_reset().into())
    }
}

impl Unit for HashBuffer {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        let hash = if self.buffer.len() < RELEASED_FROM_BYTES {
            let hash = self.hash(stop);
            context.poll();
            hash
        } else {
            context.released(|| self.hash(stop))
        };
        match hash {
            Some(hash) => {
                black_box(hash);
                UnitEnd::Done
            }
            None => UnitEnd::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::NoGil;
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_whole_buffer_each_time() {
        for bytes in [256, 2048, 3 * PIECE + 17] {
            let mut unit = HashBuffer::new(bytes);
            let expected: [u8; 32] = Sha256::digest(vec![0x5a; bytes]).into();
            assert_eq!(unit.hash(&StopSignal::new()), Some(expected));
            assert_eq!(unit.hash(&StopSignal::new()), Some(expected), "the second time");
        }
    }

    #[test]
    fn it_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        let unit = HashBuffer { buffer: b"abc".as_slice().into(), state: Sha256::new() }.hash(&StopSignal::new());
        assert_eq!(unit.map(|hash| hash[..4].to_vec()), Some(vec![0xba, 0x78, 0x16, 0xbf]));
    }

    /// Counts how a unit meets the GIL.
    #[derive(Default)]
    struct Log {
        polls: u32,
        released: u32,
    }

    impl Context for Log {
        fn enter(&mut self) {}
        fn poll(&mut self) {
            self.polls += 1;
        }
        fn blocking<R>(&mut self, _wait: impl FnOnce() -> R) -> R {
            unreachable!("hashing is no call into the operating system")
        }
        fn released<R>(&mut self, compute: impl FnOnce() -> R) -> R {
            self.released += 1;
            compute()
        }
        fn leave(&mut self) {}
    }

    #[test]
    fn small_buffers_are_hashed_under_the_gil() {
        let met = |bytes| {
            let mut log = Log::default();
            assert_eq!(HashBuffer::new(bytes).run(&mut log, &StopSignal::new()), UnitEnd::Done);
            (log.polls, log.released)
        };
        assert_eq!(met(2047), (1, 0));
        assert_eq!(met(2048), (0, 1));
    }

    #[test]
    fn a_raised_signal_ends_the_unit_between_two_pieces() {
        struct RaiseWithin<'a>(&'a StopSignal);
        impl Context for RaiseWithin<'_> {
            fn enter(&mut self) {}
            fn poll(&mut self) {}
            fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
                wait()
            }
            fn released<R>(&mut self, compute: impl FnOnce() -> R) -> R {
                self.0.raise();
                compute()
            }
            fn leave(&mut self) {}
        }
        let stop = StopSignal::new();
        let mut unit = HashBuffer::new(PIECE * 4);
        assert_eq!(unit.run(&mut RaiseWithin(&stop), &stop), UnitEnd::Interrupted);
        assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted);
    }
}
