//! A recorder that only observes never breaks the application: what could not be recorded is counted, and told by a
//! `gap` record as soon as something can be written again. The same for a disk that was full.

use std::sync::Mutex;
use std::sync::atomic::Ordering;

use super::group::lock;
use super::pen::Pen;
use super::{Core, own_note};
use crate::canon::{Object, Value};
use crate::codes::Code;
use crate::error::{Error, Kind as Cause, Result};
use crate::object;
use crate::record::{Body, Draft, Kind};
use crate::time::Timestamp;

/// What was lost or refused since the last time it was told.
#[derive(Default)]
pub(super) struct Lost {
    events: Mutex<Option<(u64, Timestamp)>>,
    disk: Mutex<Disk>,
}

#[derive(Default)]
struct Disk {
    full: bool,
    told: bool,
    resumed: bool,
    refused: u64,
}

impl Core {
    /// In observe mode a failure of the store is counted instead of raised: `Ok(None)`.
    ///
    /// # Errors
    /// In enforce mode all of them; in observe mode those that are the caller's to mend.
    pub(super) fn or_lost<T>(&self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if !self.enforce && is_loss(&error) => {
                let mut events = lock(&self.lost.events);
                let now = self.host.now();
                let (count, since) = events.unwrap_or((0, now));
                *events = Some((count.saturating_add(1), since));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes that the disk is full; the reserve is free for what ends an act. True the first time.
    pub(super) fn disk_is_full(&self) -> bool {
        let mut disk = lock(&self.lost.disk);
        let first = !disk.full;
        disk.full = true;
        disk.refused = disk.refused.saturating_add(1);
        self.asked.store(self.host.monotonic_ms(), Ordering::Release);
        first
    }

    /// Whether an act may begin: space for its outcome is held back. Asked again at most every 10 s.
    ///
    /// # Errors
    /// `store.full`.
    pub(super) fn room(&self) -> Result<()> {
        if self.ledger.reserved() && !lock(&self.lost.disk).full {
            return Ok(());
        }
        let now = self.host.monotonic_ms();
        let asked = self.asked.load(Ordering::Acquire);
        if now.saturating_sub(asked) >= 10_000 || asked == 0 {
            self.asked.store(now.max(1), Ordering::Release);
            if self.ledger.refill()? {
                let mut disk = lock(&self.lost.disk);
                disk.resumed = disk.full;
                disk.full = false;
                return Ok(());
            }
        }
        let mut disk = lock(&self.lost.disk);
        disk.full = true;
        disk.refused = disk.refused.saturating_add(1);
        Err(Error::new(
            Code::StoreFull,
            "no space is held back for the outcome of a new act",
        ))
    }
}

/// A failure of the store, not a mistake of the caller.
fn is_loss(error: &Error) -> bool {
    let mistake = matches!(error.code(), Code::ChainForkedProcess | Code::StoreRequestReused);
    matches!(error.kind(), Cause::Unavailable | Cause::Conflict) && !mistake
}

/// What the records of a turn tell; it is forgotten once they are durable.
#[derive(Default)]
pub(super) struct Told {
    lost: u64,
    full: bool,
    resumed: bool,
    refused: u64,
}

/// Tells what was lost, before the records of this turn.
pub(super) fn tell(pen: &mut Pen<'_>) -> Result<()> {
    let core = pen.core;
    let lost = *lock(&core.lost.events);
    if let Some((count, since)) = lost {
        let mut draft = Draft::new(Kind::Gap, pen.nothing()?);
        draft.body = Body::Gap {
            lost: count,
            since,
            reason: "not-durable".to_owned(),
        };
        pen.add(&draft)?;
        pen.told.lost = count;
    }
    let (full, resumed, refused) = {
        let disk = lock(&core.lost.disk);
        (disk.full && !disk.told, disk.resumed, disk.refused)
    };
    if full {
        pen.add(&own_note(core, "store-full", Object::new())?)?;
        pen.told.full = true;
    }
    if resumed {
        let count = object! { "params": object! { "refused": Value::count(refused) } };
        pen.add(&own_note(core, "store-resumed", count)?)?;
        pen.told.resumed = true;
        pen.told.refused = refused;
    }
    Ok(())
}

/// The records that tell it are durable.
pub(super) fn told(core: &Core, told: &Told) {
    let mut events = lock(&core.lost.events);
    if let Some((count, since)) = *events {
        let left = count.saturating_sub(told.lost);
        *events = (left > 0).then_some((left, since));
    }
    drop(events);
    let mut disk = lock(&core.lost.disk);
    disk.told |= told.full;
    if told.resumed {
        disk.resumed = false;
        disk.told = false;
        disk.refused = disk.refused.saturating_sub(told.refused);
    }
}
