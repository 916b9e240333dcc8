//! Checks a bundle some times over: the work beside which other languages are measured (`tests/bench/c.py`).
//!
//! `checking BUNDLE TRUST NOW TIMES`
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a program for tests"
)]

use std::io::Cursor;

use execert::canon::document;
use execert::{object, verify};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let bundle = std::fs::read(&words[1]).unwrap();
    let trust = document(&std::fs::read(&words[2]).unwrap()).unwrap();
    let options = object! { "now": words[3].as_str(), "threads": 1 }.into();
    for _ in 0..words[4].parse().unwrap() {
        verify::verify(&mut Cursor::new(&bundle), &trust, &options).unwrap();
    }
}
