//! One pass over a text: most values are ordinary, and it has to cost next to nothing to see that.
//!
//! It looks for long runs (tokens, random letters), for enough digits, and for the marks that stand beside a secret
//! (`=`, `:`, `@`). Expressions and sums are tried only where it found something.

use super::{checks, patterns, random};
use crate::digest::unb64;

/// The rule of the scanner that a text falls under, if any.
///
/// For texts that leave the recorder otherwise than as content: an error, a log line, a command line.
pub fn scan_text(text: &str) -> Option<&'static str> {
    if text.starts_with("data:")
        && let Some((_, data)) = text.split_once(";base64,")
        && let Some(bytes) = unb64(data)
    {
        return scan_bytes(&bytes);
    }
    let bytes = text.as_bytes();
    let pass = Pass::over(bytes);
    if pass.token.is_some() {
        return pass.token;
    }
    if pass.context
        && let Some(rule) = patterns::context(bytes)
    {
        return Some(rule);
    }
    let digits = digits_in(bytes);
    if digits >= 13 && checks::has_card(bytes) {
        return Some("payment-card");
    }
    if digits >= 8 && checks::has_iban(bytes) {
        return Some("iban");
    }
    pass.random
}

fn digits_in(text: &[u8]) -> usize {
    // Blocks that are counted without a way out are what compilers turn into vector instructions.
    let count = |some: &[u8]| {
        let one = |sum: u8, byte: &u8| sum.wrapping_add(u8::from(byte.is_ascii_digit()));
        usize::from(some.iter().fold(0, one))
    };
    let (blocks, rest) = text.as_chunks::<32>();
    blocks
        .iter()
        .fold(count(rest), |sum, block| sum.saturating_add(count(block)))
}

/// As [`scan_text`], for bytes; what is no text is searched for patterns only, since all of it looks random.
pub(super) fn scan_bytes(bytes: &[u8]) -> Option<&'static str> {
    match core::str::from_utf8(bytes) {
        Ok(text) => scan_text(text),
        Err(_) => Pass::over(bytes).token.or_else(|| patterns::context(bytes)),
    }
}

/// Tokens are not shorter.
pub(super) const RUN: usize = 10;

/// Kinds of bytes.
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
/// `a` to `f`, digits, and what joins them in dates, addresses and UUIDs.
const HEX: u8 = 8;
/// `_ - . : / + = %`.
const JOIN: u8 = 16;
/// `= : @`: what stands beside a secret.
const MARK: u8 = 32;
const IN_RUN: u8 = LOWER | UPPER | DIGIT | JOIN;

#[rustfmt::skip]
static CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        let kind = match byte {
            b'0'..=b'9' => DIGIT | HEX,
            b'a'..=b'f' => LOWER | HEX,
            b'A'..=b'F' => UPPER | HEX,
            b'g'..=b'z' => LOWER,
            b'G'..=b'Z' => UPPER,
            b'-' | b'.' => JOIN | HEX,
            b':' => JOIN | HEX | MARK,
            b'=' => JOIN | MARK,
            b'_' | b'/' | b'+' | b'%' => JOIN,
            b'@' => MARK,
            _ => 0,
        };
        #[expect(clippy::indexing_slicing, clippy::as_conversions, reason = "below 128, and when it is compiled")]
        { table[byte as usize] = kind; }
        byte += 1;
    }
    table
};

fn class(byte: u8) -> u8 {
    CLASS.get(usize::from(byte)).copied().unwrap_or(0)
}

/// What one pass over a text found.
#[derive(Default)]
struct Pass {
    token: Option<&'static str>,
    random: Option<&'static str>,
    /// A secret may be told by what stands around it.
    context: bool,
}

impl Pass {
    fn over(text: &[u8]) -> Pass {
        let mut pass = Pass::default();
        each_run(text, |start, end| pass.run(text, start, end));
        let mut url = false;
        for at in memchr::memchr3_iter(b'=', b':', b'@', text) {
            let (before, from) = text.split_at_checked(at).unwrap_or((text, &[]));
            if from.starts_with(b"@") {
                pass.context |= url;
            } else {
                pass.context |= behind_name(before);
                url |= from.starts_with(b"://");
            }
        }
        pass
    }

    fn run(&mut self, text: &[u8], start: usize, end: usize) {
        let run = text.get(start..end).unwrap_or_default();
        let (mut all, mut any) = (u8::MAX, 0);
        for byte in run {
            all &= class(*byte);
            any |= class(*byte);
        }
        if self.token.is_some() {
            return;
        }
        self.token = after_scheme(text.get(..start).unwrap_or_default(), run.len(), any);
        // Words, numbers, dates, UUIDs, digests.
        if self.token.is_some() || all & (LOWER | HEX) != 0 {
            return;
        }
        self.context |= run.ends_with(b"-----BEGIN");
        self.token = patterns::token(run);
        if self.token.is_none() && all & (LOWER | HEX) == 0 && any & UPPER != 0 {
            self.token = checks::account_in_base64(run);
        }
        if self.random.is_none() && run.len() >= random::RUN && random::has_random(run) {
            self.random = Some("high-entropy");
        }
    }
}

/// Gives each run of at least [`RUN`] bytes. A run that long covers every tenth place: in between, only the bytes
/// before such a place are looked at until one that is in no run.
fn each_run(text: &[u8], mut give: impl FnMut(usize, usize)) {
    let mut from: usize = 0;
    while let Some(window) = text.get(from..from.saturating_add(RUN)) {
        if let Some(gap) = window.iter().rposition(|byte| class(*byte) & IN_RUN == 0) {
            from = from.saturating_add(gap).saturating_add(1);
            continue;
        }
        let rest = text.get(from..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|byte| class(*byte) & IN_RUN == 0)
            .unwrap_or(rest.len());
        let end = from.saturating_add(length);
        give(from, end);
        from = end.saturating_add(1);
    }
}

/// `Bearer` and `Basic` before a run.
fn after_scheme(before: &[u8], length: usize, any: u8) -> Option<&'static str> {
    let word = before.trim_ascii_end();
    if word.len() == before.len() {
        return None;
    }
    let mixed = any & UPPER != 0 && any & LOWER != 0 && any & (DIGIT | MARK) != 0;
    if ends_with(word, b"bearer") && length >= 16 && any & (DIGIT | UPPER) != 0 {
        Some("bearer-token")
    } else if ends_with(word, b"basic") && mixed {
        Some("basic-credentials")
    } else {
        None
    }
}

/// Whether a text ends with a name that says that a secret follows, maybe quoted or escaped.
fn behind_name(text: &[u8]) -> bool {
    let end = text
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\'));
    let Some(name) = end.and_then(|end| text.get(..=end)) else {
        return false;
    };
    let words: &[&[u8]] = match name.last().map(u8::to_ascii_lowercase) {
        Some(b'd') => &[b"passwd", b"password", b"pwd"],
        Some(b'e') => &[b"passphrase"],
        Some(b'n') => &[b"token", b"authorization"],
        Some(b't') => &[b"secret"],
        Some(b'y') => &[b"key"],
        _ => &[],
    };
    words.iter().any(|word| ends_with(name, word))
}

fn ends_with(text: &[u8], word: &[u8]) -> bool {
    let start = text.len().saturating_sub(word.len());
    text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
}
