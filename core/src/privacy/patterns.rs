//! What known secrets look like: prefixes of issuers, and the places where secrets stand in texts.
//!
//! Expressions are matched in linear time. Tokens are looked for in the long runs of a value only, so that prose costs
//! one pass over its bytes; what only a calculation can tell is in `checks` and `random`.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Name of the rule (an ident that stands in records: never change one) and its expression.
const TOKENS: &[(&str, &str)] = &[
    ("aws-access-key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    ("github-token", r"gh[pousr]_[A-Za-z0-9]{36}"),
    ("github-fine-grained", r"github_pat_[A-Za-z0-9_]{60}"),
    (
        "gitlab-token",
        r"gl(?:pat|dt|rt|oas|ptt|cbt|soat|ft|imt|agent|ffct)-[A-Za-z0-9_-]{20}",
    ),
    (
        "slack-token",
        r"xox[abeprs]-[A-Za-z0-9-]{10}|xapp-[0-9]-[A-Za-z0-9-]{10}",
    ),
    (
        "slack-webhook",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20}",
    ),
    ("google-api-key", r"AIza[A-Za-z0-9_-]{35}"),
    ("google-oauth", r"ya29\.[A-Za-z0-9_-]{20}|GOCSPX-[A-Za-z0-9_-]{20}"),
    ("stripe-key", r"[srp]k_(?:live|test)_[A-Za-z0-9]{16}"),
    ("webhook-secret", r"whsec_[A-Za-z0-9+/=]{20}"),
    ("anthropic-key", r"sk-ant-[A-Za-z0-9_-]{20}"),
    ("openai-key", r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32}"),
    ("jwt", r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"),
    ("npm-token", r"npm_[A-Za-z0-9]{36}"),
    ("pypi-token", r"pypi-[A-Za-z0-9_-]{50}"),
    ("cargo-token", r"cio[A-Za-z0-9]{32}"),
    ("docker-token", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20}"),
    ("huggingface-token", r"hf_[A-Za-z0-9]{30}"),
    ("sendgrid-key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16}"),
    ("twilio-key", r"(?:SK|AC)[0-9a-f]{32}"),
    ("mailgun-key", r"key-[0-9a-f]{32}"),
    ("digitalocean-token", r"do[oprt]_v1_[0-9a-f]{40}"),
    ("shopify-token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("square-token", r"sq0[a-z]{3}-[A-Za-z0-9_-]{22}|EAAA[A-Za-z0-9_-]{60}"),
    ("telegram-token", r"[0-9]{8,10}:A[A-Za-z0-9_-]{34}"),
    ("databricks-token", r"dapi[0-9a-f]{32}"),
    ("azure-key", r"(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40}"),
    ("azure-signature", r"\bsig=[A-Za-z0-9%+/]{40}"),
    ("doppler-token", r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40}"),
    ("grafana-token", r"gl(?:sa|c)_[A-Za-z0-9+/=_]{32}"),
    ("linear-key", r"lin_(?:api|oauth)_[A-Za-z0-9]{40}"),
    ("newrelic-key", r"NRAK-[A-Z0-9]{27}"),
    ("vault-token", r"hv[sbr]\.[A-Za-z0-9_-]{24}"),
    ("age-key", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    ("postman-key", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    ("sentry-token", r"sntry[su]_[A-Za-z0-9+/=_-]{40}"),
    ("groq-key", r"gsk_[A-Za-z0-9]{40}"),
    ("xai-key", r"xai-[A-Za-z0-9]{60}"),
    ("perplexity-key", r"pplx-[A-Za-z0-9]{40}"),
    ("replicate-token", r"r8_[A-Za-z0-9]{37}"),
    ("notion-token", r"ntn_[A-Za-z0-9]{40}|secret_[A-Za-z0-9]{40}"),
    ("atlassian-token", r"ATATT3[A-Za-z0-9_=-]{50}"),
    ("private-key", r"PuTTY-User-Key-File-[0-9]"),
];

/// Secrets told by the text around them.
const CONTEXTS: &[(&str, &str)] = &[
    ("private-key", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"),
    ("url-password", r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@:]*:[^\s/?#@]+@"),
    (
        "basic-credentials",
        r#"(?i)authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?basic[ \t]"#,
    ),
    (
        "assigned-secret",
        r#"(?i:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)(?:[ \t]*=[ \t]*[^\s&;,<>=]{4}|\\*["'][ \t]*[:=][ \t]*\\*["'][^"'\\]{4})"#,
    ),
];

/// Rules that calculate, and rules that are no pattern.
const OTHERS: [&str; 8] = [
    "profile",
    "size",
    "secret-name",
    "payment-card",
    "iban",
    "bearer-token",
    "high-entropy",
    OFF,
];
/// The rule of every text if the expressions could not be compiled.
const OFF: &str = "scanner-off";

/// Every rule ident that can stand in `kept_out`, sorted.
pub static RULES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let patterns = TOKENS.iter().chain(CONTEXTS).map(|(rule, _)| *rule);
    let mut all: Vec<_> = patterns.chain(OTHERS).collect();
    all.sort_unstable();
    all.dedup();
    all
});

/// Expressions that are searched for together.
struct Set {
    table: &'static [(&'static str, &'static str)],
    set: Option<RegexSet>,
}

static TOKEN_SET: LazyLock<Set> = LazyLock::new(|| Set::new(TOKENS));
static CONTEXT_SET: LazyLock<Set> = LazyLock::new(|| Set::new(CONTEXTS));

impl Set {
    fn new(table: &'static [(&'static str, &'static str)]) -> Set {
        let set = RegexSetBuilder::new(table.iter().map(|(_, expression)| *expression))
            .unicode(false)
            .size_limit(64 << 20)
            .dfa_size_limit(16 << 20)
            .build();
        Set { table, set: set.ok() }
    }

    /// The first rule of the table that this text matches. Without expressions every text counts as a hit: a scanner
    /// that is silently off is worse than one that hides too much.
    fn find(&self, text: &[u8]) -> Option<&'static str> {
        let Some(set) = &self.set else {
            return Some(OFF);
        };
        if !set.is_match(text) {
            return None;
        }
        let first = set.matches(text).iter().next()?;
        self.table.get(first).map(|(rule, _)| *rule)
    }
}

/// The rule of a token in one run of letters, digits and `_ - . : / + = %`.
pub(super) fn token(run: &[u8]) -> Option<&'static str> {
    TOKEN_SET.find(run)
}

/// The rule of a secret that is told by what stands around it.
pub(super) fn context(text: &[u8]) -> Option<&'static str> {
    CONTEXT_SET.find(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::is_ident;

    #[test]
    fn tables() {
        assert!(TOKEN_SET.set.is_some() && CONTEXT_SET.set.is_some());
        assert!(TOKENS.len().saturating_add(CONTEXTS.len()) >= 40);
        assert!(RULES.iter().all(|rule| is_ident(rule)));
    }

    #[test]
    fn contexts() {
        for (text, rule) in [
            ("-----BEGIN RSA PRIVATE KEY-----", Some("private-key")),
            ("-----BEGIN PGP PRIVATE KEY BLOCK-----", Some("private-key")),
            ("-----BEGIN PUBLIC KEY-----", None),
            ("redis://:pw@host", Some("url-password")),
            ("https://example.com/a:b@c", None),
            ("curl -H 'Authorization: Basic dTpw'", Some("basic-credentials")),
            (r#"{\"client_secret\": \"abcd\"}"#, Some("assigned-secret")),
            ("PGPASSWORD=abcd psql", Some("assigned-secret")),
            ("max_tokens=4096", None),
            ("the password = ", None),
        ] {
            assert_eq!(context(text.as_bytes()), rule, "{text}");
        }
    }
}
