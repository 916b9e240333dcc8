//! The C library. `include/execert.h` is made from this; what a function does, and who owns what for how long, is said
//! there for each.
//!
//! Three rules hold for all. A function that can fail returns an error, or NULL; its answers come through pointers. A
//! handle is a number in the clothes of a pointer: it is looked up, never followed, so one that was freed, or is of
//! another kind, is an error and no crash. Bytes that come in are borrowed for the call, bytes that go out are the
//! caller's.
#![expect(unreachable_pub, reason = "what C reaches is `pub`; no Rust code links this library")]

mod bytes;
mod error;
mod evidence;
#[cfg(feature = "record")]
mod fork;
mod guard;
mod handles;
#[cfg(feature = "record")]
mod key;
#[cfg(feature = "record")]
mod recorder;
#[cfg(feature = "record")]
mod run;
#[cfg(feature = "record")]
mod step;
#[cfg(feature = "testing")]
mod testing;
mod version;
