//! Certified execution records: canonical, hashed, signed, chained, and checked offline with public keys only.
//!
//! This crate takes bytes and gives bytes. It opens no file, reads no clock and makes no randomness: what touches the
//! world is the trait [`Host`](crate::host::Host), and `execert-store` implements it.
//!
//! What only a recorder needs is behind the feature `record`, what shows a report as text behind `text`: a verifier can
//! be built without either.
//!
//! The modules stand in the order in which a record flows through them; each uses only those above it.
#![forbid(unsafe_code)]

mod codes;
mod shown;
pub mod error;
pub mod limits;
pub mod time;
pub mod id;
pub mod digest;
pub mod key;
pub mod canon;
pub mod merkle;
pub mod content;
#[cfg(feature = "record")]
pub mod privacy;
mod words;
pub mod envelope;
pub mod statement;
pub mod record;
pub mod document;
pub mod chain;
pub mod note;
pub mod checkpoint;
pub mod bundle;
pub mod disclose;
#[cfg(feature = "record")]
pub mod policy;
pub mod trust;
pub mod report;
pub mod verify;
#[cfg(feature = "text")]
pub mod render;
#[cfg(feature = "record")]
pub mod store;
#[cfg(feature = "record")]
pub mod host;
#[cfg(feature = "record")]
pub mod gate;
#[cfg(feature = "record")]
pub mod recorder;
#[cfg(feature = "record")]
mod feed;
#[cfg(feature = "record")]
pub mod wire;

pub use codes::Code;
pub use error::{Error, Kind, Result};
