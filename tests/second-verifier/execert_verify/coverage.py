"""What notes cover (docs/spec/09-verifying step 11): checked checkpoints and receipts, quorum and times."""

from . import ed25519, tree
from .note import key_id
from .policy import COSIGNATURE, LOG

FUTURE_MS = 120_000
LOG_BODY, COSIGNATURE_BODY = 64, 72


class Seen:
    """A note of a chain of the manifest whose log key is known: what its signatures and its root say."""

    def __init__(self, chain, note, receipt):
        self.chain = chain
        self.note = note
        self.receipt = receipt
        self.sound = True          # log line and lines of known witnesses hold
        self.cosigned = {}         # label to earliest time in ms, those not in the future
        self.impossible = False    # a cosignature lies in the future
        self.root_differs = False  # not the tree of the records here
        self.proof_fails = False   # the receipt does not fit its record
        self.covers = set()        # digests of records, as lines or basis


class Coverage:
    """All notes that count, and which records they cover."""

    def __init__(self, case):
        self.case = case
        self.policy = case.trust.policy
        self.seen = []
        origins = {chain.entry["origin"]: chain for chain in case.listed_chains()}
        for note, receipt in _notes(case.bundle):
            chain = origins.get(note.origin)
            logs = self._log_keys(chain, note.origin) if chain else []
            if logs:
                self._look(Seen(chain, note, receipt), logs)

    def _log_keys(self, chain, origin):
        """Of record 0 and key.add, or `log` in the policy."""
        keys = list(self.case.keys.by_chain[chain.id].logs)
        return keys + [key for name, key in self.policy.logs if name == origin]

    def _look(self, seen, logs):
        self.seen.append(seen)
        check_log(seen, logs)
        check_cosignatures(seen, self.policy, self.case.options.now)
        if seen.sound:
            whole = seen.chain.from_zero()
            if seen.note.size <= whole:
                self._as_checkpoint(seen)
            if seen.receipt is not None and not seen.root_differs:
                self._as_receipt(seen)

    def _as_checkpoint(self, seen):
        """A checked checkpoint covers the records below its size."""
        size = seen.note.size
        if tree.root(seen.chain.digests(size)) != seen.note.root:
            seen.root_differs = True
            return
        seen.covers.update(seen.chain.digests(size))

    def _as_receipt(self, seen):
        """A receipt covers its record and those that this proves."""
        receipt, note = seen.receipt, seen.note
        record = seen.chain.at(receipt.index)
        if record is None:
            return
        if not tree.included(record.digest, receipt.index, note.size, receipt.hashes, note.root):
            seen.proof_fails = True
            return
        seen.covers.add(record.digest)
        if receipt.index not in seen.chain.lines or record.withheld:
            return
        if self.case.scope_runs:
            if record.run is not None:
                self._back(seen, self.case.run_lines(record.chain, record.run[0]), record.run[1])
        else:
            self._back(seen, seen.chain.lines, record.seq)
        if record.kind == "run.end" and root_of_run(self.case, record) == record.predicate["body"]["root"]:
            run = self.case.run_lines(record.chain, record.run[0])
            seen.covers.update(run[number].digest for number in range(record.run[1]))

    @staticmethod
    def _back(seen, lines, number):
        """Back line by line, to and including the first withheld one. A `prev` that does not fit is a finding of
        step 5, not an end of this walk."""
        record = lines.get(number)
        while record is not None:
            seen.covers.add(record.digest)
            if record.withheld:
                return
            number -= 1
            record = lines.get(number)

    def quorum_met(self, labels):
        """The policy's quorum; with quorum `none` any known witness will do."""
        return bool(labels) and self.policy.met_by(labels)

    def met(self, record):
        """Notes that cover the record and whose cosignatures satisfy the quorum."""
        return [seen for seen in self.seen if record.digest in seen.covers and self.quorum_met(seen.cosigned)]

    def time(self, seen):
        """Quorum time of a note: that of the cosignature that completes the quorum, or None."""
        labels = set()
        for label, moment in sorted(seen.cosigned.items(), key=lambda pair: pair[1]):
            labels.add(label)
            if self.quorum_met(labels):
                return moment
        return None

    def earliest(self, record):
        """Earliest quorum time that covers the record, or None."""
        return min((self.time(seen) for seen in self.met(record)), default=None)

    def any_quorum(self):
        """Whether any note with a quorum covers anything."""
        return any(seen.covers and self.quorum_met(seen.cosigned) for seen in self.seen)

    def counted(self):
        """Labels of witnesses whose cosignature is on a note that covers something."""
        return {label for seen in self.seen if seen.covers for label in seen.cosigned}


def root_of_run(case, end):
    """Root over the earlier records of the run of this run.end, if all are here; else None."""
    run = case.run_lines(end.chain, end.run[0])
    if any(number not in run for number in range(end.run[1])):
        return None
    return tree.root([run[number].digest for number in range(end.run[1])]).hex()


def _notes(bundle):
    return [(note, None) for note in bundle.notes] + [(one.note, one) for one in bundle.receipts]


def check_log(seen, logs):
    """One good log line at least, and no bad one of a key we know."""
    ids = {}
    for public in logs:
        ids.setdefault(key_id(seen.note.origin, LOG, public), public)
    good = 0
    for name, number, body in seen.note.lines:
        if name == seen.note.origin and number in ids:
            if len(body) == LOG_BODY and ed25519.verify(ids[number], body, seen.note.text):
                good += 1
            else:
                seen.sound = False
    seen.sound = seen.sound and good > 0


def check_cosignatures(seen, policy, now):
    """Lines of known witnesses: bad ones spoil the note; times in the future count for nothing."""
    known = {(name, key_id(name, COSIGNATURE, key)): (label, key) for label, (name, key) in policy.witnesses.items()}
    for name, number, body in seen.note.lines:
        if (name, number) not in known:
            continue
        label, public = known[name, number]
        seconds = int.from_bytes(body[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % seconds + seen.note.text
        if len(body) != COSIGNATURE_BODY or not ed25519.verify(public, body[8:], message):
            seen.sound = False
        elif seconds * 1000 > now + FUTURE_MS:
            seen.impossible = True
        else:
            seen.cosigned[label] = min(seconds * 1000, seen.cosigned.get(label, seconds * 1000))
