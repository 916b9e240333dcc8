//! Every size, count and depth of the format (docs/spec/01-json.md), in one place.

/// Largest integer that every JSON reader keeps: 2^53 - 1.
pub const MAX_INTEGER: u64 = 9_007_199_254_740_991;
/// Nesting of one document.
pub const DEPTH: usize = 64;
/// Values in one document, containers included.
pub const VALUES: usize = 200_000;
/// Members of one object.
pub const MEMBERS: usize = 10_000;
/// Bytes of a member name, unescaped UTF-8.
pub const NAME_BYTES: usize = 1_024;
/// Bytes of a string, unescaped UTF-8.
pub const STRING_BYTES: usize = 8_388_608;
/// Bytes of a signed payload.
pub const PAYLOAD_BYTES: usize = 524_288;
/// Bytes of a content document as JCS.
pub const CONTENT_BYTES: usize = 16_777_216;
/// Bytes of one bundle line.
pub const LINE_BYTES: usize = 25_165_824;
/// Bytes of a bundle.
pub const BUNDLE_BYTES: u64 = 2_147_483_648;
/// Records of a bundle.
pub const BUNDLE_RECORDS: u64 = 1_000_000;
/// Lines of a bundle between its manifest and its records.
pub const BUNDLE_MATERIAL: u64 = 100_000;
/// Bytes of these lines together, without their line ends.
pub const BUNDLE_MATERIAL_BYTES: u64 = 33_554_432;
/// Content values of a bundle, all records together.
pub const BUNDLE_VALUES: u64 = 50_000_000;
/// Signatures of one envelope.
pub const SIGNATURES: usize = 16;
/// Signature lines of one note.
pub const NOTE_SIGNATURES: usize = 64;
/// Hashes of one Merkle proof.
pub const PROOF_HASHES: usize = 63;
/// Letters of an identifier.
pub const IDENT: usize = 200;

/// Findings of one code and severity that a report lists, and signers.
pub const FINDINGS: usize = 1_000;
/// Bytes of their paths together.
pub const FINDING_PATHS: usize = 1_048_576;

/// How much one JSON text may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Nesting.
    pub depth: usize,
    /// Values, containers included.
    pub values: usize,
}

impl Limits {
    /// A document: content, trust, options, policy.
    pub const DOCUMENT: Limits = Limits {
        bytes: CONTENT_BYTES,
        depth: DEPTH,
        values: VALUES,
    };
    /// A signed payload.
    pub const PAYLOAD: Limits = Limits {
        bytes: PAYLOAD_BYTES,
        depth: DEPTH,
        values: VALUES,
    };
    /// A bundle line: an envelope around content and its index.
    pub const LINE: Limits = Limits {
        bytes: LINE_BYTES,
        depth: 66,
        values: 600_000,
    };
}
