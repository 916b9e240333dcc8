//! The core as WebAssembly. It imports nothing: no clock, no randomness, no files, no console. What it needs is handed
//! in, what it answers is taken out.
//!
//! Bytes travel in buffers, named by numbers from 1. A caller makes one with `execert_new`, writes at `execert_at`, and
//! passes its number; a function takes (and frees) what it is passed, and answers with the number of a new buffer, or
//! with a negative one whose buffer says in JSON why there is no answer. `docs/reference/wasm.md` has the whole list.
#![expect(
    unreachable_pub,
    reason = "what JavaScript reaches is `pub`; no Rust code links this library"
)]

mod answer;
mod buffers;
mod evidence;
#[cfg(feature = "seal")]
mod host;
#[cfg(feature = "seal")]
mod policy;
#[cfg(feature = "seal")]
mod recorder;
