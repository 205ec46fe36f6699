//! Times as API v2 takes them: the layouts of Alertmanager's date-time type, read as Go reads them
//! (`ParseDateTime` of go-openapi/strfmt, `time.Parse` of Go).

use super::quote;
use crate::domain::time::{Moment, Timestamp};

/// The time that `text` names, with its offset from UTC; UTC where it names none. Nothing is 1970.
///
/// Takes RFC 3339 with any fraction, the same without zone, without seconds, with a space, a date
/// alone, and a zone without colon behind a fraction of three or six digits. Refuses anything else
/// in the words of the last layout that is tried, the date alone.
pub(super) fn parse(text: &str) -> Result<Moment, String> {
    if text.is_empty() {
        return Ok(Moment::utc(Timestamp::UNIX_EPOCH));
    }
    let (date, rest) = Date::read(text)?;
    let clock = if rest.is_empty() { Some(Clock::default()) } else { Clock::read(rest) };
    match clock {
        Some(clock) if (1..=date.days_of_month()).contains(&date.day) => Ok(date.at(&clock)),
        _ if rest.is_empty() => Err(wrong(text, ": day out of range")),
        _ => Err(wrong(text, &format!(": extra text: {}", quote::time(rest)))),
    }
}

/// The first instant that Go knows, which stands for no time.
pub(super) fn is_zero(moment: Moment) -> bool {
    const ZERO: i64 = -62_135_596_800;
    moment.at.as_second() == ZERO && moment.at.subsec_nanosecond() == 0
}

/// A day of the calendar.
#[derive(Debug)]
struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A time of the day.
#[derive(Debug, Default)]
struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: i32,
    offset: i32,
}

impl Date {
    /// The date that `text` begins with, and what follows it.
    fn read(text: &str) -> Result<(Self, &str), String> {
        let unlike = |rest: &str, layout: &str| {
            let (layout, rest) = (quote::time(layout), quote::time(rest));
            wrong(text, &format!(" as \"2006-01-02\": cannot parse {rest} as {layout}"))
        };
        let (year, rest) = number(text, 4).ok_or_else(|| unlike(text, "2006"))?;
        let rest = rest.strip_prefix('-').ok_or_else(|| unlike(rest, "-"))?;
        let (month, rest) = two(rest).ok_or_else(|| unlike(rest, "01"))?;
        if !(1..=12).contains(&month) {
            return Err(wrong(text, ": month out of range"));
        }
        let rest = rest.strip_prefix('-').ok_or_else(|| unlike(rest, "-"))?;
        let (day, rest) = two(rest).ok_or_else(|| unlike(rest, "02"))?;
        Ok((Self { year, month, day }, rest))
    }

    fn days_of_month(&self) -> u8 {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// What is beyond the last time we can keep, in the last hours of the year 9999, is that time.
    fn at(&self, clock: &Clock) -> Moment {
        let days = self.days_since_1970();
        let clock_seconds = (i64::from(clock.hour) * 60 + i64::from(clock.minute)) * 60;
        let seconds = days * 86_400 + clock_seconds + i64::from(clock.second);
        let seconds = seconds - i64::from(clock.offset);
        let at = Timestamp::new(seconds, clock.nanosecond).unwrap_or(Timestamp::MAX);
        Moment { at, offset: clock.offset }
    }

    /// Counted in years that begin in March, so that the day that is not always there is the last.
    fn days_since_1970(&self) -> i64 {
        const UNTIL_1970: i64 = 719_468;
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leaps + day_of_year - UNTIL_1970
    }
}

impl Clock {
    /// All that may follow a date.
    fn read(text: &str) -> Option<Self> {
        let (text, zoned) = match text.strip_prefix('T') {
            Some(text) => (text, true),
            None => (text.strip_prefix(' ')?.trim_start_matches(' '), false),
        };
        let (hour, rest) = two(text).or_else(|| number(text, 1))?;
        let (minute, rest) = two(rest.strip_prefix(':')?)?;
        if hour >= 24 || minute >= 60 {
            return None;
        }
        let clock = Self { hour, minute, ..Self::default() };
        match rest.strip_prefix(':') {
            Some(rest) => clock.read_second(rest, zoned),
            None => (zoned && matches!(rest, "" | "Z")).then_some(clock),
        }
    }

    fn read_second(self, text: &str, zoned: bool) -> Option<Self> {
        let (second, rest) = two(text)?;
        let (nanosecond, digits, rest) = fraction(rest);
        let offset = match rest {
            "" => 0,
            _ if !zoned => return None,
            "Z" => 0,
            _ => offset(rest, matches!(digits, 3 | 6))?,
        };
        (second < 60).then_some(Self { second, nanosecond, offset, ..self })
    }
}

/// The fraction of a second that `text` begins with in nanoseconds, the number of its digits, and
/// what follows it. Digits beyond nanoseconds do not count.
fn fraction(text: &str) -> (i32, usize, &str) {
    let digits = text.strip_prefix(['.', ',']).unwrap_or_default();
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (Some(digits), Some(rest)) = (digits.get(..length), text.get(length + 1..)) else {
        return (0, 0, text);
    };
    if length == 0 {
        return (0, 0, text);
    }
    let nine = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanosecond = nine.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    (nanosecond, length, rest)
}

/// The seconds that a zone is east of UTC. One without a colon is for some layouts only.
fn offset(text: &str, may_lack_colon: bool) -> Option<i32> {
    let (text, sign) = match text.strip_prefix('+') {
        Some(text) => (text, 1),
        None => (text.strip_prefix('-')?, -1),
    };
    let (hours, rest) = two(text)?;
    let minutes = match rest.strip_prefix(':') {
        Some(minutes) => minutes,
        None if may_lack_colon => rest,
        None => return None,
    };
    let (minutes, rest) = two(minutes)?;
    // Some write 24 hours or 60 minutes, and Go lets them.
    let known = hours <= 24 && minutes <= 60 && rest.is_empty();
    known.then(|| sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60))
}

fn two(text: &str) -> Option<(u8, &str)> {
    number(text, 2)
}

/// The number of exactly so many digits that `text` begins with, and what follows it.
fn number<N: std::str::FromStr>(text: &str, digits: usize) -> Option<(N, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse().ok()).flatten().map(|number| (number, rest))
}

fn wrong(text: &str, why: &str) -> String {
    format!("parsing time {}{why}", quote::time(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(text: &str) -> String {
        match parse(text) {
            Ok(moment) => format!("{} {}", moment.at, moment.offset),
            Err(wrong) => wrong,
        }
    }

    /// Measured on Alertmanager 0.25, but for the words of refusals and the date alone: newer ones
    /// try one layout more.
    const TEXTS: [&str; 57] = [
        "",
        "2026-11-21T10:00:00Z",
        "2026-11-21T10:00:00",
        "2026-11-21",
        "2026-11-21 10:00:00",
        "2026-11-21  10:00:00",
        "2026-11-21 1:00:00",
        "2026-11-21 10:00:00.5",
        "2026-11-21T10:00",
        "2026-11-21T10:00Z",
        "2026-11-21T1:00:00Z",
        "2026-11-21T10:00:00.5",
        "2026-11-21T10:00:00,5Z",
        "2026-11-21T10:00:00.123+0000",
        "2026-11-21T10:00:00.123456-0130",
        "2026-11-21T10:00:00.123456789+02:00",
        "2026-11-21T10:00:00.1234567891234Z",
        "2026-11-21T10:00:00-00:00",
        "2026-11-21T10:00:00+24:00",
        "2026-11-21T10:00:00+23:60",
        "2024-02-29T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T01:00:00+01:00",
        "yesterday",
        "yes\"t\\é\n",
        "2026-11-21T10:00+01:00",
        "2026-11-21T10:00:00+0000",
        "2026-11-21T10:00:00.12+0000",
        "2026-11-21T10:0:00Z",
        "2026-11-21t10:00:00Z",
        "2026-11-21T10:00:00z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:59:60Z",
        "2026-02-30T00:00:00Z",
        "2025-02-29",
        "2026-13-01T00:00:00Z",
        "2026-11-21T10:00:00+25:00",
        "2026-11-21T10:00:00.",
        "2026-11-21T10:00:00.Z",
        " 2026-11-21",
        "2026-11-21T10:00:00Z ",
        "2026-11-21 10:00",
        "2026-11-21 10:00:00Z",
        "-001-01-01",
        "2026-1-1",
        "20261121",
        "2026-11-21T10",
        "20 6-11-21",
        "2026-11-2110:00:00",
        "2026-00-01",
        "2026-11-00",
        "2026-11-1",
        "12",
        "2026",
        "2026-11-21T10:00:00+1:00",
        "2026-11-21T10:00:00+01:0",
    ];

    #[test]
    fn every_layout_of_alertmanager_is_taken_and_no_other() {
        let seen = TEXTS.map(|text| format!("{text:?} → {}", seen(text)));
        insta::assert_snapshot!(seen.join("\n"));
    }

    #[test]
    fn the_first_instant_of_go_is_no_time_wherever_it_is() {
        let table = [
            ("0001-01-01T00:00:00Z", true),
            ("0001-01-01T00:00:00.000Z", true),
            ("0001-01-01T01:00:00+01:00", true),
            ("0001-01-01", true),
            ("0001-01-01T00:00:00.000000001Z", false),
            ("0001-01-01T00:00:01Z", false),
            ("", false),
        ];
        for (text, zero) in table {
            assert_eq!(is_zero(parse(text).unwrap()), zero, "of {text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(seconds in -62_167_219_200_i64..253_402_200_000, nanos in 0..1_000_000_000) {
            let at = Timestamp::new(seconds, nanos).unwrap();
            prop_assert_eq!(parse(&at.to_string()), Ok(Moment::utc(at)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}", digits in "[0-9TZ:+. ,-]{0,40}") {
            let _ = (parse(&text), parse(&digits), parse(&format!("2026-11-21{digits}")));
        }
    }
}
