"""Changes of whole lines, of bytes, and of what stands beside the payload."""

from execert_verify import jcs
from execert_verify.encodings import b64, unb64

from . import ops_json
from .model import Line
from .testkeys import KEYS


def move(work, rng):
    """Swaps, removes, repeats or moves lines."""
    how = rng.choice(("swap", "remove", "repeat", "swap neighbours", "repeat later", "shuffle"))
    low = 0 if rng.random() < 0.1 else 1
    a, b = rng.randrange(low, len(work.lines)), rng.randrange(low, len(work.lines))
    if how == "swap":
        work.lines[a], work.lines[b] = work.lines[b], work.lines[a]
    elif how == "swap neighbours":
        b = min(a + 1, len(work.lines) - 1)
        work.lines[a], work.lines[b] = work.lines[b], work.lines[a]
    elif how == "remove":
        work.lines.pop(a)
    elif how == "repeat":
        work.lines.insert(a, work.copy_line(work.lines[a]))
    elif how == "repeat later":
        work.lines.insert(max(a, b), work.copy_line(work.lines[min(a, b)]))
    else:
        tail = work.lines[low:]
        rng.shuffle(tail)
        work.lines[low:] = tail
    return f"{how} {a} {b}"


def remove_records(work, rng):
    """Removes one record line or several, from the start, the end or within."""
    lines = work.record_lines
    if not lines:
        return move(work, rng)
    count = rng.choice((1, 1, 1, 2, 3))
    at = rng.choice((0, max(0, len(lines) - count), rng.randrange(len(lines))))
    for line in lines[at: at + count]:
        work.lines.remove(line)
    return f"remove records {at} +{count}"


def withhold(work, rng):
    """Puts withheld lines in place of records, rightly or not."""
    lines = work.records
    if not lines:
        return move(work, rng)
    for line in rng.sample(lines, min(len(lines), rng.choice((1, 1, 2, 3)))):
        p, right = line.predicate, rng.random() < 0.7
        value = {"execert": "withheld/1", "chain": p["chain"]["id"], "digest": line.digest}
        run = {"id": p["run"]["id"], "seq": p["run"]["seq"]} if "run" in p else None
        later = [r for r in lines if run and r.predicate.get("run", {}).get("id") == run["id"]
                 and r.predicate["chain"]["seq"] > p["chain"]["seq"]]
        if work.scope_runs:
            if run:
                value["run"] = run
        else:
            value["seq"] = p["chain"]["seq"]
            if run and (later or not right):
                value["run"] = run
        if not right:
            _spoil(value, rng)
        work.lines[work.lines.index(line)] = Line(value)
    return "withhold"


def _spoil(value, rng):
    how = rng.choice(("digest", "number", "run", "drop", "none"))
    if how == "digest":
        value["digest"] = "sha256:" + "%064x" % rng.getrandbits(250)
    elif how == "number" and "run" in value:
        value["run"]["seq"] += rng.choice((1, -1, 2)) if value["run"]["seq"] else 1
    elif how == "number":
        value["seq"] += 1
    elif how == "run" and "run" in value:
        value["run"]["id"] = value["chain"]
    elif how == "drop":
        value.pop(rng.choice(("run", "seq", "chain")), None)


def members(work, rng):
    """Changes a line beside its payload: members, material, content."""
    line = rng.choice(work.lines)
    done = ops_json.change(line.value, rng, ops_json.strings([one.value for one in work.lines]))
    return f"line {work.lines.index(line)} {done}"


def signatures(work, rng):
    """Removes, adds, damages or exchanges signatures."""
    lines = [line for line in work.lines if line.envelope is not None and line.envelope["signatures"]]
    line, other = rng.choice(lines), rng.choice(lines)
    found = line.envelope["signatures"]
    how = rng.choice(("none", "flip", "add", "exchange", "S + L", "other key", "stranger only", "short"))
    if how == "none":
        found.clear()
    elif how == "flip":
        data = bytearray(unb64(found[0]["sig"]))
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        found[0]["sig"] = b64(bytes(data))
    elif how == "add":
        names = [s["keyid"] for s in found]
        line.sign(*dict.fromkeys(names + [rng.choice(list(KEYS.values())).keyid]))
    elif how == "exchange":
        mine, others = found[0]["sig"], other.envelope["signatures"][0]["sig"]
        found[0]["sig"], other.envelope["signatures"][0]["sig"] = others, mine
    elif how == "S + L":
        data = unb64(found[0]["sig"])
        if len(data) == 64:
            order = 2**252 + 27742317777372353535851937790883648493
            more = (int.from_bytes(data[32:], "little") + order) % 2**256
            found[0]["sig"] = b64(data[:32] + more.to_bytes(32, "little"))
    elif how == "other key":
        line.predicate["key"] = rng.choice(list(KEYS.values())).keyid
        line.sign(line.predicate["key"])
    elif how == "stranger only":
        line.sign(KEYS["stranger"].keyid)
    else:
        found[0]["sig"] = b64(unb64(found[0]["sig"])[:63])
    return f"signatures {how}"


def bytes_of(work, rng):
    """Changes of the file that JSON does not see, or that break it."""
    how = rng.choice(("cut", "blank", "space", "flip", "crlf", "no end", "spelling", "garbage", "join"))
    line = rng.choice(work.lines)
    text = jcs.write(line.value)
    if how == "cut":
        at = rng.random()
        work.after.append(lambda data: data[: int(len(data) * at)])
    elif how == "blank":
        line.raw = text + rng.choice((b"\n", b"\n \n"))
    elif how == "space":
        line.raw = b" \t" + text.replace(b'":', b'" : ', 3) + b" "
    elif how == "flip":
        at, bit = rng.random(), 1 << rng.randrange(8)
        work.after.append(lambda data: _flip(data, int(len(data) * at), bit))
    elif how == "crlf":
        work.after.append(lambda data: data.replace(b"\n", b"\r\n"))
    elif how == "no end":
        work.after.append(lambda data: data[:-1])
    elif how == "spelling":
        line.raw = text.replace(b"a", b"\\u0061", 1).replace(b'"seq":1,', b'"seq":1.0,')
    elif how == "garbage":
        line.raw = rng.choice((b"null", b"{}", b"[]", b"x", b'{"execert":"other/1"}', text + b"}",
                               b"\xef\xbb\xbf" + text))
    else:
        work.after.append(lambda data: data.replace(b"\n", b"", 1))
    return f"bytes {how}"


def _flip(data, at, bit):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:] if at < len(data) else data
