//! Several threads for one file: while lines are judged, the next ones are read. What is found and its order are those
//! of one thread, since everything that depends on other lines is done afterwards, line by line.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::held::Held;
use super::intake::Intake;
use super::judge::Judged;
use crate::bundle::{Line, Reader};
use crate::error::Result;

/// Lines and bytes of a batch: about 10 ms of work, so that starting threads for it costs nothing, and memory stays
/// that of a few lines. A batch over these bytes or values is one long line, beside which nothing else is read.
const LINES: usize = 256;
const BYTES: u64 = 1024 * 1024;
const VALUES: u64 = 100_000;
/// More threads than this would wait for the one that reads.
const THREADS: usize = 8;

/// Lines that were read together.
struct Batch {
    lines: Vec<Line>,
    long: bool,
    /// How reading ended, if it did.
    end: Option<Result<()>>,
}

/// Reads the lines that follow the manifest.
pub(super) fn lines(reader: &mut Reader<'_>, intake: &mut Intake, threads: Option<usize>) -> Result<()> {
    let threads = threads
        .or_else(|| thread::available_parallelism().ok().map(usize::from))
        .map_or(1, |threads| threads.clamp(1, THREADS));
    let mut batch = read(reader);
    loop {
        let ended = batch.end.take();
        let beside = ended.is_none() && !batch.long;
        let (judged, next) = judge(&batch.lines, &intake.file.held, threads, || {
            beside.then(|| read(reader))
        });
        for (line, judged) in batch.lines.into_iter().zip(judged) {
            match line {
                Line::Record(line) => intake.record(*line, judged),
                other => intake.line(other),
            }
        }
        if let Some(ended) = ended {
            return ended;
        }
        batch = next.unwrap_or_else(|| read(reader));
    }
}

fn read(reader: &mut Reader<'_>) -> Batch {
    let (bytes, values) = (reader.bytes_read(), reader.values_read());
    let left = |reader: &Reader<'_>| {
        let bytes = BYTES.checked_sub(reader.bytes_read().saturating_sub(bytes));
        let values = VALUES.checked_sub(reader.values_read().saturating_sub(values));
        bytes.zip(values)
    };
    let (mut lines, mut end) = (Vec::new(), None);
    while end.is_none() && lines.len() < LINES && left(reader).is_some_and(|(bytes, values)| bytes.min(values) > 0) {
        match reader.next() {
            Some(Ok((_, line))) => lines.push(line),
            Some(Err(error)) => end = Some(Err(error)),
            None => end = Some(Ok(())),
        }
    }
    let long = left(reader).is_none();
    Batch { lines, long, end }
}

/// Judges the record lines on all threads, this one too once it has done `first`.
fn judge<T>(lines: &[Line], held: &Held, threads: usize, first: impl FnOnce() -> T) -> (Vec<Option<Judged>>, T) {
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<Judged>>> = lines.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some((line, slot)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            lines.get(at).zip(slots.get(at))
        } {
            if let (Line::Record(line), Ok(mut slot)) = (line, slot.lock()) {
                *slot = Some(Judged::of(line, held));
            }
        }
    };
    let first = thread::scope(|scope| {
        for _ in 1..threads.min(lines.len()) {
            scope.spawn(work);
        }
        let first = first();
        work();
        first
    });
    // A line that nobody judged is judged when its turn comes.
    let judged = slots.into_iter().map(|slot| slot.into_inner().unwrap_or_default());
    (judged.collect(), first)
}
