"""Secrets that exist only while a test runs, and a search for them in everything that was written.

Forty formats; each secret is made from a seed, so that a failure repeats and no file of the project holds one. The
search knows the text, what an encoder makes of it, and its digests: a digest of a short text is the text."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import string
import urllib.parse
from collections.abc import Iterable

import numpy

ALNUM = string.ascii_letters + string.digits
URL = ALNUM + "_-"
B64 = ALNUM + "+/"
HEX = "0123456789abcdef"
B32 = string.ascii_uppercase + "234567"
# Prefix, alphabet, length, what ends it. Written in halves: no line here looks like a secret.
SIMPLE = (
    ("AK" + "IA", B32, 16, ""),
    ("AS" + "IA", B32, 16, ""),
    ("", B64, 40, ""),
    ("gh" + "p_", ALNUM, 36, ""),
    ("glp" + "at-", URL, 20, ""),
    ("AI" + "za", URL, 35, ""),
    ("ya" + "29.", URL, 60, ""),
    ("sk_" + "live_", ALNUM, 24, ""),
    ("whs" + "ec_", B64, 32, ""),
    ("s" + "k-", ALNUM, 48, ""),
    ("sk-" + "proj-", URL, 120, ""),
    ("sk-" + "ant-api03-", URL, 93, "AA"),
    ("np" + "m_", ALNUM, 36, ""),
    ("pypi-" + "AgEIcHlwaS5vcmc", URL, 80, ""),
    ("dckr_" + "pat_", URL, 27, ""),
    ("h" + "f_", ALNUM, 34, ""),
    ("S" + "K", HEX, 32, ""),
    ("ke" + "y-", HEX, 32, ""),
    ("dop_" + "v1_", HEX, 64, ""),
    ("shp" + "at_", HEX, 32, ""),
    ("da" + "pi", HEX, 32, ""),
    ("Account" + "Key=", B64, 86, "=="),
    ("hv" + "s.", URL, 95, ""),
    ("Bea" + "rer ", URL, 40, ""),
    ("pass" + "word=", ALNUM, 10, ""),
    ("gs" + "k_", ALNUM, 52, ""),
    ("lin_" + "api_", ALNUM, 40, ""),
)


class Dice(random.Random):
    """A seed that tells what it was."""

    def of(self, alphabet: str, length: int) -> str:
        return "".join(self.choice(alphabet) for _ in range(length))

    def secret(self, kind: int) -> str:
        """A secret of one of the forty kinds."""
        if kind < len(SIMPLE):
            prefix, alphabet, length, end = SIMPLE[kind]
            return prefix + self.of(alphabet, length) + end
        return (
            lambda: f"github_{'pat'}_{self.of(ALNUM, 22)}_{self.of(ALNUM, 59)}",
            lambda: f"xo{'xb'}-{self.of(string.digits, 12)}-{self.of(string.digits, 12)}-{self.of(ALNUM, 24)}",
            lambda: f"https://hooks.{'slack'}.com/services/T{self.of(B32, 8)}/B{self.of(B32, 8)}/{self.of(ALNUM, 24)}",
            lambda: f"ey{'J'}{self.of(URL, 33)}.ey{'J'}{self.of(URL, 60)}.{self.of(URL, 43)}",
            lambda: f"-----BEGIN {'PRIVATE'} KEY-----\n{self.of(B64, 64)}\n-----END {'PRIVATE'} KEY-----",
            lambda: f"-----BEGIN OPENSSH {'PRIVATE'} KEY-----\n{self.of(B64, 70)}\n",
            lambda: f"postgres://app:{self.of(ALNUM, 9)}@db.example.com:5432/app",
            lambda: f"mongodb+srv://u:{self.of(string.ascii_lowercase, 6)}@c0.example.net",
            self.card,
            self.iban,
            lambda: f"S{'G'}.{self.of(URL, 22)}.{self.of(URL, 43)}",
            lambda: f"{self.of(string.digits, 10)}:A{'A'}{self.of(URL, 33)}",
            lambda: f"gl{'sa'}_{self.of(ALNUM, 32)}_{self.of(HEX, 8)}",
        )[kind - len(SIMPLE)]()

    def card(self) -> str:
        digits = "4" + self.of(string.digits, 14)
        total = sum(sum(divmod(int(d) * 2, 10)) if at % 2 == 0 else int(d) for at, d in enumerate(reversed(digits)))
        return digits + str(-total % 10)

    def iban(self) -> str:
        account = self.of(string.digits, 18)
        return f"DE{98 - int(account + '131400') % 97:02}{account}"


KINDS = len(SIMPLE) + 13


def secrets(each: int, seed: int) -> list[str]:
    """So many of each kind, in the order of the kinds."""
    assert KINDS == 40
    dice = Dice(seed)
    return [dice.secret(kind) for kind in range(KINDS) for _ in range(each)]


def core(secret: str) -> str:
    """What somebody would use: the last word, without what stands around it."""
    words = [part for part in secret.replace("=", " ").split() if len(part) >= 4 and "-----" not in part]
    return words[-1] if words else secret


def forms(text: str) -> set[bytes]:
    """The text as writers write it, its digests and those of its JCS form, each raw, in hex and in base64."""
    plain = text.encode()
    canonical = json.dumps(text, ensure_ascii=False).encode()
    out = {plain, canonical[1:-1], json.dumps(text)[1:-1].encode(), urllib.parse.quote(text, safe="").encode()}
    out |= {plain.hex().encode(), plain.hex().upper().encode()}
    # Base64 of a text inside another one: without the letters that its neighbours share.
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + plain + bytes(3))
        whole = encoded[4 if shift else 0 : (shift + len(plain)) // 3 * 4]
        out |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    for one in (plain, canonical):
        for name in ("sha256", "sha1", "md5", "blake2b", "blake2s", "sha512", "sha3_256"):
            digest = hashlib.new(name, one).digest()
            out |= {
                digest,
                digest.hex().encode(),
                base64.b64encode(digest).rstrip(b"="),
                base64.urlsafe_b64encode(digest).rstrip(b"="),
            }
    return {form for form in out if len(form) >= 8}


def found(needles: Iterable[tuple[str, bytes]], hay: bytes) -> list[tuple[str, bytes]]:
    """Needles that stand in the bytes; each is a name and at least 8 bytes. One pass, whatever their number."""
    by_head: dict[int, list[tuple[str, bytes]]] = {}
    for name, needle in needles:
        by_head.setdefault(int.from_bytes(needle[:8], "little"), []).append((name, needle))
    heads = numpy.array(sorted(by_head), dtype=numpy.uint64)
    hits = []
    for shift in range(8):
        part = hay[shift : shift + (len(hay) - shift) // 8 * 8]
        words = numpy.frombuffer(part, dtype="<u8")
        if not len(words):
            continue
        near = numpy.searchsorted(heads, words)
        near[near == len(heads)] = 0
        for at in numpy.nonzero(heads[near] == words)[0]:
            begin = shift + int(at) * 8
            hits += [
                (name, needle) for name, needle in by_head[int(words[at])] if hay[begin : begin + len(needle)] == needle
            ]
    return hits
