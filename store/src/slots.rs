//! A small file that always holds one whole value: two slots of 256 bytes, written in turn, each with a checksum.
//!
//! ```text
//! slot = magic 4 ‖ body ‖ zeros ‖ crc32c u32 of the 252 bytes before; numbers big-endian
//! ```
//! A body begins with what grows, so the greater one is the newer one. A power cut can tear the slot that is being
//! written, never both. All zeros: nothing written yet.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use execert::Result;

use crate::fault::{corrupt, os};
use crate::private;

const SLOT: usize = 256;
const BODY: usize = 4;
const CRC: usize = 252;

/// The longest body.
#[cfg(test)]
const MOST: usize = CRC - BODY;

/// A body with the zeros after it.
pub(crate) type Slot = Vec<u8>;

/// Makes the file, unless it is there; 0600, flushed, never short.
pub(crate) fn make(path: &Path) -> Result<()> {
    if path.exists() {
        Ok(())
    } else {
        private::make_once(path, &[0; SLOT * 2])
    }
}

/// Both slots as they are now; None: empty or torn. No file: None. Both damaged: `store.corrupt`.
pub(crate) fn read(path: &Path, magic: &[u8; 4]) -> Result<Option<[Option<Slot>; 2]>> {
    match File::open(path) {
        Ok(mut file) => both(&mut file, path, magic).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(os(&error, "reading", path)),
    }
}

fn both(file: &mut File, path: &Path, magic: &[u8; 4]) -> Result<[Option<Slot>; 2]> {
    // One byte more than there should be.
    let mut bytes = Vec::with_capacity(SLOTS.saturating_add(1));
    let most = u64::try_from(bytes.capacity()).unwrap_or(u64::MAX);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| os(&error, "reading", path))?;
    let (Some(first), Some(second), SLOTS) = (bytes.get(..SLOT), bytes.get(SLOT..), bytes.len()) else {
        return Err(corrupt(format!("{} is not {SLOTS} bytes long", path.display())));
    };
    let slots = [parse(first, magic), parse(second, magic)];
    if slots.iter().all(Option::is_none) && bytes.iter().any(|byte| *byte != 0) {
        return Err(corrupt(format!("both slots of {} are damaged", path.display())));
    }
    Ok(slots)
}

const SLOTS: usize = SLOT * 2;

/// The newest value of a file.
pub(crate) fn newest(slots: [Option<Slot>; 2]) -> Option<Slot> {
    slots.into_iter().flatten().max()
}

/// Writes a value over the older slot. `sync`: flushed. `wipe`: then the other slot is overwritten with zeros.
pub(crate) fn write(path: &Path, magic: &[u8; 4], body: &[u8], sync: bool, wipe: bool) -> Result<()> {
    let open = || OpenOptions::new().read(true).write(true).open(path);
    let mut file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path).map(|()| open())?,
        opened => opened,
    }
    .map_err(|error| os(&error, "writing", path))?;
    // A file damaged beyond reading is written anew: both slots go.
    let [first, second] = both(&mut file, path, magic).unwrap_or([None, None]);
    // None sorts first: an empty or torn slot goes before an old one.
    let (mine, other) = if first <= second { (0, SLOT) } else { (SLOT, 0) };
    let put = |file: &mut File, at: usize, bytes: &[u8]| -> io::Result<()> {
        file.seek(SeekFrom::Start(u64::try_from(at).unwrap_or(0)))?;
        file.write_all(bytes)
    };
    let mut all = || -> io::Result<()> {
        put(&mut file, mine, &form(magic, body))?;
        if sync {
            file.sync_data()?;
        }
        if wipe {
            put(&mut file, other, &[0; SLOT])?;
            file.sync_data()?;
        }
        Ok(())
    };
    all().map_err(|error| os(&error, "writing", path))
}

fn form(magic: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut slot = [magic.as_slice(), body].concat();
    slot.resize(CRC, 0);
    let crc = crc32c::crc32c(&slot);
    slot.extend(crc.to_be_bytes());
    slot
}

fn parse(slot: &[u8], magic: &[u8; 4]) -> Option<Slot> {
    let crc = u32::from_be_bytes(slot.get(CRC..)?.try_into().ok()?);
    let sound = slot.get(..BODY)? == magic && crc32c::crc32c(slot.get(..CRC)?) == crc;
    sound.then_some(slot.get(BODY..CRC)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_leaves_the_older_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        assert!(read(&path, b"TEST").unwrap().is_none());
        for number in 0..5_u8 {
            write(&path, b"TEST", &[number; MOST], true, false).unwrap();
            assert_eq!(newest(read(&path, b"TEST").unwrap().unwrap()).unwrap(), [number; MOST]);
        }
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            std::fs::write(&path, &bad).unwrap();
            let left = newest(read(&path, b"TEST").unwrap().unwrap()).unwrap();
            // Number 4 is in the first slot.
            assert_eq!(left[0], if at < SLOT { 3 } else { 4 }, "byte {at}");
        }
        let mut bad = good.clone();
        bad[30] ^= 1;
        bad[300] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert_eq!(read(&path, b"TEST").unwrap_err().code(), execert::Code::StoreCorrupt);
        std::fs::write(&path, &good[..511]).unwrap();
        assert_eq!(read(&path, b"TEST").unwrap_err().code(), execert::Code::StoreCorrupt);
    }

    #[test]
    fn wiping_leaves_one_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        write(&path, b"TEST", b"0 old key", true, true).unwrap();
        write(&path, b"TEST", b"1 new key", true, true).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|window| window == b"old key"));
        assert!(bytes.windows(7).any(|window| window == b"new key"));
    }
}
