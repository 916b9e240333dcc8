"""Changes of JSON values: leaves, members, elements, at every level of lines and statements."""

import copy

WORDS = ("ok", "failed", "unknown", "blocked", "not_run", "intent", "outcome", "single", "live", "dry-run", "enforced",
         "observed", "reported", "allow", "deny", "run.end", "run.start", "note", "heartbeat", "chain.seal", "erasure",
         "key.revoke", "key.retire", "tool.call", "code", "acme", "other", "mallory", "x")
VALUES = (None, True, False, 0, 1, 2, 7, 2**53 - 1, -1, 0.5, "", "x", [], {}, ["x"], {"x": 1})


def nodes(value, path=()):
    """All (path, value) of a JSON value."""
    yield path, value
    if isinstance(value, dict):
        for name in sorted(value):
            yield from nodes(value[name], path + (name,))
    elif isinstance(value, list):
        for position, one in enumerate(value):
            yield from nodes(one, path + (position,))


def parent(value, path):
    """The container of a path."""
    for step in path[:-1]:
        value = value[step]
    return value


def change(value, rng, pool):
    """Changes a JSON container somewhere; returns what was done. `pool`: strings that occur elsewhere."""
    kind = rng.choice(("leaf", "leaf", "leaf", "leaf", "delete", "add", "replace", "element"))
    places = [(path, one) for path, one in nodes(value) if path]
    if not places:
        kind = "add"
    if kind == "leaf":
        leaves = [(path, one) for path, one in places if not isinstance(one, (dict, list))]
        if leaves:
            path, one = rng.choice(leaves)
            parent(value, path)[path[-1]] = other_leaf(one, rng, pool)
            return f"leaf {path}"
    if kind == "delete" and places:
        path, _ = rng.choice(places)
        del parent(value, path)[path[-1]]
        return f"delete {path}"
    if kind == "element":
        lists = [(path, one) for path, one in places if isinstance(one, list) and one]
        if lists:
            path, one = rng.choice(lists)
            return f"{_list(one, rng)} {path}"
    if kind == "replace" and places:
        path, _ = rng.choice(places)
        parent(value, path)[path[-1]] = copy.deepcopy(rng.choice(VALUES))
        return f"replace {path}"
    objects = [one for _, one in nodes(value) if isinstance(one, dict)]
    rng.choice(objects)[rng.choice(("zz", "aa", "ext", "status", "run", "seq", "failure", "\u00e9"))] = copy.deepcopy(
        rng.choice(VALUES))
    return "add"


def _list(elements, rng):
    how = rng.choice(("double", "drop", "swap", "clear"))
    if how == "double":
        elements.append(copy.deepcopy(rng.choice(elements)))
    elif how == "drop":
        elements.pop(rng.randrange(len(elements)))
    elif how == "swap":
        rng.shuffle(elements)
    else:
        elements.clear()
    return how


def other_leaf(value, rng, pool):
    """Another value of mostly the same kind."""
    if isinstance(value, bool) or value is None:
        return rng.choice((True, False, None, 1))
    if isinstance(value, (int, float)):
        return rng.choice((value + 1, value - 1, 0, value * 2, value + 0.5, 2**53 - 1, str(value)))
    like = [one for one in pool if len(one) == len(value) and one != value and one[:4] == value[:4]]
    choices = [value + "x", value[:-1], value.upper(), rng.choice(WORDS), _flip(value, rng)]
    if like:
        choices += [rng.choice(like)] * 4
    return rng.choice(choices)


def _flip(text, rng):
    if not text:
        return "x"
    at = rng.randrange(len(text))
    return text[:at] + rng.choice("0123456789abcdefXZ") + text[at + 1:]


def strings(value):
    """All strings in a JSON value."""
    return [one for _, one in nodes(value) if isinstance(one, str)]
