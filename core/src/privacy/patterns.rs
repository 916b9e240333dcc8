//! What known secrets look like: prefixes of issuers, and the places where secrets stand in texts.
//!
//! Expressions are matched in linear time and anywhere in a value. Each begins with something rare, so that the
//! search is a scan for literals; what only a calculation can tell (cards, IBAN, randomness) is in `checks`.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Name of the rule (an ident that stands in records: never change one) and its expression.
const PATTERNS: &[(&str, &str)] = &[
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
    ("openai-key", r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32}"),
    ("anthropic-key", r"sk-ant-[A-Za-z0-9_-]{20}"),
    ("jwt", r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"),
    (
        "private-key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[0-9]",
    ),
    ("url-password", r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#@:]*:[^\s/?#@]+@"),
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
    ("azure-signature", r"[?&]sig=[A-Za-z0-9%+/]{40}"),
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
    ("bearer-token", r"(?i:bearer)[ \t]+[A-Za-z0-9._~+/=-]{16}"),
    (
        "basic-credentials",
        r"(?i:basic)[ \t]+[A-Za-z0-9+/]{11,}={1,2}|(?i:authorization)\\*[\x22']?[ \t]*:[ \t]*(?i:basic)[ \t]",
    ),
    (
        "assigned-secret",
        r#"(?i:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)(?:[ \t]*=[ \t]*[^\s&;,<>=]{4}|\\*["'][ \t]*[:=][ \t]*\\*["'][^"'\\]{4})"#,
    ),
];

/// Rules that calculate, and rules that are no pattern.
const OTHERS: [&str; 6] = ["profile", "size", "secret-name", "payment-card", "iban", "high-entropy"];

/// Every rule ident that can stand in `kept_out`, sorted.
pub static RULES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut all: Vec<_> = PATTERNS.iter().map(|(rule, _)| *rule).chain(OTHERS).collect();
    all.sort_unstable();
    all
});

/// All expressions at once. `None` cannot happen with the table above (a test compiles it); if it did, every text
/// would count as a hit, since a scanner that is silently off is worse than one that hides too much.
static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSetBuilder::new(PATTERNS.iter().map(|(_, expression)| *expression))
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .ok()
});

/// The first rule of the table that this text matches.
pub(super) fn find(text: &[u8]) -> Option<&'static str> {
    let Some(set) = &*SET else {
        return Some("scanner-off");
    };
    if !set.is_match(text) {
        return None;
    }
    let first = set.matches(text).iter().next()?;
    PATTERNS.get(first).map(|(rule, _)| *rule)
}
