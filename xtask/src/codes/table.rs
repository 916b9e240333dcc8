//! The table itself: read strictly, then held to its own rules.

use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeSet;

/// One code, as `codes.toml` states it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) kind: Kind,
    pub(crate) number: u16,
    pub(crate) verdict: Option<String>,
    #[serde(default)]
    pub(crate) report_only: bool,
    pub(crate) title: String,
    pub(crate) causes: Vec<String>,
    pub(crate) next: String,
    pub(crate) not: String,
    pub(crate) since: String,
}

/// What the caller has to do.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Invalid,
    Denied,
    Untrusted,
    Conflict,
    Unavailable,
    Internal,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::Denied => "Denied",
            Self::Untrusted => "Untrusted",
            Self::Conflict => "Conflict",
            Self::Unavailable => "Unavailable",
            Self::Internal => "Internal",
        }
    }

    const fn numbers(self) -> std::ops::RangeInclusive<u16> {
        match self {
            Self::Invalid => 100..=199,
            Self::Denied => 200..=299,
            Self::Untrusted => 300..=399,
            Self::Conflict => 400..=499,
            Self::Unavailable => 500..=599,
            Self::Internal => 900..=900,
        }
    }
}

/// The rows of a report that a code can lead to, and their exit codes. Frozen.
const VERDICTS: [(&str, u8); 9] = [
    ("unreadable", 7),
    ("altered", 1),
    ("forked", 1),
    ("revoked", 6),
    ("unsigned", 3),
    ("unknown-signer", 3),
    ("incomplete", 4),
    ("expired", 5),
    ("requirement-missing", 8),
];

impl Code {
    /// `canon.empty` is `CanonEmpty` in Rust.
    pub(crate) fn camel(&self) -> String {
        self.code
            .split(['.', '_'])
            .map(|word| {
                let mut letters = word.chars();
                letters
                    .next()
                    .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
            })
            .collect()
    }

    /// The part before the dot.
    pub(crate) fn area(&self) -> &str {
        self.code.split('.').next().unwrap_or_default()
    }

    /// The exit code of a command that stops with this error; of `untrusted`, the verdict decides.
    pub(crate) fn exit(&self) -> Option<u8> {
        match self.kind {
            Kind::Invalid => Some(2),
            Kind::Denied if self.code == "policy.approval_missing" => Some(10),
            Kind::Denied => Some(9),
            Kind::Untrusted => self.verdict_exit(),
            Kind::Conflict | Kind::Unavailable => Some(74),
            Kind::Internal => Some(70),
        }
    }

    /// The exit code of `execert verify` when a report holds this as an error.
    pub(crate) fn verdict_exit(&self) -> Option<u8> {
        let verdict = self.verdict.as_deref()?;
        let row = VERDICTS.iter().find(|(name, _)| *name == verdict);
        row.map(|(_, exit)| *exit)
    }
}

/// Reads the table and refuses one that breaks its own rules.
pub(crate) fn parse(toml: &str) -> Result<Vec<Code>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        code: Vec<Code>,
    }
    let table: Table = toml::from_str(toml).map_err(|error| Error(format!("core/codes.toml: {error}")))?;
    let (mut codes, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for code in &table.code {
        let fault = if !is_code(&code.code) {
            "is not of the form area.reason"
        } else if !codes.insert(&code.code) {
            "stands twice"
        } else if !numbers.insert(code.number) {
            "has the number of another code"
        } else if !code.kind.numbers().contains(&code.number) {
            "has a number outside the range of its kind"
        } else if code.verdict.is_some() && code.verdict_exit().is_none() {
            "leads to a verdict that does not exist"
        } else if code.report_only && (code.kind != Kind::Untrusted || code.verdict.is_some()) {
            "is a warning: its kind is untrusted and it leads to no verdict"
        } else if code.causes.is_empty() {
            "names no cause"
        } else if code.title.ends_with('.') || !code.next.ends_with('.') {
            "has a title that is a sentence, or a next step that is none"
        } else if let Some(word) = banned(code) {
            return Err(Error(format!("core/codes.toml: {}: says \"{word}\"", code.code)));
        } else {
            continue;
        };
        return Err(Error(format!("core/codes.toml: {} {fault}", code.code)));
    }
    Ok(table.code)
}

fn is_code(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_lowercase())
            && part
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    text.split_once('.')
        .is_some_and(|(area, reason)| word(area) && word(reason))
}

/// Words that say too much when they stand alone, and words that only fill.
fn banned(code: &Code) -> Option<&'static str> {
    const WORDS: [&str; 9] = [
        "valid",
        "verified",
        "trusted",
        "certified",
        "compliant",
        "safe",
        "proof",
        "please",
        "simply",
    ];
    let texts = [&code.title, &code.next, &code.not];
    texts.into_iter().chain(&code.causes).find_map(|text| {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
        WORDS.into_iter().find(|word| words.contains(word))
    })
}

#[cfg(test)]
mod tests {
    const GOOD: &str = r#"
[[code]]
code = "canon.empty"
kind = "invalid"
number = 100
verdict = "unreadable"
title = "the input holds no bytes"
causes = ["the copy stopped at once"]
next = "Get the file again."
not = "It does not mean that the original is empty."
since = "0.1.0"
"#;

    fn refused(from: &str, to: &str) -> String {
        let table = GOOD.replace(from, to);
        assert_ne!(table, GOOD);
        match super::parse(&table) {
            Ok(_) => panic!("accepted: {to}"),
            Err(error) => error.0,
        }
    }

    #[test]
    fn a_table_that_breaks_its_rules_is_refused() {
        assert_eq!(super::parse(GOOD).unwrap().len(), 1);
        assert!(refused("canon.empty", "canonempty").contains("area.reason"));
        assert!(refused("number = 100", "number = 200").contains("range of its kind"));
        assert!(refused("\"unreadable\"", "\"lost\"").contains("verdict that does not exist"));
        assert!(refused("[\"the copy stopped at once\"]", "[]").contains("names no cause"));
        assert!(refused("holds no bytes", "holds no bytes.").contains("sentence"));
        assert!(refused("Get the file again.", "Please get it.").contains("please"));
        assert!(refused("the original is empty", "it is verified").contains("verified"));
        assert!(refused("since", "sense = 1\nsince").contains("unknown field"));
        let twice = format!("{GOOD}{GOOD}");
        assert!(super::parse(&twice).is_err_and(|error| error.0.contains("twice")));
        let number = format!("{GOOD}{}", GOOD.replace("canon.empty", "canon.bom"));
        assert!(super::parse(&number).is_err_and(|error| error.0.contains("number of another")));
    }

    #[test]
    fn names_in_rust() {
        let codes = super::parse(&GOOD.replace("canon.empty", "canon.not_utf8")).unwrap();
        assert_eq!(codes[0].camel(), "CanonNotUtf8");
    }
}
