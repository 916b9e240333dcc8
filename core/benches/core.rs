//! What the core costs, beside its peers in the same run: `cargo bench -p execert --bench core`.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark")]

use std::fs;
use std::path::Path;

use divan::{Bencher, black_box};
use execert::canon::{Value, parse, to_jcs};
use execert::content::{Seed, Tree};
use execert::key::{SecretKey, Signer};
use execert::limits::Limits;
use execert::verify;

fn main() {
    divan::main();
}

fn golden(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/golden/bundle/six");
    fs::read(root.join(name)).unwrap()
}

/// A line of about 4 KB: an envelope with its content.
fn line() -> Vec<u8> {
    golden("input.execert")
        .split(|byte| *byte == b'\n')
        .nth(2)
        .unwrap()
        .to_vec()
}

mod canonical_json {
    use super::{Bencher, Limits, black_box, line, parse, to_jcs};

    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        let line = line();
        bencher.bench(|| parse(black_box(&line), &Limits::LINE).unwrap());
    }

    #[divan::bench]
    fn read_serde_json(bencher: Bencher<'_, '_>) {
        let line = line();
        bencher.bench(|| serde_json::from_slice::<serde_json::Value>(black_box(&line)).unwrap());
    }

    #[divan::bench]
    fn write(bencher: Bencher<'_, '_>) {
        let value = parse(&line(), &Limits::LINE).unwrap();
        bencher.bench(|| to_jcs(black_box(&value)));
    }

    #[divan::bench]
    fn write_serde_jcs(bencher: Bencher<'_, '_>) {
        let value: serde_json::Value = serde_json::from_slice(&line()).unwrap();
        bencher.bench(|| serde_jcs::to_vec(black_box(&value)).unwrap());
    }
}

#[divan::bench]
fn content_tree(bencher: Bencher<'_, '_>) {
    let line = parse(&line(), &Limits::LINE).unwrap();
    let (content, seed): (&Value, Seed) = (line.get("content").unwrap(), [7; 32]);
    bencher.bench(|| Tree::whole(black_box(content), &seed).root());
}

#[divan::bench]
fn signature(bencher: Bencher<'_, '_>) {
    let (key, message) = (SecretKey::from_seed([7; 32]), line());
    bencher.bench(|| key.sign(black_box(&message)).unwrap());
}

#[divan::bench]
fn signature_checked(bencher: Bencher<'_, '_>) {
    let (key, message) = (SecretKey::from_seed([7; 32]), line());
    let signature = key.sign(&message).unwrap();
    bencher.bench(|| key.public().verify(black_box(&message), &signature));
}

#[divan::bench]
fn bundle_of_six_checked(bencher: Bencher<'_, '_>) {
    let (bundle, document) = (golden("input.execert"), |name: &str| {
        parse(&golden(name), &Limits::DOCUMENT).unwrap()
    });
    let (trust, options) = (document("trust.json"), document("options.json"));
    bencher.bench(|| verify::check(&mut black_box(bundle.as_slice()), &trust, &options).unwrap());
}
