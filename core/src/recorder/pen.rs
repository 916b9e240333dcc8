//! Writing inside a turn: each draft gets its place, is sealed, and goes into the batch of the one commit.

use std::collections::{BTreeMap, BTreeSet};

use super::{Core, lost};
use crate::canon::Object;
use crate::chain::{Tip, epoch_is_full};
use crate::codes::Code;
use crate::digest::Digest;
use crate::error::{Error, Result};
use crate::host::random;
use crate::id::Uuid;
use crate::key::{MacKey, Signer};
use crate::record::{Body, Capture, Committed, Draft, KeepOut, Kind, Mac, Phase, Place, Record, Sealed, Source, seal};
use crate::store::{Batch, Head, NewRow, Request, Row, RunCounts, RunEntry, RunHead, Turn};
use crate::time::Timestamp;

/// What a caller gets back for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) seq: u64,
    pub(crate) digest: Digest,
    pub(crate) id: Uuid,
    pub(crate) run: Option<Place>,
    pub(crate) at: Timestamp,
}

pub(crate) struct Pen<'a> {
    pub(super) core: &'a Core,
    pub(super) turn: Box<dyn Turn + 'a>,
    pub(super) batch: Pending,
    expect: Option<Head>,
    pub(super) head: Option<Head>,
    mac: MacKey,
    pub(super) changes: u64,
    bytes: usize,
    /// Losses that a record of this turn tells.
    pub(super) told: lost::Told,
}

/// A [`Batch`] in the making.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) rows: Vec<NewRow>,
    pub(super) tiles: Vec<crate::store::Tile>,
    pub(super) checkpoint: Option<(u64, Vec<u8>)>,
    pub(super) runs: BTreeMap<Uuid, Option<RunHead>>,
    pub(super) entries: BTreeMap<Uuid, RunEntry>,
    pub(super) requests: BTreeMap<Digest, Request>,
    pub(super) documents: BTreeMap<Digest, Vec<u8>>,
    pub(super) open: BTreeSet<u64>,
    pub(super) closed: BTreeSet<u64>,
    pub(super) basis: Vec<u64>,
    pub(super) erase: Vec<u64>,
    pub(super) bury: Vec<Uuid>,
    pub(super) mac: Option<(u64, [u8; 32])>,
    pub(super) state: Option<crate::store::State>,
    pub(super) durable: bool,
}

impl<'a> Pen<'a> {
    /// Takes up the pen where the chain ends. A clock that went back, and losses, are told first.
    ///
    /// # Errors
    /// `chain.rolled_back`, `store.*`.
    pub(super) fn begin(core: &'a Core, turn: Box<dyn Turn + 'a>) -> Result<Self> {
        let expect = turn.head().cloned();
        let (epoch, key) = turn.mac()?;
        let mut mac = MacKey::from_bytes(key);
        let at = expect.as_ref().map_or(0, |head| head.epoch);
        if epoch > at {
            return Err(Error::new(
                Code::ChainRolledBack,
                "the MAC key is of a later epoch than the ledger",
            ));
        }
        for _ in epoch..at {
            mac = mac.ratchet();
        }
        let head = expect.clone();
        let mut pen = Pen {
            core,
            turn,
            batch: Pending::default(),
            expect,
            head,
            mac,
            changes: 0,
            bytes: 0,
            told: lost::Told::default(),
        };
        if pen.head.is_some() {
            pen.check_key()?;
            pen.clock_step()?;
            lost::tell(&mut pen)?;
            if core.epoch_is_old(at) && pen.head().is_ok_and(|head| head.first <= head.seq) {
                pen.heartbeat()?;
            }
        }
        Ok(pen)
    }

    /// Drafts and other changes so far: equal before and after a job that failed, it left no trace.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Bytes so far.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The running head.
    ///
    /// # Errors
    /// `chain.empty` before record 0.
    pub(super) fn head(&self) -> Result<&Head> {
        self.head
            .as_ref()
            .ok_or_else(|| Error::new(Code::ChainEmpty, "the ledger has no record 0"))
    }

    pub(super) fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// Goes over to the next epoch, whose first record will be `first`.
    pub(super) fn ratchet(&mut self, next: MacKey, first: u64) {
        if let Some(head) = &mut self.head {
            head.epoch = head.epoch.saturating_add(1);
            head.first = first;
            self.batch.mac = Some((head.epoch, *next.as_bytes()));
        }
        self.mac = next;
    }

    /// Empty content under a fresh seed.
    ///
    /// # Errors
    /// No randomness.
    pub(super) fn nothing(&self) -> Result<Committed> {
        Committed::new(
            Object::new(),
            &random(&*self.core.host)?,
            Vec::new(),
            KeepOut::default(),
        )
    }

    /// Seals a draft at the end of the chain and of its run.
    ///
    /// # Errors
    /// `recorder.closed` if its run has ended; `chain.forked_process` if the run is another recorder's; what sealing
    /// answers.
    pub(crate) fn add(&mut self, draft: &Draft) -> Result<Receipt> {
        self.add_signed(draft, &[], None)
    }

    /// As [`Pen::add`], remembering the caller's request id.
    ///
    /// # Errors
    /// As [`Pen::add`].
    pub(crate) fn add_for(&mut self, draft: &Draft, request: Option<[u8; 32]>) -> Result<Receipt> {
        self.add_signed(draft, &[], request)
    }

    /// As [`Pen::add`], with further signatures.
    ///
    /// # Errors
    /// As [`Pen::add`].
    pub(super) fn add_signed(
        &mut self,
        draft: &Draft,
        more: &[&dyn Signer],
        request: Option<[u8; 32]>,
    ) -> Result<Receipt> {
        let core = self.core;
        let chain = self.tip();
        let mut run = match draft.run {
            Some(id) => Some(self.run_for(id, draft.kind)?),
            None => None,
        };
        let mut fresh = [0; 26];
        core.host.random(&mut fresh)?;
        let (nonce, rest) = fresh.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        let random: [u8; 10] = rest.try_into().unwrap_or_default();
        let at = core.host.now();
        let mut record = Record {
            recorded_at: at,
            key: core.keyid,
            nonce: *nonce,
            ext: draft.ext.clone(),
            id: Uuid::v7(at.millis(), random),
            tenant: core.ledger.identity().tenant.clone(),
            chain: chain.place(),
            kind: draft.kind,
            phase: draft.phase,
            mode: draft.mode,
            capture: draft.capture,
            status: draft.status,
            failure: draft.failure,
            run: run.as_ref().map(|run| tip_of(run).place()),
            step: draft.step,
            attempt: draft.attempt,
            name: draft.name.clone(),
            call_id: draft.call_id.clone(),
            actor: draft.actor.clone(),
            principal: draft.principal.clone(),
            tool: draft.tool,
            model: draft.model.clone(),
            decision: draft.decision.clone(),
            usage: draft.usage.clone(),
            started_at: draft.started_at,
            ended_at: draft.ended_at,
            runtime: draft.runtime,
            trace: draft.trace.clone(),
            content: draft.content.head.clone(),
            links: draft.links.clone(),
            body: draft.body.clone(),
            mac: Mac {
                epoch: self.head.as_ref().map_or(0, |head| head.epoch),
                tag: [0; 32],
            },
        };
        let mut signers: Vec<&dyn Signer> = vec![&*core.signer];
        signers.extend_from_slice(more);
        let sealed = seal(&mut record, &draft.subjects, &self.mac, &signers)?;
        let receipt = Receipt {
            seq: record.chain.seq,
            digest: sealed.digest,
            id: record.id,
            run: record.run,
            at,
        };
        if let Some(run) = &mut run {
            follow(run, &record, sealed.digest);
        }
        self.push(chain, &record, sealed, draft, request, run);
        self.tiles(receipt.seq)?;
        let full = epoch_is_full(self.head()?.first, receipt.seq);
        if full && !matches!(draft.kind, Kind::Heartbeat | Kind::ChainSeal) {
            self.heartbeat()?;
        }
        Ok(receipt)
    }

    #[expect(clippy::too_many_arguments, reason = "one record, all that is known of it")]
    fn push(
        &mut self,
        mut chain: Tip,
        record: &Record,
        sealed: Sealed,
        draft: &Draft,
        request: Option<[u8; 32]>,
        run: Option<RunHead>,
    ) {
        let seq = record.chain.seq;
        chain.push(sealed.digest);
        let old = self.head.take();
        let counts = old
            .as_ref()
            .map_or((0, 0, 0, 0, None), |h| (h.epoch, h.first, h.intents, h.runs, h.policy));
        let (epoch, first, mut intents, mut runs, policy) = counts;
        match record.phase {
            Phase::Intent => {
                intents = intents.saturating_add(1);
                self.batch.open.insert(seq);
            }
            Phase::Outcome => {
                intents = intents.saturating_sub(1);
                let settled = record
                    .links
                    .iter()
                    .find(|link| link.rel == "intent")
                    .and_then(|link| link.seq);
                if let Some(intent) = settled {
                    self.batch.closed.insert(intent);
                }
            }
            Phase::Single => {}
        }
        let durable = record.decision.is_some() || record.capture == Capture::Enforced || !record.kind.is_step();
        self.batch.durable |= durable;
        if matches!(
            record.kind,
            Kind::ChainOpen | Kind::KeyAdd | Kind::KeyRetire | Kind::KeyRevoke | Kind::Erasure
        ) {
            self.batch.basis.push(seq);
        }
        if record.kind == Kind::RunStart {
            runs = runs.saturating_add(1);
        }
        if let Some(run) = run {
            self.enter_run(record, run, seq);
        }
        self.head = Some(Head {
            seq,
            digest: sealed.digest,
            epoch,
            frontier: chain.frontier().clone(),
            at: record.recorded_at,
            first,
            intents,
            runs,
            policy,
        });
        let content = draft.content.row.clone();
        self.bytes = self
            .bytes
            .saturating_add(sealed.envelope.len())
            .saturating_add(content.as_ref().map_or(0, Vec::len));
        let row = Row {
            seq,
            digest: sealed.digest,
            envelope: sealed.envelope,
            content,
            run: record.run.map(|place| (place.id, place.seq)),
        };
        self.batch.rows.push(NewRow { row, request });
        self.changes = self.changes.saturating_add(1);
    }

    /// Keeps the run's place and the index of runs in step with the record just sealed.
    fn enter_run(&mut self, record: &Record, run: RunHead, seq: u64) {
        let id = run.id;
        let known = self.batch.entries.get(&id).cloned();
        match record.kind {
            Kind::RunStart => {
                let (name, thread) = (run.counts.name.clone(), run.counts.thread.clone());
                let entry = RunEntry {
                    id,
                    name,
                    thread,
                    first: seq,
                    last: None,
                    status: None,
                };
                self.batch.entries.insert(id, entry);
                self.batch.runs.insert(id, Some(run));
            }
            Kind::RunEnd => {
                let first = known.map_or_else(|| self.first_of(&id), |entry| entry.first);
                let status = record.status.map(|status| status.as_str().to_owned());
                let (name, thread) = (run.counts.name, run.counts.thread);
                self.batch.entries.insert(
                    id,
                    RunEntry {
                        id,
                        name,
                        thread,
                        first,
                        last: Some(seq),
                        status,
                    },
                );
                self.batch.runs.insert(id, None);
            }
            _ => {
                self.batch.runs.insert(id, Some(run));
            }
        }
    }

    fn first_of(&self, id: &Uuid) -> u64 {
        let query = crate::store::RunQuery {
            id: Some(*id),
            ..Default::default()
        };
        let found = self
            .core
            .ledger
            .runs(&query)
            .ok()
            .and_then(|runs| runs.first().map(|entry| entry.first));
        found.unwrap_or_default()
    }

    fn tip(&self) -> Tip {
        let id = self.core.ledger.identity().id;
        match &self.head {
            Some(head) => Tip::after(id, head.seq, head.digest, head.frontier.clone()),
            None => Tip::new(id),
        }
    }

    /// Where an open run stands, the records of this turn included; None: unknown or ended.
    ///
    /// # Errors
    /// `store.*`.
    pub(super) fn run_head(&self, id: &Uuid) -> Result<Option<RunHead>> {
        match self.batch.runs.get(id) {
            Some(run) => Ok(run.clone()),
            None => self.turn.run_head(id),
        }
    }

    pub(super) fn run_for(&self, id: Uuid, kind: Kind) -> Result<RunHead> {
        let found = self.run_head(&id)?;
        if kind == Kind::RunStart {
            if found.is_some() {
                return Err(Error::new(Code::InternalPanic, "a run with this id is open already"));
            }
            return Ok(new_run(id));
        }
        found.ok_or_else(|| {
            Error::new(Code::RecorderClosed, "the run has ended")
                .hint("open a new run; a run that ended takes no records")
        })
    }

    fn clock_step(&mut self) -> Result<()> {
        let now = self.core.host.now();
        let last = self.head()?.at;
        let behind = last.millis().saturating_sub(now.millis()) > 2_000;
        let jumped = self.core.clock_jumped(now);
        if behind || jumped {
            let mut draft = Draft::new(Kind::ClockStep, self.nothing()?);
            draft.body = Body::ClockStep { from: last, to: now };
            self.add(&draft)?;
        }
        Ok(())
    }

    /// All of it, durable, or nothing.
    ///
    /// # Errors
    /// Those of [`Turn::commit`].
    pub(super) fn commit(self) -> Result<()> {
        let pending = self.batch;
        let Some(head) = self.head else { return Ok(()) };
        if pending.rows.is_empty() && self.changes == 0 && pending.checkpoint.is_none() {
            return Ok(());
        }
        let mut batch = Batch::new(head);
        for (id, run) in pending.runs {
            match run {
                Some(run) => batch.runs.push(run),
                None => batch.closed_runs.push(id),
            }
        }
        batch.rows = pending.rows;
        batch.open_intents = pending.open.into_iter().collect();
        batch.close_intents = pending.closed.into_iter().collect();
        batch.run_entries = pending.entries.into_values().collect();
        batch.requests = pending.requests.into_values().collect();
        batch.documents = pending.documents.into_iter().collect();
        batch.basis = pending.basis;
        batch.erase = pending.erase;
        batch.tiles = pending.tiles;
        batch.checkpoint = pending.checkpoint;
        batch.mac = pending.mac;
        batch.state = pending.state;
        batch.bury = pending.bury;
        batch.durable = pending.durable;
        self.turn.commit(self.expect.as_ref(), batch)?;
        lost::told(self.core, &self.told);
        Ok(())
    }
}

fn new_run(id: Uuid) -> RunHead {
    RunHead {
        id,
        seq: 0,
        digest: Digest::from_bytes([0; 32]),
        frontier: crate::merkle::Frontier::new(),
        recorder: None,
        at: 0,
        counts: RunCounts::default(),
    }
}

fn tip_of(run: &RunHead) -> Tip {
    if run.frontier.size() == 0 {
        Tip::new(run.id)
    } else {
        Tip::after(run.id, run.seq, run.digest, run.frontier.clone())
    }
}

/// Moves a run on by the record just sealed.
fn follow(run: &mut RunHead, record: &Record, digest: Digest) {
    let mut tip = tip_of(run);
    tip.push(digest);
    run.seq = tip.size().saturating_sub(1);
    run.digest = digest;
    run.frontier = tip.frontier().clone();
    run.at = record.recorded_at.millis();
    let counter = match record.capture {
        Capture::Enforced => &mut run.counts.enforced,
        Capture::Observed => &mut run.counts.observed,
        Capture::Reported => &mut run.counts.reported,
    };
    *counter = counter.saturating_add(1);
}

/// `observed` for each of these members that the content has.
pub(super) fn observed(content: &Object, members: &[&str]) -> Vec<(String, Source)> {
    members
        .iter()
        .filter(|member| content.contains(member))
        .map(|member| (format!("/{member}"), Source::Observed))
        .collect()
}
