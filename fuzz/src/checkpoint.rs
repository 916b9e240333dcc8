//! Notes, checkpoints, receipts, and the trees below them.

use execert::checkpoint::{Checkpoint, Receipt};
use execert::digest::Digest;
use execert::merkle::{self, Frontier, Hash};
use execert::note::{Kind, Note, Signed, Vkey};

use crate::base::{NOTE, PROOF, keys};
use crate::draw::Draw;

/// What is read is written again, byte for byte; a proof proves one thing.
pub fn check(data: &[u8]) {
    let mut draw = Draw::new(data);
    match draw.below(5) {
        0 => text(&String::from_utf8_lossy(draw.rest())),
        1 => text(&changed(NOTE, &mut draw)),
        2 => text(&changed(PROOF, &mut draw)),
        3 => tree(&mut draw),
        _ => cosigned(&mut draw),
    }
}

fn text(text: &str) {
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text, "note");
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text, "checkpoint");
        assert!(checkpoint.size() > 0);
    }
    if let Ok(receipt) = Receipt::parse(text) {
        assert_eq!(receipt.to_string(), text, "receipt");
        assert!(!receipt.proves(&Digest::of(b"nothing")), "a proof of nothing");
    }
}

/// A text with some letters replaced, removed, added, doubled.
fn changed(text: &str, draw: &mut Draw<'_>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    // A line can be doubled each time.
    let mut changes = 0_u8;
    while !draw.is_done() && changes < 10 {
        changes = changes.saturating_add(1);
        let at = draw.below(bytes.len().saturating_add(1));
        match draw.below(5) {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = draw.byte()),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at, draw.byte()),
            3 => {
                let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                if !lines.is_empty() {
                    let line = draw.of(&lines).to_vec();
                    bytes.splice(at..at, line);
                }
            }
            _ => bytes.truncate(at),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Proofs of a small tree: right ones hold, any other does not.
fn tree(draw: &mut Draw<'_>) {
    let size = draw.below(70).saturating_add(1);
    let leaves: Vec<Hash> = (0..size).map(|n| merkle::leaf(&Digest::of(&n.to_be_bytes()))).collect();
    let root = merkle::root(&leaves);
    let (index, old) = (draw.below(size), draw.below(size).saturating_add(1));
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut path = merkle::prove_inclusion(&leaves, index).expect("the leaf is there");
    let includes =
        |index, path: &[Hash]| merkle::verify_inclusion(&leaves[index], number(index), number(size), path, &root);
    assert!(includes(index, &path));
    let before = merkle::root(&leaves[..old]);
    let mut longer = merkle::prove_consistency(&leaves, old).expect("there was such a tree");
    let follows = |path: &[Hash]| merkle::verify_consistency(number(old), number(size), path, &before, &root);
    assert!(follows(&longer));
    let frontier = leaves.iter().fold(Frontier::new(), |mut frontier, leaf| {
        frontier.push(*leaf);
        frontier
    });
    assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Some(frontier));
    for proof in [&mut path, &mut longer] {
        let was = proof.clone();
        match draw.below(4) {
            0 => drop(proof.pop()),
            1 => proof.push([draw.byte(); 32]),
            2 => proof.reverse(),
            _ => {
                let (at, bit) = (draw.below(proof.len()), draw.below(256));
                proof
                    .get_mut(at)
                    .into_iter()
                    .for_each(|hash| hash[bit / 8] ^= 1 << (bit % 8));
            }
        }
        if *proof == was {
            *proof = vec![[0; 32]; was.len().saturating_add(1)];
        }
    }
    assert!(!includes(index, &path), "another path leads to the root");
    assert!(!follows(&longer), "another path leads from root to root");
    let arbitrary = [draw.below(65_536), draw.below(65_536)].map(number);
    merkle::verify_inclusion(&root, arbitrary[0], arbitrary[1], &path, &root);
    merkle::verify_consistency(arbitrary[0], arbitrary[1], &path, &root, &root);
    Frontier::from_bytes(draw.rest());
}

/// Signatures on notes: the right key at the right name and time, nothing else.
fn cosigned(draw: &mut Draw<'_>) {
    let size = u64::try_from(draw.below(65_536)).unwrap_or(0).saturating_add(1);
    let mut checkpoint = Checkpoint::sign("log.example/x", size, [draw.byte(); 32], &keys()[4]).expect("it signs");
    let time = u64::from(draw.byte());
    checkpoint
        .note_mut()
        .cosign("north.example/w", time, &keys()[6])
        .expect("it signs");
    let north = |name: &str, at: usize| Vkey::new(name, Kind::Witness, keys()[at].public().clone());
    let log = Vkey::new("log.example/x", Kind::Log, keys()[4].public().clone());
    assert_eq!(
        checkpoint.note().check(&north("north.example/w", 6)),
        Signed::Good(vec![time])
    );
    assert_eq!(checkpoint.note().check(&north("north.example/v", 6)), Signed::Absent);
    assert_eq!(checkpoint.note().check(&north("north.example/w", 7)), Signed::Absent);
    assert_eq!(checkpoint.note().check(&log), Signed::Good(vec![0]));
    let whole = checkpoint.to_string();
    let text = changed(&whole, draw);
    self::text(&text);
    let Ok(other) = Checkpoint::parse(&text) else { return };
    if other.note().text() != checkpoint.note().text() {
        assert!(
            !matches!(other.note().check(&log), Signed::Good(_)),
            "another text holds"
        );
        assert!(
            !matches!(other.note().check(&north("north.example/w", 6)), Signed::Good(_)),
            "another text holds"
        );
    }
}
