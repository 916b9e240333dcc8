//! SIGKILL at any point: what was acknowledged is there, what is there hangs together.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use execert::id::Uuid;
use execert::store::Ledger;

use crate::common::{self, DEADLINE, append, whole};
use crate::{Dice, job, open, rounds};

/// Child: appends one to three records a turn, an intent among them, and says which are acknowledged.
pub(crate) fn append_for_ever(at: &Path) {
    let ledger = open(at);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", ledger.recorder()).unwrap();
    for n in 0_u64.. {
        let turn = ledger.turn(DEADLINE).unwrap();
        let says = ["a", "b", "c"];
        let count = usize::try_from(n % 3).unwrap() + 1;
        let (expect, mut batch) = (turn.head().cloned(), common::batch(&*ledger, &*turn, &says[..count]));
        batch.open_intents.push(batch.head.seq);
        let head = batch.head.clone();
        turn.commit(expect.as_ref(), batch).unwrap();
        writeln!(out, "{} {}", head.seq, head.digest.hex()).unwrap();
    }
}

/// Starts a child, kills it after `wait`; what it said last: its recorder id, and the newest acknowledged record.
fn kill_after(at: &Path, wait: Duration, from_first_word: bool) -> (Option<Uuid>, Option<(u64, String)>) {
    let mut child = job("append", at).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut id = None;
    if from_first_word {
        id = lines.next().map(Result::unwrap);
    }
    // The pipe is read beside: a full one would stop the child.
    let reader = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut said = reader.join().unwrap();
    if id.is_none() && !said.is_empty() {
        id = Some(said.remove(0));
    }
    // The last line may be cut; what is acknowledged ends with a whole one.
    let last = said
        .iter()
        .rev()
        .find_map(|line| line.split_once(' ').filter(|(_, digest)| digest.len() == 64));
    (
        id.and_then(|id| Uuid::parse(&id)),
        last.map(|(seq, digest)| (seq.parse().unwrap(), digest.to_owned())),
    )
}

pub(crate) fn anywhere() -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("acme.ledger");
    append(&*open(&at), &["first"]).unwrap();
    let mut dice = Dice::new();
    let (mut acknowledged, mut kept) = (0, 1);
    for round in 0..rounds(25) {
        let (id, last) = kill_after(&at, Duration::from_micros(dice.below(60_000)), dice.below(4) > 0);
        let began = Instant::now();
        let ledger = open(&at);
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "opening took {:?}",
            began.elapsed()
        );
        let now = whole(&*ledger);
        assert!(now >= kept, "round {round}: {now} records after {kept}");
        if let Some((seq, digest)) = last {
            let row = ledger
                .row(seq)
                .unwrap()
                .unwrap_or_else(|| panic!("round {round}: record {seq} is lost"));
            assert_eq!(row.digest.hex(), digest);
            acknowledged += 1;
            // Its intents are now somebody's to settle.
            assert!(ledger.orphans().unwrap().contains(&id.unwrap()), "round {round}");
        }
        kept = now;
        settle(&*ledger);
        kept += 1;
    }
    println!("{kept} records, {acknowledged} kills after an acknowledged record");
    assert!(acknowledged > 0, "no round got as far as a record");
    execert_store::check(at.to_str().unwrap(), false).unwrap();
    Ok(())
}

/// What recovery does: one record, and nothing left open by the dead.
fn settle(ledger: &dyn Ledger) {
    let turn = ledger.turn(DEADLINE).unwrap();
    let (expect, mut batch) = (turn.head().cloned(), common::batch(ledger, &*turn, &["settled"]));
    batch.bury = ledger.orphans().unwrap();
    batch.close_intents = ledger.intents().unwrap().iter().map(|intent| intent.seq).collect();
    turn.commit(expect.as_ref(), batch).unwrap();
    assert!(ledger.orphans().unwrap().is_empty());
}

pub(crate) fn made() -> Result<(), String> {
    let mut dice = Dice::new();
    for _ in 0..rounds(15) {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("acme.ledger");
        let (_, last) = kill_after(&at, Duration::from_micros(dice.below(30_000)), false);
        let ledger = open(&at);
        let there = whole(&*ledger);
        if let Some((seq, _)) = last {
            assert!(there > seq);
        }
        append(&*ledger, &["after"]).unwrap();
        assert_eq!(whole(&*ledger), there + 1);
        ledger.turn(DEADLINE).unwrap().mac().unwrap();
        ledger.log_key().unwrap();
    }
    Ok(())
}
