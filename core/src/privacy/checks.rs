//! Secrets that only a calculation can tell: payment cards, bank accounts, and what looks random.

/// Whether a text holds a payment card number: 13 to 19 digits of an issuer, Luhn sum (ISO/IEC 7812-1) right,
/// written in one run or in groups of four (4-6-5 for 15 digits).
pub(super) fn has_card(text: &[u8]) -> bool {
    let mut rest = text;
    let mut before = b' ';
    while let Some((&first, after)) = rest.split_first() {
        if !first.is_ascii_digit() || before.is_ascii_alphanumeric() {
            before = first;
            rest = after;
            continue;
        }
        let (groups, length) = digit_groups(rest);
        if is_card(&groups) {
            return true;
        }
        // Go on behind the first group only: a card may follow another number.
        let step = groups.first().map_or(1, Vec::len).max(1).min(length.max(1));
        rest = rest.get(step..).unwrap_or_default();
        before = b'0';
        if rest.first().is_some_and(|next| !next.is_ascii_alphanumeric()) {
            before = b' ';
        }
    }
    false
}

/// Digit groups from here on that are one space or hyphen apart, and the bytes they take.
fn digit_groups(text: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut groups: Vec<Vec<u8>> = vec![Vec::new()];
    let mut length: usize = 0;
    let mut total: usize = 0;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte.is_ascii_digit() {
            total = total.saturating_add(1);
            if total > 20 {
                break;
            }
            if let (Some(group), Some(digit)) = (groups.last_mut(), byte.checked_sub(b'0')) {
                group.push(digit);
            }
        } else if matches!(byte, b' ' | b'-') && bytes.peek().is_some_and(u8::is_ascii_digit) {
            groups.push(Vec::new());
        } else {
            if byte.is_ascii_alphabetic() || byte == b'_' {
                // A number that runs into a word is part of an id.
                groups.push(vec![0; 20]);
            }
            break;
        }
        length = length.saturating_add(1);
    }
    (groups, length)
}

fn is_card(groups: &[Vec<u8>]) -> bool {
    let sizes: Vec<usize> = groups.iter().map(Vec::len).collect();
    match sizes.as_slice() {
        [13..=16 | 19] | [4, 4, 4, 4] | [4, 6, 5] | [4, 6, 4] | [4, 4, 4, 4, 3] => {}
        _ => return false,
    }
    let digits: Vec<u8> = groups.concat();
    issued(&digits) && luhn(&digits)
}

/// Whether cards of this length begin with these digits.
fn issued(digits: &[u8]) -> bool {
    let visa = matches!((digits, digits.len()), ([4, ..], 13 | 16 | 19));
    let mastercard = matches!((digits, digits.len()), ([5, 1..=5, ..] | [2, 2..=7, ..], 16));
    let american_express = matches!((digits, digits.len()), ([3, 4 | 7, ..], 15));
    let diners = matches!((digits, digits.len()), ([3, 0 | 6 | 8 | 9, ..], 14));
    let others = matches!((digits, digits.len()), ([3, 5, ..], 16) | ([6, ..], 16 | 19));
    visa || mastercard || american_express || diners || others
}

fn luhn(digits: &[u8]) -> bool {
    let mut sum: u32 = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut worth = u32::from(*digit);
        if place % 2 == 1 {
            worth = worth.saturating_mul(2);
            if worth > 9 {
                worth = worth.saturating_sub(9);
            }
        }
        sum = sum.saturating_add(worth);
    }
    sum.is_multiple_of(10)
}

/// Lengths of an IBAN by country (ISO 13616 registry).
#[rustfmt::skip]
const IBAN_LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27),
    (b"GT", 28), (b"HN", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26),
    (b"IT", 27), (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20),
    (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20),
    (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24),
    (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25),
    (b"SV", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20),
    (b"YE", 30),
];

/// Whether a text holds a bank account number: an IBAN (ISO 13616) of its country's length whose remainder by 97 is 1,
/// written together or in groups of four.
pub(super) fn has_iban(text: &[u8]) -> bool {
    let mut before = b' ';
    for (at, window) in text.windows(4).enumerate() {
        let starts = matches!(window, [a, b, c, d] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic()
            && c.is_ascii_digit() && d.is_ascii_digit());
        if starts && !before.is_ascii_alphanumeric() && text.get(at..).is_some_and(is_iban) {
            return true;
        }
        before = window.first().copied().unwrap_or(b' ');
    }
    false
}

fn is_iban(text: &[u8]) -> bool {
    let Some([a, b]) = text.first_chunk::<2>() else {
        return false;
    };
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let Some((_, length)) = IBAN_LENGTHS.iter().find(|(name, _)| **name == country) else {
        return false;
    };
    let mut letters = Vec::with_capacity(*length);
    let mut rest = text.iter().copied().peekable();
    while letters.len() < *length {
        match rest.next() {
            Some(letter) if letter.is_ascii_alphanumeric() => letters.push(letter.to_ascii_uppercase()),
            Some(b' ' | b'-') if letters.len() % 4 == 0 => {}
            _ => return false,
        }
    }
    if rest.peek().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    letters.rotate_left(4);
    remainder_97(&letters) == 1
}

/// The number that the letters spell (A is 10 … Z is 35), by 97 (ISO/IEC 7064, MOD 97-10).
fn remainder_97(letters: &[u8]) -> u32 {
    letters.iter().fold(0u32, |sum, &letter| {
        let (shift, worth) = if letter.is_ascii_digit() {
            (10, u32::from(letter.saturating_sub(b'0')))
        } else {
            (100, u32::from(letter.saturating_sub(b'A')).saturating_add(10))
        };
        sum.saturating_mul(shift).saturating_add(worth) % 97
    })
}

/// Letters of one run that may be random.
pub(super) const RUN: usize = 24;
/// Bits a letter, above which a run is taken for random.
const BITS: f64 = 4.0;

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

fn is_random(run: &[u8]) -> bool {
    if is_id(run) || switches(run) < run.len().checked_div(12).unwrap_or(0).min(40) {
        return false;
    }
    entropy(run) > BITS
}

/// How often a letter stands beside a digit: words, paths and dates have few, random text one in four.
fn switches(run: &[u8]) -> usize {
    run.windows(2)
        .filter(|pair| {
            matches!(pair, [a, b] if (a.is_ascii_digit() && b.is_ascii_alphabetic())
                || (a.is_ascii_alphabetic() && b.is_ascii_digit()))
        })
        .count()
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
    fn cards() {
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "card 5555-5555-5555-4444.",
            "378282246310005",
            "3782 822463 10005",
            "6011111111111117",
            "30569309025904",
            "id 12 4012888888881881",
            "2223003122003222",
            "[4222222222222]",
        ] {
            assert!(has_card(card.as_bytes()), "{card}");
        }
        for other in [
            "4111111111111112",
            "1772800203000000",
            "x4111111111111111",
            "4111111111111111x",
            "41111111111111111111",
            "2026-03-06 12:30:03.000",
            "411 111 111 111 1111",
            "4111-1111-1111-1111-1111-1111",
            "01234567-4111-7111-8111-111111111111",
            "0",
            "",
        ] {
            assert!(!has_card(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn ibans() {
        for iban in [
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "pay to gb29nwbk60161331926819,",
            "NO9386011117947",
            "FR1420041010050500013M02606",
        ] {
            assert!(has_iban(iban.as_bytes()), "{iban}");
        }
        for other in [
            "DE89370400440532013001",
            "DE8937040044053201300",
            "DE893704004405320130000",
            "XDE89370400440532013000",
            "ZZ89370400440532013000",
            "DE89",
            "",
        ] {
            assert!(!has_iban(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn random_and_not() {
        for random in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE1KEY",
            "key=Zm9v8sJq2LpX0vTn5RbYc3Wd7Ke1Ah4M end",
        ] {
            assert!(has_random(random.as_bytes()), "{random}");
        }
        for plain in [
            "0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "call_Zm9v8sJq2LpX0vTn5RbYc3Wd",
            "toolu_01A09q90qw90lq917835lq9",
            "01JBXK8Q4ZT5Y6W7V8N9M0P1R2",
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
