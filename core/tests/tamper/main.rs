//! Every byte counts: whatever is changed, taken away, added or moved without a key is noticed, and named where the format
//! can name it; what the format calls meaningless changes nothing (docs/spec/04-content.md, 07-bundle.md, 09-verifying.md).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may"
)]

#[path = "../common/mod.rs"]
mod common;
mod controls;
mod edit;
mod lines;
mod made;
mod values;

use made::{What, chain, exit, kinds, runs, text};

/// Without this the other tests prove nothing.
#[test]
fn the_bundles_hold_what_they_should() {
    let chain = chain();
    let report = chain.report(&chain.lines);
    assert_eq!(exit(&report), 0, "{}", text(&report));
    let kinds = kinds(&chain);
    println!("{kinds:?}");
    assert_eq!(kinds.len(), 27, "every kind: {kinds:?}");
    assert_eq!(chain.records().len(), 50);
    let documents = (0..chain.lines.len())
        .filter(|n| chain.what(*n) == What::Document)
        .count();
    assert!(documents >= 1, "an approval is in the file");
    let runs = runs();
    let report = runs.report(&runs.lines);
    assert_eq!(exit(&report), 0, "{}", text(&report));
    assert_eq!(runs.records().len(), 16);
}
