//! Fail points: named places where a test makes the store fail, or ends the process. Builds without the feature
//! `fail-points` have none: `reach` is empty there. Our own, since the crate for it brings a random generator that
//! repeats itself after a fork.
//!
//! ```text
//! open.locked  open.keys  open.filled  open.checked  open.live     making and opening
//! turn.locked  turn.connect  turn.begun                            a turn begins; `turn.connect`: a new connection
//! commit.written                                                   all rows are written, before COMMIT
//! commit.answer                                                    COMMIT is done; an error here is taken for its answer
//! commit.settling  commit.key  commit.head                         after it: MAC file, graves, head file
//! reload                                                           asking whether an unclear commit is there
//! ```

use execert::Result;

#[cfg(feature = "fail-points")]
mod armed {
    use std::sync::{PoisonError, RwLock};

    use execert::Error;

    /// Gets the name of each point that is reached; an error makes the store fail there.
    pub type FailHook = fn(&'static str) -> Option<Error>;

    static HOOK: RwLock<Option<FailHook>> = RwLock::new(None);

    /// Arms all points, or with None disarms them.
    pub fn set_fail_hook(hook: Option<FailHook>) {
        *HOOK.write().unwrap_or_else(PoisonError::into_inner) = hook;
    }

    pub(super) fn hook() -> Option<FailHook> {
        *HOOK.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "fail-points")]
pub use armed::{FailHook, set_fail_hook};

#[cfg(feature = "fail-points")]
pub(crate) fn reach(name: &'static str) -> Result<()> {
    armed::hook().and_then(|hook| hook(name)).map_or(Ok(()), Err)
}

#[cfg(not(feature = "fail-points"))]
#[expect(clippy::unnecessary_wraps, reason = "as the one that can fail")]
pub(crate) fn reach(_name: &'static str) -> Result<()> {
    Ok(())
}
