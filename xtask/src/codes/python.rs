//! `bindings-python/python/execert/codes.py`.

use super::table::Code;

/// The Python module.
pub(crate) fn render(codes: &[Code]) -> String {
    let alias = groups(codes).join(" | ");
    let entries: String = codes.iter().map(entry).collect();
    format!(
        r#""""Every code of execert. Generated from `core/codes.toml` by `cargo xtask generate`; do not edit."""

from typing import Final, Literal, NamedTuple

__all__ = ["CODES", "Code", "Entry"]

Code = {alias}
"""Every code, one group per kind."""


class Entry(NamedTuple):
    """What a code says."""

    kind: Literal["Invalid", "Denied", "Untrusted", "Conflict", "Unavailable", "Internal"]
    """What the caller has to do."""
    number: int
    """The number of the code in C and Go."""
    verdict: str | None
    """The row of a report that an error with this code leads to."""
    report_only: bool
    """Whether it is met in reports only, as a warning."""
    title: str
    """What is so."""
    causes: tuple[str, ...]
    """What can have led to it, the likeliest first."""
    next: str
    """What to do next."""
    not_meant: str
    """What it does not mean."""
    since: str
    """The first release that has it."""


CODES: Final[dict[Code, Entry]] = {{
{entries}}}
"#
    )
}

/// One `Literal` per kind, in order of the table: a union of several is what type checkers call a union, too.
fn groups(codes: &[Code]) -> Vec<String> {
    let mut kinds: Vec<&str> = Vec::new();
    for code in codes {
        if !kinds.contains(&code.kind.name()) {
            kinds.push(code.kind.name());
        }
    }
    let group = |kind: &&str| {
        let of_kind = codes.iter().filter(|code| code.kind.name() == *kind);
        let lines: String = of_kind.map(|code| format!("    {:?},\n", code.code)).collect();
        format!("Literal[\n{lines}]")
    };
    kinds.iter().map(group).collect()
}

fn entry(code: &Code) -> String {
    let verdict = code
        .verdict
        .as_ref()
        .map_or_else(|| "None".to_owned(), |text| format!("{text:?}"));
    let causes: String = code
        .causes
        .iter()
        .map(|cause| format!("            {cause:?},\n"))
        .collect();
    format!(
        "    {:?}: Entry(\n        {:?},\n        {},\n        {verdict},\n        {},\n        {:?},\n        (\n{causes}        ),\n        {:?},\n        {:?},\n        {:?},\n    ),\n",
        code.code,
        code.kind.name(),
        code.number,
        if code.report_only { "True" } else { "False" },
        code.title,
        code.next,
        code.not,
        code.since
    )
}
