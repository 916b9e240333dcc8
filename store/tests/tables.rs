//! What a ledger finds by index: runs, requests, and the rest of a batch. Each test runs in memory and on SQLite.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test")]

mod common;

use common::{DEADLINE, append, batch, on_all, uuid, whole};
use execert::Code;
use execert::digest::Digest;
use execert::merkle::Frontier;
use execert::store::{Request, RequestQuery, RequestState, RunCounts, RunEntry, RunHead, RunQuery, RunState, Tile};

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
