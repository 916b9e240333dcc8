//! Tags, inside the house: each under the key of its epoch, in whatever order the lines come.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod support;

use execert::digest::b64;
use execert::key::MacKey;
use execert::record::{Body, Kind};

use support::look::{look, with};
use support::{Chain, codes, trust};

fn event(chain: &mut Chain) -> usize {
    chain.push(Kind::Note, Body::Note { event: "x".into() }, |_| {})
}

/// Three epochs of some records each; one record of the middle epoch is tagged under a key that is none.
fn chain() -> (Chain, u64) {
    let mut chain = Chain::open(1);
    event(&mut chain);
    chain.beat(|_| {});
    event(&mut chain);
    let right = std::mem::replace(&mut chain.mac, MacKey::from_bytes([8; 32]));
    let wrong = event(&mut chain);
    chain.mac = right;
    chain.beat(|_| {});
    event(&mut chain);
    event(&mut chain);
    chain.seal();
    (chain, u64::try_from(wrong).unwrap())
}

#[test]
fn lines_in_any_order() {
    let (chain, wrong) = chain();
    let bundle = chain.bundle(0, &[]);
    let lines: Vec<&[u8]> = bundle.split_inclusive(|byte| *byte == b'\n').collect();
    let (first, records) = lines.split_first().unwrap();
    let (ahead, back): (Vec<_>, Vec<_>) = (records.to_vec(), records.iter().rev().copied().collect());
    let middle: Vec<_> = records.iter().skip(3).chain(records.iter().take(3)).copied().collect();
    for order in [ahead, back, middle] {
        let file = [*first, &order.concat()].concat();
        let found = codes(&look(&file, &trust(&[], 0), &with("mac_key", b64(&[9; 32]))));
        let tags: Vec<_> = found.into_iter().filter(|(step, ..)| *step == 10).collect();
        assert_eq!(tags, [(10, "record.tag_mismatch", Some(wrong))]);
        // Without the key nothing is said of tags.
        let found = codes(&look(&file, &trust(&[], 0), &support::now()));
        assert!(found.iter().all(|(step, ..)| *step != 10), "{found:?}");
    }
}
