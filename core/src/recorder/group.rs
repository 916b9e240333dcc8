//! Group commit without a thread: callers queue, and whoever finds no leader leads.
//!
//! The leader takes one turn of the ledger, lets every waiting job write into it, commits once, and wakes the others.
//! Nobody lingers: what arrives while a turn is under way goes into the next one or, while there is room, into this.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::Core;
use super::pen::Pen;
use crate::codes::Code;
use crate::error::{Error, Result};

/// Jobs, bytes and ms of work of one turn (docs: trust, "A turn").
const TURN_JOBS: usize = 256;
const TURN_BYTES: usize = 2 * 1024 * 1024;
const TURN_MS: u64 = 20;
/// Tries after somebody else moved the head.
const TRIES: u32 = 5;

/// What a job does inside a turn. It may run more than once, each time in a new turn; only the last time counts.
type Work = Box<dyn FnMut(&mut Pen<'_>) -> Result<()> + Send>;

struct Job {
    ticket: u64,
    /// It would let an act begin: refused when the disk is full, while outcomes and refusals still go through.
    permits: bool,
    work: Work,
}

#[derive(Default)]
struct Queue {
    next: u64,
    leading: bool,
    jobs: VecDeque<Job>,
    /// Jobs that a leader works on.
    taken: BTreeSet<u64>,
    done: BTreeMap<u64, Result<()>>,
}

impl Queue {
    fn take(&mut self) -> Option<Job> {
        let job = self.jobs.pop_front()?;
        self.taken.insert(job.ticket);
        Some(job)
    }

    fn answer(&mut self, answers: impl IntoIterator<Item = (u64, Result<()>)>) {
        for (ticket, answer) in answers {
            self.taken.remove(&ticket);
            self.done.insert(ticket, answer);
        }
    }
}

/// The queue of one process. After a fork the child gets a new one, since a thread that does not exist there may
/// hold the lock of the old one for ever.
#[derive(Default)]
pub(super) struct Group {
    queue: Mutex<Queue>,
    wake: Condvar,
    child: OnceLock<Box<Group>>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is whole, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Group {
    fn here(&self) -> &Group {
        let mut group = self;
        while let Some(child) = group.child.get() {
            group = child;
        }
        group
    }

    /// Waits until nobody writes and lets nobody begin; [`Group::let_go`] ends that.
    pub(super) fn hold(&self) {
        let group = self.here();
        let queue = lock(&group.queue);
        let mut queue = group
            .wake
            .wait_while(queue, |queue| queue.leading)
            .unwrap_or_else(PoisonError::into_inner);
        queue.leading = true;
    }

    pub(super) fn let_go(&self) {
        let group = self.here();
        lock(&group.queue).leading = false;
        group.wake.notify_all();
    }

    /// Begins a new queue in a forked child, without touching the old one's lock.
    pub(super) fn forked(&self) {
        self.here().child.get_or_init(Box::default);
    }
}

impl Core {
    /// Runs `work` inside a turn and returns once its records are durable.
    ///
    /// # Errors
    /// What `work` answers; `chain.locked` if no turn comes in time; `store.*`.
    pub(super) fn write<T: Send + 'static>(
        &self,
        permits: bool,
        mut work: impl FnMut(&mut Pen<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.alive()?;
        let slot = Arc::new(Mutex::new(None));
        let out = Arc::clone(&slot);
        self.submit(
            permits,
            Box::new(move |pen| {
                let value = work(pen)?;
                *lock(&out) = Some(value);
                Ok(())
            }),
        )?;
        lock(&slot)
            .take()
            .ok_or_else(|| Error::new(Code::InternalPanic, "a write ended without an answer"))
    }

    fn submit(&self, permits: bool, work: Work) -> Result<()> {
        let group = self.group.here();
        let mut queue = lock(&group.queue);
        let ticket = queue.next;
        queue.next = ticket.wrapping_add(1);
        queue.jobs.push_back(Job { ticket, permits, work });
        let begun = self.host.monotonic_ms();
        loop {
            if let Some(result) = queue.done.remove(&ticket) {
                return result;
            }
            if !queue.leading {
                queue.leading = true;
                drop(queue);
                let reign = Reign(group);
                self.lead(group);
                drop(reign);
                queue = lock(&group.queue);
                continue;
            }
            let waited = self.host.monotonic_ms().saturating_sub(begun);
            let left = self.deadline_ms.saturating_sub(waited);
            if left == 0 && queue.jobs.iter().any(|job| job.ticket == ticket) {
                // Still waiting: nobody has begun it, so it can be taken back. A job under way is waited for.
                queue.jobs.retain(|job| job.ticket != ticket);
                return Err(Error::new(
                    Code::ChainLocked,
                    "other writers of this process kept the ledger until the deadline",
                ));
            }
            let pause = Duration::from_millis(left.clamp(1, 1_000));
            queue = group
                .wake
                .wait_timeout(queue, pause)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// One turn for all who wait.
    fn lead(&self, group: &Group) {
        let mut again: VecDeque<Job> = VecDeque::new();
        let mut answers: Vec<(u64, Result<()>)> = Vec::new();
        for _ in 0..TRIES {
            match self.turn(group, &mut again, &mut answers) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    again.extend(lock(&group.queue).jobs.drain(..));
                    answers.extend(again.drain(..).map(|job| (job.ticket, Err(error.clone()))));
                    break;
                }
            }
        }
        let moved = || {
            Error::new(
                Code::ChainHeadMoved,
                "other writers moved the head each time this was sealed",
            )
        };
        answers.extend(again.drain(..).map(|job| (job.ticket, Err(moved()))));
        lock(&group.queue).answer(answers);
    }

    /// True: the jobs in `again` have to be sealed once more, in a new turn.
    fn turn(&self, group: &Group, again: &mut VecDeque<Job>, answers: &mut Vec<(u64, Result<()>)>) -> Result<bool> {
        let turn = self.ledger.turn(self.deadline_ms)?;
        let mut pen = Pen::begin(self, turn)?;
        let begun = self.host.monotonic_ms();
        let mut ready: VecDeque<Job> = VecDeque::new();
        loop {
            let full = ready.len() >= TURN_JOBS
                || pen.bytes() >= TURN_BYTES
                || self.host.monotonic_ms().saturating_sub(begun) >= TURN_MS;
            if full && !ready.is_empty() && again.is_empty() {
                break;
            }
            let Some(mut job) = again.pop_front().or_else(|| lock(&group.queue).take()) else {
                break;
            };
            let before = pen.changes();
            match (job.work)(&mut pen) {
                Ok(()) => ready.push_back(job),
                Err(error) if pen.changes() == before => answers.push((job.ticket, Err(error))),
                Err(error) => {
                    // It failed half-way: what it wrote must not be committed, so the others are sealed anew.
                    answers.push((job.ticket, Err(error)));
                    ready.append(again);
                    *again = ready;
                    return Ok(true);
                }
            }
        }
        match pen.commit() {
            Ok(()) => {
                answers.extend(ready.into_iter().map(|job| (job.ticket, Ok(()))));
                Ok(false)
            }
            Err(error) if error.code() == Code::ChainHeadMoved => {
                *again = ready;
                Ok(true)
            }
            Err(error) if error.code() == Code::StoreFull && self.disk_is_full() => {
                // The reserve is free now: what ends an act still fits, what would begin one does not.
                for job in ready {
                    if job.permits {
                        answers.push((job.ticket, Err(error.clone())));
                    } else {
                        again.push_back(job);
                    }
                }
                Ok(!again.is_empty())
            }
            Err(error) => {
                answers.extend(ready.into_iter().map(|job| (job.ticket, Err(error.clone()))));
                Ok(false)
            }
        }
    }
}

/// Ends the leader's time whatever happens, a panic too.
struct Reign<'a>(&'a Group);

impl Drop for Reign<'_> {
    fn drop(&mut self) {
        let mut queue = lock(&self.0.queue);
        queue.leading = false;
        // Empty unless the leader panicked: then nobody else would ever answer these.
        let left = core::mem::take(&mut queue.taken);
        let panicked = || {
            Err(Error::new(
                Code::InternalPanic,
                "the writer that led this commit failed",
            ))
        };
        queue.answer(left.into_iter().map(|ticket| (ticket, panicked())));
        drop(queue);
        self.0.wake.notify_all();
    }
}
