//! The native half of the npm package `execert`. It translates and decides nothing: what is decided, the core decides.
//! People use the classes of `execert`; this addon is private.

#![expect(
    unreachable_pub,
    reason = "what JavaScript reaches is `pub`; no Rust code links this library"
)]

mod evidence;
mod files;
mod guard;
mod key;
mod once;
mod recorder;

use napi_derive::napi;

/// The version of the package, of the core and of the command line.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Called once by each thread that loads the addon: with the version of Node, and the file it was loaded from.
#[napi]
pub fn start(version: String, file: String) -> guard::Outcome<()> {
    guard::entry(|| {
        once::only(&file)?;
        key::set_version(&version);
        Ok(())
    })
}
