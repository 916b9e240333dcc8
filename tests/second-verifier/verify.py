#!/usr/bin/env python3
"""Command line of the second verifier; see README.md."""

import argparse
import base64
import binascii
import multiprocessing
import sys

from execert_verify import jcs, reader, record_file
from execert_verify.errors import BadArgument, Refused
from execert_verify.verify import verify


def main():
    """Reads the arguments; returns the exit status."""
    parser = argparse.ArgumentParser(description="Verify execert evidence, independently of the core.")
    parser.add_argument("bundle", nargs="?", help="an .execert file")
    parser.add_argument("--trust", help="trust document (JSON)")
    parser.add_argument("--options", help="options (JSON): now, allow_open, require, mac_key")
    parser.add_argument("--record", metavar="FILE", help="read a file as .execert-record")
    parser.add_argument("--batch", action="store_true",
                        help='lines {"bundle","trust","options"} on stdin, a report a line on stdout')
    parser.add_argument("--canon", action="store_true",
                        help='lines of base64 on stdin, {"jcs"} or {"code","path"} on stdout')
    parser.add_argument("--jobs", type=int, default=1, help="processes for --batch and --canon")
    given = parser.parse_args()
    if given.batch or given.canon:
        return each_line(batch_line if given.batch else canon_line, given.jobs)
    if given.record:
        return show(record(file(given.record)))
    if not (given.bundle and given.trust and given.options):
        parser.error("a bundle needs --trust and --options")
    try:
        report = verify(file(given.bundle), document(given.trust), document(given.options))
    except BadArgument as bad:
        print(f"{bad.code}: {bad}", file=sys.stderr)
        return 2
    show(report)
    return report["exit"]


def file(path):
    """The bytes of a file."""
    with open(path, "rb") as stream:
        return stream.read()


def document(path):
    """A JSON document given by the caller."""
    try:
        return reader.read(file(path))
    except Refused as refused:
        raise BadArgument(f"{path}: {refused}") from None


def show(value):
    """One line of JCS."""
    print(jcs.text(value), flush=True)
    return 0


def record(data):
    """`{"code","path"}` of a record line; both null if it is read, path null for the whole line."""
    try:
        record_file.read(data)
    except Refused as refused:
        return {"code": refused.code, "path": refused.path or None}
    return {"code": None, "path": None}


def canon_line(line):
    """`{"jcs"}` of base64 input, or why it is refused; an empty line is the empty input."""
    try:
        return jcs.text({"jcs": base64.b64encode(jcs.write(reader.read(base64.b64decode(line)))).decode()})
    except Refused as refused:
        return jcs.text({"code": refused.code, "path": refused.path})
    except binascii.Error:
        return jcs.text({"code": "wire.bad_argument", "path": ""})


def batch_line(line):
    """The report of one line of a batch, or `{"error"}` where there is none."""
    try:
        request = reader.read(line.encode())
        trust = request["trust"]
        trust = document(trust) if isinstance(trust, str) else trust
        return jcs.text(verify(file(request["bundle"]), trust, request["options"]))
    except BadArgument as bad:
        return jcs.text({"error": {"code": bad.code}})
    except (Refused, KeyError, TypeError, OSError) as wrong:
        return jcs.text({"error": {"code": "wire.bad_argument", "detail": str(wrong)}})


def each_line(work, jobs):
    """One answer for each line of stdin, in order."""
    lines = (line.rstrip("\n") for line in sys.stdin)
    if jobs <= 1:
        for line in lines:
            print(work(line), flush=True)
        return 0
    with multiprocessing.Pool(jobs) as pool:
        for answer in pool.imap(work, lines, chunksize=8):
            print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
