//! Chains made for tests: sealed as a recorder seals them, without one.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::too_many_arguments,
    reason = "each test file uses a part of it"
)]

pub mod dice;
pub mod look;

use execert::bundle::{ChainName, ChainRange, NewManifest, RunRange, Scope};
use execert::canon::{Object, Value};
use execert::chain::Tip;
use execert::checkpoint::{Checkpoint, Receipt};
use execert::digest::{Digest, b64};
use execert::id::Uuid;
use execert::key::{MacKey, SecretKey, Signer};
use execert::merkle::{self, Frontier};
use execert::note::{Kind as NoteKind, Vkey};
use execert::object;
use execert::record::{
    Body, Capture, ChainOpen, ChainSeal, Committed, Durability, GateMode, Heartbeat, KeepOut, KeyEntry, KeyRole, Kind,
    Link, Mac, Mode, Phase, Record, RunEnd, RunStart, Sealed, Software, Status, WitnessNeed, seal,
};
use execert::time::Timestamp;

pub const START: i64 = 1_772_800_000_000;

/// A key by name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(*Digest::of(name.as_bytes()).as_bytes())
}

pub fn uuid(number: u64) -> Uuid {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    Uuid::v7(START, [0, 0, a, b, c, d, e, f, g, h])
}

pub fn time(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1_000).unwrap()
}

/// A sealed record with what stands beside it.
#[derive(Clone)]
pub struct Made {
    pub record: Record,
    pub sealed: Sealed,
    pub row: Option<Vec<u8>>,
}

impl Made {
    pub fn line(&self, index: bool) -> Vec<u8> {
        execert::bundle::record_line(&self.sealed.envelope, self.row.as_deref(), index).unwrap()
    }
}

/// A chain that grows record by record.
pub struct Chain {
    pub id: Uuid,
    /// Name of the record key in use.
    pub signer: &'static str,
    pub log: SecretKey,
    pub mac: MacKey,
    pub epoch: (u64, u64),
    pub tip: Tip,
    pub runs: Vec<Run>,
    pub records: Vec<Made>,
    pub leaves: Vec<merkle::Hash>,
    pub clock: i64,
}

pub struct Run {
    pub tip: Tip,
    pub steps: u64,
    pub enforced: u64,
}

impl Chain {
    /// A chain with record 0, which lists the record key and the log key.
    pub fn open(number: u64) -> Chain {
        Chain::open_with(number, None)
    }

    pub fn open_with(number: u64, not_after: Option<Timestamp>) -> Chain {
        let log = key("log");
        let mut chain = Chain {
            id: uuid(number),
            mac: MacKey::from_bytes([9; 32]),
            epoch: (0, 0),
            tip: Tip::new(uuid(number)),
            runs: Vec::new(),
            records: Vec::new(),
            leaves: Vec::new(),
            clock: 0,
            signer: "record",
            log,
        };
        let entry = |key: &SecretKey, role, not_after| KeyEntry {
            spki: key.key().clone(),
            role,
            not_after,
        };
        let mut keys = vec![
            entry(&key("record"), KeyRole::Record, not_after),
            entry(&chain.log, KeyRole::Log, None),
        ];
        keys.sort_by_key(|entry| b64(&entry.spki.spki()));
        let body = ChainOpen {
            origin: chain.origin(),
            keys,
            mac: chain.mac.commitment(),
            gate: GateMode::Enforce,
            durability: Durability::Memory,
            witness: WitnessNeed::Optional,
            profile: Digest::of(b"profile"),
            software: Software {
                name: "test".into(),
                version: "1".into(),
            },
            policies: Vec::new(),
            continues: None,
        };
        chain.push(Kind::ChainOpen, Body::ChainOpen(Box::new(body)), |_| {});
        chain
    }

    pub fn origin(&self) -> String {
        format!("log.example/{}", self.id)
    }

    /// A record without a run.
    pub fn push(&mut self, kind: Kind, body: Body, change: impl FnOnce(&mut Record)) -> usize {
        self.add(kind, None, body, change)
    }

    /// A record of a run.
    pub fn add(&mut self, kind: Kind, run: Option<usize>, body: Body, change: impl FnOnce(&mut Record)) -> usize {
        let signer = key(self.signer);
        self.add_by(kind, run, body, &[&signer], change)
    }

    pub fn add_by(
        &mut self,
        kind: Kind,
        run: Option<usize>,
        body: Body,
        signers: &[&dyn Signer],
        change: impl FnOnce(&mut Record),
    ) -> usize {
        let at = self.records.len();
        self.clock += 1;
        let content =
            object! { "input": object! { "n": Value::count(u64::try_from(at).unwrap()), "of": "what was asked" } };
        let seed = *Digest::of(&u64::try_from(at).unwrap().to_be_bytes()).as_bytes();
        let committed = Committed::new(content, &seed, Vec::new(), KeepOut::default()).unwrap();
        let mut record = Record {
            recorded_at: time(self.clock),
            key: signers[0].key().keyid(),
            nonce: [3; 16],
            ext: None,
            id: uuid(1_000_000 + u64::try_from(at).unwrap()),
            tenant: "acme".into(),
            chain: self.tip.place(),
            kind,
            phase: Phase::Single,
            mode: Mode::Live,
            capture: Capture::Enforced,
            status: Some(Status::Ok),
            failure: None,
            run: run.map(|run| self.runs[run].tip.place()),
            step: None,
            attempt: None,
            name: None,
            call_id: None,
            actor: None,
            principal: None,
            tool: None,
            model: None,
            decision: None,
            usage: None,
            started_at: None,
            ended_at: None,
            runtime: None,
            trace: None,
            content: committed.head,
            links: Vec::new(),
            body,
            mac: Mac {
                epoch: self.epoch.0,
                tag: [0; 32],
            },
        };
        change(&mut record);
        let sealed = seal(&mut record, &[], &self.mac, signers).unwrap();
        self.tip.push(sealed.digest);
        self.leaves.push(merkle::leaf(&sealed.digest));
        if let Some(run) = run {
            let run = &mut self.runs[run];
            run.tip.push(sealed.digest);
            run.enforced += 1;
            run.steps += u64::from(record.step.is_some() && record.phase != Phase::Outcome);
        }
        self.records.push(Made {
            record,
            sealed,
            row: committed.row,
        });
        at
    }

    /// A `run.start`; answers the run.
    pub fn run(&mut self) -> usize {
        let run = self.runs.len();
        let id = uuid(500_000_000 + u64::try_from(run).unwrap());
        self.runs.push(Run {
            tip: Tip::new(id),
            steps: 0,
            enforced: 0,
        });
        self.add(Kind::RunStart, Some(run), Body::RunStart(RunStart::default()), |_| {});
        run
    }

    /// A step that has ended.
    pub fn step(&mut self, run: usize) -> usize {
        let step = uuid(700_000_000 + self.tip.size());
        self.add(Kind::Code, Some(run), Body::None, |record| {
            record.step = Some(step);
            record.name = Some("parse".into());
        })
    }

    /// An intent and its outcome.
    pub fn pair(&mut self, run: usize) -> (usize, usize) {
        let step = uuid(700_000_000 + self.tip.size());
        let intent = self.add(Kind::Code, Some(run), Body::None, |record| {
            record.step = Some(step);
            record.name = Some("parse".into());
            record.phase = Phase::Intent;
            record.status = None;
            record.capture = Capture::Enforced;
            record.decision = Some(allow());
        });
        (intent, self.outcome(run, intent))
    }

    pub fn outcome(&mut self, run: usize, intent: usize) -> usize {
        let (digest, seq) = (
            self.records[intent].sealed.digest,
            self.records[intent].record.chain.seq,
        );
        let step = self.records[intent].record.step;
        self.add(Kind::Code, Some(run), Body::None, |record| {
            record.step = step;
            record.name = Some("parse".into());
            record.phase = Phase::Outcome;
            record.links = vec![Link {
                rel: "intent".into(),
                digest,
                chain: None,
                seq: Some(seq),
            }];
        })
    }

    pub fn end(&mut self, run: usize) -> usize {
        let state = &self.runs[run];
        let body = RunEnd {
            records: state.tip.size() + 1,
            root: state.tip.root(),
            steps: state.steps,
            enforced: state.enforced,
            observed: 0,
            reported: 0,
            duplicates: None,
            sampled: false,
        };
        self.add(Kind::RunEnd, Some(run), Body::RunEnd(body), |_| {})
    }

    pub fn beat(&mut self, change: impl FnOnce(&mut Heartbeat)) -> usize {
        let mut beat = Heartbeat {
            first: self.epoch.1,
            last: self.tip.size(),
            size: self.tip.size(),
            root: self.tip.root(),
            next_mac: self.mac.ratchet().commitment(),
            beacon: None,
            open_intents: 0,
        };
        change(&mut beat);
        let at = self.push(Kind::Heartbeat, Body::Heartbeat(beat), |_| {});
        self.mac = self.mac.ratchet();
        self.epoch = (self.epoch.0 + 1, self.tip.size());
        at
    }

    pub fn seal(&mut self) -> usize {
        let (seq, head) = self.tip.last().unwrap();
        let runs = u64::try_from(self.runs.len()).unwrap();
        let body = ChainSeal {
            count: seq + 2,
            head,
            runs,
            open_intents: 0,
        };
        self.push(Kind::ChainSeal, Body::ChainSeal(body), |_| {})
    }

    /// A checkpoint over the first `size` records, cosigned by these witnesses at these seconds after the start.
    pub fn checkpoint(&self, size: usize, witnesses: &[(&str, i64)]) -> Checkpoint {
        let root = merkle::root(&self.leaves[..size]);
        let mut checkpoint = Checkpoint::sign(&self.origin(), u64::try_from(size).unwrap(), root, &self.log).unwrap();
        for (name, seconds) in witnesses {
            let at = u64::try_from(START / 1_000 + seconds).unwrap();
            checkpoint
                .note_mut()
                .cosign(&format!("{name}.example/w"), at, &key(name))
                .unwrap();
        }
        checkpoint
    }

    pub fn receipt(&self, index: usize, size: usize, witnesses: &[(&str, i64)]) -> Receipt {
        let proof = merkle::prove_inclusion(&self.leaves[..size], index).unwrap();
        Receipt::new(u64::try_from(index).unwrap(), proof, self.checkpoint(size, witnesses))
    }

    /// A bundle of the chain's records `first` to the end.
    pub fn bundle(&self, first: usize, material: &[Object]) -> Vec<u8> {
        let last = self.records.last().unwrap();
        let range = ChainRange {
            id: self.id,
            origin: self.origin(),
            tenant: "acme".into(),
            first: u64::try_from(first).unwrap(),
            last: last.record.chain.seq,
            head: last.sealed.digest,
            sealed: last.record.kind == Kind::ChainSeal,
        };
        let lines: Vec<usize> = (first..self.records.len()).collect();
        self.file(Scope::Chain(vec![range]), &lines, material)
    }

    /// A bundle of some runs.
    pub fn run_bundle(&self, runs: &[usize], material: &[Object]) -> Vec<u8> {
        let ids: Vec<Uuid> = runs.iter().map(|run| self.runs[*run].tip.place().id).collect();
        let of = |made: &Made| made.record.run.map(|run| run.id).filter(|id| ids.contains(id));
        let lines: Vec<usize> = (0..self.records.len())
            .filter(|at| of(&self.records[*at]).is_some())
            .collect();
        let ranges = ids.iter().map(|id| {
            let last = lines
                .iter()
                .rev()
                .map(|at| &self.records[*at])
                .find(|made| of(made) == Some(*id))
                .unwrap();
            RunRange {
                id: *id,
                chain: self.id,
                records: last.record.run.unwrap().seq + 1,
                head: last.sealed.digest,
                closed: last.record.kind == Kind::RunEnd,
            }
        });
        let name = ChainName {
            id: self.id,
            origin: self.origin(),
            tenant: "acme".into(),
        };
        self.file(
            Scope::Runs {
                chains: vec![name],
                runs: ranges.collect(),
            },
            &lines,
            material,
        )
    }

    fn file(&self, scope: Scope, lines: &[usize], material: &[Object]) -> Vec<u8> {
        let mut tree = Frontier::new();
        lines
            .iter()
            .for_each(|at| tree.push(merkle::leaf(&self.records[*at].sealed.digest)));
        let ends = |made: &&Made| matches!(made.record.kind, Kind::KeyRetire | Kind::KeyRevoke);
        let manifest = NewManifest {
            recorded_at: time(self.clock + 1),
            id: uuid(1),
            nonce: [4; 16],
            index: false,
            count: u64::try_from(lines.len()).unwrap(),
            root: tree.root(),
            artefacts: Vec::new(),
            revocations: self
                .records
                .iter()
                .filter(ends)
                .map(|made| made.sealed.digest)
                .collect(),
            scope,
        };
        let mut file = manifest.seal(&key(self.signer)).unwrap().envelope;
        file.push(b'\n');
        for line in material {
            file.extend(execert::canon::to_jcs(&Value::Object(line.clone())));
            file.push(b'\n');
        }
        for at in lines {
            file.extend(self.records[*at].line(false));
            file.push(b'\n');
        }
        file
    }

    pub fn basis(&self, at: usize) -> Object {
        let envelope =
            execert::canon::parse(&self.records[at].sealed.envelope, &execert::limits::Limits::LINE).unwrap();
        object! { "execert": "material/1", "type": "basis", "envelope": envelope }
    }
}

fn allow() -> execert::record::Decision {
    execert::record::Decision {
        verdict: execert::record::Verdict::Allow,
        layer: execert::record::Layer::Policy,
        tier: execert::record::Tier::Low,
        reason: "allowed".into(),
        deciding: Vec::new(),
        policy: None,
        schema: None,
        engine: None,
        engine_version: None,
        obligations: Vec::new(),
        expires_at: None,
    }
}

pub fn note(checkpoint: &Checkpoint) -> Object {
    object! { "execert": "material/1", "type": "checkpoint", "note": checkpoint.to_string() }
}

pub fn proof(receipt: &Receipt) -> Object {
    object! { "execert": "material/1", "type": "receipt", "proof": receipt.to_string() }
}

/// The verifier key of a witness by name.
pub fn vkey(name: &str) -> String {
    Vkey::new(format!("{name}.example/w"), NoteKind::Witness, key(name).key().clone()).to_string()
}

/// Trust in the record key, of operator acme, and in these witnesses.
pub fn trust(witnesses: &[&str], quorum: u32) -> Value {
    let entry = object! {
        "key": b64(&key("record").key().spki()), "label": "acme", "operator": "acme", "revocation": "none",
    };
    let mut trust = execert::trust::Trust::new().key(entry);
    for name in witnesses {
        trust = trust.witness(vkey(name));
    }
    trust.quorum(quorum).to_value().unwrap()
}

pub fn now() -> Value {
    Value::Object(object! { "now": time(86_400) })
}

/// A place as findings are compared: step, code, seq.
pub fn codes(report: &execert::report::Report) -> Vec<(u8, &'static str, Option<u64>)> {
    report
        .findings()
        .map(|finding| (finding.step, finding.code.as_str(), finding.place.record))
        .collect()
}
