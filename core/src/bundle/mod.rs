//! Bundles: a manifest, material and records in one file, read once from front to back (docs/spec/07-bundle.md).

mod beside;
mod line;
mod manifest;
mod manifest_read;
mod material;
mod names;
mod reader;
mod write;

pub use line::{BasisLine, ContentForm, DocumentLine, Line, Material, RecordLine, Withheld, WithheldAt};
pub use manifest::{ChainName, ChainRange, Manifest, RunRange, Scope};
pub use reader::Reader;
#[cfg(feature = "record")]
pub(crate) use write::envelope_line;
pub(crate) use write::withheld_line;
pub use write::{BundleWriter, Materials, NewManifest, record_line};
