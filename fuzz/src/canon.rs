//! Any bytes as a JSON text.

use execert::canon::{check_limits, parse, parse_canonical, to_jcs};
use execert::limits::Limits;

/// What the reader takes, the writer writes so that the reader takes it again, equal; and `serde_jcs` writes the same
/// where it reads the text too.
pub fn check(data: &[u8]) {
    let canonical = parse_canonical(data, &Limits::DOCUMENT).is_ok();
    let value = match parse(data, &Limits::DOCUMENT) {
        Ok(value) => value,
        Err(error) => {
            assert!(!canonical, "canonical, but not readable");
            assert!(error.line().is_some(), "a refusal without a place: {error}");
            return;
        }
    };
    let written = to_jcs(&value);
    assert_eq!(canonical, written == data, "canonical is what the writer writes");
    check_limits(&value).expect("the limits of the reader are those of the writer");
    let again = parse_canonical(&written, &Limits::DOCUMENT).expect("what is written is read");
    assert_eq!(again, value, "read again");
    // Other readers take more than we do, never less.
    let theirs: serde_json::Value = serde_json::from_slice(data).expect("serde_json reads what we read");
    let theirs = serde_jcs::to_vec(&theirs).expect("serde_jcs writes what it has");
    assert_eq!(theirs, written, "serde_jcs writes something else");
}
