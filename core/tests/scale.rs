//! How long checking takes and that it does not grow faster than the file. Run by hand:
//! `cargo test --release --test scale -- --ignored --nocapture`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_types,
    reason = "a test may"
)]

mod support;

use std::time::Instant;

use support::{Chain, codes, note, now, proof, trust};

fn chain(records: usize) -> Chain {
    let mut chain = Chain::open(1);
    let mut run = chain.run();
    while chain.records.len() < records {
        chain.pair(run);
        if chain.records.len() % 50 < 2 {
            chain.end(run);
            if chain.records.len() % 900 < 50 {
                chain.beat(|_| {});
            }
            run = chain.run();
        }
    }
    chain.end(run);
    chain.seal();
    chain
}

fn measure(name: &str, bundle: &[u8], quorum: u32) -> f64 {
    let trust = trust(&["north", "south"], quorum);
    let begun = Instant::now();
    let report = execert::verify::check(&mut &bundle[..], &trust, &now()).unwrap();
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    let found = codes(&report);
    println!(
        "{name}: {took:.0} ms, {} bytes, {} {:?}",
        bundle.len(),
        report.verdict(),
        found.first()
    );
    took
}

#[test]
#[ignore = "takes seconds; run by hand in release"]
fn growth() {
    for records in [1_000, 10_000] {
        let chain = chain(records);
        let size = chain.records.len();
        let material = [note(&chain.checkpoint(size, &[("north", 3_600), ("south", 3_700)]))];
        measure(&format!("{size} records, checkpoint"), &chain.bundle(0, &material), 2);
        if records <= 10_000 {
            let last = size.saturating_sub(1);
            let receipts: Vec<_> = (0..size)
                .step_by(10)
                .chain([last])
                .map(|at| proof(&chain.receipt(at, size, &[("north", 3_600)])))
                .collect();
            measure(
                &format!("{size} records, {} receipts", receipts.len()),
                &chain.bundle(0, &receipts),
                1,
            );
        }
        let mut lines: Vec<Vec<u8>> = chain
            .bundle(0, &material)
            .split(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        lines.pop();
        lines.get_mut(2..).unwrap().reverse();
        measure(&format!("{size} records, reversed"), &lines.join(&b'\n'), 2);
    }
}
