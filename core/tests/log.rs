//! Checkpoints, receipts and key names against the independent vectors (log/, key/).

#![expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::PathBuf;

use execert::canon::{Value, parse};
use execert::checkpoint::{Checkpoint, Receipt};
use execert::digest::{Digest, b64, hex};
use execert::key::{SecretKey, Signer};
use execert::limits::Limits;
use execert::merkle;
use execert::note::{Kind, Note, Signed, Vkey};

fn vectors(path: &str) -> PathBuf {
    let own = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/golden"));
    std::env::var_os("EXECERT_VECTORS")
        .map_or_else(own, PathBuf::from)
        .join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(vectors(path)).unwrap()
}

fn json(path: &str) -> Value {
    parse(text(path).as_bytes(), &Limits::DOCUMENT).unwrap()
}

fn str<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap()
}

#[test]
fn checkpoint() {
    let (want, keys, note) = (
        json("log/checkpoint/expect.json"),
        json("log/checkpoint/keys.json"),
        text("log/checkpoint/input.note"),
    );
    let checkpoint = Checkpoint::parse(&note).unwrap();
    assert_eq!(checkpoint.to_string(), note);
    assert_eq!(checkpoint.origin(), str(&want, "origin"));
    assert_eq!(checkpoint.size(), want.get("size").unwrap().as_int().unwrap());
    assert_eq!(hex(checkpoint.root()), str(&want, "root"));
    let digests = json("log/checkpoint/digests.json");
    let leaves: Vec<_> = digests
        .as_array()
        .unwrap()
        .iter()
        .map(|d| merkle::leaf(&Digest::parse(d.as_str().unwrap()).unwrap()))
        .collect();
    assert_eq!(merkle::root(&leaves), *checkpoint.root());

    let log = Vkey::parse(str(&keys, "log")).unwrap();
    assert_eq!((log.kind(), log.to_string().as_str()), (Kind::Log, str(&keys, "log")));
    assert_eq!(checkpoint.note().check(&log), Signed::Good(vec![0]));
    for witness in keys.get("witnesses").unwrap().as_array().unwrap() {
        let vkey = Vkey::parse(witness.as_str().unwrap()).unwrap();
        assert_eq!(
            (vkey.kind(), vkey.to_string().as_str()),
            (Kind::Witness, witness.as_str().unwrap())
        );
        let time = want
            .get("cosigned")
            .unwrap()
            .get(vkey.name())
            .unwrap()
            .as_int()
            .unwrap();
        assert_eq!(checkpoint.note().check(&vkey), Signed::Good(vec![time]));
    }
    // One letter of the text, and no signature holds.
    let other = Checkpoint::parse(&note.replacen("\n6\n", "\n7\n", 1)).unwrap();
    assert_eq!(other.note().check(&log), Signed::Bad);
    // A key with another name is not this key, whatever its id.
    let renamed = Vkey::new("elsewhere.example", Kind::Log, log.key().clone());
    assert_eq!(checkpoint.note().check(&renamed), Signed::Absent);
}

#[test]
fn receipt() {
    let (want, proof) = (json("log/receipt/expect.json"), text("log/receipt/input.tlog-proof"));
    let receipt = Receipt::parse(&proof).unwrap();
    assert_eq!(receipt.to_string(), proof);
    assert_eq!(receipt.index(), want.get("index").unwrap().as_int().unwrap());
    let digest = Digest::parse(str(&want, "digest")).unwrap();
    assert_eq!(hex(&merkle::leaf(&digest)), str(&want, "leaf"));
    assert_eq!(hex(receipt.checkpoint().root()), str(&want, "root"));
    assert!(receipt.proves(&digest));
    assert!(!receipt.proves(&Digest::of(b"another record")));
    let elsewhere = Receipt::parse(&proof.replacen("index 2", "index 3", 1)).unwrap();
    assert!(!elsewhere.proves(&digest));
}

#[test]
fn key_names() {
    for name in ["log", "north", "record"] {
        let (input, want) = (
            json(&format!("key/{name}/input.json")),
            json(&format!("key/{name}/expect.json")),
        );
        let seed = Digest::from_hex(str(&input, "private_seed")).unwrap();
        let secret = SecretKey::from_seed(*seed.as_bytes());
        let key = secret.key();
        assert_eq!(hex(&key.raw()), str(&want, "public"));
        assert_eq!(b64(&key.spki()), str(&want, "spki"));
        assert_eq!(key.keyid().to_string(), str(&want, "keyid"));
        assert_eq!(key.keyid().fingerprint().replace(' ', ""), str(&want, "fingerprint"));
        let vkey = |kind| Vkey::new("log.example/x", kind, key.clone()).to_string();
        assert_eq!(vkey(Kind::Log), str(&want, "vkey_log"));
        assert_eq!(vkey(Kind::Witness), str(&want, "vkey_cosignature"));
    }
}

#[test]
fn what_we_sign_we_read() {
    let (log, north) = (SecretKey::from_seed([1; 32]), SecretKey::from_seed([2; 32]));
    let mut made = Checkpoint::sign("log.example/x", 3, [7; 32], &log).unwrap();
    made.note_mut()
        .cosign("north.example/w1", 1_772_800_800, &north)
        .unwrap();
    let read = Checkpoint::parse(&made.to_string()).unwrap();
    assert_eq!(read, made);
    assert_eq!(
        read.note()
            .check(&Vkey::new("log.example/x", Kind::Log, log.key().clone())),
        Signed::Good(vec![0])
    );
    let witness = Vkey::new("north.example/w1", Kind::Witness, north.key().clone());
    assert_eq!(read.note().check(&witness), Signed::Good(vec![1_772_800_800]));
    let receipt = Receipt::new(2, vec![[1; 32], [2; 32]], read);
    assert_eq!(Receipt::parse(&receipt.to_string()).unwrap(), receipt);
}

#[test]
fn refused_vkeys() {
    let good = "log.example/x+e2cde936+AZZU2lN9yxSU5JaZhwja515JI/3HGqbOXB+EV6w3FpkV";
    assert!(Vkey::parse(good).is_ok());
    for (from, to) in [
        ("e2cde936", "e2cde937"),
        ("e2cde936", "E2CDE936"),
        ("+AZ", "+BZ"),
        ("log.example", "log example"),
        ("FpkV", "Fpk="),
    ] {
        assert!(Vkey::parse(&good.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    }
}

#[test]
fn c2sp_example() {
    let vkey = Vkey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").unwrap();
    let line = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";
    let note = Note::parse(&format!("This is an example message.\n\n{line}\n")).unwrap();
    assert_eq!(note.lines().len(), 1);
    assert_eq!(note.lines()[0].to_string(), line);
    assert_eq!(note.check(&vkey), Signed::Good(vec![0]));
}
