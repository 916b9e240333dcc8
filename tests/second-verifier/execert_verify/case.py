"""What steps 4 to 17 work on: the bundle seen as chains and runs, the trust, and the findings so far."""

from .findings import Findings, Place, place_of


class Chain:
    """One chain: its manifest entry (None if foreign), kept lines and counting basis by seq."""

    def __init__(self, chain_id, entry):
        self.id = chain_id
        self.entry = entry
        self.lines = {}
        self.basis = {}
        self.hash_mismatch = False

    def at(self, seq):
        """The record at a seq, as line or basis, or None."""
        return self.lines.get(seq) or self.basis.get(seq)

    def all(self):
        """(seq, record) of lines and counting basis in order of seq."""
        for seq in sorted(self.lines.keys() | self.basis.keys()):
            yield seq, self.at(seq)

    def from_zero(self):
        """Number of records that are here from 0 without a hole, lines and counting basis."""
        count = 0
        while self.at(count) is not None:
            count += 1
        return count

    def digests(self, size):
        """Digests of records 0 to size-1, which are here."""
        return [self.at(seq).digest for seq in range(size)]

    def opening(self):
        """Record 0, if it is here and not withheld."""
        found = self.at(0)
        return None if found is None or found.withheld else found


class Case:
    """The verification of one bundle."""

    def __init__(self, bundle, trust, options):
        self.bundle = bundle
        self.trust = trust
        self.options = options
        self.findings = Findings()
        self.manifest = bundle.manifest.predicate
        self.scope_runs = self.manifest["scope"] == "runs"
        self.chains = {entry["id"]: Chain(entry["id"], entry) for entry in self.manifest["chains"]}
        self.runs = {}
        self.left_out = set()
        self.cover = {}
        self.notes_checked = []

    def chain(self, chain_id):
        """A chain by id, also one that the manifest does not list."""
        if chain_id not in self.chains:
            self.chains[chain_id] = Chain(chain_id, None)
        return self.chains[chain_id]

    def listed_chains(self):
        """The chains of the manifest."""
        return [self.chains[entry["id"]] for entry in self.manifest["chains"]]

    def run_lines(self, chain_id, run_id):
        """Lines of a run by run.seq."""
        return self.runs.setdefault((chain_id, run_id), {})

    def kept(self):
        """Record lines that are not left out (11.2 step 4), withheld ones too."""
        return [line for line in self.bundle.records if id(line) not in self.left_out]

    def records(self):
        """Kept record lines that are here, not withheld."""
        return [line for line in self.kept() if not line.withheld]

    def basis(self):
        """Counting basis lines, by chain and seq."""
        return [one for chain in self.chains.values() for _, one in sorted(chain.basis.items())]

    def spot(self, chain_id, seq):
        """The place of a seq, with its run if the record is here."""
        found = self.chain(chain_id).at(seq)
        return Place(chain_id, seq, found.run if found else None)

    def units(self):
        """What has to be complete: (what, chain, run, first, last) of each chain or run of the manifest."""
        if self.scope_runs:
            return [Unit(self, run["id"], run["chain"], run["id"], 0, run["records"] - 1) for run in
                    self.manifest["runs"]]
        return [Unit(self, c["id"], c["id"], None, c["first"], c["last"]) for c in self.manifest["chains"]]


class Unit:
    """A chain, or in scope runs a run, as the manifest names it."""

    def __init__(self, case, what, chain_id, run_id, first, last):
        self.case = case
        self.what = what
        self.chain_id = chain_id
        self.run_id = run_id
        self.first = first
        self.last = last

    def line(self, number):
        """The kept line at this number (seq, or run.seq), or None."""
        if self.run_id is None:
            return self.case.chain(self.chain_id).lines.get(number)
        return self.case.run_lines(self.chain_id, self.run_id).get(number)

    def last_record(self):
        """The last record if it is here and not withheld."""
        line = self.line(self.last)
        return None if line is None or line.withheld else line

    def last_place(self):
        """Where findings about the end stand: the manifest's last record, here or not."""
        line = self.line(self.last)
        if line is not None:
            return place_of(line)
        if self.run_id is None:
            return Place(self.chain_id, self.last)
        return Place(self.chain_id, None, (self.run_id, self.last))
