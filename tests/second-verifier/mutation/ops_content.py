"""Changes of content forms: redaction, wrong openings, changed values, indexes."""

import copy

from execert_verify import content, redacted
from execert_verify.encodings import b64, unb64
from execert_verify.pointer import join, tokens

from . import ops_json


def _with_content(work):
    return [line for line in work.records if "content" in line.value]


def pointers(value, path=""):
    """All pointers of a JSON value but the root."""
    found = []
    if isinstance(value, (dict, list)):
        for name, below in content.children(value):
            found.append(join(path, name))
            found += pointers(below, join(path, name))
    return found


def redact(work, rng):
    """Hides places, rightly or with a wrong opening."""
    lines = [line for line in _with_content(work) if "seed" in line.value and pointers(line.value["content"])]
    if not lines:
        return change(work, rng)
    for line in rng.sample(lines, min(len(lines), rng.choice((1, 2)))):
        value = line.value
        places = pointers(value["content"])
        hide = rng.sample(places, min(len(places), rng.choice((1, 1, 2, 3))))
        value["content"], value["open"] = redacted.redact(value["content"], unb64(value.pop("seed")), hide)
        if "index" in value:
            for pointer in value["open"]["hidden"]:
                _prune(value["index"], pointer, value["open"])
        if rng.random() < 0.5:
            _spoil(value, rng)
    return "redact"


def _prune(index, pointer, opened):
    """A hidden container becomes its value hash in the index."""
    steps = tokens(pointer)
    for step in steps[:-1]:
        index = index[int(step)] if isinstance(index, list) else index[step]
    at = unb64(opened["hashes"])[32 * opened["hidden"].index(pointer):][:32]
    index[int(steps[-1]) if isinstance(index, list) else steps[-1]] = b64(at)


def _spoil(value, rng):
    opened = value["open"]
    name = rng.choice(("hashes", "seeds", "hidden", "value"))
    if name == "value":
        ops_json.change(value["content"], rng, ["x"])
    elif name == "hidden":
        rng.choice((opened["hidden"].reverse, opened["hidden"].clear,
                    lambda: opened["hidden"].append("/input/none"),
                    lambda: opened["hidden"].append(opened["hidden"][0])))()
    else:
        data = bytearray(unb64(opened[name]))
        how = rng.choice(("flip", "more", "less"))
        if how == "flip" and data:
            data[rng.randrange(len(data))] ^= 1
        elif how == "less":
            data = data[:-32]
        else:
            data += bytes(32)
        opened[name] = b64(bytes(data))


def change(work, rng):
    """Changes values, seed, index; or takes the content away."""
    lines = _with_content(work)
    if not lines:
        return "no content"
    line = rng.choice(lines)
    value, how = line.value, rng.choice(("value", "value", "value", "seed", "index", "take", "both", "move"))
    if how in ("value", "both"):
        ops_json.change(value["content"], rng, ["gold", "x"])
    if how in ("index", "both") and isinstance(value.get("index"), (dict, list)):
        ops_json.change(value["index"], rng, ops_json.strings(value["index"]))
    elif how == "seed" and "seed" in value:
        value["seed"] = b64(bytes(rng.getrandbits(8) for _ in range(32)))
    elif how == "take":
        for name in ("content", "seed", "open", "index"):
            value.pop(name, None)
    elif how == "move":
        other = rng.choice(lines).value
        for name in ("content", "seed", "open", "index"):
            value.pop(name, None)
            if name in other:
                value[name] = copy.deepcopy(other[name])
    return f"content {how}"
