"""Hostile bundles of any size, written as a stream: what costs a careless reader most time or memory for each byte."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import pathlib
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "second-verifier"))

from execert_verify import content, jcs, locate, note, tree  # noqa: E402
from execert_verify.encodings import b64  # noqa: E402
from mutation.model import PAYLOAD_TYPE, Work  # noqa: E402
from mutation.relink import cosignature  # noqa: E402
from mutation.testkeys import KEYS, TestKey  # noqa: E402

GOLDEN = ROOT / "tests/vectors/golden"
SEED = bytes(range(32))
RECORD = KEYS["record"]
TRUST = {"trust": 1, "keys": [{"spki": RECORD.spki, "role": "record", "label": "acme", "revocation": "none"}]}
Lines = Iterator[bytes]


class Base:
    """A chain of the golden vectors to grow from: its first record and a manifest for what follows."""

    def __init__(self) -> None:
        self.work = Work(str(GOLDEN / "bundle/six"))
        self.opening = self.work.records[0]
        place = self.opening.predicate["chain"]
        self.chain, self.origin = place["id"], self.opening.predicate["body"]["origin"]
        self.tenant = self.opening.predicate["tenant"]

    def manifest(self, digests: list[str], index: bool = False) -> bytes:
        line = self.work.manifest
        root = tree.root(digests).hex()
        line.predicate["records"] = {"count": len(digests), "root": root}
        line.predicate["index"] = index
        line.statement["subject"] = [{"name": "records", "digest": {"sha256": root}}]
        line.predicate["chains"] = [
            {
                "id": self.chain,
                "origin": self.origin,
                "tenant": self.tenant,
                "first": 0,
                "last": max(len(digests) - 1, 0),
                "head": digests[-1] if digests else "sha256:" + "0" * 64,
                "sealed": False,
            }
        ]
        line.sign_again()
        return line.bytes() + b"\n"

    def first(self, index: bool = False) -> bytes:
        """Record 0, and its index only if the manifest promises one."""
        value = {name: member for name, member in self.opening.value.items() if index or name != "index"}
        return bytes(jcs.write(value)) + b"\n"

    def records(self, document: Any, keys: list[Any] = [RECORD]) -> Iterator[tuple[bytes, str]]:
        """Records 1, 2, 3 … of kind note, each signed, with this content; line and digest."""
        root = content.commit(document, SEED).hex()
        statement = self.note(root)
        prev = self.opening.digest
        beside = f',"seed":"{b64(SEED)}"}}\n'.encode()
        head = b'{"content":' + jcs.write(document) + b',"payload":"'
        before, middle, after = jcs.write(statement).split(b"@")
        seq = 0
        while True:
            seq += 1
            payload = b"".join((before, prev.encode(), middle, str(seq).encode(), after))
            message = b"DSSEv1 28 " + PAYLOAD_TYPE.encode() + f" {len(payload)} ".encode() + payload
            signatures = ",".join(f'{{"keyid":"{key.keyid}","sig":"{b64(key.sign(message))}"}}' for key in keys)
            prev = "sha256:" + hashlib.sha256(payload).hexdigest()
            tail = f'","payloadType":"{PAYLOAD_TYPE}","signatures":[{signatures}]'.encode()
            yield head + base64.b64encode(payload) + tail + beside, prev

    def note(self, root: str) -> dict[str, Any]:
        """The statement of a note; `@` where prev and seq go."""
        made: dict[str, Any] = json.loads(json.dumps(self.opening.statement))
        p = made["predicate"]
        p.update(kind="note", body={"event": "hostile"}, content={"root": root})
        p["chain"] = {"id": self.chain, "prev": "@", "seq": "@"}
        made["subject"] = [{"name": "content", "digest": {"execert-content-v1": root}}]
        text = jcs.text(made).replace('"seq":"@"', '"seq":@')
        return Template(text)


class Template(dict):  # type: ignore[type-arg]
    """A text that is written as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


_write = jcs.write


def _written(value: Any) -> bytes:
    return value.text.encode() if isinstance(value, Template) else _write(value)


jcs.write = _written


def until(size: int, lines: Lines) -> Lines:
    """Lines until there are so many bytes."""
    total = 0
    for line in lines:
        total += len(line)
        if total > size:
            return
        yield line


def before_records(size: int, lines: Lines) -> Lines:
    """The same of lines before the records. No reader gets beyond 100,000 of them, or 32 MiB: later ones may repeat."""
    new = list(until(min(size, 40 << 20), itertools.islice(lines, 110_000)))
    yield from new
    yield from until(size - sum(map(len, new)), itertools.cycle(new))


def signed(size: int, document: Any, keys: list[Any] = [RECORD]) -> Lines:
    """A proper chain, its manifest first."""
    base = Base()
    made, digests, total = [], [base.opening.digest], 0
    for line, digest in base.records(document, keys):
        total += len(line)
        if total > size and len(digests) > 1:
            break
        made.append(line)
        digests.append(digest)
    yield base.manifest(digests)
    yield base.first()
    yield from made


def after_manifest(size: int, line: Callable[[int], bytes], records: bool = False, index: bool = False) -> Lines:
    """A proper manifest and record 0, and between them (or after them) lines of one kind."""
    base = Base()
    yield base.manifest([base.opening.digest], index)
    if records:
        yield base.first(index)
    lines = (line(number) for number in range(1 << 60))
    if records:
        yield from until(size, lines)
    else:
        yield from before_records(size, lines)
        yield base.first()


def random_bytes(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def garbage(size: int) -> Lines:
    for number in range(max(size >> 20, 1)):
        yield random_bytes(1 << 20, number)


def one_line(size: int) -> Lines:
    yield Base().manifest([])
    yield b'{"execert":"'
    for _ in range(max(size >> 20, 1)):
        yield b"x" * (1 << 20)


def brackets(size: int) -> Lines:
    yield Base().manifest([])
    for _ in range(max(size >> 20, 1)):
        yield b'{"a":' * (1 << 18)


def small_lines(size: int) -> Lines:
    return after_manifest(size, lambda _: b'{"a":1}\n')


def ignored(size: int) -> Lines:
    return after_manifest(size, lambda n: b'{"execert":"material/1","lines":["%x"],"type":"proof-lines"}\n' % n)


def repeated(size: int) -> Lines:
    line = b'{"execert":"material/1","lines":["again"],"type":"proof-lines"}\n'
    return after_manifest(size, lambda _: line)


def keys(size: int) -> Lines:
    """Distinct keys that nothing names: found out after the last line only."""
    prefix = base64.b64decode(RECORD.spki)[:12]

    def line(number: int) -> bytes:
        public = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")).public_key().public_bytes_raw()
        return b'{"execert":"material/1","spki":"%s","type":"key"}\n' % base64.b64encode(prefix + public)

    return after_manifest(size, line)


def _note(base: Base, number: int, lines: list[str]) -> str:
    """A checkpoint of a root that nobody has, so that each is another."""
    root = hashlib.sha256(b"%d" % number).digest()
    return f"{base.origin}\n1\n{b64(root)}\n\n" + "".join(lines)


def _false_line(name: str, kind: int, key: Any, length: int, number: int) -> str:
    """A signature line of a known key that does not hold."""
    body = number.to_bytes(length, "big")
    return f"{note.MARK}{name} {b64(note.key_id(name, kind, key.public) + body)}\n"


def checkpoints(size: int) -> Lines:
    base = Base()

    def line(number: int) -> bytes:
        text = _note(base, number, [_false_line(base.origin, 1, KEYS["log"], 64, number)])
        return bytes(jcs.write({"execert": "material/1", "note": text, "type": "checkpoint"})) + b"\n"

    return after_manifest(size, line)


def true_checkpoints(size: int) -> Lines:
    """Each signed by the log and by a witness, over roots that are not those of the chain."""
    base = Base()

    def line(number: int) -> bytes:
        text = f"{base.origin}\n1\n{b64(hashlib.sha256(b'%d' % number).digest())}\n"
        log, north = KEYS["log"], KEYS["north"]
        north_id = note.key_id("north.example/w1", 4, north.public)
        signatures = [
            f"{note.MARK}{base.origin} {b64(note.key_id(base.origin, 1, log.public) + log.sign(text.encode()))}\n",
            f"{note.MARK}north.example/w1 {b64(north_id + cosignature(north, 1_772_800_000 + number % 9, text))}\n",
        ]
        whole = text + "\n" + "".join(signatures)
        return bytes(jcs.write({"execert": "material/1", "note": whole, "type": "checkpoint"})) + b"\n"

    return after_manifest(size, line)


def signature_lines(size: int) -> Lines:
    """Notes of 64 signature lines each, of keys that nobody knows."""
    base = Base()

    def line(number: int) -> bytes:
        some = [_false_line(f"w{at}.example", 4, KEYS["stranger"], 72, number + at) for at in range(63)]
        text = _note(base, number, [_false_line(base.origin, 1, KEYS["stranger"], 64, number), *some])
        return bytes(jcs.write({"execert": "material/1", "note": text, "type": "checkpoint"})) + b"\n"

    return after_manifest(size, line)


def receipts(size: int) -> Lines:
    base = Base()

    def line(number: int) -> bytes:
        text = _note(base, number, [_false_line(base.origin, 1, KEYS["log"], 64, number)])
        return (
            bytes(jcs.write({"execert": "material/1", "proof": f"{note.HEADER}\nindex 0\n\n{text}", "type": "receipt"}))
            + b"\n"
        )

    return after_manifest(size, line)


def documents(size: int) -> Lines:
    """Approvals by nobody, that no record names."""

    def line(number: int) -> bytes:
        digest = hashlib.sha256(b"%d" % number).hexdigest()
        statement = {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "https://execert.dev/approval/v1",
            "subject": [{"name": "request", "digest": {"sha256": digest}}],
            "predicate": {
                "version": 1,
                "recorded_at": "2026-03-06T12:30:00.000Z",
                "key": KEYS["stranger"].keyid,
                "nonce": b64(bytes(16)),
                "request": f"sha256:{digest}",
                "verdict": "approved",
                "expires_at": "2026-03-06T13:30:00.000Z",
                "role": "lead",
            },
        }
        signature = {"keyid": KEYS["stranger"].keyid, "sig": b64(bytes(64))}
        envelope = {"payload": b64(jcs.write(statement)), "payloadType": PAYLOAD_TYPE, "signatures": [signature]}
        return bytes(jcs.write(envelope)) + b"\n"

    return after_manifest(size, line)


def withheld(size: int) -> Lines:
    base = Base()

    def line(number: int) -> bytes:
        digest = hashlib.sha256(b"%d" % number).hexdigest()
        return (
            f'{{"chain":"{base.chain}","digest":"sha256:{digest}","execert":"withheld/1","seq":{number + 1}}}\n'
        ).encode()

    return after_manifest(size, line, records=True)


def bases(size: int) -> Lines:
    """Basis lines of erasures beyond the range, signed by nobody that is known."""
    base = Base()
    statement = json.loads(jcs.text(base.opening.statement))
    p = statement["predicate"]
    root = content.commit({}, SEED).hex()
    p.update(
        kind="erasure",
        body={"authority": "a", "reason": "r", "records": [1]},
        content={"root": root},
        key=KEYS["stranger"].keyid,
    )
    statement["subject"] = [{"name": "content", "digest": {"execert-content-v1": root}}]
    p["chain"] = {"id": base.chain, "prev": "sha256:" + "1" * 64, "seq": "@"}
    before, after = jcs.text(statement).replace('"seq":"@"', '"seq":@').split("@")

    def line(number: int) -> bytes:
        signature = {"keyid": KEYS["stranger"].keyid, "sig": b64(bytes(64))}
        envelope = {
            "payload": b64(f"{before}{number + 10}{after}".encode()),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [signature],
        }
        return bytes(jcs.write({"envelope": envelope, "execert": "material/1", "type": "basis"})) + b"\n"

    return after_manifest(size, line)


def records(size: int) -> Lines:
    return signed(size, {"input": {"n": 1}})


def large_contents(size: int) -> Lines:
    return signed(size, {"input": "x" * min(8_000_000, size // 4), "output": "y" * min(7_000_000, size // 4)})


def values(size: int) -> Lines:
    """199,000 values in each record: 50,000,000 are in 100 MB."""
    return signed(size, {"input": [0] * min(199_000, size // 8)})


def members(size: int) -> Lines:
    """10,000 names in each of many objects."""
    one = {f"{number:x}": 0 for number in range(10_000)}
    return signed(size, {"input": [one] * min(15, max(1, size >> 20))})


def deep_contents(size: int) -> Lines:
    deep: Any = 0
    for _ in range(60):
        deep = [deep]
    return signed(size, {"input": [deep] * min(3_000, size // 512)})


def again(size: int) -> Lines:
    """One record, again and again: each time a finding."""
    base = Base()
    line, _ = next(base.records({}))
    return after_manifest(size, lambda _: line, records=True)


def changed(document: Any, other: Any) -> bytes:
    """A record line with another content than its index says."""
    value = json.loads(next(Base().records(document))[0])
    hashes: dict[str, bytes] = {}
    content.commit(document, SEED, hashes=hashes)
    value["index"] = locate.index_of(document, hashes)
    value["content"] = other
    return bytes(jcs.write(value)) + b"\n"


def other_contents(size: int) -> Lines:
    """A record with 100 changed fields and a proper index, again and again: each time 100 findings."""
    leaves = {f"{n:03}": n for n in range(101)}
    whole = changed({"input": leaves}, {"input": {name: -1 if n < 100 else n for name, n in leaves.items()}})
    return after_manifest(size, lambda _: whole, records=True, index=True)


def long_paths(size: int) -> Lines:
    """The same below 60 long names: each finding has a path of 60 KB."""

    def below(names: int, inner: Any) -> Any:
        return {"x" * 1_000: below(names - 1, inner)} if names else inner

    leaves = {f"{n:03}": n for n in range(101)}
    other = {name: -1 if n < 100 else n for name, n in leaves.items()}
    whole = changed({"input": below(60, leaves)}, {"input": below(60, other)})
    return after_manifest(size, lambda _: whole, records=True, index=True)


def signers(size: int) -> Lines:
    """Each record by another key that nobody knows."""
    base = Base()
    value = json.loads(next(base.records({}))[0])
    statement = json.loads(base64.b64decode(value["payload"]))

    def line(number: int) -> bytes:
        keyid = b64(hashlib.sha256(b"%d" % number).digest())
        statement["predicate"]["key"] = keyid
        statement["predicate"]["chain"]["seq"] = number + 1
        payload = b64(jcs.write(statement))
        return (
            bytes(jcs.write({**value, "payload": payload, "signatures": [{"keyid": keyid, "sig": b64(bytes(64))}]}))
            + b"\n"
        )

    return after_manifest(size, line, records=True)


def signatures(size: int) -> Lines:
    """16 genuine signatures on each record, the most that there may be, by keys that the file shows."""
    keys = [KEYS["record"], *(TestKey(f"signer-{number}") for number in range(15))]
    lines = signed(size, {}, sorted(keys, key=lambda key: key.keyid))
    yield next(lines)
    for key in keys[1:]:
        yield bytes(jcs.write({"execert": "material/1", "spki": key.spki, "type": "key"})) + b"\n"
    yield from lines


MB = 1 << 20
# What each kind gives: exit code, the first error, and from how many bytes on it is over a limit, which one.
KINDS: dict[str, tuple[Callable[[int], Lines], int, str, int, str]] = {
    "garbage": (garbage, 7, "canon.not_utf8", 0, ""),
    "one-line": (one_line, 7, "canon.syntax", 18 * MB, "bundle.too_large"),
    "brackets": (brackets, 7, "canon.too_deep", 18 * MB, "bundle.too_large"),
    "small-lines": (small_lines, 7, "bundle.malformed", 0, ""),
    "ignored": (ignored, 4, "chain.tail_unproven", 6_100_000, "bundle.too_large"),
    "repeated": (repeated, 4, "chain.tail_unproven", 6_400_000, "bundle.too_large"),
    "keys": (keys, 7, "bundle.malformed", 10 * MB, "bundle.too_large"),
    "checkpoints": (checkpoints, 1, "witness.signature_mismatch", 28 * MB, "bundle.too_large"),
    "true-checkpoints": (true_checkpoints, 1, "witness.other_content", 32 * MB, "bundle.too_large"),
    "signature-lines": (signature_lines, 1, "witness.signature_mismatch", 32 * MB, "bundle.too_large"),
    "receipts": (receipts, 1, "witness.signature_mismatch", 32 * MB, "bundle.too_large"),
    "documents": (documents, 4, "chain.tail_unproven", 32 * MB, "bundle.too_large"),
    "bases": (bases, 4, "chain.tail_unproven", 32 * MB, "bundle.too_large"),
    "withheld": (withheld, 1, "bundle.root_mismatch", 158 * MB, "bundle.too_large"),
    "records": (records, 4, "chain.tail_unproven", 0, ""),
    "large-contents": (large_contents, 4, "chain.tail_unproven", 0, ""),
    "values": (values, 4, "chain.tail_unproven", 86 * MB, "bundle.too_many"),
    "members": (members, 4, "chain.tail_unproven", 0, ""),
    "deep-contents": (deep_contents, 4, "chain.tail_unproven", 86 * MB, "bundle.too_many"),
    "again": (again, 1, "bundle.root_mismatch", 0, ""),
    "other-contents": (other_contents, 1, "bundle.root_mismatch", 0, ""),
    "long-paths": (long_paths, 1, "bundle.root_mismatch", 0, ""),
    "signers": (signers, 1, "bundle.root_mismatch", 0, ""),
    "signatures": (signatures, 4, "chain.tail_unproven", 0, ""),
}


if __name__ == "__main__":
    kind, size, path = sys.argv[1:]
    with pathlib.Path(path).open("wb") as out:
        out.writelines(KINDS[kind][0](int(size)))
