//! Times: RFC 3339 UTC, exactly 24 characters, milliseconds (`2026-03-06T12:30:04.000Z`).

use std::fmt;

const DAY_MS: i64 = 86_400_000;
/// 9999-12-31T23:59:59.999Z
const LAST_MS: i64 = 253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z, within the years 1970 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time at so many milliseconds after 1970, if it is in the years 1970 to 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        (0..=LAST_MS).contains(&millis).then_some(Timestamp(millis))
    }

    /// The nearest time in the years 1970 to 9999: for clocks, which may be anywhere.
    pub fn nearest(millis: i64) -> Self {
        Timestamp(millis.clamp(0, LAST_MS))
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads the one accepted form; a date that does not exist and second 60 are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 24] = text.as_bytes().try_into().ok()?;
        let shape = b"dddd-dd-ddTdd:dd:dd.dddZ";
        let fits = bytes.iter().zip(shape).all(|(b, s)| match s {
            b'd' => b.is_ascii_digit(),
            other => b == other,
        });
        if !fits {
            return None;
        }
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_from_civil(year, month, day)?;
        if civil_from_days(days)? != (year, month, day) {
            return None;
        }
        let clock = hour
            .checked_mul(3_600_000)?
            .checked_add(minute.checked_mul(60_000)?)?
            .checked_add(second.checked_mul(1_000)?)?
            .checked_add(number(20, 23)?)?;
        Self::from_millis(days.checked_mul(DAY_MS)?.checked_add(clock)?)
    }
}

impl Timestamp {
    /// The text, in ASCII.
    pub(crate) fn text(self) -> [u8; 24] {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS)).unwrap_or((1970, 1, 1));
        let ms = self.0.rem_euclid(DAY_MS);
        // Written digit by digit: each record has several of these.
        let parts = [
            ms.rem_euclid(1_000),
            ms.div_euclid(1_000).rem_euclid(60),
            ms.div_euclid(60_000).rem_euclid(60),
            ms.div_euclid(3_600_000),
            day,
            month,
            year,
        ];
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut places = text.rsplit_mut(|letter| *letter != b'0');
        places.next();
        for (mut number, place) in parts.into_iter().zip(places) {
            for slot in place.iter_mut().rev() {
                *slot = b'0' | u8::try_from(number.rem_euclid(10)).unwrap_or_default();
                number = number.div_euclid(10);
            }
        }
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar. The year is taken to begin in
/// March, so that the leap day is its last day.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted = if month <= 2 { year.checked_sub(1)? } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = month.checked_add(9)?.rem_euclid(12);
    let day_of_year = month_from_march
        .checked_mul(153)?
        .checked_add(2)?
        .div_euclid(5)
        .checked_add(day)?
        .checked_sub(1)?;
    let day_of_era = year_of_era
        .checked_mul(365)?
        .checked_add(year_of_era.div_euclid(4))?
        .checked_sub(year_of_era.div_euclid(100))?
        .checked_add(day_of_year)?;
    era.checked_mul(146_097)?.checked_add(day_of_era)?.checked_sub(719_468)
}

fn civil_from_days(days: i64) -> Option<(i64, i64, i64)> {
    let shifted = days.checked_add(719_468)?;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = day_of_era
        .checked_sub(day_of_era.div_euclid(1_460))?
        .checked_add(day_of_era.div_euclid(36_524))?
        .checked_sub(day_of_era.div_euclid(146_096))?
        .div_euclid(365);
    let before = year_of_era
        .checked_mul(365)?
        .checked_add(year_of_era.div_euclid(4))?
        .checked_sub(year_of_era.div_euclid(100))?;
    let day_of_year = day_of_era.checked_sub(before)?;
    let month_from_march = day_of_year.checked_mul(5)?.checked_add(2)?.div_euclid(153);
    let day = day_of_year
        .checked_sub(month_from_march.checked_mul(153)?.checked_add(2)?.div_euclid(5))?
        .checked_add(1)?;
    let month = month_from_march.checked_add(2)?.rem_euclid(12).checked_add(1)?;
    let year = year_of_era.checked_add(era.checked_mul(400)?)?;
    let year = if month <= 2 { year.checked_add(1)? } else { year };
    Some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_goes_there_and_back() {
        let last = LAST_MS / DAY_MS;
        for day in 0..=last {
            let (y, m, d) = civil_from_days(day).unwrap();
            assert_eq!(days_from_civil(y, m, d), Some(day));
        }
    }

    #[test]
    fn only_the_one_form() {
        let text = "2024-02-29T23:59:59.999Z";
        assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        assert_eq!(Timestamp::parse(text).unwrap().millis(), 1_709_251_199_999);
        for bad in [
            "2023-02-29T00:00:00.000Z",
            "2024-02-29T23:59:60.000Z",
            "2024-02-29T24:00:00.000Z",
            "2024-02-29T23:59:59.99Z",
            "2024-02-29T23:59:59.999z",
            "2024-02-29t23:59:59.999Z",
            "2024-13-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2024-02-29T23:59:59+00:0",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }
}
