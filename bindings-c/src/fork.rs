//! Forks: before one the connections of all recorders are closed, on the thread that forks; after it parent and child
//! open their own when they need them. SQLite keeps its locks by process, so that a child would inherit them without
//! effect, and lose what it was told is written.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};

use execert::recorder::Recorder;

use crate::guard;

static OPEN: Mutex<Vec<Weak<Recorder>>> = Mutex::new(Vec::new());

/// What is held over a fork.
struct Held {
    /// Else a thread that is not in the child could hold it there for ever.
    open: MutexGuard<'static, Vec<Weak<Recorder>>>,
    recorders: Vec<Arc<Recorder>>,
}

thread_local! {
    /// Both halves of a fork run on the thread that forks.
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// From now on a fork waits for this recorder.
pub(crate) fn watch(recorder: &Arc<Recorder>) {
    hooks();
    let mut open = lock();
    open.retain(|known| known.strong_count() > 0);
    open.push(Arc::downgrade(recorder));
}

#[cfg(unix)]
fn hooks() {
    static HOOKS: Once = Once::new();
    HOOKS.call_once(|| {
        // Were there no memory for them, a child would find an inherited connection, and be refused.
        // SAFETY: the three stay where they are as long as the library does, and let no panic out.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    });
}

#[cfg(not(unix))]
fn hooks() {}

fn lock() -> MutexGuard<'static, Vec<Weak<Recorder>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
unsafe extern "C" fn before() {
    guard::value((), || {
        let open = lock();
        let recorders: Vec<_> = open.iter().filter_map(Weak::upgrade).collect();
        for recorder in &recorders {
            recorder.before_fork();
        }
        HELD.set(Some(Held { open, recorders }));
    });
}

#[cfg(unix)]
unsafe extern "C" fn in_parent() {
    after(false);
}

#[cfg(unix)]
unsafe extern "C" fn in_child() {
    after(true);
}

#[cfg(unix)]
fn after(child: bool) {
    guard::value((), || {
        let Some(Held { open, recorders }) = HELD.take() else {
            return;
        };
        for recorder in &recorders {
            recorder.after_fork(child);
        }
        drop(open);
        if child {
            // Who lets go of a recorder last closes its ledger, and this one is the parent's: a thread that is not here may
            // have freed it in the moment of the fork.
            std::mem::forget(recorders);
        }
    });
}
