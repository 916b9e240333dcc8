#!/usr/bin/env python3
"""Runs all vectors of a folder: `run_vectors.py DIR`; the last line is `N passed, N failed`."""

import base64
import hashlib
import os
import sys

from execert_verify import bundle, content, ed25519, jcs, locate, mac, note, reader, record_file, redacted, tree
from execert_verify.coverage import Seen, check_cosignatures, check_log
from execert_verify.encodings import ED25519_SPKI, b64, unb64
from execert_verify.errors import Refused
from execert_verify.keys import keyid_of
from execert_verify.policy import COSIGNATURE, LOG, Policy, vkey
from execert_verify.verify import verify

NEVER = 2**53


class Folder:
    """One vector folder."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)

    def has(self, name):
        return os.path.exists(os.path.join(self.path, name))

    def bytes(self, name):
        with open(os.path.join(self.path, name), "rb") as stream:
            return stream.read()

    def json(self, name):
        return reader.read(self.bytes(name))


def bundle_case(folder):
    """The whole report, and that a `_fail` folder does not exit 0."""
    report = verify(folder.bytes("input.execert"), folder.json("trust.json"), folder.json("options.json"))
    report.pop("verifier")
    expect = folder.json("expect.json")
    whole = jcs.write(report) == folder.bytes("report.json").strip()
    parts = all(agrees(report.get(name), value) for name, value in expect.items())
    return whole and parts and (report["exit"] != 0) == folder.name.endswith("_fail")


def agrees(found, wanted):
    """Whether the parts that are wanted are there: of objects only the members named."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(name in found and agrees(found[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(found) == len(wanted) and all(map(agrees, found, wanted))
    return found == wanted


def canon_case(folder):
    """Canonical text and its hash, or the refusal."""
    payload = folder.has("options.json") and folder.json("options.json").get("payload")
    try:
        text = jcs.text((jcs.read_payload if payload else reader.read)(folder.bytes("input.json")))
        found = {"jcs": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    except Refused as refused:
        found = {"code": refused.code, "path": refused.path}
    return found == folder.json("expect.json")


def content_case(folder):
    """Roots, indexes, redactions and openings."""
    given, expect = folder.json("input.json"), folder.json("expect.json")
    if "code" in expect:
        try:
            fits = redacted.commit(given["content"], given["open"]).hex() == given["root"]
            return not fits and expect["code"] == redacted.MISMATCH
        except Refused as refused:
            return refused.code == expect["code"]
    if "hide" in given:
        shown, opened = redacted.redact(given["content"], unb64(given["seed"]), given["hide"])
        return expect == {"content": shown, "open": opened, "root": redacted.commit(shown, opened).hex()}
    hashes = {}
    root = content.commit(given["content"], unb64(given["seed"]), "", hashes).hex()
    return expect == {"root": root, "index": locate.index_of(given["content"], hashes)}


def record_case(folder):
    """One record: digest, signed bytes, MAC input, tag, root, hidden places."""
    read, expect = record_file.read(folder.bytes("input.json")), folder.json("expect.json")
    form, p = read.form, read.predicate
    root = redacted.commit(form["content"], form["open"]) if "open" in form else content.commit(
        form["content"], unb64(form["seed"]))
    found = {"digest": read.digest, "root": root.hex(), "keyid": p["key"],
             "pae_sha256": hashlib.sha256(read.signed_bytes).hexdigest(),
             "mac_input_sha256": hashlib.sha256(mac.tag_input(read.statement)).hexdigest(),
             "withheld": form.get("open", {}).get("hidden")}
    fits = all(found[name] == value for name, value in expect.items()) and root.hex() == p["content"]["root"]
    if folder.has("mac_key.json"):
        key = folder.json("mac_key.json")
        fits = fits and p["mac"] == {"epoch": key["epoch"], "tag": mac.tag(unb64(key["key"]), read.statement)}
    return fits


def chain_case(folder):
    """The MAC ratchet."""
    expect, keys = folder.json("expect.json"), [unb64(folder.json("input.json")["k0"])]
    while len(keys) < len(expect["keys"]):
        keys.append(mac.next_key(keys[-1]))
    commitments = [mac.commitment(key) for key in keys[: len(expect["commitments"])]]
    return expect == {"keys": [b64(key) for key in keys], "commitments": commitments}


def key_case(folder):
    """Names of one key."""
    public = ed25519.public_of(bytes.fromhex(folder.json("input.json")["private_seed"]))
    spki = b64(ED25519_SPKI + public)

    def name(kind):
        return f"log.example/x+{note.key_id('log.example/x', kind, public).hex()}+{b64(bytes([kind]) + public)}"

    return folder.json("expect.json") == {
        "public": public.hex(), "spki": spki, "keyid": keyid_of(spki), "vkey_log": name(LOG),
        "fingerprint": unb64(keyid_of(spki)).hex(), "vkey_cosignature": name(COSIGNATURE)}


def log_case(folder):
    """A checkpoint with its cosignatures, or a receipt."""
    expect = folder.json("expect.json")
    if folder.has("input.tlog-proof"):
        receipt = note.parse_receipt(folder.bytes("input.tlog-proof").decode(), "", "")
        fits = tree.included(expect["digest"], receipt.index, receipt.note.size, receipt.hashes, receipt.note.root)
        return fits and expect == {"index": receipt.index, "digest": expect["digest"],
                                   "leaf": tree.leaf(expect["digest"]).hex(), "root": receipt.note.root.hex()}
    found, keys = note.parse_note(folder.bytes("input.note").decode(), ""), folder.json("keys.json")
    seen, policy = Seen(None, found, None), Policy()
    policy.witnesses = {vkey(text, COSIGNATURE)[0]: vkey(text, COSIGNATURE) for text in keys["witnesses"]}
    check_log(seen, [vkey(keys["log"], LOG)[1]])
    check_cosignatures(seen, policy, NEVER)
    fits = seen.sound and tree.root(folder.json("digests.json")) == found.root
    return fits and expect == {"origin": found.origin, "size": found.size, "root": found.root.hex(),
                               "cosigned": {name: at // 1000 for name, at in seen.cosigned.items()}}


def record_form(case):
    """A line of record/forms.jsonl."""
    try:
        record_file.read(case["line"].encode())
        found = (None, None)
    except Refused as refused:
        found = (refused.code, refused.path or None)
    return found == (case["code"], case["path"])


def bundle_form(case):
    """A line of bundle/forms.jsonl."""
    data = case["file"].encode() if case.get("file") is not None else base64.b64decode(case["file64"])
    try:
        bundle.read(data)
        found = (None, None, None)
    except bundle.Unreadable as stop:
        found = (stop.code, stop.path, stop.line)
    return found == (case["code"], case["path"], case["at"])


AREAS = {"bundle": bundle_case, "bad": bundle_case, "control": bundle_case, "canon": canon_case, "chain": chain_case,
         "content": content_case, "key": key_case, "log": log_case, "record": record_case}
FORMS = {"record": record_form, "bundle": bundle_form}


def main(root):
    """All folders, then the two files of forms."""
    counts = [0, 0]

    def note_result(name, work, given):
        try:
            fits, why = work(given), ""
        except Exception as wrong:  # a crash is a failure of that vector, not of the run
            fits, why = False, f": {wrong!r}"
        counts[0 if fits else 1] += 1
        if not fits:
            print(f"FAIL {name}{why}")

    for area, work in AREAS.items():
        for name in sorted(os.listdir(os.path.join(root, area))):
            path = os.path.join(root, area, name)
            if os.path.isdir(path):
                note_result(f"{area}/{name}", work, Folder(path))
    for area, work in FORMS.items():
        with open(os.path.join(root, area, "forms.jsonl"), "rb") as lines:
            for line in lines:
                case = reader.read(line, reader.Limits(string=2**31))
                note_result(f"{area}/forms {case['name']}", work, case)
    print(f"{counts[0]} passed, {counts[1]} failed")
    return 1 if counts[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
