//! Kotlin and Swift: the core behind UniFFI. What is generated from this is in `generated`; the classes that people use
//! stand before it, in `kotlin` and `swift`.
//!
//! Documents are bytes of JSON both ways. Every function passes the guard, and every error is one `Failure`.
#![expect(clippy::result_large_err, reason = "an error of UniFFI holds its members itself")]
#![expect(
    unreachable_pub,
    reason = "what is exported is `pub`; no Rust code links this library"
)]

mod evidence;
mod guard;
mod key;
mod recorder;
mod run;
mod step;
#[cfg(feature = "testing")]
mod testing;

uniffi::setup_scaffolding!();
