//! Secrets that only a calculation can tell: payment cards and bank accounts.

use core::ops::Range;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

/// Whether a text holds a payment card number: 13 to 19 digits of an issuer, Luhn sum (ISO/IEC 7812-1) right,
/// written in one run or in groups of four (4-6-5 for 15 digits).
pub(super) fn has_card(text: &[u8]) -> bool {
    // A card may follow another number, so each run of digits is looked at.
    digit_runs(text).any(|run| {
        let (before, from) = text.split_at_checked(run.start).unwrap_or((text, &[]));
        let free = before
            .last()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        free && card_at(from)
    })
}

/// The runs of digits. Most texts have few: between them bytes are only looked at.
fn digit_runs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0usize;
    core::iter::from_fn(move || {
        let start = at.saturating_add(text.get(at..)?.iter().position(u8::is_ascii_digit)?);
        let run = text.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit());
        at = start.saturating_add(run.count());
        Some(start..at)
    })
}

/// Whether a card number stands right here: groups of digits, one space or hyphen apart, that end before any letter.
fn card_at(text: &[u8]) -> bool {
    let (mut digits, mut count) = ([0u8; 19], 0usize);
    let (mut sizes, mut groups) = ([0usize; 5], 0usize);
    let mut bytes = text.iter().copied().peekable();
    loop {
        match bytes.next() {
            Some(byte @ b'0'..=b'9') => {
                let (Some(digit), Some(size)) = (digits.get_mut(count), sizes.get_mut(groups)) else {
                    return false;
                };
                *digit = byte.saturating_sub(b'0');
                *size = size.saturating_add(1);
                count = count.saturating_add(1);
            }
            Some(b' ' | b'-') if bytes.peek().is_some_and(u8::is_ascii_digit) => groups = groups.saturating_add(1),
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => return false,
            _ => break,
        }
    }
    let layout = matches!(
        sizes,
        [13..=16 | 19, 0, 0, 0, 0] | [4, 4, 4, 4, 0 | 3] | [4, 6, 4 | 5, 0, 0]
    );
    layout && digits.get(..count).is_some_and(|digits| issued(digits) && luhn(digits))
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

/// Letters of base64 of an account number or two with some words around: what is longer looks random or is a file.
const ENCODED: core::ops::RangeInclusive<usize> = 18..=160;

const LOOSE: GeneralPurpose = GeneralPurpose::new(&STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));

/// The rule of a card or account number in base64, either alphabet, padded or not. Its digits repeat too much for
/// [`super::random`] to see it.
pub(super) fn account_in_base64(run: &[u8]) -> Option<&'static str> {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    let mut texts = run
        .split(|byte| !letter(byte))
        .filter(|text| ENCODED.contains(&text.len()));
    texts.find_map(|text| {
        let plain = |byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        };
        let text: Vec<u8> = text.iter().map(plain).collect();
        let bytes = LOOSE.decode(text).ok().filter(|bytes| bytes.is_ascii())?;
        match bytes.iter().filter(|byte| byte.is_ascii_digit()).count() {
            13.. if has_card(&bytes) => Some("payment-card"),
            8.. if has_iban(&bytes) => Some("iban"),
            _ => None,
        }
    })
}

/// Whether a text holds a bank account number: an IBAN (ISO 13616) of its country's length whose remainder by 97 is 1,
/// written together or in groups of four.
pub(super) fn has_iban(text: &[u8]) -> bool {
    digit_runs(text).any(|run| {
        // Two letters and two digits behind something else.
        let Some((before, [a, b])) = text.get(..run.start).and_then(<[u8]>::split_last_chunk::<2>) else {
            return false;
        };
        run.len() >= 2
            && a.is_ascii_alphabetic()
            && b.is_ascii_alphabetic()
            && !before.last().is_some_and(u8::is_ascii_alphanumeric)
            && text.get(before.len()..).is_some_and(is_iban)
    })
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
    fn in_base64() {
        for (text, rule) in [
            ("REU4OTM3MDQwMDQ0MDUzMjAxMzAwMA==", Some("iban")),
            ("REU4OTM3MDQwMDQ0MDUzMjAxMzAwMA", Some("iban")),
            ("DE89 3704 0044 0532 0130 01", None),
            ("REU4OSAzNzA0IDAwNDQgMDUzMiAwMTMwIDAw", Some("iban")),
            ("account=REU4OTM3MDQwMDQ0MDUzMjAxMzAwMA==;", Some("iban")),
            ("cGF5IHRvIERFODkzNzA0MDA0NDA1MzIwMTMwMDAgbm93", Some("iban")),
            ("Tk85Mzg2MDExMTE3OTQ3", Some("iban")),
            ("NDExMSAxMTExIDExMTEgMTExMQ==", Some("payment-card")),
            // Another sum.
            ("REU4OTM3MDQwMDQ0MDUzMjAxMzAwMQ==", None),
            ("GoodMorningToEverybodyHere", None),
        ] {
            assert_eq!(crate::privacy::scan_text(text), rule, "{text}");
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
            assert_eq!(crate::privacy::scan_text(iban), Some("iban"), "{iban}");
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
            assert_eq!(crate::privacy::scan_text(other), None, "{other}");
        }
    }
}
