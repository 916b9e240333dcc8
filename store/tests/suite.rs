//! One behaviour for every backend: each test runs in memory and on SQLite.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use std::path::Path;

use common::{DEADLINE, append, batch, uuid, whole};
use execert::Code;
use execert::digest::Digest;
use execert::merkle::Frontier;
use execert::store::{
    Batch, Ledger, NewLedger, Request, RequestQuery, RequestState, RunCounts, RunEntry, RunHead, RunQuery, RunState,
    State, Tile,
};

/// Runs a test on every backend; it gets a function that opens the same ledger once more.
fn on_all(test: impl Fn(&dyn Fn() -> Box<dyn Ledger>)) {
    let first = execert_store::open("memory:", None).unwrap();
    drop(first);
    let memory = execert::store::Memory::new(
        &NewLedger {
            tenant: Some("acme".into()),
            ..NewLedger::default()
        },
        uuid(1),
        uuid(2),
        execert::store::Secrets {
            index_key: [1; 32],
            log: [2; 32].into(),
            mac: [3; 32].into(),
        },
    );
    let count = std::cell::Cell::new(2_u8);
    test(&|| {
        count.set(count.get() + 1);
        Box::new(memory.another(uuid(count.get())))
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme.ledger");
    test(&|| sqlite(&path));
}

fn sqlite(path: &Path) -> Box<dyn Ledger> {
    execert_store::open(path.to_str().unwrap(), Some(&NewLedger::default())).unwrap()
}

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
fn runs_are_found_by_index() {
    on_all(|open| {
        let ledger = open();
        append(&*ledger, &["open"]).unwrap();
        let names = [("refund", Some("t1")), ("triage", None), ("refund", Some("t2"))];
        for (at, (name, thread)) in names.into_iter().enumerate() {
            let id = uuid(u8::try_from(at).unwrap() + 100);
            for step in 0..3_u64 {
                let turn = ledger.turn(DEADLINE).unwrap();
                let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["x"]));
                let seq = batch.rows[0].row.seq;
                batch.rows[0].row.run = Some((id, step));
                let (name, thread) = (Some(name.to_owned()), thread.map(str::to_owned));
                let mut frontier = turn
                    .run_head(&id)
                    .unwrap()
                    .map_or_else(Frontier::new, |run| run.frontier);
                frontier.push([9; 32]);
                let ends = step == 2 && at != 1;
                if ends {
                    batch.closed_runs.push(id);
                } else {
                    let counts = RunCounts {
                        enforced: step,
                        name: name.clone(),
                        thread: thread.clone(),
                        ..RunCounts::default()
                    };
                    let (recorder, digest) = (Some(ledger.recorder()), batch.head.digest);
                    batch.runs.push(RunHead {
                        id,
                        seq: step,
                        digest,
                        frontier,
                        recorder,
                        at: 5,
                        counts,
                    });
                }
                let (last, status) = if ends {
                    (Some(seq), Some("ok".to_owned()))
                } else {
                    (None, None)
                };
                batch.run_entries.push(RunEntry {
                    id,
                    name,
                    thread,
                    first: seq - step,
                    last,
                    status,
                });
                turn.commit(expect.as_ref(), batch).unwrap();
            }
        }
        let mut places = Vec::new();
        ledger
            .run(&uuid(101), &mut |row| {
                places.push((row.seq, row.run.unwrap().1));
                Ok(())
            })
            .unwrap();
        assert_eq!(places, [(4, 0), (5, 1), (6, 2)]);
        let firsts = |query: &RunQuery| {
            ledger
                .runs(query)
                .unwrap()
                .iter()
                .map(|run| run.first)
                .collect::<Vec<_>>()
        };
        let named = |name: &str| RunQuery {
            name: Some(name.into()),
            ..RunQuery::default()
        };
        assert_eq!(firsts(&RunQuery::default()), [1, 4, 7]);
        assert_eq!(firsts(&named("refund")), [1, 7]);
        assert_eq!(firsts(&named("none")), [0_u64; 0]);
        assert_eq!(
            firsts(&RunQuery {
                thread: Some("t2".into()),
                ..named("refund")
            }),
            [7]
        );
        assert_eq!(
            firsts(&RunQuery {
                state: Some(RunState::Open),
                ..RunQuery::default()
            }),
            [4]
        );
        assert_eq!(
            firsts(&RunQuery {
                state: Some(RunState::Closed),
                ..RunQuery::default()
            }),
            [1, 7]
        );
        assert_eq!(
            firsts(&RunQuery {
                id: Some(uuid(102)),
                ..RunQuery::default()
            }),
            [7]
        );
        let open_runs = ledger.open_runs().unwrap();
        assert_eq!(open_runs.len(), 1);
        assert_eq!(
            (open_runs[0].id, open_runs[0].seq, open_runs[0].counts.enforced),
            (uuid(101), 2, 2)
        );
        assert_eq!(open_runs[0].frontier.size(), 3);
        assert_eq!(
            ledger.turn(DEADLINE).unwrap().run_head(&uuid(101)).unwrap().unwrap(),
            open_runs[0]
        );
    });
}

#[test]
fn requests_go_from_waiting_to_used_and_forget_their_content() {
    on_all(|open| {
        let ledger = open();
        let mut request = Request {
            seq: 0,
            digest: Digest::of(b"request"),
            thread: Some("t".into()),
            call_id: Some("c1".into()),
            tool: Some("pay".into()),
            expires: Some(99),
            content: Some(b"{}".to_vec()),
            seed: Some([5; 32]),
            state: RequestState::Waiting,
            approvals: Vec::new(),
        };
        for state in [RequestState::Waiting, RequestState::Approved, RequestState::Used] {
            let turn = ledger.turn(DEADLINE).unwrap();
            let (expect, mut batch) = (turn.head().cloned(), batch(&*ledger, &*turn, &["a"]));
            request.state = state;
            request.approvals.push(Digest::of(state.as_str().as_bytes()));
            batch.requests.push(request.clone());
            turn.commit(expect.as_ref(), batch).unwrap();
            let query = RequestQuery {
                call_id: Some("c1".into()),
                state: Some(state),
                ..RequestQuery::default()
            };
            let found = ledger.requests(&query).unwrap();
            let used = state == RequestState::Used;
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].content.is_none() && found[0].seed.is_none(), used);
            assert_eq!(found[0].approvals, request.approvals);
            assert_eq!(
                ledger
                    .turn(DEADLINE)
                    .unwrap()
                    .request(&request.digest)
                    .unwrap()
                    .unwrap(),
                found[0]
            );
        }
        let other = RequestQuery {
            thread: Some("u".into()),
            ..RequestQuery::default()
        };
        assert!(ledger.requests(&other).unwrap().is_empty());
    });
}

#[test]
fn the_rest_of_a_batch_is_kept() {
    on_all(|open| {
        let ledger = open();
        let mac = ledger.turn(DEADLINE).unwrap().mac().unwrap();
        let turn = ledger.turn(DEADLINE).unwrap();
        let mut batch = batch(&*ledger, &*turn, &["a", "b", "c"]);
        batch.basis = vec![0, 2];
        batch.documents.push((Digest::of(b"d"), b"doc".to_vec()));
        batch.tiles.push(Tile {
            level: 0,
            n: 3,
            hashes: vec![1; 8_192],
        });
        batch.checkpoint = Some((3, b"note".to_vec()));
        batch.head.policy = Some(Digest::of(b"policy"));
        batch.head.intents = 4;
        batch.head.runs = 5;
        batch.head.epoch = 1;
        batch.head.first = 3;
        let next = execert::key::MacKey::from_bytes(mac.1).ratchet();
        batch.mac = Some((1, *next.as_bytes()));
        let head = batch.head.clone();
        turn.commit(None, batch).unwrap();
        drop(ledger);

        let ledger = open();
        assert_eq!(ledger.head().unwrap().unwrap(), head);
        assert_eq!(ledger.basis().unwrap(), [0, 2]);
        assert_eq!(ledger.document(&Digest::of(b"d")).unwrap().unwrap(), b"doc");
        assert_eq!(ledger.tile(0, 3).unwrap().unwrap(), [1; 8_192]);
        assert_eq!(ledger.tile(1, 3).unwrap(), None);
        assert_eq!(ledger.checkpoint(3).unwrap(), Some((3, b"note".to_vec())));
        assert_eq!(ledger.checkpoint(4).unwrap(), None);
        assert_eq!(ledger.newest_checkpoint().unwrap(), Some((3, b"note".to_vec())));
        let turn = ledger.turn(DEADLINE).unwrap();
        assert_eq!(turn.mac().unwrap(), (1, *next.as_bytes()));
        assert_eq!(turn.tile(0, 3).unwrap().unwrap(), [1; 8_192]);

        // The same tile again is fine, with the note of the same size exchanged; another tile is not.
        let mut batch = common::batch(&*ledger, &*turn, &["d"]);
        batch.tiles.push(Tile {
            level: 0,
            n: 3,
            hashes: vec![1; 8_192],
        });
        batch.checkpoint = Some((3, b"note with cosignature".to_vec()));
        turn.commit(Some(&head), batch).unwrap();
        assert_eq!(
            ledger.checkpoint(0).unwrap(),
            Some((3, b"note with cosignature".to_vec()))
        );
        let turn = ledger.turn(DEADLINE).unwrap();
        let (expect, mut batch) = (turn.head().cloned(), common::batch(&*ledger, &*turn, &["e"]));
        batch.tiles.push(Tile {
            level: 0,
            n: 3,
            hashes: vec![2; 8_192],
        });
        assert_eq!(
            turn.commit(expect.as_ref(), batch).unwrap_err().code(),
            Code::StoreCorrupt
        );
        assert_eq!(whole(&*ledger), 4);
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
