//! For tests: clock and randomness of this process that repeat, so that the same calls give the same bytes. In no build
//! that people use.

use std::sync::Mutex;
use std::sync::PoisonError;

use execert::digest::sha256;

/// Milliseconds of the first reading; each reading is one later.
const START: i64 = 1_772_800_000_000;

struct Repeat {
    seed: u64,
    draws: u64,
    readings: i64,
}

static REPEAT: Mutex<Option<Repeat>> = Mutex::new(None);

/// From now on clock and randomness are those of this seed.
pub fn repeat(seed: u64) {
    let begin = Repeat {
        seed,
        draws: 0,
        readings: 0,
    };
    *REPEAT.lock().unwrap_or_else(PoisonError::into_inner) = Some(begin);
}

/// The next reading of the clock, if it repeats.
pub(crate) fn now() -> Option<i64> {
    let mut held = REPEAT.lock().unwrap_or_else(PoisonError::into_inner);
    let repeat = held.as_mut()?;
    repeat.readings = repeat.readings.saturating_add(1);
    Some(START.saturating_add(repeat.readings))
}

/// Fills the buffer; false: randomness does not repeat.
pub(crate) fn random(bytes: &mut [u8]) -> bool {
    let mut held = REPEAT.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(repeat) = held.as_mut() else {
        return false;
    };
    for block in bytes.chunks_mut(32) {
        let drawn = sha256(&[
            b"execert test randomness",
            &repeat.seed.to_be_bytes(),
            &repeat.draws.to_be_bytes(),
        ]);
        repeat.draws = repeat.draws.saturating_add(1);
        for (to, from) in block.iter_mut().zip(drawn) {
            *to = from;
        }
    }
    true
}

/// Whether it repeats.
pub(crate) fn on() -> bool {
    REPEAT.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}
