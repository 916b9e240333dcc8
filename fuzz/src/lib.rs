//! What has to hold for any bytes. Each check takes bytes, and panics if something that may never happen happens.
//!
//! | Check | What the bytes are | What has to hold |
//! |---|---|---|
//! | `canon` | a JSON text | what is written is read again, equal; where `serde_jcs` reads it too, it writes the same |
//! | `content` | a document, a seed, places to hide, one change | roots stay; a changed opening never fits |
//! | `bundle` | changes to a bundle of the vectors | a report, the same from small pieces; no record nobody signed |
//! | `envelope` | changes to a record, or bytes | what is read is written again byte for byte |
//! | `disclose` | changes, a redaction, a revelation | the root stays, nothing withheld comes back altered |
//! | `trust` | a trust document, its request, a policy | what `build` makes is read; names and quorums agree |
//! | `checkpoint` | notes, checkpoints, receipts, trees | what is read is written again; a proof of nothing else |
//! | `recover` | changes to the files of a ledger | refused or the same records; never mended unasked |

pub mod base;
pub mod bundle;
pub mod canon;
pub mod checkpoint;
pub mod content;
pub mod disclose;
pub mod draw;
pub mod edit;
pub mod envelope;
pub mod recover;
pub mod trust;

/// A check by name.
pub type Target = (&'static str, fn(&[u8]));

/// All checks.
pub const TARGETS: [Target; 8] = [
    ("canon", canon::check),
    ("content", content::check),
    ("bundle", bundle::check),
    ("envelope", envelope::check),
    ("disclose", disclose::check),
    ("trust", trust::check),
    ("checkpoint", checkpoint::check),
    ("recover", recover::check),
];
