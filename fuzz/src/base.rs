//! The vectors from which the checks start, compiled in: a fuzzer has no folder.

use std::sync::OnceLock;

use execert::canon::{Value, parse};
use execert::digest::Digest;
use execert::key::SecretKey;
use execert::limits::Limits;
use execert::verify;

/// A bundle of the golden vectors.
pub struct Base {
    /// Its folder.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// Its lines without their line feeds.
    pub lines: Vec<&'static [u8]>,
    /// What its reader trusts.
    pub trust: Value,
    /// When it is read.
    pub options: Value,
    exit: OnceLock<Option<u8>>,
}

impl Base {
    /// The exit of checking these bytes under the trust of their reader; none if there is no report.
    #[must_use]
    pub fn judge(&self, mut bytes: &[u8]) -> Option<u8> {
        verify::check(&mut bytes, &self.trust, &self.options)
            .map(|report| report.exit())
            .ok()
    }

    /// That of the file itself.
    pub fn exit(&self) -> Option<u8> {
        *self.exit.get_or_init(|| self.judge(self.bytes))
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((
            $name,
            include_bytes!(concat!("../../tests/vectors/golden/", $name, "/input.execert")).as_slice(),
            include_bytes!(concat!("../../tests/vectors/golden/", $name, "/trust.json")).as_slice(),
            include_bytes!(concat!("../../tests/vectors/golden/", $name, "/options.json")).as_slice(),
        )),*]
    };
}

/// The bundles: of chains and of runs, with everything that can stand in one. New ones go to the end, since the first byte
/// of a corpus file counts in this list.
pub fn bundles() -> &'static [Base] {
    static BASES: OnceLock<Vec<Base>> = OnceLock::new();
    BASES.get_or_init(|| {
        let files = files![
            "bundle/run",
            "bundle/good",
            "bundle/run-witnessed",
            "bundle/redacted",
            "bundle/runs",
            "bundle/run-withheld",
            "bundle/run-redacted",
            "bundle/run-erased",
            "bundle/six",
            "bundle/forked_fail",
            "bundle/revoked-key_fail",
            "bundle/revocation-withheld_fail",
            "control/rotation",
            "control/run-two-ledgers",
            "control/run-basis-listed",
            "control/run-checkpoint",
            "control/run-receipt-early",
            "control/stranger-attests",
            "control/open-intent",
            "control/tag",
            "control/chain-of-runs",
            "control/run-revoked-later",
            "control/run-known-head",
            "control/withheld-record",
        ];
        let base = |(name, bytes, trust, options): (&'static str, &'static [u8], &[u8], &[u8])| Base {
            name,
            bytes,
            lines: bytes
                .split_inclusive(|b| *b == b'\n')
                .map(|l| l.strip_suffix(b"\n").unwrap_or(l))
                .collect(),
            trust: parse(trust, &Limits::DOCUMENT).expect("a vector"),
            options: parse(options, &Limits::DOCUMENT).expect("a vector"),
            exit: OnceLock::new(),
        };
        files.into_iter().map(base).collect()
    })
}

/// The keys of the vectors, whose seeds are public.
pub fn keys() -> &'static [SecretKey] {
    static KEYS: OnceLock<Vec<SecretKey>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let names = [
            "record",
            "record-2",
            "mallory",
            "stranger",
            "log",
            "mallory-log",
            "north",
            "south",
            "south-2",
            "revocation",
        ];
        let seed = |name: &str| *Digest::of(format!("execert test key {name}").as_bytes()).as_bytes();
        names.iter().map(|name| SecretKey::from_seed(seed(name))).collect()
    })
}

/// A checkpoint of the vectors.
pub const NOTE: &str = include_str!("../../tests/vectors/golden/log/checkpoint/input.note");
/// A receipt of the vectors.
pub const PROOF: &str = include_str!("../../tests/vectors/golden/log/receipt/input.tlog-proof");
