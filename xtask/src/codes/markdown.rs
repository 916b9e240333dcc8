//! `docs/reference/codes.md`: a section for each code.

use super::table::{Code, Kind};
use std::fmt::Write as _;

const HEAD: &str = "\
<!-- Generated from core/codes.toml by `cargo xtask generate`; do not edit. -->
# Codes

Every error and every finding carries a code, `area.reason`. Codes and their numbers are never reused for
anything else, so programs may rely on them; the words beside them may get better.

`execert explain CODE` prints the same text as this page.

| Kind | What the caller has to do | Numbers | Exit |
|---|---|---|---|
| Invalid | the call or the document is wrong: correct it | 100-199 | 2 |
| Denied | policy, approval, plan or budget says no: do not run it, or ask | 200-299 | 9; approval 10 |
| Untrusted | the evidence does not hold under the trust given: do not rely on it | 300-399 | by verdict |
| Conflict | another writer or another history: reopen and look again | 400-499 | 74 |
| Unavailable | store, signer or witness failed: stop, try later | 500-599 | 74 |
| Internal | an error of ours: report it | 900 | 70 |

A code has one kind. In a report the *verdict* counts, whatever the kind: input that cannot be read while
evidence is checked makes the verdict `unreadable` (exit 7).
";

/// The reference page.
pub(crate) fn render(codes: &[Code]) -> String {
    let mut page = HEAD.to_owned();
    let mut areas: Vec<&str> = Vec::new();
    for code in codes {
        if !areas.contains(&code.area()) {
            areas.push(code.area());
        }
    }
    areas.sort_unstable();
    for area in &areas {
        let links: Vec<String> = of_area(codes, area)
            .map(|code| format!("[`{}`](#{})", code.code, anchor(&code.code)))
            .collect();
        page.push_str(&format!("\n**{area}** {}\n", links.join(" · ")));
    }
    for area in areas {
        page.push_str(&format!("\n## {area}\n"));
        for code in of_area(codes, area) {
            section(&mut page, code);
        }
    }
    page
}

fn section(page: &mut String, code: &Code) {
    let causes: String = code.causes.iter().map(|cause| format!("- {cause}\n")).collect();
    let verdict = match (&code.verdict, code.report_only) {
        (Some(verdict), _) => {
            let exit = code.verdict_exit().unwrap_or_default();
            format!("verdict `{verdict}` (exit {exit})")
        }
        (None, true) => "a warning in reports".to_owned(),
        (None, false) => match code.exit() {
            Some(exit) => format!("exit {exit}"),
            None => "no verdict of its own".to_owned(),
        },
    };
    // Of input the call itself has an exit code too.
    let call = match (code.kind, code.exit()) {
        (Kind::Invalid, Some(exit)) if code.verdict.is_some() => {
            format!("; exit {exit} outside a check")
        }
        _ => String::new(),
    };
    let _infallible = write!(
        page,
        "\n### `{}`\n\n**{}.** Kind {}, number {}, {verdict}{call}. Since {}.\n\nCauses, the likeliest first:\n{causes}\nNext: {}\n\n{}\n",
        code.code,
        capital(&code.title),
        code.kind.name(),
        code.number,
        code.since,
        code.next,
        code.not
    );
}

fn of_area<'a>(codes: &'a [Code], area: &'a str) -> impl Iterator<Item = &'a Code> {
    codes.iter().filter(move |code| code.area() == area)
}

/// The anchor that forges make of a heading: the dot goes.
fn anchor(code: &str) -> String {
    code.replace('.', "")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
