//! A ledger whose files were damaged: by bytes, by a row that says something else, by a slot with a right checksum.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use execert::digest::Digest;
use execert_store::{check as whole, open, open_read};

use crate::draw::Draw;

/// The files of the ledger that count; the lock files are empty.
const FILES: [(&str, &[u8]); 4] = [
    ("ledger.db", include_bytes!("../base/ledger/ledger.db")),
    ("head", include_bytes!("../base/ledger/head")),
    ("mac", include_bytes!("../base/ledger/mac")),
    ("log.key", include_bytes!("../base/ledger/log.key")),
];

/// What a row may be made to say.
const SQL: [&str; 16] = [
    "DELETE FROM record WHERE seq = ?1",
    "UPDATE record SET seq = seq + 1 WHERE seq >= ?1 AND seq = (SELECT max(seq) FROM record)",
    "UPDATE record SET digest = zeroblob(?1) WHERE seq = ?1",
    "UPDATE record SET envelope = substr(envelope, 1, length(envelope) - ?1) WHERE seq = ?1 % 8",
    "UPDATE record SET envelope = (SELECT envelope FROM record WHERE seq = 1) WHERE seq = ?1",
    "UPDATE record SET run = NULL, run_seq = NULL WHERE seq = ?1",
    "UPDATE record SET recorder = zeroblob(?1) WHERE seq = ?1 % 8",
    "UPDATE content SET body = substr(body, ?1) WHERE seq = ?1 % 8",
    "DELETE FROM content WHERE seq = ?1",
    "UPDATE head SET seq = ?1",
    "UPDATE head SET epoch = ?1, first = ?1",
    "UPDATE head SET frontier = substr(frontier, 1, ?1)",
    "DELETE FROM head",
    "UPDATE ledger SET id = zeroblob(?1), origin = origin || ?1",
    "DELETE FROM intent; DELETE FROM run",
    "PRAGMA user_version = 9",
];

/// Refused or the same records: reading and opening never take a record for another, and never mend what `check` refuses.
pub fn check(data: &[u8]) {
    let place = tempfile::Builder::new()
        .prefix("execert-fuzz-")
        .tempdir_in(scratch())
        .expect("a folder");
    let folder = place.path().join("x.ledger");
    fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder");
    let intact = write(&folder, &mut Draw::new(data));
    let url = folder.to_str().expect("a path of ours");
    let before = whole(url, false);
    if let Ok(found) = &before {
        let records = read(url).expect("what was checked is read");
        assert_eq!(u64::try_from(records.len()).ok(), Some(found.records));
        assert!(
            records.iter().eq(original().iter().take(records.len())),
            "other records than were written"
        );
    }
    if let Ok(ledger) = open(url, None) {
        let head = ledger
            .head()
            .expect("an open ledger has a head")
            .map(|head| head.digest);
        if intact {
            assert_eq!(
                head.as_ref(),
                original().last(),
                "opened at another head than this machine remembers"
            );
        }
    }
    if before.is_err() {
        assert!(whole(url, false).is_err(), "opening mended what check refuses");
    }
}

/// Writes the files with the changes that the bytes choose; true if the head file is as it was.
fn write(folder: &Path, draw: &mut Draw<'_>) -> bool {
    let mut files: Vec<(&str, Option<Vec<u8>>)> = FILES
        .iter()
        .map(|(name, bytes)| (*name, Some(bytes.to_vec())))
        .collect();
    let mut rows = Vec::new();
    let mut changes = 0_u8;
    while !draw.is_done() && changes < 8 {
        changes = changes.saturating_add(1);
        if draw.below(3) == 0 {
            rows.push((*draw.of(&SQL), i64::from(draw.byte()) % 40));
            continue;
        }
        let at = draw.below(files.len());
        let bytes = &mut files[at].1;
        damage(bytes, draw);
    }
    let intact = files[1].1.as_deref() == Some(FILES[1].1);
    for (name, bytes) in files {
        if let Some(bytes) = bytes {
            let mut options = fs::OpenOptions::new();
            let file = options.write(true).create_new(true).mode(0o600).open(folder.join(name));
            std::io::Write::write_all(&mut file.expect("a new file"), &bytes).expect("room");
        }
    }
    // The journal stays a file of its own, so that what is written now is in the database itself.
    if !rows.is_empty()
        && let Ok(connection) = rusqlite::Connection::open(folder.join("ledger.db"))
    {
        for (sql, number) in rows {
            for sql in sql.split("; ") {
                // A database that was damaged before takes no change.
                let _ = if sql.contains("?1") {
                    connection.execute(sql, [number]).map(|_| ())
                } else {
                    connection.execute_batch(sql)
                };
            }
        }
    }
    intact
}

fn damage(file: &mut Option<Vec<u8>>, draw: &mut Draw<'_>) {
    let Some(bytes) = file else { return };
    let kind = draw.below(7);
    let at = draw.below(bytes.len());
    match kind {
        0 => {
            let xor = draw.byte().max(1);
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= xor);
        }
        1 => bytes.truncate(at),
        2 => {
            let end = at.saturating_add(512).min(bytes.len());
            bytes.get_mut(at..end).into_iter().flatten().for_each(|byte| *byte = 0);
        }
        3 => {
            let new = draw.bytes(64);
            for (to, from) in bytes.iter_mut().skip(at).zip(new) {
                *to = *from;
            }
        }
        4 => bytes.extend_from_slice(draw.bytes(64)),
        5 => *file = None,
        // Slots, with whatever in them, under a right checksum.
        _ if bytes.len() == 512 => {
            let place = at % 2 * 256;
            let slot = &mut bytes[place..place + 256];
            for byte in slot.iter_mut().skip(4).take(48) {
                *byte ^= draw.byte();
            }
            let sum = crc32c::crc32c(&slot[..252]);
            slot[252..].copy_from_slice(&sum.to_be_bytes());
        }
        _ => {}
    }
}

fn read(url: &str) -> execert::Result<Vec<Digest>> {
    let mut digests = Vec::new();
    open_read(url)?.read(0, &mut |row| {
        digests.push(row.digest);
        Ok(())
    })?;
    Ok(digests)
}

/// The digests of the records that were written.
fn original() -> &'static [Digest] {
    static ORIGINAL: OnceLock<Vec<Digest>> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let place = tempfile::tempdir_in(scratch()).expect("a folder");
        let folder = place.path().join("x.ledger");
        fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder");
        write(&folder, &mut Draw::new(&[]));
        read(folder.to_str().expect("a path of ours")).expect("the ledger as it was made")
    })
}

/// Memory where there is such a folder: hundreds of small ledgers a second.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}
