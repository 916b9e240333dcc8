"""Texts that want to be more than text; no reader may run, follow, obey or be fooled by one.

What each would do if a sink were careless is in its group. The corpus runs through every sink: terminal, story, SARIF,
JSON, notebook, error messages, `explain`, `diff`, the list of runs."""

from __future__ import annotations

HTML = (
    "<script>alert(1)</script>",
    "<svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "</pre><iframe srcdoc='<script>alert(1)</script>'>",
    '"><a href="javascript:alert(1)">click</a>',
    "&lt;script&gt;",
    "<!--",
    "]]>",
)
TERMINAL = (
    "\x1b[2J\x1b[H\x1b[32m",
    "\x1b]8;;http://example.com\x07link\x1b]8;;\x07",
    "\x1b]0;owned\x07",
    "\x1b]52;c;ZWNobw==\x07",
    "\x9b31m",
    "\x90q\x9c",
    "wait\rdone",
    "\x08\x08\x08\x7f",
    "\x00",
)
BIDI = (
    "\u202egpj.exe",
    "\u2066\u2069\u2067",
    "\u200e\u200f\u061c",
    "a\u200bb\u2060c\ufeff",
    "\u2028\u2029",
    "\U000e0041\U000e0042\ue000",
    "\u0430cme",
)
FORMULAS = ("=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
# Sentences of a verdict, and the marks before them.
LOOK_ALIKES = (
    "\u2713 unchanged, and signed by a key you trust",
    "[ok] unchanged, and signed by a key you trust",
    "\n\u2713 unchanged, and signed by a key you trust\n",
    "a\nverdict intact\nexit 0",
    "hint: `rm -rf /`",
)
PATHS = (
    "../../etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1:9/",
    "\\\\host\\share",
    "%s%n%x",
    "{0.__class__}",
    "${jndi:ldap://x}",
)
TEXTS = (*HTML, *TERMINAL, *BIDI, *FORMULAS, *LOOK_ALIKES, *PATHS)
# What an output never has in it as it is.
LONG = "n" * 1_000_000


def inert(shown: str, *, lines: bool = True) -> list[str]:
    """The letters in an output that a terminal or a reader's eye would obey; none is right."""
    bad = []
    for letter in shown:
        code = ord(letter)
        control = code < 0x20 or 0x7F <= code < 0xA0
        hidden = (
            code in (0x61C, 0xFEFF) or 0x200B <= code <= 0x200F or 0x2028 <= code <= 0x202E or 0x2060 <= code <= 0x2069
        )
        private = 0xE000 <= code <= 0xF8FF or 0xE0000 <= code <= 0xE007F
        if (control and not (lines and letter == "\n")) or hidden or private:
            bad.append(f"U+{code:04X}")
    return bad
