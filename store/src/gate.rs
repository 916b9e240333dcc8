//! A mutex that can be held across a fork.
//!
//! A `std` guard cannot be kept between two calls of a hook, and a mutex that another thread holds in the moment of a
//! fork stays locked in the child for ever. Here the lock is one atomic flag: the hook sets it before the fork and
//! both sides clear it after. The mutex inside is only touched by whoever holds the flag, so it is free at a fork.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Gate<T> {
    busy: AtomicBool,
    value: Mutex<T>,
}

impl<T> Gate<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            busy: AtomicBool::new(false),
            value: Mutex::new(value),
        }
    }

    /// Waits for the value until `deadline`; None: for ever.
    pub(crate) fn enter(&self, deadline: Option<Instant>) -> Option<Entered<'_, T>> {
        let mut pause = Duration::from_micros(20);
        let mut round = 0_u32;
        while self
            .busy
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return None;
            }
            // Asking again costs less than a wake-up would: what is done inside takes 20 us to 1 ms.
            round = round.saturating_add(1);
            if round < 16 {
                thread::yield_now();
            } else {
                thread::sleep(pause);
                pause = pause.saturating_mul(2).min(Duration::from_millis(1));
            }
        }
        let flag = Flag(&self.busy);
        Some(Entered {
            value: self.value.lock().unwrap_or_else(PoisonError::into_inner),
            flag,
        })
    }

    /// Waits for the value, changes it and leaves the gate shut: before a fork.
    pub(crate) fn shut(&self, change: impl FnOnce(&mut T)) {
        if let Some(Entered { mut value, flag }) = self.enter(None) {
            change(&mut value);
            drop(value);
            std::mem::forget(flag);
        }
    }

    /// Changes the value and opens what [`Gate::shut`] shut: after a fork, on both sides.
    pub(crate) fn open(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.lock().unwrap_or_else(PoisonError::into_inner));
        self.busy.store(false, Ordering::Release);
    }
}

/// The right to use the value. The guard goes before the flag.
pub(crate) struct Entered<'a, T> {
    value: MutexGuard<'a, T>,
    flag: Flag<'a>,
}

impl<T> Deref for Entered<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Entered<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

struct Flag<'a>(&'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_a_deadline() {
        let gate = Gate::new(0_u64);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        *gate.enter(None).unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!(*gate.enter(None).unwrap(), 4_000);
        gate.shut(|value| *value = 1);
        assert!(gate.enter(Some(Instant::now() + Duration::from_millis(5))).is_none());
        gate.open(|value| *value += 1);
        assert_eq!(*gate.enter(None).unwrap(), 2);
    }
}
