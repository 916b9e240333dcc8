"""Findings (docs/spec/09-verifying): code, severity, place."""

from .pointer import utf16

ERROR, WARNING = "error", "warning"
# Of one code and severity: findings that a report lists, and UTF-8 bytes of their paths together.
LISTED, PATHS = 1000, 1_048_576


class Place:
    """Where a finding stands: chain, record (seq), run (id and seq); unknown parts None."""

    def __init__(self, chain=None, record=None, run=None):
        self.chain = chain
        self.record = record
        self.run = run


NOWHERE = Place()


def place_of(line):
    """The place of a record line, a withheld line or a basis."""
    return Place(line.chain, line.seq, line.run)


class Findings:
    """Collects findings; `sorted` gives them as the report wants them."""

    def __init__(self):
        self.items = []

    def add(self, step, code, severity, place=NOWHERE, path=None, sealed=None, found=None, line=None):
        """One more finding."""
        run = None if place.run is None else {"id": place.run[0], "seq": place.run[1]}
        self.items.append({"code": code, "severity": severity, "step": step, "record": place.record,
                           "chain": place.chain, "run": run, "path": path, "sealed": sealed, "found": found,
                           "line": line})

    def error(self, step, code, place=NOWHERE, **rest):
        """An error."""
        self.add(step, code, ERROR, place, **rest)

    def warning(self, step, code, place=NOWHERE, **rest):
        """A warning."""
        self.add(step, code, WARNING, place, **rest)

    def sorted(self):
        """By step, chain, record, run, path, code; nulls first."""
        return sorted(self.items, key=_order)

    def listed(self):
        """The findings that a report lists, and what it says of the others: [{code, severity, count}]."""
        listed, counts, paths, left = [], {}, {}, {}
        for finding in self.sorted():
            kind = (finding["code"], finding["severity"])
            counts[kind] = counts.get(kind, 0) + 1
            paths[kind] = paths.get(kind, 0) + len((finding["path"] or "").encode())
            if counts[kind] <= LISTED and paths[kind] <= PATHS:
                listed.append(finding)
            else:
                left[kind] = left.get(kind, 0) + 1
        return listed, [{"code": code, "severity": severity, "count": left[code, severity]}
                        for code, severity in sorted(left)]

    def has(self, code, severity=None):
        """Whether there is such a finding."""
        return any(f["code"] == code and severity in (None, f["severity"]) for f in self.items)


def _order(finding):
    run = finding["run"]
    return (finding["step"], finding["chain"] or "", -1 if finding["record"] is None else finding["record"],
            ("", -1) if run is None else (run["id"], run["seq"]),
            b"" if finding["path"] is None else b"\1" + utf16(finding["path"]), finding["code"])
