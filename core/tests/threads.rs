//! The report does not depend on how many threads made it: damage in several batches, a key that is added on the way,
//! and files that end in the middle.
#![cfg(feature = "parallel")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod support;

use execert::canon::to_jcs;
use execert::record::{Body, KeyEntry, KeyRole, Kind};
use execert::verify::check;

use support::{Chain, codes, key, now, trust};

/// More records than three batches hold.
fn chain() -> Chain {
    let mut chain = Chain::open(1);
    let run = chain.run();
    while chain.records.len() < 300 {
        chain.pair(run);
    }
    let second = KeyEntry {
        spki: key("second").public().clone(),
        role: KeyRole::Record,
        not_after: None,
    };
    let (old, new) = (key("record"), key("second"));
    chain.add_by(Kind::KeyAdd, None, Body::KeyAdd(second), &[&old, &new], |_| {});
    chain.signer = "second";
    while chain.records.len() < 540 {
        chain.pair(run);
    }
    chain.end(run);
    chain.seal();
    chain
}

fn report(bundle: &[u8], threads: u64) -> Vec<u8> {
    let mut options = now();
    options
        .as_object_mut()
        .unwrap()
        .insert("threads", execert::canon::Value::count(threads));
    to_jcs(&check(&mut &bundle[..], &trust(&[], 0), &options).unwrap().to_value())
}

/// The bundle with a letter of these lines changed, from the end of the line.
fn damaged(bundle: &[u8], lines: &[usize], back: usize) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = bundle.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for line in lines {
        let at = all[*line].len() - back;
        all[*line][at] = if all[*line][at] == b'A' { b'B' } else { b'A' };
    }
    all.join(&b'\n')
}

#[test]
fn same_report() {
    let whole = chain().bundle(0, &[]);
    let found = codes(&check(&mut &whole[..], &trust(&[], 0), &now()).unwrap());
    assert!(found.iter().all(|(_, code, _)| *code == "witness.none"), "{found:?}");

    // Inside a signature: its last letter but a few.
    let signature = whole.windows(7).position(|window| window == br#""sig":""#).unwrap();
    let line = whole[signature..].iter().position(|byte| *byte == b'\n').unwrap();
    let broken = damaged(&whole, &[3, 255, 256, 257, 302, 515, 530], line - 20);
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    let files = [("whole", whole), ("broken", broken), ("torn", torn)];
    for (name, file) in &files {
        let one = report(file, 1);
        for threads in [2, 8] {
            assert!(report(file, threads) == one, "{name} with {threads} threads");
        }
    }
    let broken = check(&mut &files[1].1[..], &trust(&[], 0), &now()).unwrap();
    let broken: Vec<_> = codes(&broken).into_iter().filter(|(step, ..)| *step == 7).collect();
    assert!(broken.len() >= 7, "{broken:?}");
}

#[test]
fn no_thread_is_refused() {
    let mut options = now();
    options
        .as_object_mut()
        .unwrap()
        .insert("threads", execert::canon::Value::count(0));
    let error = check(&mut &b""[..], &trust(&[], 0), &options).unwrap_err();
    assert_eq!(error.code().as_str(), "wire.bad_argument");
}
