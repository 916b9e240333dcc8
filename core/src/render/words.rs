//! The fixed sentences: one headline per verdict, one sentence per limit.

use super::text::Tone;

/// Icon, its plain ASCII form, tone and headline of a verdict.
pub(super) fn headline(verdict: &str) -> (&'static str, &'static str, Tone, &'static str) {
    match verdict {
        "intact" => ("✓", "[ok]", Tone::Good, "unchanged, and signed by a key you trust"),
        "intact-warnings" => ("!", "[!]", Tone::Caution, "unchanged, and signed by a key you trust"),
        "own-key" => ("i", "[i]", Tone::Note, "unchanged, and signed by your own key"),
        "unknown-signer" => (
            "?",
            "[?]",
            Tone::Note,
            "unchanged, but you have not said you trust this signer",
        ),
        "unsigned" => ("?", "[?]", Tone::Note, "not signed: anyone could have written this"),
        "altered" => ("✗", "[x]", Tone::Bad, "this copy was altered after it was sealed"),
        "forked" => ("✗", "[x]", Tone::Bad, "two different histories claim the same place"),
        "revoked" => (
            "✗",
            "[x]",
            Tone::Bad,
            "its key was withdrawn before these records were made",
        ),
        "incomplete" => ("!", "[!]", Tone::Caution, "part of the record is not in this file"),
        "expired" => ("!", "[!]", Tone::Caution, "its time ran out"),
        "requirement-missing" => (
            "!",
            "[!]",
            Tone::Caution,
            "unchanged, but something you required is missing",
        ),
        _ => ("?", "[?]", Tone::Unknown, "this file could not be read"),
    }
}

/// The next step of a verdict that is not green.
pub(super) fn next_step(verdict: &str) -> &'static str {
    match verdict {
        "own-key" => "others see an unknown signer until they trust your fingerprint: `execert keys list` shows it",
        "unknown-signer" => "get the fingerprint by another route, then `execert trust add FINGERPRINT --as NAME`",
        "unsigned" => "ask the sender for the file as it was exported",
        "altered" => "ask the sender for the original; if you hold another copy, `execert diff A B`",
        "forked" => "keep both files and ask the signer which history is theirs",
        "revoked" => "ask the signer for evidence made with the key that replaced this one",
        "incomplete" => "ask the sender for the missing part; `--allow-open` accepts a run or chain that still grows",
        "expired" => "ask the signer for evidence in date",
        "requirement-missing" => "ask the sender to add what is missing, or drop the requirement",
        "unreadable" => "ask the sender for the file again; `execert explain CODE` tells more",
        _ => "",
    }
}

/// What a verdict shows, by its id in the report.
pub(super) fn shows(id: &str, records: u64) -> String {
    match id {
        "records_as_signed" => format!("these {records} records are exactly what was signed"),
        "none_added_removed_moved" => "none was added, removed or moved".into(),
        "key_signed" => "the holder of this key signed them".into(),
        "original_sealed" => "this copy is not what was sealed".into(),
        "unmarked_match" => "records without a mark match".into(),
        other => other.replace('_', " "),
    }
}

/// What a verdict does not show, by its id in the report.
pub(super) fn not_shown(id: &str) -> &str {
    match id {
        "outcome_quality" => "outputs correct, fair or lawful",
        "input_truth" => "inputs true or complete",
        "nothing_else_ran" => "nothing else ran",
        "key_holder" => "who holds the key",
        "when" => "when it happened",
        "model_identity" => "that the model was the one named",
        "author_of_change" => "who changed it or when",
        other => other,
    }
}

/// The state of an axis that has no line of its own words.
pub(super) fn axis(state: &str) -> &'static str {
    match state {
        "pass" => "holds",
        "warn" => "holds, with something to know",
        "fail" => "does not hold",
        "absent" => "absent",
        "n/a" => "not applicable",
        _ => "not checked",
    }
}
