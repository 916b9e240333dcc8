//! Random changes to bytes from a seed, for where no coverage guides the fuzzer.

use crate::dice::Dice;

/// Bytes that mean something in the texts we read.
const WORDS: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b":",
    b",",
    b"\n",
    b"\n\n",
    b"null",
    b"-0",
    b"1e400",
    b"0.1",
    b"\\ud83d",
    b"9007199254740993",
    "\u{2014} ".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"\xff",
    b"\x00",
    b"=",
    b"+",
    b"/~1",
    b"A",
];

/// A changed copy: one to six small changes, at times with a piece of `other`.
pub(crate) fn change(random: &mut Dice, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(out.len().saturating_add(1));
        let length = random.below(16).saturating_add(1).min(out.len().saturating_sub(at));
        match random.below(8) {
            0 if at < out.len() => out[at] ^= 1 << random.below(8),
            1 if at < out.len() => out[at] = random.next().to_be_bytes()[0],
            2 => drop(out.drain(at..at.saturating_add(length))),
            3 => {
                let copy = out[at..at.saturating_add(length)].to_vec();
                let to = random.below(out.len().saturating_add(1));
                out.splice(to..to, copy);
            }
            4 => {
                let word = WORDS[random.below(WORDS.len())];
                out.splice(at..at, word.iter().copied());
            }
            5 if !other.is_empty() => {
                let from = random.below(other.len());
                let piece = &other[from..from.saturating_add(random.below(64)).min(other.len())];
                out.splice(at..at.saturating_add(length), piece.iter().copied());
            }
            6 => out.truncate(at),
            _ => {
                let new: Vec<u8> = (0..random.below(8)).map(|_| random.next().to_be_bytes()[0]).collect();
                out.splice(at..at, new);
            }
        }
    }
    out
}
