"""Makes a changed bundle consistent again: links, totals, roots, manifest, notes, all signed with the test keys."""

import base64
import hashlib

from execert_verify import mac, note, tree
from execert_verify.encodings import b64

from .testkeys import KEYS

WITNESSES = {"north.example/w1": "north", "south.example/w1": "south", "south.example/w2": "south-2"}


def relink(work):
    """Renews everything that depends on the records, as their owner could."""
    renewed = _records(work)
    _manifest(work, renewed)
    _notes(work)


def _replace(value, renewed):
    """The value with old digests renewed."""
    if isinstance(value, dict):
        return {name: _replace(below, renewed) for name, below in value.items()}
    if isinstance(value, list):
        return [_replace(below, renewed) for below in value]
    return renewed.get(value, value) if isinstance(value, str) else value


def _records(work):
    """Records in order of seq: links by digest, totals, tags, signatures. Gives old digest to new."""
    lines = [line for line in work.lines[1:] if line.statement is not None and (line.is_record or line.is_basis)]
    order = sorted(lines, key=lambda line: line.predicate["chain"]["seq"])
    keys = _mac_keys(work, lines)
    renewed, run_digests = {}, {}
    for line in work.record_lines:
        if line.is_withheld and "run" in line.value:
            run = line.value["run"]
            run_digests.setdefault((line.value["chain"], run["id"]), {})[run["seq"]] = line.value["digest"]
    for line in order:
        line.statement["predicate"] = p = _replace(line.predicate, renewed)
        run = p.get("run")
        earlier = run_digests.setdefault((p["chain"]["id"], run["id"]), {}) if run else {}
        if p["kind"] == "run.end" and run and all(n in earlier for n in range(run["seq"])):
            p["body"]["root"] = tree.root([earlier[n] for n in range(run["seq"])]).hex()
        if p["kind"] == "heartbeat":
            places = [(one.predicate["chain"], one.digest) for one in order]
            before = {place["seq"]: digest for place, digest in places
                      if place["id"] == p["chain"]["id"] and place["seq"] < p["chain"]["seq"]}
            if all(n in before for n in range(p["chain"]["seq"])):
                p["body"]["root"] = tree.root([before[n] for n in range(p["chain"]["seq"])]).hex()
        _tag(line, keys.get(p["chain"]["id"]))
        old = line.old_digest
        line.sign_again()
        renewed[old] = line.old_digest = line.digest
        if run:
            earlier[run["seq"]] = line.digest
    return renewed


def _mac_keys(work, lines):
    """First MAC key of the chains whose commitment the option fits."""
    given = work.options.get("mac_key")
    if not isinstance(given, str):
        return {}
    key = base64.b64decode(given)
    return {line.predicate["chain"]["id"]: key for line in lines if line.predicate["kind"] == "chain.open"
            and line.predicate["body"].get("mac") == mac.commitment(key)}


def _tag(line, key):
    epoch = line.predicate["mac"].get("epoch")
    if key is None or not isinstance(epoch, int) or not 0 <= epoch < 50:
        return
    for _ in range(epoch):
        key = mac.next_key(key)
    line.predicate["mac"]["tag"] = mac.tag(key, line.statement)


def _manifest(work, renewed):
    """Count, root, heads, named digests."""
    manifest, lines = work.manifest, work.record_lines
    manifest.statement["predicate"] = p = _replace(manifest.predicate, renewed)
    for name in ("revocations", "artefacts"):
        if name in p:
            p[name] = sorted(set(p[name]))
    digests = [line.value["digest"] if line.is_withheld else line.digest for line in lines]
    p["records"] = {"count": len(lines), "root": tree.root(digests).hex()}
    manifest.statement["subject"] = [{"name": "records", "digest": {"sha256": p["records"]["root"]}}]
    manifest.sign_again()


def digests_by_seq(work, chain):
    """Known digests of a chain by seq."""
    known = {}
    for line in work.lines[1:]:
        if line.is_withheld and line.value.get("chain") == chain and "seq" in line.value:
            known.setdefault(line.value["seq"], line.value["digest"])
        elif line.statement is not None and (line.is_record or line.is_basis):
            place = line.predicate["chain"]
            if place["id"] == chain:
                known.setdefault(place["seq"], line.digest)
    return known


def _notes(work):
    """New roots, proofs and signatures of all notes of chains of the manifest."""
    chains = {c["origin"]: c["id"] for c in work.manifest.predicate["chains"]}
    for line in work.notes:
        kind = line.value["type"]
        text = line.value["note" if kind == "checkpoint" else "proof"]
        parsed = note.parse_note(text, "") if kind == "checkpoint" else note.parse_receipt(text, "", "")
        found = parsed if kind == "checkpoint" else parsed.note
        if found.origin not in chains or found.size > 4_000:
            continue
        leaves = _leaves(digests_by_seq(work, chains[found.origin]), found.size)
        renewed = write_note(found.origin, found.size, tree.root(leaves), found.lines)
        if kind == "checkpoint":
            line.value["note"] = renewed
        elif parsed.index < found.size:
            hashes = "".join(b64(one) + "\n" for one in proof(leaves, parsed.index))
            line.value["proof"] = f"{note.HEADER}\nindex {parsed.index}\n{hashes}\n{renewed}"


def _leaves(known, size):
    """Digests 0 to size-1; made up where the file does not have them."""
    return [known.get(seq) or "sha256:" + hashlib.sha256(b"leaf %d" % seq).hexdigest() for seq in range(size)]


def proof(digests, index):
    """An inclusion proof (RFC 9162 2.1.3.1)."""
    if len(digests) == 1:
        return []
    k = 1 << (len(digests) - 1).bit_length() - 1
    if index < k:
        return proof(digests[:k], index) + [tree.root(digests[k:])]
    return proof(digests[k:], index - k) + [tree.root(digests[:k])]


def write_note(origin, size, root, lines, log="log"):
    """A note signed again by the same signers, with the same times."""
    text = f"{origin}\n{size}\n{b64(root)}\n"
    written = []
    for name, number, body in lines:
        if name == origin:
            key = next((k for k in KEYS.values() if note.key_id(name, 1, k.public) == number), KEYS[log])
            number, body = note.key_id(name, 1, key.public), key.sign(text.encode())
        elif name in WITNESSES and len(body) >= 8:
            body = cosignature(KEYS[WITNESSES[name]], int.from_bytes(body[:8], "big"), text)
        written.append(f"{note.MARK}{name} {b64(number + body)}\n")
    return text + "\n" + "".join(written)


def cosignature(key, seconds, text):
    """The body of a cosignature line."""
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return seconds.to_bytes(8, "big") + key.sign(message)
