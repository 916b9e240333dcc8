//! Labels: UUIDv7 (RFC 9562) and identifiers. Identity is always the digest; these are for people.

use std::fmt;

use crate::limits;

/// A UUID of version 7, written in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid([u8; 16]);

impl Uuid {
    /// A UUIDv7 of this millisecond; the version and variant bits replace six of the random bits.
    pub fn v7(millis: i64, random: [u8; 10]) -> Self {
        let [_, _, t0, t1, t2, t3, t4, t5] = millis.to_be_bytes();
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
        Uuid([
            t0,
            t1,
            t2,
            t3,
            t4,
            t5,
            0x70 | (r0 & 0x0f),
            r1,
            0x80 | (r2 & 0x3f),
            r3,
            r4,
            r5,
            r6,
            r7,
            r8,
            r9,
        ])
    }

    /// The UUID of these bytes, if they are a version 7 of the RFC variant.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        let [_, _, _, _, _, _, version, _, variant, ..] = bytes;
        (version >> 4 == 7 && variant >> 6 == 2).then_some(Uuid(bytes))
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads `0197b8c2-6a1e-7c51-9d5e-0b7e1a2c3d4e`; only lower case, only version 7.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0u8; 16];
        let mut digits = text.bytes().enumerate().filter_map(|(at, byte)| match at {
            8 | 13 | 18 | 23 => (byte != b'-').then_some(None),
            _ => Some(hex_value(byte)),
        });
        for slot in &mut bytes {
            let high = digits.next()??;
            let low = digits.next()??;
            *slot = (high << 4) | low;
        }
        if digits.next().is_some() {
            return None;
        }
        Self::from_bytes(bytes)
    }
}

impl Uuid {
    /// The text, in ASCII.
    pub(crate) fn text(&self) -> [u8; 36] {
        let mut text = [b'-'; 36];
        let [a, b, c, d] = [0..8, 9..13, 14..18, 19..23];
        let places = [a, b, c, d, 24..36].into_iter().flatten();
        let digits = self.0.iter().flat_map(|byte| hex_pair(*byte));
        for (at, digit) in places.zip(digits) {
            if let Some(slot) = text.get_mut(at) {
                *slot = digit;
            }
        }
        text
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// The two lower-case hexadecimal digits of a byte.
pub(crate) fn hex_pair(byte: u8) -> [u8; 2] {
    // Without a branch or a table: 39 lies between `9` + 1 and `a`.
    let letter = |digit: u8| {
        let above = u8::from(digit > 9).wrapping_mul(39);
        digit.wrapping_add(b'0').wrapping_add(above)
    };
    [letter(byte >> 4), letter(byte & 0x0f)]
}

/// The value of one lower-case hexadecimal digit.
pub(crate) fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

/// Whether this is an identifier: 1 to 200 of `A-Z a-z 0-9 _ . : / @ + # = -`, beginning with a letter, a digit or `_`.
pub fn is_ident(text: &str) -> bool {
    let first = text.bytes().next();
    text.len() <= limits::IDENT
        && first.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:/@+#=-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let id = Uuid::v7(1_772_800_203_000, [0xff; 10]);
        assert_eq!(id.to_string(), "019cc320-58f8-7fff-bfff-ffffffffffff");
        assert_eq!(Uuid::parse(&id.to_string()), Some(id));
        for bad in [
            "019CC320-58f8-7fff-bfff-ffffffffffff",
            "019cc320-58f8-4fff-bfff-ffffffffffff",
            "019cc320-58f8-7fff-cfff-ffffffffffff",
            "019cc32058f87fffbfffffffffffffffffff",
            "019cc320-58f8-7fff-bfff-fffffffffff",
            "019cc320+58f8-7fff-bfff-ffffffffffff",
        ] {
            assert_eq!(Uuid::parse(bad), None, "{bad}");
        }
    }
}
