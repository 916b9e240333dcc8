//! One behaviour for every backend: each test runs in memory and on SQLite.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use common::{DEADLINE, append, batch, on_all, whole};
use execert::Code;
use execert::digest::Digest;
use execert::merkle::Frontier;
use execert::store::{Batch, State, Tile};

#[test]
fn an_empty_ledger_is_empty() {
    on_all(|open| {
        let ledger = open();
        assert_eq!(ledger.identity().tenant, "acme");
        assert_eq!(
            ledger.identity().origin,
            format!("execert.local/{}", ledger.identity().id)
        );
        assert!(ledger.head().unwrap().is_none());
        assert_eq!(ledger.state().unwrap(), State::Open);
        assert!(ledger.row(0).unwrap().is_none());
        assert!(ledger.newest_checkpoint().unwrap().is_none());
        assert_eq!(whole(&*ledger), 0);
        let turn = ledger.turn(DEADLINE).unwrap();
        assert!(turn.head().is_none());
        assert_eq!(turn.mac().unwrap().0, 0);
    });
}

#[test]
fn what_is_committed_is_there_for_everybody() {
    on_all(|open| {
        let (one, two) = (open(), open());
        assert_ne!(one.recorder(), two.recorder());
        let first = append(&*one, &["a", "b"]).unwrap();
        let second = append(&*two, &["c"]).unwrap();
        assert_eq!((first.seq, second.seq), (1, 2));
        for ledger in [&one, &two] {
            assert_eq!(whole(&**ledger), 3);
            assert_eq!(ledger.find(&first.digest).unwrap(), Some(1));
            assert_eq!(ledger.find(&Digest::of(b"none")).unwrap(), None);
            assert_eq!(ledger.digests(1, 9).unwrap(), [first.digest, second.digest]);
            assert_eq!(ledger.row(2).unwrap().unwrap().digest, second.digest);
        }
        let mut seen = Vec::new();
        one.read_range(1, 2, &mut |row| {
            // Asking the ledger while it reads must not block.
            assert!(one.row(row.seq).unwrap().is_some());
            seen.push(row.seq);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [1]);
    });
}

#[test]
fn a_turn_that_is_dropped_changes_nothing() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["a"]).unwrap();
        drop(ledger.turn(DEADLINE).unwrap());
        assert_eq!(whole(&*ledger), 1);
        append(&*ledger, &["b"]).unwrap();
        assert_eq!(whole(&*ledger), 2);
    });
}

#[test]
fn one_turn_at_a_time_and_no_longer_than_the_deadline() {
    on_all(|open| {
        let (one, two) = (open(), open());
        let turn = one.turn(DEADLINE).unwrap();
        for ledger in [&one, &two] {
            let began = std::time::Instant::now();
            let error = ledger.turn(100).err().unwrap();
            assert_eq!(error.code(), Code::ChainLocked);
            assert!(began.elapsed().as_millis() >= 100 && began.elapsed().as_millis() < 30_000);
            // Reading goes on beside a turn, also for its holder.
            assert!(ledger.head().unwrap().is_none());
        }
        drop(turn);
        append(&*two, &["a"]).unwrap();
    });
}

#[test]
fn records_sealed_against_another_head_are_refused() {
    on_all(|open| {
        let ledger = open();
        let old = append(&*ledger, &["a"]).unwrap();
        append(&*ledger, &["b"]).unwrap();
        let turn = ledger.turn(DEADLINE).unwrap();
        let batch = batch(&*ledger, &*turn, &["c"]);
        assert_eq!(turn.commit(Some(&old), batch).unwrap_err().code(), Code::ChainHeadMoved);
        let turn = ledger.turn(DEADLINE).unwrap();
        let batch = common::batch(&*ledger, &*turn, &["c"]);
        assert_eq!(turn.commit(None, batch).unwrap_err().code(), Code::ChainHeadMoved);
        assert_eq!(whole(&*ledger), 2);
    });
}

#[test]
fn a_batch_that_contradicts_itself_is_refused_whole() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["a"]).unwrap();
        let spoil: [fn(&mut Batch); 5] = [
            |batch| batch.rows[0].row.seq += 1,
            |batch| batch.head.digest = Digest::of(b"other"),
            |batch| batch.head.frontier = Frontier::new(),
            |batch| batch.rows.clear(),
            |batch| {
                batch.tiles.push(Tile {
                    level: 0,
                    n: 0,
                    hashes: vec![0; 8_191],
                })
            },
        ];
        for spoil in spoil {
            let turn = ledger.turn(DEADLINE).unwrap();
            let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["b", "c"]));
            spoil(&mut batch);
            assert_eq!(
                turn.commit(expect.as_ref(), batch).unwrap_err().code(),
                Code::StoreCorrupt
            );
        }
        assert_eq!(whole(&*ledger), 1);
        assert_eq!(ledger.state().unwrap(), State::Open);
    });
}

#[test]
fn a_row_that_breaks_a_rule_of_the_tables_freezes_the_ledger() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["a"]).unwrap();
        let turn = ledger.turn(DEADLINE).unwrap();
        let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["b"]));
        let known = ledger.row(0).unwrap().unwrap().digest;
        batch.rows[0].row.digest = known;
        batch.head.digest = known;
        assert_eq!(
            turn.commit(expect.as_ref(), batch).unwrap_err().code(),
            Code::StoreCorrupt
        );
        assert_eq!(ledger.state().unwrap(), State::Frozen);
        assert_eq!(ledger.turn(DEADLINE).err().unwrap().code(), Code::StoreCorrupt);
        assert_eq!(whole(&*ledger), 1);
    });
}

#[test]
fn a_request_id_is_used_once() {
    on_all(|open| {
        let ledger = open();
        for round in 0..2 {
            let turn = ledger.turn(DEADLINE).unwrap();
            assert_eq!(
                turn.request_seen(&[7; 32]).unwrap().map(|row| row.seq),
                (round > 0).then_some(0)
            );
            let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["a"]));
            batch.rows[0].request = Some([7; 32]);
            let done = turn.commit(expect.as_ref(), batch);
            assert_eq!(
                done.err().map(|error| error.code()),
                (round > 0).then_some(Code::StoreRequestReused)
            );
        }
        assert_eq!(whole(&*ledger), 1);
        assert_eq!(ledger.state().unwrap(), State::Open);
    });
}

#[test]
fn erased_content_is_gone_and_the_chain_whole() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["keep", "erase"]).unwrap();
        assert!(ledger.row(1).unwrap().unwrap().content.is_some());
        let turn = ledger.turn(DEADLINE).unwrap();
        let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["erasure"]));
        batch.erase = vec![1];
        turn.commit(expect.as_ref(), batch).unwrap();
        assert!(ledger.row(1).unwrap().unwrap().content.is_none());
        assert!(ledger.row(0).unwrap().unwrap().content.is_some());
        assert_eq!(whole(&*ledger), 3);
    });
}

#[test]
fn a_sealed_ledger_takes_no_record() {
    on_all(|open| {
        let ledger = open();
        let turn = ledger.turn(DEADLINE).unwrap();
        let mut batch = batch(&*ledger, &*turn, &["a", "seal"]);
        batch.state = Some(State::Sealed);
        turn.commit(None, batch).unwrap();
        assert_eq!(append(&*ledger, &["b"]).unwrap_err().code(), Code::RecorderClosed);
        assert_eq!(open().state().unwrap(), State::Sealed);
        assert_eq!(whole(&*ledger), 2);
    });
}

#[test]
fn the_dead_leave_orphans_the_living_do_not() {
    on_all(|open| {
        let ledger = open();
        let (dies, lives) = (open(), open());
        let (dead, alive) = (dies.recorder(), lives.recorder());
        for writer in [&dies, &lives] {
            let turn = writer.turn(DEADLINE).unwrap();
            let (expect, mut batch) = (turn.head().cloned(), batch(&**writer, &*turn, &["intent"]));
            batch.open_intents.push(batch.head.seq);
            turn.commit(expect.as_ref(), batch).unwrap();
        }
        assert_eq!(ledger.orphans().unwrap(), []);
        drop(dies);
        let turn = ledger.turn(DEADLINE).unwrap();
        assert_eq!(ledger.orphans().unwrap(), [dead]);
        let intents = ledger.intents().unwrap();
        assert_eq!(
            intents
                .iter()
                .map(|intent| (intent.seq, intent.recorder))
                .collect::<Vec<_>>(),
            [(0, dead), (1, alive)]
        );
        let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["outcome"]));
        batch.close_intents.push(0);
        batch.bury.push(dead);
        turn.commit(expect.as_ref(), batch).unwrap();
        assert_eq!(ledger.orphans().unwrap(), []);
        assert_eq!(ledger.intents().unwrap().len(), 1);
    });
}

#[test]
fn a_closed_ledger_refuses_every_call() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["a"]).unwrap();
        ledger.close().unwrap();
        assert_eq!(ledger.head().unwrap_err().code(), Code::RecorderClosed);
        assert_eq!(ledger.turn(DEADLINE).err().unwrap().code(), Code::RecorderClosed);
        assert_eq!(ledger.close().unwrap_err().code(), Code::RecorderClosed);
        assert_eq!(whole(&*open()), 1);
    });
}

#[test]
fn threads_take_turns() {
    on_all(|open| {
        let (ledger, other) = (open(), open());
        std::thread::scope(|scope| {
            for at in 0..8 {
                let ledger = if at % 2 == 0 { &ledger } else { &other };
                scope.spawn(move || {
                    for _ in 0..25 {
                        append(&**ledger, &["x", "y"]).unwrap();
                    }
                });
            }
        });
        assert_eq!(whole(&*ledger), 400);
    });
}
