//! Bytes that both sides see, by number.

use std::cell::RefCell;
use std::collections::BTreeMap;

thread_local! {
    static BUFFERS: RefCell<Table<Vec<u8>>> = const { RefCell::new(Table::new()) };
}

/// Values by number. Numbers are not used again.
pub(crate) struct Table<T> {
    held: BTreeMap<i32, T>,
    last: i32,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Table {
            held: BTreeMap::new(),
            last: 0,
        }
    }

    /// The number of a new value; 0 if there are no more.
    pub(crate) fn put(&mut self, value: T) -> i32 {
        let Some(next) = self.last.checked_add(1) else {
            return 0;
        };
        self.last = next;
        self.held.insert(next, value);
        next
    }

    pub(crate) fn get(&self, number: i32) -> Option<&T> {
        self.held.get(&number)
    }

    pub(crate) fn take(&mut self, number: i32) -> Option<T> {
        self.held.remove(&number)
    }
}

/// Keeps bytes for the caller.
pub(crate) fn put(bytes: Vec<u8>) -> i32 {
    BUFFERS.with_borrow_mut(|buffers| buffers.put(bytes))
}

/// Takes what the caller passes; nothing if there is no such buffer.
pub(crate) fn take(number: i32) -> Vec<u8> {
    BUFFERS
        .with_borrow_mut(|buffers| buffers.take(number))
        .unwrap_or_default()
}

/// A new buffer of that many zeros.
#[unsafe(no_mangle)]
pub extern "C" fn execert_new(length: u32) -> i32 {
    put(vec![0; usize::try_from(length).unwrap_or(0)])
}

/// Where its bytes are; anything else of this module may move the memory that they are in.
#[unsafe(no_mangle)]
pub extern "C" fn execert_at(number: i32) -> *const u8 {
    BUFFERS.with_borrow(|buffers| buffers.get(number).map_or(std::ptr::null(), |bytes| bytes.as_ptr()))
}

/// How many they are.
#[unsafe(no_mangle)]
pub extern "C" fn execert_length(number: i32) -> u32 {
    let length = BUFFERS.with_borrow(|buffers| buffers.get(number).map_or(0, Vec::len));
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Lets go of a buffer.
#[unsafe(no_mangle)]
pub extern "C" fn execert_free(number: i32) {
    drop(take(number));
}
