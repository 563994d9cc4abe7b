//! zlib: compressing a buffer, which CPython does without the GIL.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::{Context, StopSignal, Unit, UnitEnd, WorkloadError};

/// Bytes compressed between two looks at the stop signal: some 20 to 40 µs of work.
const PIECE: usize = 1024;

/// What `zlib.compress` does where nothing else is said.
const LEVEL: u32 = 6;

/// The words that the buffer is made of.
const WORDS: [&str; 16] = [
    "thread", "lock", "core", "wait", "queue", "value", "switch", "interval", "the", "of", "a", "and", "to", "is",
    "in", "it",
];

/// The text is made once for so many bytes and then repeated: more than the 32 KiB that the algorithm looks back.
const TEXT_BYTES: usize = 65_536;

/// Text that compresses as text does: `WORDS` in an order that looks random and is always the same. The harness of the Python
/// engines makes the same.
pub fn text(bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(TEXT_BYTES + 16);
    // The generator of the C standard's example of `rand`.
    let mut state: u32 = 1;
    while text.len() < TEXT_BYTES {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        text.extend_from_slice(WORDS[(state >> 16) as usize % WORDS.len()].as_bytes());
        text.push(b' ');
    }
    text.truncate(TEXT_BYTES);
    text.into_iter().cycle().take(bytes).collect()
}

/// Compresses one buffer, which all workers share. What comes out is thrown away.
pub struct CompressBuffer {
    buffer: Arc<[u8]>,
    state: Compress,
    out: Vec<u8>,
}

impl CompressBuffer {
    /// One unit compresses `buffer`.
    pub fn new(buffer: Arc<[u8]>) -> Self {
        Self { buffer, state: Compress::new(Compression::new(LEVEL), true), out: vec![0; 16 * 1024] }
    }

    /// How many bytes it was compressed to; `None` when the signal was raised before the end.
    fn compress(&mut self, stop: &StopSignal) -> Result<Option<u64>, flate2::CompressError> {
        let mut pieces = self.buffer.chunks(PIECE).peekable();
        while let Some(mut piece) = pieces.next() {
            if stop.is_raised() {
                return Ok(None);
            }
            let flush = if pieces.peek().is_none() { FlushCompress::Finish } else { FlushCompress::None };
            loop {
                let before = self.state.total_in();
                let status = self.state.compress(piece, &mut self.out, flush)?;
                let taken = usize::try_from(self.state.total_in() - before).unwrap_or(piece.len());
                piece = piece.get(taken..).unwrap_or_default();
                let ended = match flush {
                    FlushCompress::Finish => status == Status::StreamEnd,
                    _ => piece.is_empty(),
                };
                if ended {
                    break;
                }
            }
        }
        Ok(Some(self.state.total_out()))
    }
}

impl Unit for CompressBuffer {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        // CPython too makes the state anew for each buffer, and holds the GIL for that.
        self.state.reset();
        match context.released(|| self.compress(stop)) {
            Ok(Some(bytes)) => {
                black_box(bytes);
                UnitEnd::Done
            }
            Ok(None) => UnitEnd::Interrupted,
            Err(error) => UnitEnd::Failed(Box::new(WorkloadError::Compress(error.to_string()))),
        }
    }
}

impl fmt::Debug for CompressBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompressBuffer").field("bytes", &self.buffer.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress};

    use sha2::{Digest, Sha256};

    use super::super::NoGil;
    use super::*;

    #[test]
    fn text_is_always_the_same_and_compresses_as_text_does() {
        let long = text(100_000);
        assert!(long.starts_with(b"switch in lock "), "{}", String::from_utf8_lossy(&long[..40]));
        assert_eq!(long.len(), 100_000);
        // As the harness makes it: `sha256(text(100000)).hexdigest()`.
        assert_eq!(Sha256::digest(&long)[..4], [0xda, 0x21, 0x36, 0xff]);
        assert_eq!(text(1000), long[..1000]);
        let bytes = CompressBuffer::new(long.into()).compress(&StopSignal::new());
        let bytes = bytes.expect("it compresses").expect("nothing stops it");
        assert!((15_000..50_000).contains(&bytes), "to {bytes} of 100 000 bytes");
    }

    #[test]
    fn each_unit_compresses_the_whole_buffer() {
        let plain = text(10 * PIECE + 5);
        let mut unit = CompressBuffer::new(plain.clone().into());
        let mut lengths = Vec::new();
        for _ in 0..3 {
            assert_eq!(unit.run(&mut NoGil, &StopSignal::new()), UnitEnd::Done);
            assert_eq!(unit.state.total_in(), plain.len() as u64);
            lengths.push(unit.state.total_out());
        }
        assert_eq!(lengths, [lengths[0]; 3]);
        // So short a text comes out in one go at the end, and is still there.
        let mut back = Vec::with_capacity(plain.len());
        let end = Decompress::new(true).decompress_vec(&unit.out, &mut back, FlushDecompress::Finish);
        assert_eq!(end.ok(), Some(Status::StreamEnd));
        assert_eq!(back, plain);
    }

    #[test]
    fn a_raised_signal_ends_the_unit_and_the_next_begins_anew() {
        let stop = StopSignal::new();
        stop.raise();
        let mut unit = CompressBuffer::new(text(100 * PIECE).into());
        assert_eq!(unit.run(&mut NoGil, &stop), UnitEnd::Interrupted);
        assert_eq!(unit.run(&mut NoGil, &StopSignal::new()), UnitEnd::Done);
        assert_eq!(unit.state.total_in(), 100 * PIECE as u64);
    }
}
