#!/usr/bin/env python3
"""Writes 11-worked-example.md: every value in it is computed here, with nothing of ours.

    python3 docs/spec/example.py            writes the page
    python3 docs/spec/example.py --check    fails if the page is not what this would write

Needs Python's standard library and, for Ed25519, the command `openssl` (3.0 or newer).
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
VECTORS = pathlib.Path(os.environ.get("EXECERT_VECTORS") or TOP / "tests/vectors/golden")
PAGE = HERE / "11-worked-example.md"

# The recorder that made the vector kept this key to itself; it is published so that tags can be recomputed.
K0 = "F5h7RF+LxnxPipE1eiRlKVuwiE+k3jhKOjUm6JgOn0g="


def h(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


def u64(n):
    return n.to_bytes(8, "big")


def jcs(value):
    """RFC 8785 for the values of this example: ASCII names, no exponents."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- 04 content -------------------------------------------------------------------------------------------------

trace = []  # (place, formula, value hash), filled by commit


def c(letter, *parts):
    return h(b"execert/content/v1\0" + letter + b"".join(parts))


def commit(value, seed, place="", note=False):
    if isinstance(value, dict) and value:
        items = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        out = c(b"o", u64(len(items)), span(items, seed, place, note))
    elif isinstance(value, list) and value:
        items = list(enumerate(value))
        out = c(b"a", u64(len(items)), span(items, seed, place, note))
    elif isinstance(value, (dict, list)):
        out = c(b"e", c(b"S", seed), jcs(value))
    else:
        out = c(b"s", c(b"S", seed), jcs(value))
    if note:
        trace.append((place or '""', seed, out))
    return out


def span(items, seed, place, note):
    if len(items) == 1:
        name, value = items[0]
        inner = commit(value, seed, f"{place}/{name}", note)
        if isinstance(name, int):
            return c(b"j", inner)
        return c(b"i", u64(len(name.encode())), name.encode(), inner)
    k = split(len(items))
    return c(b"n", span(items[:k], c(b"L", seed), place, note), span(items[k:], c(b"R", seed), place, note))


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def redact(value, seed, hidden, place, out):
    """The walk of 04: fills out.hashes and out.seeds, and gives the value with null at the hidden place."""
    if place == hidden:
        out["hidden"].append(place)
        out["hashes"] += commit(value, seed)
        return None
    if not hidden.startswith(place + "/"):
        out["seeds"] += seed
        return value
    shown = {}

    def walk(items, seed):
        if not any(hidden == f"{place}/{name}" or hidden.startswith(f"{place}/{name}/") for name, _ in items):
            out["seeds"] += seed
            shown.update(items)
        elif len(items) == 1:
            name, inner = items[0]
            shown[name] = redact(inner, seed, hidden, f"{place}/{name}", out)
        else:
            k = split(len(items))
            walk(items[:k], c(b"L", seed))
            walk(items[k:], c(b"R", seed))

    walk(sorted(value.items()), seed)
    return shown


# --- 06 tree ----------------------------------------------------------------------------------------------------


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return h(b"\x01" + tree(leaves[:k]) + tree(leaves[k:]))


# --- Ed25519, by openssl ----------------------------------------------------------------------------------------


def openssl(arguments, **files):
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for name, data in files.items():
            names[name] = os.path.join(folder, name)
            pathlib.Path(names[name]).write_bytes(data)
        done = subprocess.run(
            ["openssl", *(argument.format(**names) for argument in arguments)], capture_output=True, check=False
        )
        return done.returncode == 0, done.stdout


def verifies(spki, message, signature):
    good, _ = openssl(
        ["pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "{key}", "-in", "{text}", "-sigfile", "{sig}"],
        key=spki, text=message, sig=signature,
    )  # fmt: skip
    return good


def sign(seed, message):
    pkcs8 = bytes.fromhex("302e020100300506032b657004220420") + seed
    good, signature = openssl(
        ["pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", "{key}", "-in", "{text}"], key=pkcs8, text=message
    )
    assert good
    return signature


# --- the page ---------------------------------------------------------------------------------------------------


def pae(payload):
    return b"DSSEv1 28 application/vnd.in-toto+json " + str(len(payload)).encode() + b" " + payload


def wrap(text, width=110):
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def page():
    lines = [json.loads(line) for line in (VECTORS / "bundle/six/input.execert").read_bytes().split(b"\n") if line]
    trust = json.loads((VECTORS / "bundle/six/trust.json").read_text())
    expect = json.loads((VECTORS / "bundle/six/expect.json").read_text())
    spki = unb64(trust["keys"][0]["spki"])
    keyid = b64(h(spki))
    say = []
    p = say.append

    manifest, checkpoint, records = lines[0], lines[1], lines[2:]
    payloads = [unb64(line["payload"]) for line in records]
    digests = [h(payload) for payload in payloads]
    statements = [json.loads(payload) for payload in payloads]
    for line, payload, statement in zip(records, payloads, statements):
        assert jcs(statement) == payload
        assert line["signatures"][0]["keyid"] == keyid == statement["predicate"]["key"]
        assert verifies(spki, pae(payload), unb64(line["signatures"][0]["sig"]))
        assert commit(line["content"], unb64(line["seed"])).hex() == statement["predicate"]["content"]["root"]

    p("<!-- Written by docs/spec/example.py; do not edit. -->")
    p("# 11 Worked example\n")
    p("The bundle `bundle/six` of the test vectors: six records of a refund that was refused. Every value below is computed by")
    p("[example.py](example.py) with nothing but a hash function and `openssl`; run it with `--check` to see that they still are.\n")

    p("## The file\n")
    p("| Line | What | seq | Record digest, first 16 digits |")
    p("|---|---|---|---|")
    p("| 1 | manifest, scope `chain` | | |")
    p("| 2 | material `checkpoint` | | |")
    for number, (statement, digest) in enumerate(zip(statements, digests)):
        predicate = statement["predicate"]
        what = predicate["kind"] + (f" `{predicate['name']}`" if "name" in predicate else "")
        p(f"| {number + 3} | {what}, {predicate['phase']}{' ' + predicate['status'] if 'status' in predicate else ''} | {number} | `{digest.hex()[:16]}` |")
    p("")

    line, payload, statement, digest = records[4], payloads[4], statements[4], digests[4]
    predicate = statement["predicate"]
    seed = unb64(line["seed"])
    p("## Record 4: its content\n")
    p("Line 7, a refusal: `payments.refund` asked for 900, the policy's rule `limit-500` said no.\n")
    p("```")
    p(f"content  {jcs(line['content']).decode()}")
    p(f"seed     {line['seed']}")
    p("```\n")
    trace.clear()
    root = commit(line["content"], seed, note=True)
    assert root.hex() == predicate["content"]["root"]
    p("Down the tree each range passes on a seed, up the tree each value gives a hash ([04](04-content.md#commitment)):\n")
    p("| Place | Seed, first 16 digits | Value hash |")
    p("|---|---|---|")
    for place, its, value in reversed(trace):
        p(f"| `{place}` | `{its.hex()[:16]}` | `{value.hex()}` |")
    p("")
    left = c(b"L", seed)
    amount = c(b"L", left)
    leaf = c(b"s", c(b"S", amount), b"900")
    assert leaf == next(value for place, _, value in trace if place == "/input/amount")
    p("For instance `/input/amount`, the first of two members inside the first of two:\n")
    p("```")
    p("seed of /input          h('L', seed)                = " + left.hex())
    p("seed of /input/amount   h('L', seed of /input)      = " + amount.hex())
    p("salt                    h('S', seed of the value)   = " + c(b"S", amount).hex())
    p("value hash              h('s', salt, \"900\")         = " + leaf.hex())
    p("```\n")
    p("The first row, the empty place, is `content.root`. In the line's `index` the same value hash stands as b64:")
    index = line["index"]
    assert index["input"]["amount"] == b64(leaf)
    p(f"`{jcs(index).decode()}`.\n")

    p("## Record 4: its signed bytes\n")
    p(f"The payload, {len(payload):,} bytes in one line (broken here):\n")
    p("```")
    p(wrap(payload.decode()))
    p("```\n")
    p("Its digest is the record's name:\n")
    p("```")
    p(f"H(payload)  {digest.hex()}")
    p("```\n")

    p("### The tag\n")
    assert statements[0]["predicate"]["body"]["mac"] == "sha256:" + h(b"execert/mac-commit/v1\0" + unb64(K0)).hex()
    bare = json.loads(payload)
    given = bare["predicate"]["mac"].pop("tag")
    tag = b64(hmac.new(unb64(K0), b"execert/mac/v1\0" + jcs(bare), hashlib.sha256).digest())
    assert tag == given and bare["predicate"]["mac"]["epoch"] == 0
    p("Record 4 lies in epoch 0, so its tag is made with k(0). Only the recorder has it; for this example it is public.\n")
    p("```")
    p(f"k(0)         {K0}")
    p(f"commitment   {statements[0]['predicate']['body']['mac']}   (in chain.open)")
    p(f"tag          {tag}")
    p("```\n")

    p("### The signature\n")
    message = pae(payload)
    secret = h(b"execert test key record")
    signature = unb64(line["signatures"][0]["sig"])
    assert sign(secret, message) == signature
    p("```")
    p(f"public key (SPKI)  {b64(spki)}")
    p(f"keyid = b64(H(SPKI))  {keyid}")
    p(f"signed bytes       {message[:48].decode()}… ({len(message):,} bytes)")
    p(f"signature          {b64(signature)}")
    p("```\n")
    p("The private key of this example is H(`execert test key record`), so you can sign again and compare: Ed25519 gives the same")
    p("64 bytes each time.\n")

    p("## The chain\n")
    p("`chain.prev` of each record is the digest of the one before; `run.prev` that of the run's record before.\n")
    p("| seq | Digest | `chain.prev` | `run.seq` | `run.prev` |")
    p("|---|---|---|---|---|")
    last = None
    for number, (statement, digest) in enumerate(zip(statements, digests)):
        predicate = statement["predicate"]
        prev = predicate["chain"]["prev"]
        assert prev == (f"sha256:{digests[number - 1].hex()}" if number else None)
        run = predicate.get("run")
        if run:
            assert run["prev"] == (f"sha256:{last.hex()}" if last else None)
            last = digest
        short = lambda text: f"`{text[7:23]}…`" if text else "null"
        p(f"| {number} | `{digest.hex()}` | {short(prev)} | {run['seq'] if run else ''} | {short(run['prev']) if run else ''} |")
    p("")

    p("## The tree\n")
    leaves = [h(b"\x00" + digest) for digest in digests]
    node = lambda a, b: h(b"\x01" + a + b)
    n01, n23, n45 = (node(leaves[at], leaves[at + 1]) for at in (0, 2, 4))
    n03 = node(n01, n23)
    top = node(n03, n45)
    body = json.loads(unb64(manifest["payload"]))
    assert top == tree(leaves) and top.hex() == body["predicate"]["records"]["root"]
    p("```")
    for number, value in enumerate(leaves):
        p(f"leaf {number}      {value.hex()}")
    for name, value in (("0..1", n01), ("2..3", n23), ("0..3", n03), ("4..5", n45), ("root", top)):
        p(f"node {name:<6} {value.hex()}" if name != "root" else f"root        {value.hex()}")
    p("```\n")
    p("To show that record 4 is in it, two hashes are enough: leaf 5 and node 0..3.\n")

    p("## The manifest\n")
    p("```json")
    p(json.dumps(body, indent=1, ensure_ascii=False))
    p("```\n")
    assert jcs(body) == unb64(manifest["payload"])
    assert verifies(spki, pae(jcs(body)), unb64(manifest["signatures"][0]["sig"]))
    p("The digest of its payload is the bundle hash:\n")
    p("```")
    p(f"sha256:{h(jcs(body)).hex()}")
    p("```\n")

    p("## The checkpoint\n")
    note = checkpoint["note"]
    text, signatures = note.split("\n\n", 1)
    text += "\n"
    p("```")
    p(note.rstrip("\n"))
    p("```\n")
    origin = text.split("\n")[0]
    log = next(key for key in statements[0]["predicate"]["body"]["keys"] if key["role"] == "log")
    raw = unb64(log["spki"])[-32:]
    keyhash = h(origin.encode() + b"\n\x01" + raw)[:4]
    first = unb64(signatures.split("\n")[0].split(" ")[2])
    assert first[:4] == keyhash and verifies(unb64(log["spki"]), text.encode(), first[4:])
    assert text.split("\n")[2] == b64(top)
    p("The root is the tree's root again, since the whole chain is here. The log key stands in record 0; its line begins with")
    p(f"`{keyhash.hex()}`, the first four bytes of H(origin ‖ 0x0A ‖ 0x01 ‖ key).\n")
    p("| Witness | id | Time | Signed bytes |")
    p("|---|---|---|---|")
    keys = {}
    for entry in trust["policy"].split("\n"):
        words = entry.split()
        if words and words[0] == "witness":
            name, _, key = words[2].split("+", 2)
            keys[name] = unb64(key)[1:]
    for signed in signatures.strip().split("\n")[1:]:
        _, name, body64 = signed.split(" ")
        data = unb64(body64)
        time = int.from_bytes(data[4:12], "big")
        words = f"cosignature/v1\ntime {time}\n{text}"
        assert data[:4] == h(name.encode() + b"\n\x04" + keys[name])[:4]
        assert verifies(bytes.fromhex("302a300506032b6570032100") + keys[name], words.encode(), data[12:])
        p(f"| `{name}` | `{data[:4].hex()}` | {time} | `cosignature/v1\\ntime {time}\\n` and the three lines |")
    p("")

    p("## Withholding a field\n")
    p("To hide `/input/amount` of record 4, walk from the root ([04](04-content.md#redacting)): its value hash is kept, and a seed for each")
    p("part beside the way to it. The envelope is not touched.\n")
    out = {"hidden": [], "hashes": b"", "seeds": b""}
    shown = redact(line["content"], seed, "/input/amount", "", out)
    assert out["hashes"] == leaf and out["seeds"] == c(b"R", left) + c(b"R", seed)
    p("```json")
    p('{"content":' + jcs(shown).decode() + ",")
    p(' "open":{"hidden":' + jcs(out["hidden"]).decode() + ",")
    p(f'  "hashes":"{b64(out["hashes"])}",')
    p(f'  "seeds":"{wrap(b64(out["seeds"]))}"}}}}')
    p("```\n")
    p("The two seeds are those of `/input/order` and of `/request`. Note that `/request/amount` still says 900: hide every place that says it.\n")

    p("## Changing a field\n")
    other = json.loads(json.dumps(line["content"]))
    other["input"]["amount"] = 90
    changed = commit(other, seed)
    assert changed != root
    p("Write 90 for 900 in `/input/amount` and leave the rest. The root of the content becomes\n")
    p("```")
    p(changed.hex())
    p("```\n")
    small = c(b"s", c(b"S", amount), b"90")
    p("which is not what was signed. The index still gives the signed root, so it may speak: at `/input/amount` it has")
    p(f"`{b64(leaf)}`, this copy gives `{b64(small)}`. The finding is")
    p("`content.changed`, record 4, path `/input/amount`; the verdict `altered`, exit 1.\n")

    p("## The verdict\n")
    p(f"With the trust beside the vector: `{expect['verdict']}`, exit {expect['exit']}. The chain is sealed, two operators cosigned its head, the reader trusts the key. What it")
    p("does not show: " + ", ".join(f"`{word}`" for word in expect["not_shown"]) + ".")
    return "\n".join(say) + "\n"


def main():
    text = page()
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != text:
            sys.exit(f"{PAGE} is stale: run docs/spec/example.py")
        print("the worked example is current\n1 passed, 0 failed, 0 skipped")
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
