//! Handles: numbers that C holds as pointers. They are looked up and never followed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use execert::{Code, Error, Result};

/// What handles of one kind stand for.
pub(crate) struct Table<T> {
    kind: u8,
    name: &'static str,
    inner: Mutex<Inner<T>>,
}

struct Inner<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

struct Slot<T> {
    /// How often it was used: a handle of an earlier use finds nothing.
    turn: u32,
    value: Option<Arc<T>>,
}

impl<T> Table<T> {
    /// `kind` is a number of its own, not 0.
    pub(crate) const fn new(kind: u8, name: &'static str) -> Self {
        Table {
            kind,
            name,
            inner: Mutex::new(Inner {
                slots: Vec::new(),
                free: Vec::new(),
            }),
        }
    }

    /// Keeps a thing and names it.
    ///
    /// # Errors
    /// `wire.bad_handle` if there are more than 2^32.
    pub(crate) fn put<H>(&self, value: T) -> Result<*mut H> {
        forked();
        let mut inner = self.lock()?;
        let index = match inner.free.pop() {
            Some(index) => index,
            None => {
                let index = u32::try_from(inner.slots.len()).map_err(|_| self.wrong("are too many"))?;
                inner.slots.push(Slot { turn: 0, value: None });
                index
            }
        };
        let slot = slot(&mut inner.slots, index).ok_or_else(|| self.wrong("is missing"))?;
        slot.turn = slot.turn.wrapping_add(1) & TURNS;
        slot.value = Some(Arc::new(value));
        let number = u64::from(index) | u64::from(slot.turn) << 32 | u64::from(self.kind) << 60;
        let address = usize::try_from(number).map_err(|_| self.wrong("needs 64 bits"))?;
        Ok(std::ptr::without_provenance_mut(address))
    }

    /// What a handle stands for.
    ///
    /// # Errors
    /// `wire.bad_handle`.
    pub(crate) fn get<H>(&self, handle: *const H) -> Result<Arc<T>> {
        let mut inner = self.lock()?;
        let (index, turn) = self.place(handle)?;
        let found = slot(&mut inner.slots, index).filter(|slot| slot.turn == turn);
        found.and_then(|slot| slot.value.clone()).ok_or_else(|| self.gone())
    }

    /// Lets go of a thing, and answers it: it may do work when it is dropped, and is not to do it under the lock.
    pub(crate) fn take<H>(&self, handle: *const H) -> Option<Arc<T>> {
        let mut inner = self.lock().ok()?;
        let (index, turn) = self.place(handle).ok()?;
        let found = slot(&mut inner.slots, index).filter(|slot| slot.turn == turn);
        let value = found.and_then(|slot| slot.value.take())?;
        inner.free.push(index);
        Some(value)
    }

    fn place<H>(&self, handle: *const H) -> Result<(u32, u32)> {
        let number = u64::try_from(handle.addr()).map_err(|_| self.gone())?;
        if number >> 60 != u64::from(self.kind) {
            return Err(if number == 0 {
                self.wrong("is NULL")
            } else {
                self.wrong("is not of this kind")
            });
        }
        let [index, turn] = [number & u64::from(u32::MAX), (number >> 32) & u64::from(TURNS)].map(u32::try_from);
        Ok((index.map_err(|_| self.gone())?, turn.map_err(|_| self.gone())?))
    }

    /// After a fork the lock may be held by a thread that is not in this process.
    fn lock(&self) -> Result<MutexGuard<'_, Inner<T>>> {
        match self.inner.try_lock() {
            Ok(inner) => return Ok(inner),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {}
        }
        if forked() {
            return Err(Error::new(
                Code::ChainForkedProcess,
                format!("this {} was made before a fork", self.name),
            ));
        }
        Ok(self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn gone(&self) -> Error {
        self.wrong("was freed, or never was one")
    }

    fn wrong(&self, what: &str) -> Error {
        Error::new(Code::WireBadHandle, format!("the {} {what}", self.name))
    }
}

/// Bits of a handle that count the uses of its slot.
const TURNS: u32 = (1 << 28) - 1;

fn slot<T>(slots: &mut [Slot<T>], index: u32) -> Option<&mut Slot<T>> {
    slots.get_mut(usize::try_from(index).ok()?)
}

/// Whether this process began with a fork since the library was used first.
fn forked() -> bool {
    static FIRST: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    *FIRST.get_or_init(std::process::id) != std::process::id()
}
