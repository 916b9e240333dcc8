"""Checkpoints, receipts (docs/spec/06-tree-and-log; C2SP signed-note, tlog-checkpoint, tlog-proof): text to parts."""

import hashlib
import re

from .encodings import unb64
from .errors import Refused

MARK = "\u2014 "
MAX_LINES, MAX_HASHES = 64, 63
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,15})")
HEADER = "c2sp.org/tlog-proof@v1"


class Note:
    """A checkpoint: origin, size, root, signature lines as (name, id, body)."""

    def __init__(self, origin, size, root, text, lines):
        self.origin = origin
        self.size = size
        self.root = root
        self.text = text
        self.lines = lines


class Receipt:
    """A receipt: leaf index, inclusion proof, note."""

    def __init__(self, index, hashes, note):
        self.index = index
        self.hashes = hashes
        self.note = note


def _refuse(holds, path):
    if not holds:
        raise Refused("bundle.malformed", path)


def _decimal(text, path):
    """A decimal number without leading zeroes, at most 2^53-1."""
    _refuse(_DECIMAL.fullmatch(text) and int(text) <= 2**53 - 1, path)
    return int(text)


def parse_note(note, path):
    """A note: three text lines, an empty line, signature lines; each ended by LF."""
    lines = note.split("\n")
    _refuse(not any(ord(c) < 0x20 for line in lines for c in line), path)
    _refuse(len(lines) >= 6 and lines[-1] == "" and lines[3] == "", path)
    origin, size, root = lines[:3]
    _refuse(_is_name(origin) and origin.isascii() and len(origin) <= 400, path)
    size = _decimal(size, path)
    root = unb64(root)
    _refuse(size >= 1 and root is not None and len(root) == 32, path)
    signatures = lines[4:-1]
    if len(signatures) > MAX_LINES:
        raise Refused("bundle.too_many", path)
    text = "".join(line + "\n" for line in lines[:3]).encode()
    return Note(origin, size, root, text, [_signature(line, path) for line in signatures])


def _is_name(name):
    return name != "" and "+" not in name and not any(c.isspace() for c in name)


def _signature(line, path):
    """`— NAME b64(id[4] ‖ body)`."""
    _refuse(line.startswith(MARK), path)
    name, _, encoded = line[len(MARK):].partition(" ")
    data = unb64(encoded)
    _refuse(_is_name(name) and data is not None and len(data) >= 5, path)
    return name, data[:4], data[4:]


def parse_receipt(text, path, note_path):
    """A tlog-proof without `extra`."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    _refuse(blank and "\r" not in text and len(lines) >= 2 and lines[0] == HEADER, path)
    _refuse(lines[1].startswith("index "), path)
    index = _decimal(lines[1][6:], path)
    if len(lines) - 2 > MAX_HASHES:
        raise Refused("bundle.too_many", path)
    hashes = [unb64(line) for line in lines[2:]]
    _refuse(all(one is not None and len(one) == 32 for one in hashes), path)
    return Receipt(index, hashes, parse_note(note, note_path))


def key_id(name, kind, public):
    """The id of a note key: first four bytes of H(NAME ‖ LF ‖ type ‖ key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
