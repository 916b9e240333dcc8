//! `core/src/codes.rs`: the enum and its one table.

use super::table::Code;
use crate::Result;
use crate::generate::rustfmt;

/// The Rust module, as rustfmt leaves it.
pub(crate) fn render(codes: &[Code]) -> Result<String> {
    let (mut variants, mut all, mut parse) = (String::new(), String::new(), String::new());
    let (mut entries, mut helps) = (String::new(), String::new());
    for code in codes {
        let (name, text) = (code.camel(), &code.code);
        variants.push_str(&format!("/// `{text}`: {}.\n{name},\n", code.title));
        all.push_str(&format!("Code::{name},\n"));
        parse.push_str(&format!("{text:?} => Code::{name},\n"));
        entries.push_str(&format!(
            "Code::{name} => &Entry {{ text: {text:?}, kind: Kind::{}, number: {}, verdict: {:?}, report_only: {}, \
             title: {:?}, next: {:?} }},\n",
            code.kind.name(),
            code.number,
            code.verdict,
            code.report_only,
            code.title,
            code.next,
        ));
        helps.push_str(&format!(
            "Code::{name} => &Help {{ causes: &{:?}, not_meant: {:?}, since: {:?} }},\n",
            code.causes, code.not, code.since
        ));
    }
    rustfmt(&format!(
        r#"//! Generated from `codes.toml` by `cargo xtask generate`; do not edit.

use crate::error::Kind;

/// What happened, as `area.reason`. Codes and their numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {{
{variants}}}

impl Code {{
    /// Every code, in the order of the table.
    pub const ALL: &'static [Code] = &[
{all}    ];

    /// The code as text: `area.reason`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {{
        self.entry().text
    }}

    /// What the caller has to do.
    #[must_use]
    pub const fn kind(self) -> Kind {{
        self.entry().kind
    }}

    /// The number of this code in C and Go. Frozen.
    #[must_use]
    pub const fn number(self) -> u16 {{
        self.entry().number
    }}

    /// The row of a report that an error with this code leads to, if it leads to one.
    #[must_use]
    pub const fn verdict(self) -> Option<&'static str> {{
        self.entry().verdict
    }}

    /// Whether this is met in reports only, as a warning.
    #[must_use]
    pub const fn report_only(self) -> bool {{
        self.entry().report_only
    }}

    /// What is so, as a sentence fragment.
    #[must_use]
    pub const fn title(self) -> &'static str {{
        self.entry().title
    }}

    /// What can have led to it, the likeliest first.
    #[must_use]
    pub const fn causes(self) -> &'static [&'static str] {{
        self.help().causes
    }}

    /// What to do next.
    #[must_use]
    pub const fn next(self) -> &'static str {{
        self.entry().next
    }}

    /// What this does not mean.
    #[must_use]
    pub const fn not_meant(self) -> &'static str {{
        self.help().not_meant
    }}

    /// The first release that has this code.
    #[must_use]
    pub const fn since(self) -> &'static str {{
        self.help().since
    }}

    /// The code that is written so, if there is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Code> {{
        Some(match text {{
{parse}            _ => return None,
        }})
    }}

    const fn entry(self) -> &'static Entry {{
        match self {{
{entries}        }}
    }}

    const fn help(self) -> &'static Help {{
        match self {{
{helps}        }}
    }}
}}

/// One row of the table.
struct Entry {{
    text: &'static str,
    kind: Kind,
    number: u16,
    verdict: Option<&'static str>,
    report_only: bool,
    title: &'static str,
    next: &'static str,
}}

/// What only people ask for. It stands apart so that a small verifier can be without.
struct Help {{
    causes: &'static [&'static str],
    not_meant: &'static str,
    since: &'static str,
}}
"#
    ))
}
