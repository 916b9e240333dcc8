"""Step 6 (docs/spec/09-verifying): keys that are held, keys of each chain in order of seq, the basis that counts."""

from . import signatures
from .encodings import ed25519_key
from .findings import place_of
from .keys import keyid_of

STEP = 6


class ChainKeys:
    """The keys of one chain (chapter 6 rule 2)."""

    def __init__(self):
        self.added = {}        # record keys: keyid to the seq from which they are listed (first)
        self.trusted = {}      # record keys that a trusted key listed or added: keyid to (seq, entry)
        self.until = {}        # keyid to not_after
        self.logs = []         # public keys of role log
        self.ends = []         # (seq, kind, keyid, as_of or None, record)

    def dead_at(self, keyid, seq):
        """Seq of the first retirement or revocation before `seq`, or None."""
        return min((end[0] for end in self.ends if end[2] == keyid and end[0] < seq), default=None)


class Keys:
    """What is held, who is trusted, and which signatures fail."""

    def __init__(self, case):
        self.case = case
        self.judged = {}
        self.by_chain = {chain_id: ChainKeys() for chain_id in case.chains}
        self._hold()

    def _hold(self):
        """Keys of the trust, of key and basis lines; then those of records, line by line."""
        case = self.case
        self.always = {}
        for entry in case.trust.entries:
            if entry.public is not None:
                self.always[entry.keyid] = entry.public
        for spki in case.bundle.spkis:
            self._take(self.always, spki)
        for basis in case.bundle.basis:
            for spki in spkis_of(basis):
                self._take(self.always, spki)
        self.all = dict(self.always)
        self.first_line = {}
        for position, line in enumerate(case.bundle.records):
            for spki in spkis_of(line):
                self._take(self.all, spki)
                self.first_line.setdefault(keyid_of(spki), position)
        self.position = {id(line): position for position, line in enumerate(case.bundle.records)}

    @staticmethod
    def _take(held, spki):
        held[keyid_of(spki)] = ed25519_key(spki)

    def held_by(self, line):
        """Keys held when this record is judged; for a basis, a document and the manifest all keys of the file."""
        position = self.position.get(id(line))
        if position is None:
            return self.all
        return {k: v for k, v in self.all.items() if k in self.always or self.first_line[k] <= position}

    def is_held(self, keyid, line=None):
        """Whether the key is held."""
        return keyid in self.held_by(line)

    def verdict(self, line):
        """The signature code of a record line or basis, or None."""
        if id(line) not in self.judged:
            self.judged[id(line)] = signatures.judge(line.envelope, self.held_by(line))
        return self.judged[id(line)]

    def fails(self, line):
        """Whether the signature of a record does not hold."""
        return self.verdict(line) is not None

    def trusts(self, line):
        """Whether the signer of a record line or basis is trusted for its place (step 7)."""
        p = line.predicate
        return self.is_held(p["key"], line) and self.entry(p["key"], line.chain, line.seq) is not None

    def entry(self, keyid, chain_id, seq=None):
        """The trust entry that a record key counts as, for a chain and seq (None: any), or None."""
        direct = self.case.trust.entry(keyid, "record")
        if direct is not None:
            return direct
        chain = self.by_chain.get(chain_id)
        since = chain.trusted.get(keyid) if chain else None
        if since is None or (seq is not None and since[0] >= seq):
            return None
        return since[1]


def spkis_of(line):
    """The public keys that a record shows."""
    if line.kind == "chain.open":
        return [key["spki"] for key in line.predicate["body"]["keys"]]
    return [line.predicate["body"]["spki"]] if line.kind == "key.add" else []


def walk(case):
    """Goes through each chain in order of seq: which basis counts, which keys there are."""
    case.keys = Keys(case)
    for basis in case.bundle.basis:
        case.chain(basis.chain)
    for chain in case.chains.values():
        keys = case.keys.by_chain.setdefault(chain.id, ChainKeys())
        events = [(seq, 0, line) for seq, line in chain.lines.items() if not line.withheld]
        events += [(one.seq, 1 + n, one) for n, one in enumerate(case.bundle.basis) if one.chain == chain.id]
        for seq, order, record in sorted(events, key=lambda event: event[:2]):
            if order and not _counts(case, keys, record):
                continue
            if order:
                _place_basis(case, chain, record)
            if chain.at(seq) is record or chain.basis.get(seq) is record:
                _event(case, keys, record)


def _counts(case, keys, basis):
    """A basis counts if its signature holds and its key is trusted and not dead."""
    return (not case.keys.fails(basis) and case.keys.trusts(basis)
            and keys.dead_at(basis.predicate["key"], basis.seq) is None)


def _place_basis(case, chain, basis):
    """Another line with the seq of a basis is a fork; the basis counts all the same."""
    first = chain.at(basis.seq)
    if first is not None and first.digest == basis.digest:
        return
    chain.basis.setdefault(basis.seq, basis)
    if first is not None:
        case.findings.error(STEP, "chain.forked", place_of(first), sealed=first.digest, found=basis.digest)


def _event(case, keys, record):
    """What a record does to the keys of its chain."""
    body, seq = record.predicate.get("body"), record.seq
    if record.kind == "chain.open":
        for key in body["keys"]:
            _add(case, keys, record, key)
    elif record.kind == "key.add":
        _add(case, keys, record, body)
    elif record.kind == "key.retire":
        keys.ends.append((seq, record.kind, body["keyid"], None, record))
    elif record.kind == "key.revoke":
        keys.ends.append((seq, record.kind, body["keyid"], body["as_of_seq"], record))


def _add(case, keys, record, key):
    if key["role"] == "log":
        keys.logs.append(ed25519_key(key["spki"]))
        return
    keyid, signer = keyid_of(key["spki"]), record.predicate["key"]
    keys.added.setdefault(keyid, record.seq)
    if "not_after" in key:
        keys.until[keyid] = key["not_after"]
    sound = not case.keys.fails(record) and keys.dead_at(signer, record.seq) is None
    if keyid != signer and sound and case.keys.trusts(record) and keyid not in keys.trusted:
        opening = case.chain(record.chain).opening()
        root = opening.predicate["key"] if opening and case.keys.trusts(opening) else signer
        keys.trusted[keyid] = (record.seq, case.keys.entry(root, record.chain))
