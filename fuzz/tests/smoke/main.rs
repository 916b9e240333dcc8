//! The committed corpora of all checks, and changes to four of them from a seed: what a minute of a stable toolchain can do.
//!
//! The counts are fixed, not the time. `EXECERT_SMOKE=canon:100000,recover:50` asks for others, `EXECERT_SEED=7` for another
//! seed. It prints the seed first; a check that fails prints its input, and leaves it in `build/fuzz/`.

#[path = "../../../core/tests/support/dice.rs"]
mod dice;
mod havoc;

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use dice::Dice;
use execert_fuzz::TARGETS;
use havoc::change;

/// What runs in every test of the project, and how many changed inputs.
const USUAL: &str = "canon:15000,bundle:100,envelope:3000,checkpoint:4000,content:0,disclose:0,trust:0,recover:0";

fn main() -> ExitCode {
    let seed: u64 = env::var("EXECERT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(1);
    println!("seed {seed}");
    let asked = env::var("EXECERT_SMOKE").unwrap_or_else(|_| USUAL.to_owned());
    let (mut passed, mut failed) = (0_u64, 0_u64);
    for one in asked.split(',') {
        let (name, count) = one.split_once(':').expect("NAME:COUNT");
        let count: usize = count.parse().expect("a count");
        let (_, check) = TARGETS
            .into_iter()
            .find(|(target, _)| *target == name)
            .expect("a check");
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "no corpus for {name}");
        let mut random = Dice(seed);
        let mut wrong = 0_u64;
        let changed = (0..count).map(|_| {
            let (at, other) = (random.below(corpus.len()), random.below(corpus.len()));
            change(&mut random, &corpus[at], &corpus[other])
        });
        for input in corpus.iter().cloned().chain(changed) {
            if panic::catch_unwind(AssertUnwindSafe(|| check(&input))).is_err() {
                wrong += 1;
                keep(name, &input);
            }
        }
        println!("{name}: {} files, {count} changed, {wrong} failed", corpus.len());
        passed += u64::from(wrong == 0);
        failed += u64::from(wrong > 0);
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read(file).expect("a file of the corpus"))
        .collect()
}

fn keep(name: &str, input: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../build/fuzz").join(name);
    let path = folder.join(execert::digest::Digest::of(input).hex());
    let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input));
    println!(
        "{name} fails for {:?}, {}: {kept:?}",
        String::from_utf8_lossy(input),
        path.display()
    );
}
