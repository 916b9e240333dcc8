//! Handles: numbers that C holds as pointers. They are looked up and never followed.
//!
//! A number is, from the top: kind (4 bits), which life of the table (8), turn of the slot (24), slot (28). A turn that
//! is used up retires its slot, so that no number ever stands for a second thing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use execert::{Code, Error, Result};

/// What handles of one kind stand for.
pub(crate) struct Table<T> {
    kind: u64,
    name: &'static str,
    first: Life<T>,
}

/// The handles of one process. A child that came through a fork begins a life of its own: a thread that is not there
/// any more may hold the lock of its parent's for ever, and what stands in it is the parent's.
struct Life<T> {
    /// 0: nobody's yet.
    process: AtomicU32,
    slots: Mutex<Slots<T>>,
    next: OnceLock<Box<Life<T>>>,
}

struct Slots<T> {
    all: Vec<Slot<T>>,
    free: Vec<u64>,
}

struct Slot<T> {
    turn: u64,
    value: Option<Arc<T>>,
}

#[derive(Clone, Copy, PartialEq)]
struct Place {
    life: u64,
    turn: u64,
    index: u64,
}

const TURNS: u64 = (1 << 24) - 1;
const SLOTS: u64 = (1 << 28) - 1;
const LIVES: u64 = (1 << 8) - 1;

impl<T> Table<T> {
    /// `kind` is a number of its own, from 1 to 14.
    pub(crate) const fn new(kind: u64, name: &'static str) -> Self {
        Table {
            kind,
            name,
            first: Life::new(),
        }
    }

    /// Keeps a thing and names it.
    ///
    /// # Errors
    /// `wire.bad_handle` if there are more than 2^28.
    pub(crate) fn put<H>(&self, value: T) -> Result<*mut H> {
        let value = Arc::new(value);
        let (life, depth) = self.life();
        let mut slots = life.lock();
        let index = match slots.free.pop() {
            Some(index) => index,
            None => {
                let index = u64::try_from(slots.all.len()).unwrap_or(u64::MAX);
                if index > SLOTS || depth > LIVES {
                    return Err(self.wrong("is one too many"));
                }
                slots.all.push(Slot { turn: 0, value: None });
                index
            }
        };
        let slot = slots.at(index).ok_or_else(|| self.wrong("is missing"))?;
        slot.turn = slot.turn.saturating_add(1);
        slot.value = Some(value);
        let number = index | slot.turn << 28 | depth << 52 | self.kind << 60;
        let address = usize::try_from(number).map_err(|_| self.wrong("needs 64 bits"))?;
        Ok(std::ptr::without_provenance_mut(address))
    }

    /// What a handle stands for.
    ///
    /// # Errors
    /// `wire.bad_handle`; `chain.forked_process` for a handle of a parent.
    pub(crate) fn get<H>(&self, handle: *const H) -> Result<Arc<T>> {
        let place = self.place(handle)?;
        let (life, depth) = self.life();
        if place.life < depth {
            return Err(Error::new(
                Code::ChainForkedProcess,
                format!("this {} was made before a fork, in the parent process", self.name),
            ));
        }
        let mut slots = life.lock();
        let found = slots
            .at(place.index)
            .filter(|slot| (depth, slot.turn) == (place.life, place.turn));
        found.and_then(|slot| slot.value.clone()).ok_or_else(|| self.gone())
    }

    /// Lets go of a thing, and answers it: it may do work when it is dropped, and is not to do it under the lock. In a
    /// child the handles of the parent are left alone.
    pub(crate) fn take<H>(&self, handle: *const H) -> Option<Arc<T>> {
        let place = self.place(handle).ok()?;
        let (life, depth) = self.life();
        let mut slots = life.lock();
        let found = slots
            .at(place.index)
            .filter(|slot| (depth, slot.turn) == (place.life, place.turn));
        let value = found.and_then(|slot| slot.value.take())?;
        if place.turn < TURNS {
            slots.free.push(place.index);
        }
        Some(value)
    }

    fn place<H>(&self, handle: *const H) -> Result<Place> {
        let number = u64::try_from(handle.addr()).map_err(|_| self.gone())?;
        if number == 0 {
            return Err(self.wrong("is NULL"));
        }
        if number >> 60 != self.kind {
            return Err(self.wrong("is not of this kind"));
        }
        Ok(Place {
            life: number >> 52 & LIVES,
            turn: number >> 28 & TURNS,
            index: number & SLOTS,
        })
    }

    /// The life of this process, and how many forks lie before it.
    fn life(&self) -> (&Life<T>, u64) {
        let here = std::process::id();
        let (mut life, mut depth) = (&self.first, 0_u64);
        loop {
            let claimed = life
                .process
                .compare_exchange(0, here, Ordering::Relaxed, Ordering::Relaxed);
            if claimed.is_ok() || claimed == Err(here) {
                return (life, depth);
            }
            life = life.next.get_or_init(|| Box::new(Life::new()));
            depth = depth.saturating_add(1);
        }
    }

    fn gone(&self) -> Error {
        self.wrong("was freed, or never was one")
    }

    fn wrong(&self, what: &str) -> Error {
        Error::new(Code::WireBadHandle, format!("the {} {what}", self.name))
    }
}

impl<T> Life<T> {
    const fn new() -> Self {
        Life {
            process: AtomicU32::new(0),
            slots: Mutex::new(Slots {
                all: Vec::new(),
                free: Vec::new(),
            }),
            next: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots<T>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Slots<T> {
    fn at(&mut self, index: u64) -> Option<&mut Slot<T>> {
        self.all.get_mut(usize::try_from(index).ok()?)
    }
}
