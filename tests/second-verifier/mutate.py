#!/usr/bin/env python3
"""Makes changed bundles: `mutate.py --seed N --count N --from DIR --out DIR`; the same seed makes the same files.

DIR is the folder of vectors. Each result is a folder with `input.execert`, `trust.json`, `options.json` and
`about.json`; `OUT/batch.jsonl` has one line per result, as `verify.py --batch` reads it.
"""

import argparse
import os
import random
import sys

from execert_verify import jcs
from mutation import ops_content, ops_lines, ops_notes, ops_records, ops_trust
from mutation.model import Work

OPERATIONS = (
    (ops_records.anywhere, 14), (ops_records.meaning, 28), (ops_records.manifest, 8), (ops_lines.move, 6),
    (ops_lines.remove_records, 5), (ops_lines.withhold, 8), (ops_lines.members, 6), (ops_lines.signatures, 7),
    (ops_lines.bytes_of, 3), (ops_content.redact, 8), (ops_content.change, 8), (ops_notes.change, 8),
    (ops_trust.trust, 9), (ops_trust.options, 6),
)
GOLDEN = ("bundle", "control", "bad")


def sources(root):
    """Folders to start from: golden ones three times as often as those that are already bad."""
    found = []
    for area in GOLDEN:
        for name in sorted(os.listdir(os.path.join(root, area))):
            path = os.path.join(root, area, name)
            if os.path.exists(os.path.join(path, "input.execert")):
                found.append((path, 1 if name.endswith("_fail") else 6))
    return found


def make(path, rng):
    """One changed bundle, with one change, or two or three."""
    work = Work(path)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3))):
        if not work.lines or work.lines[0].statement is None:
            break
        operation = rng.choices([one for one, _ in OPERATIONS], [weight for _, weight in OPERATIONS])[0]
        try:
            work.done.append(operation(work, rng))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as wrong:
            work.done.append(f"{operation.__name__}: does not apply ({type(wrong).__name__})")
        except Exception as wrong:
            if type(wrong).__name__ != "Refused":
                raise
            work.done.append(f"{operation.__name__}: does not apply (Refused)")
    return work


def main():
    """Writes the folders and the batch file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    folders = [(p, w) for p, w in sources(given.source) if readable(p)]
    os.makedirs(given.out, exist_ok=True)
    with open(os.path.join(given.out, "batch.jsonl"), "wb") as batch:
        for number in range(given.count):
            rng = random.Random(f"{given.seed}:{number}")
            path = rng.choices([p for p, _ in folders], [w for _, w in folders])[0]
            work = make(path, rng)
            target = os.path.join(given.out, f"{number:06d}")
            os.makedirs(target, exist_ok=True)
            about = {"from": os.path.relpath(path, given.source), "done": work.done}
            for name, data in (("input.execert", work.bytes()), ("trust.json", jcs.write(work.trust)),
                               ("options.json", jcs.write(work.options)), ("about.json", jcs.write(about))):
                with open(os.path.join(target, name), "wb") as stream:
                    stream.write(data)
            line = {"bundle": os.path.join(target, "input.execert"), "trust": os.path.join(target, "trust.json"),
                    "options": work.options}
            batch.write(jcs.write(line) + b"\n")
    return 0


def readable(path):
    """Whether the lines of a vector can be taken apart at all."""
    try:
        Work(path)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
