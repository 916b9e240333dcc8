"""Changes of checkpoints and receipts, signed again with the test keys or not."""

from execert_verify import note
from execert_verify.encodings import b64

from .relink import WITNESSES, cosignature, write_note
from .testkeys import KEYS


def change(work, rng):
    """One change of one note."""
    if not work.notes:
        return "no note"
    line = rng.choice(work.notes)
    receipt = line.value["type"] == "receipt"
    parsed = note.parse_receipt(line.value["proof"], "", "") if receipt else note.parse_note(line.value["note"], "")
    found = parsed.note if receipt else parsed
    how = rng.choice(("drop line", "root", "size", "future", "stranger", "flip", "time", "log", "index", "remove",
                      "hash", "double", "s2"))
    lines, size, root, index = list(found.lines), found.size, found.root, parsed.index if receipt else 0
    hashes = list(parsed.hashes) if receipt else []
    text = f"{found.origin}\n{size}\n{b64(root)}\n"
    if how == "drop line":
        lines.pop(rng.randrange(len(lines)))
    elif how == "root":
        root = bytes(rng.getrandbits(8) for _ in range(32))
    elif how == "size":
        size = max(1, size + rng.choice((1, -1, 5)))
    elif how == "index":
        index += rng.choice((1, -1)) if index else 1
    elif how == "hash" and hashes:
        hashes.pop(rng.randrange(len(hashes)))
    elif how == "remove":
        work.lines.remove(line)
        return "note removed"
    elif how == "double":
        lines.append(lines[-1])
    elif how == "stranger":
        key = KEYS["stranger"]
        body = cosignature(key, 1772800800, text)
        lines.append(("stranger.example/w1", note.key_id("stranger.example/w1", 4, key.public), body))
    elif how == "s2":
        name, key = "south.example/w2", KEYS["south-2"]
        lines.append((name, note.key_id(name, 4, key.public), cosignature(key, 1772800000, text)))
    if not lines:
        return "note unchanged"
    if how in ("future", "time"):
        moved = rng.choice((100, 2_000_000, 90_000)) if how == "future" else -rng.choice((60, 900, 90_000))
        lines = [_moved(one, moved, rng) for one in lines]
    if how == "log":
        lines = [(n, note.key_id(n, 1, KEYS["mallory-log"].public), b) if n == found.origin else (n, i, b)
                 for n, i, b in lines]
    if how == "flip":
        at = rng.randrange(len(lines))
        name, number, body = lines[at]
        flipped = bytearray(body)
        flipped[rng.randrange(len(flipped))] ^= 1
        lines[at] = (name, number, bytes(flipped))
        written = _plain(found, lines)
    elif rng.random() < 0.2:
        written = _plain(found, lines)
    else:
        written = write_note(found.origin, size, root, lines)
    if receipt:
        proof = "".join(b64(one) + "\n" for one in hashes)
        line.value["proof"] = f"{note.HEADER}\nindex {index}\n{proof}\n{written}"
    else:
        line.value["note"] = written
    return f"note {how}"


def _moved(line, seconds, rng):
    name, number, body = line
    if name not in WITNESSES or rng.random() < 0.3:
        return line
    moment = max(0, int.from_bytes(body[:8], "big") + seconds)
    return name, number, moment.to_bytes(8, "big") + body[8:]


def _plain(found, lines):
    """The note with these lines as they are."""
    written = "".join(f"{note.MARK}{name} {b64(number + body)}\n" for name, number, body in lines)
    return found.text.decode() + "\n" + written
