//! Secrets that have no form but look random.

/// Letters of one run that may be random.
pub(super) const RUN: usize = 24;
/// Bits a letter, above which a run is taken for random.
const BITS: f64 = 4.0;

/// Letters that have to be left of a run without its words, numbers and hexadecimal ids.
const LEFT: usize = 16;

/// Whether a text has a run of 24 or more letters of base64, base64url or hexadecimal that looks random: over 4 bits
/// a letter, letters and digits interleaved, and not the id of a well-known service.
pub(super) fn has_random(text: &[u8]) -> bool {
    text.split(|byte| !is_run(*byte))
        .any(|run| run.len() >= RUN && is_random(run))
}

/// Whether any run is long enough to look at.
pub(super) fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}

/// A run is random if it is over the limit of entropy and what is left of it without its words, numbers and
/// hexadecimal ids is long, has few pairs of letters as words have them, and has digits among the letters or next to
/// no such pairs.
fn is_random(run: &[u8]) -> bool {
    if is_id(run) || entropy(run) <= BITS {
        return false;
    }
    let mut left = Letters::default();
    for part in run.split(|byte| !byte.is_ascii_alphanumeric()) {
        let letters = Letters::of(part);
        if part.iter().all(u8::is_ascii_hexdigit) || (letters.switches == 0 && letters.share() >= 50) {
            continue;
        }
        left.add(&letters);
    }
    let share = left.share();
    let mixed = left.switches.saturating_mul(12) >= left.length && (share < 60 || left.unlike_words());
    left.length >= LEFT && (mixed || share < 40)
}

/// What a part of a run is made of.
#[derive(Default)]
struct Letters {
    length: usize,
    /// Letters beside a digit: words, paths and dates have few, random text one in four.
    switches: usize,
    /// Letters beside a letter, and how many of those pairs are common in words.
    pairs: usize,
    common: usize,
}

impl Letters {
    fn of(part: &[u8]) -> Letters {
        let mut letters = Letters {
            length: part.len(),
            ..Letters::default()
        };
        for pair in part.windows(2) {
            let &[a, b] = pair else { continue };
            if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() {
                letters.pairs = letters.pairs.saturating_add(1);
                letters.common = letters.common.saturating_add(usize::from(is_common(a, b)));
            } else if a.is_ascii_digit() != b.is_ascii_digit() {
                letters.switches = letters.switches.saturating_add(1);
            }
        }
        letters
    }

    fn add(&mut self, other: &Letters) {
        self.length = self.length.saturating_add(other.length);
        self.switches = self.switches.saturating_add(other.switches);
        self.pairs = self.pairs.saturating_add(other.pairs);
        self.common = self.common.saturating_add(other.common);
    }

    /// Whether this is much likelier in random text than in words with numbers between. Weights are ten times the logarithm
    /// of how much likelier a thing is there: a letter beside a digit, a rare pair; here: a common pair, any other place.
    fn unlike_words(&self) -> bool {
        let rare = self.pairs.saturating_sub(self.common);
        let alike = self.length.saturating_sub(self.switches);
        let random = self.switches.saturating_mul(21).saturating_add(rare.saturating_mul(18));
        let words = self.common.saturating_mul(13).saturating_add(alike.saturating_mul(3));
        random.saturating_mul(2) > words.saturating_mul(3)
    }

    /// How many of 100 pairs are common ones.
    fn share(&self) -> usize {
        self.common.saturating_mul(100).checked_div(self.pairs).unwrap_or(0)
    }
}

/// For each letter, those that follow it most: the 160 commonest pairs are 87 % of the pairs in English text and
/// source code, and 24 % of those in random text.
#[rustfmt::skip]
const COMMON: [&str; 26] = [
    "bcdgilmnprst", "ejluy", "aehiklot", "aeio", "acdeflmnprstx", "aior", "ehs", "aeiot", "abcdefglmnorstv", "", "e",
    "aefilostu", "aeiop", "acdegiostu", "bcdflmnprstuw", "aeloprty", "", "acegimnorsty", "aehiopstu", "aehiorstuy",
    "elmnprst", "ae", "ai", "t", "p", "",
];

fn is_common(a: u8, b: u8) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let row = COMMON.get(usize::from(a.saturating_sub(b'a')));
    row.is_some_and(|row| row.as_bytes().contains(&b))
}

/// Shannon entropy of the run's own letters, in bits a letter.
fn entropy(run: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in run {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();

    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// Prefixes of ids that services give to calls, messages and objects; they open nothing.
const ID_PREFIXES: &[&str] = &[
    "asst",
    "batch",
    "call",
    "chatcmpl",
    "cmpl",
    "conv",
    "cus",
    "ch",
    "evt",
    "fc",
    "fcall",
    "file",
    "gen",
    "in",
    "item",
    "li",
    "modelcall",
    "msg",
    "pi",
    "pm",
    "price",
    "prod",
    "req",
    "request",
    "resp",
    "rs",
    "run",
    "seti",
    "si",
    "step",
    "sub",
    "task",
    "thread",
    "toolu",
    "tooluse",
    "trace",
    "txn",
    "vs",
    "ws",
];

/// Ids of well-known shape: `call_…` and the like, ULID, UUID, hexadecimal digests.
fn is_id(run: &[u8]) -> bool {
    let text = core::str::from_utf8(run).unwrap_or_default();
    if run.len() <= 80
        && let Some(at) = run.iter().position(|b| matches!(b, b'_' | b'-'))
    {
        let prefix = text.get(..at).unwrap_or_default();
        if ID_PREFIXES.contains(&prefix) {
            return true;
        }
    }
    let hex = run.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    let ulid = run.len() == 26
        && matches!(run.first(), Some(b'0'..=b'7'))
        && run
            .iter()
            .all(|b| b.is_ascii_digit() || (b.is_ascii_uppercase() && !b"ILOU".contains(b)));
    hex || ulid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_and_not() {
        for random in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1KEY",
            "key=Zm9v8sJq2LpX0vTn5RbYc3Wd7Ke1Ah4M end",
            // Seven of ten pairs of letters are those of words, by chance.
            "VX7NIoCT8Y2y/Nehp/eDIlP920wP04voWq4yGsEE",
        ] {
            assert!(has_random(random.as_bytes()), "{random}");
        }
        for plain in [
            "0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "call_Zm9v8sJq2LpX0vTn5RbYc3Wd",
            "toolu_01A09q90qw90lq917835lq9",
            "01JBXK8Q4ZT5Y6W7V8N9M0P1R2",
            "iPhone12Pro13Max14Plus15and16",
            "/usr/lib/python3/dist-packages/setuptools/command/build.py",
            "release-2026-03-06-build-1234-linux-amd64",
            "getUserAccountDetailsByIdentifier",
            "Donaudampfschifffahrtsgesellschaftskapitaen",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(!has_random(plain.as_bytes()), "{plain}");
        }
    }
}
