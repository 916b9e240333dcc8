//! Bundles: a manifest, material and records in one file, read once from front to back (format.md chapter 8.2).

mod line;
mod manifest;

pub use line::{BasisLine, ContentForm, DocumentLine, Line, Material, RecordLine, Withheld, WithheldAt};
pub use manifest::{ChainName, ChainRange, Manifest, RunRange, Scope};
