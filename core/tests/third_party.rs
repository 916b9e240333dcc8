//! Public suites: each test says how many of its cases it ran.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    reason = "a test reads its vectors"
)]

use std::fs;
use std::path::{Path, PathBuf};

use execert::Code;
use execert::canon::{Value, parse, to_jcs};
use execert::checkpoint::Checkpoint;
use execert::digest::{Digest, hmac, sha256, unb64};
use execert::key::PublicKey;
use execert::limits::Limits;
use execert::merkle::{self, Hash};
use execert::note::{Note, Signed, Vkey};

fn vectors(area: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors/third-party")
        .join(area)
}

fn files(area: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(vectors(area))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    files
}

fn document(path: &Path) -> Value {
    parse(&fs::read(path).unwrap(), &Limits::DOCUMENT).unwrap()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap()
}

#[test]
fn jcs() {
    let inputs = files("jcs/input");
    for input in &inputs {
        let want = fs::read(vectors("jcs/output").join(name(input))).unwrap();
        assert_eq!(to_jcs(&document(input)), want, "{}", name(input));
        let hex_file = vectors("jcs/outhex").join(name(input)).with_extension("txt");
        let hex: String = fs::read_to_string(hex_file).unwrap().split_whitespace().collect();
        assert_eq!(want, unhex(&hex), "{}", name(input));
    }
    println!("jcs: {} documents", inputs.len());
    assert_eq!(inputs.len(), 6);
}

/// The published sequence of doubles: its first million lines have a published digest.
#[test]
fn es6_numbers() {
    let readme = fs::read_to_string(vectors("jcs/README.md")).unwrap();
    let list = readme
        .split("staticU64s = new BigUint64Array([")
        .nth(1)
        .unwrap()
        .split("])")
        .next()
        .unwrap();
    let mut bits: Vec<u64> = list
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| u64::from_str_radix(word.trim_start_matches("0x").trim_end_matches('n'), 16).unwrap())
        .collect();
    bits.extend((0..2_000).map(|n| 0x0010_0000_0000_0000 + n));
    let mut block = [0; 32];
    while bits.len() < 1_000_000 {
        block = sha256(&[&block]);
        for word in block.as_chunks::<8>().0 {
            let number = f64::from_bits(u64::from_le_bytes(*word));
            if number.is_finite() && number.abs() > 0.0 {
                bits.push(number.to_bits());
            }
        }
    }
    let mut lines = Vec::new();
    for word in bits.iter().take(1_000_000) {
        let number = f64::from_bits(*word);
        let ours = to_jcs(&Value::Number(number));
        assert_eq!(ours, serde_jcs::to_vec(&number).unwrap(), "{word:x}");
        assert_eq!(
            parse(&ours, &Limits::DOCUMENT).unwrap(),
            Value::Number(number + 0.0),
            "{word:x}"
        );
        lines.extend_from_slice(format!("{word:x},").as_bytes());
        lines.extend_from_slice(&ours);
        lines.push(b'\n');
    }
    assert_eq!(
        Digest::of(&lines).hex(),
        "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16"
    );
    println!("es6 numbers: 1000000, equal to serde_jcs and to the published digest");
}

#[test]
fn jsontestsuite() {
    let (mut refused, mut read, mut either) = (0, 0, 0);
    for file in files("jsontestsuite/test_parsing") {
        let got = parse(&fs::read(&file).unwrap(), &Limits::DOCUMENT);
        match name(&file).get(..1).unwrap() {
            "n" => {
                assert!(got.is_err(), "{}", name(&file));
                refused += 1;
            }
            "y" if name(&file).starts_with("y_object_duplicated_key") => {
                assert_eq!(got.unwrap_err().code(), Code::CanonDuplicateKey, "{}", name(&file));
            }
            "y" => {
                let value = got.unwrap_or_else(|error| panic!("{}: {error}", name(&file)));
                assert_eq!(
                    parse(&to_jcs(&value), &Limits::DOCUMENT).unwrap(),
                    value,
                    "{}",
                    name(&file)
                );
                read += 1;
            }
            _ => either += 1,
        }
    }
    println!("jsontestsuite: {refused} refused, {read} read, 2 with duplicate names refused, {either} without a crash");
    assert_eq!((refused, read, either), (188, 93, 35));
}

#[test]
fn agent_receipts() {
    let all = document(&vectors("agent-receipts/canonicalization_vectors.json"));
    let cases = all.get("canonicalization_vectors").unwrap().as_array().unwrap();
    for case in cases {
        let jcs = to_jcs(case.get("input").unwrap());
        assert_eq!(jcs, text(case, "canonical").as_bytes(), "{}", text(case, "name"));
        if let Some(digest) = case.get("expectedHash").and_then(Value::as_str) {
            assert_eq!(Digest::of(&jcs).to_string(), digest, "{}", text(case, "name"));
        }
    }
    println!("agent-receipts: {} documents", cases.len());
    assert_eq!(cases.len(), 32);
}

#[test]
fn wycheproof_ed25519() {
    let all = document(&vectors("wycheproof/ed25519_test.json"));
    let mut count = 0;
    for group in all.get("testGroups").unwrap().as_array().unwrap() {
        let key = PublicKey::from_spki(&unhex(text(group, "publicKeyDer")));
        for test in group.get("tests").unwrap().as_array().unwrap() {
            let (message, signature) = (unhex(text(test, "msg")), unhex(text(test, "sig")));
            let good = key.as_ref().is_ok_and(|key| key.verify(&message, &signature));
            assert_eq!(good, text(test, "result") == "valid", "{test:?}");
            count += 1;
        }
    }
    println!("wycheproof ed25519: {count} signatures");
    assert_eq!(Some(count), all.get("numberOfTests").unwrap().as_int());
}

#[test]
fn wycheproof_hmac() {
    let all = document(&vectors("wycheproof/hmac_sha256_test.json"));
    let mut count = 0;
    for group in all.get("testGroups").unwrap().as_array().unwrap() {
        if group.get("keySize").unwrap().as_int() != Some(256) {
            continue;
        }
        for test in group.get("tests").unwrap().as_array().unwrap() {
            let key: [u8; 32] = unhex(text(test, "key")).try_into().unwrap();
            let tag = hmac(&key, &[&unhex(text(test, "msg"))]);
            let wanted = unhex(text(test, "tag"));
            assert_eq!(tag.starts_with(&wanted), text(test, "result") == "valid", "{test:?}");
            count += 1;
        }
    }
    println!("wycheproof hmac-sha256: {count} tags under keys of 32 bytes");
    assert!(count > 50);
}

#[test]
fn cctv_ed25519() {
    let all = document(&vectors("cctv/ed25519/ed25519vectors.json"));
    let (mut taken, mut count) = (0, 0);
    for test in all.as_array().unwrap() {
        let raw: [u8; 32] = unhex(text(test, "key")).try_into().unwrap();
        let good = PublicKey::from_raw(raw)
            .is_ok_and(|key| key.verify(text(test, "msg").as_bytes(), &unhex(text(test, "sig"))));
        let flags = test.get("flags").and_then(Value::as_array).unwrap_or_default();
        let bad = [
            "low_order_A",
            "low_order_R",
            "non_canonical_A",
            "non_canonical_R",
            "low_order_residue",
        ];
        assert_eq!(
            good,
            !flags.iter().any(|flag| bad.contains(&flag.as_str().unwrap())),
            "{test:?}"
        );
        taken += u64::from(good);
        count += 1;
    }
    println!("cctv ed25519: {taken} of {count} taken");
    assert_eq!((taken, count), (43, 914));
}

#[test]
fn speccheck() {
    let all = document(&vectors("speccheck/cases.json"));
    let verdicts: Vec<bool> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|case| {
            let raw: [u8; 32] = unhex(text(case, "pub_key")).try_into().unwrap();
            PublicKey::from_raw(raw)
                .is_ok_and(|key| key.verify(&unhex(text(case, "message")), &unhex(text(case, "signature"))))
        })
        .collect();
    println!("speccheck: {} cases", verdicts.len());
    // Only case 3, mixed A and R under a cofactorless equation, is a signature.
    let want: Vec<bool> = (0..12).map(|n| n == 3).collect();
    assert_eq!(verdicts, want);
}

// These cases hold indexes beyond 2^53, which our own reader refuses; they are read with serde_json.
type Case = serde_json::Value;

fn hash_of(value: &Case) -> Option<Hash> {
    unb64(value.as_str()?)?.try_into().ok()
}

/// Some consistency cases hold texts for roots, which our type cannot express; their digest is as good.
fn root_of(value: &Case) -> Option<Hash> {
    hash_of(value).or_else(|| Some(sha256(&[value.as_str()?.as_bytes()])))
}

fn proofs(area: &str, judge: impl Fn(&Case, &[Hash]) -> Option<bool>) -> u64 {
    let mut count = 0;
    let mut waiting = files(area);
    while let Some(file) = waiting.pop() {
        if file.is_dir() {
            waiting.extend(fs::read_dir(&file).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let case: Case = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            let proof = case.get("proof").and_then(Case::as_array);
            let path: Option<Vec<Hash>> = proof.into_iter().flatten().map(hash_of).collect();
            let good = path.and_then(|path| judge(&case, &path)).unwrap_or(false);
            assert_eq!(
                good,
                case.get("wantErr").and_then(Case::as_bool) != Some(true),
                "{}",
                file.display()
            );
            count += 1;
        }
    }
    count
}

#[test]
fn merkle_proofs() {
    let inclusion = proofs("merkle/inclusion", |case, path| {
        let (index, size) = (case.get("leafIdx")?.as_u64()?, case.get("treeSize")?.as_u64()?);
        let (leaf, root) = (hash_of(case.get("leafHash")?)?, hash_of(case.get("root")?)?);
        Some(merkle::verify_inclusion(&leaf, index, size, path, &root))
    });
    let consistency = proofs("merkle/consistency", |case, path| {
        let (old, new) = (case.get("size1")?.as_u64()?, case.get("size2")?.as_u64()?);
        let (before, after) = (root_of(case.get("root1")?)?, root_of(case.get("root2")?)?);
        Some(merkle::verify_consistency(old, new, path, &before, &after))
    });
    println!("merkle: {inclusion} inclusion and {consistency} consistency proofs");
    assert_eq!((inclusion, consistency), (98, 98));
}

#[test]
fn merkle_proofs_of_our_own() {
    let leaves: Vec<Hash> = (0u8..70).map(|n| merkle::leaf_of(&[n])).collect();
    for size in 1..=leaves.len() {
        let tree = leaves.get(..size).unwrap();
        let root = merkle::root(tree);
        for (index, leaf) in tree.iter().enumerate() {
            let path = merkle::prove_inclusion(tree, index).unwrap();
            let holds = |at: u64| merkle::verify_inclusion(leaf, at, size as u64, &path, &root);
            assert!(holds(index as u64), "{index} of {size}");
            assert!(!holds(index as u64 + 1), "{index} of {size}");
        }
        for old in 1..=size {
            let before = merkle::root(&leaves[..old]);
            let path = merkle::prove_consistency(tree, old).unwrap();
            assert!(
                merkle::verify_consistency(old as u64, size as u64, &path, &before, &root),
                "{old} {size}"
            );
        }
    }
}

/// The lines from the one that begins so, as far as they go without a fence or a second blank line.
fn example(page: &str, beginning: &str) -> String {
    let start = page.find(beginning).unwrap();
    let lines = page
        .get(start..)
        .unwrap()
        .lines()
        .map(|line| line.strip_prefix("    ").unwrap_or(line));
    let mut text = String::new();
    for line in lines {
        if (line.is_empty() && text.contains("\n\n")) || line.starts_with("```") {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[test]
fn c2sp_examples() {
    let page = |name: &str| fs::read_to_string(vectors("c2sp").join(name)).unwrap();
    let signed_note = page("signed-note.md");
    let vkey = example(&signed_note, "example.com/foo+");
    let vkey = Vkey::parse(vkey.lines().next().unwrap()).unwrap();
    let note = example(&signed_note, "This is an example message.");
    let parsed = Note::parse(&note).unwrap();
    assert_eq!(parsed.check(&vkey), Signed::Good(vec![0]));
    let other = note.replacen("example message", "other message", 1);
    assert_eq!(Note::parse(&other).unwrap().check(&vkey), Signed::Bad);

    let mut count = 2;
    for name in ["tlog-checkpoint.md", "tlog-cosignature.md", "tlog-witness.md"] {
        let note = example(&page(name), "example.com/behind-the-sofa\n");
        let checkpoint = Checkpoint::parse(&note).unwrap_or_else(|error| panic!("{name}: {error}\n{note}"));
        assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa", "{name}");
        assert!(!checkpoint.note().lines().is_empty(), "{name}");
        count += 1;
    }
    println!("c2sp: {count} examples");
}

/// Signatures that the equation alone accepts: A with a part of small order, R of small order. The strict rule takes none.
#[test]
fn loose_signatures() {
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use curve25519_dalek::{EdwardsPoint, Scalar};
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    use sha2::{Digest as _, Sha512};

    let secret = Scalar::from_bytes_mod_order([5; 32]);
    let mut loose = 0;
    for torsion in EIGHT_TORSION {
        let point: EdwardsPoint = ED25519_BASEPOINT_POINT * secret + torsion;
        let raw = point.compress().to_bytes();
        let (ours, theirs) = (
            PublicKey::from_raw(raw).unwrap(),
            VerifyingKey::from_bytes(&raw).unwrap(),
        );
        for (r, number) in EIGHT_TORSION
            .iter()
            .flat_map(|r| (0..40u8).map(move |number| (r, number)))
        {
            let (r, message) = (r.compress().to_bytes(), [number]);
            let hash = Sha512::new().chain_update(r).chain_update(raw).chain_update(message);
            let s = Scalar::from_hash(hash) * secret;
            let bytes = [r, s.to_bytes()].concat();
            let signature = Signature::from_slice(&bytes).unwrap();
            loose += usize::from(theirs.verify(&message, &signature).is_ok());
            assert!(!ours.verify(&message, &bytes));
        }
    }
    // Of those with a fitting part of A, between one in eight and all: they are there.
    assert!(loose > 300, "{loose}");
}
