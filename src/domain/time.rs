//! Time as a value. Nothing in the domain reads a clock: `now` is always an argument.

use std::fmt;

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
pub use jiff::tz::TimeZone;
pub use jiff::{SignedDuration, Timestamp};

/// A time as a sender wrote it. API v2 gives it back with the offset that it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// How far east of UTC it was written, in seconds.
    pub offset: i32,
}

impl Moment {
    /// A time of our own, or one that was written in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self { at, offset: 0 }
    }

    /// As API v2 writes it: RFC 3339 with three digits of the second, the rest cut off and not
    /// rounded, at the offset that it came with.
    pub fn in_millis(self) -> InMillis {
        InMillis(self)
    }
}

/// A moment as API v2 writes it.
#[derive(Clone, Copy, Debug)]
pub struct InMillis(Moment);

impl fmt::Display for InMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment { at, offset } = self.0;
        let zone = Offset::from_seconds(offset).unwrap_or(Offset::UTC);
        let local = zone.to_datetime(at);
        let (year, month, day) = (local.year(), local.month(), local.day());
        let (hour, minute, second) = (local.hour(), local.minute(), local.second());
        let millis = local.millisecond();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}")?;
        if zone == Offset::UTC {
            return f.write_str("Z");
        }
        let sign = if zone.is_negative() { '-' } else { '+' };
        let minutes = zone.seconds().unsigned_abs() / 60;
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// `now` plus `span`, held at the end of time instead of failing.
pub fn after(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// `now` minus `span`, held at the beginning of time instead of failing.
pub fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// How long before `now` the time `then` was; never negative.
pub fn since(now: Timestamp, then: Timestamp) -> SignedDuration {
    now.duration_since(then).max(SignedDuration::ZERO)
}

/// The time that `text` names in RFC 3339, held at the ends of time instead of failing: the year
/// 9999 has times that are not counted. Nothing where it names none.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let parts = Pieces::parse(text).ok()?;
    parts.time().and(parts.to_numeric_offset())?;
    match parts.date().year() {
        9_999 => Some(Timestamp::MAX),
        -9_999 => Some(Timestamp::MIN),
        _ => None,
    }
}

/// The next time after `now` at which a clock of `zone` shows `text`, as `08:00`. Nothing where that is
/// no time of a clock.
pub fn next_by_clock(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let (hour, minute) = text.trim().split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let today = now.to_zoned(zone.clone()).date();
    let days = [today, today.tomorrow().ok()?];
    let times =
        days.into_iter().filter_map(|day| day.to_datetime(time).to_zoned(zone.clone()).ok());
    times.map(|zoned| zoned.timestamp()).find(|at| *at > now)
}

/// The time that somebody names: in RFC 3339, by a day and the clock of `zone` (`2026-11-24 08:00`), or
/// by that clock alone, the next one after `now`. Nothing where it names none.
pub fn named_time(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let by_day = || {
        let day: DateTime = text.trim().parse().ok()?;
        Some(day.to_zoned(zone.clone()).ok()?.timestamp())
    };
    parse_time(text).or_else(|| next_by_clock(text, now, zone)).or_else(by_day)
}

/// The length of time that `text` names, as `90s`, `1h 30m` or `90d`; a day has 24 hours, and
/// months and years have no length. Nothing where it names none.
pub fn parse_span(text: &str) -> Option<SignedDuration> {
    let span: jiff::Span = text.trim().parse().ok()?;
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

/// An age as a column shows it: `now`, `5m`, `3h`, `2d`, `>99d`. Never seconds: a figure that
/// changes every second is redrawn every second.
pub fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = since(now, then).as_secs() / 60;
    match minutes {
        ..=0 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440..144_000 => format!("{}d", minutes / 1440),
        _ => ">99d".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_at_its_offset_with_its_milliseconds_cut_off() {
        let table = [
            ("2026-11-21T08:00:00.1239Z", 7_200, "2026-11-21T10:00:00.123+02:00"),
            ("2026-11-21T23:59:59.999999999Z", 0, "2026-11-21T23:59:59.999Z"),
            ("2026-12-31T22:00:00Z", 20_700, "2027-01-01T03:45:00.000+05:45"),
            ("2026-01-01T00:00:00.5Z", -12_600, "2025-12-31T20:30:00.500-03:30"),
            ("1969-12-31T23:59:59.9999Z", 0, "1969-12-31T23:59:59.999Z"),
            ("0001-01-01T00:00:00Z", 0, "0001-01-01T00:00:00.000Z"),
        ];
        for (at, offset, text) in table {
            let moment = Moment { at: at.parse().unwrap(), offset };
            assert_eq!(moment.in_millis().to_string(), text);
        }
        let last = Moment { at: Timestamp::MAX, offset: 0 };
        assert_eq!(last.in_millis().to_string(), "9999-12-30T22:00:00.999Z");
    }

    #[test]
    fn a_time_beyond_the_end_of_time_is_the_end_of_time() {
        let table = [
            ("2026-02-28T13:05:00+01:00", "2026-02-28T12:05:00Z".parse().ok()),
            (" 9999-12-30T21:00:00Z", "9999-12-30T21:00:00Z".parse().ok()),
            ("9999-12-31T23:59:59Z", Some(Timestamp::MAX)),
            ("9999-12-31T23:59:59.999-12:00", Some(Timestamp::MAX)),
            ("-009999-01-01T00:00:00Z", Some(Timestamp::MIN)),
            ("9999-12-31T23:59:59", None),
            ("9999-12-31", None),
            ("9999-13-31T23:59:59Z", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, time) in table {
            assert_eq!(parse_time(text), time, "{text:?}");
        }
    }

    #[test]
    fn a_time_is_named_whole_or_by_the_clock_of_a_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-11-22T03:14:00Z".parse().unwrap();
        let table = [
            ("2026-11-24T08:00:00Z", Some("2026-11-24T08:00:00Z")),
            ("2026-11-24T08:00:00+05:30", Some("2026-11-24T02:30:00Z")),
            ("2026-11-24T08:00:00", Some("2026-11-24T07:00:00Z")),
            ("2026-07-24 08:00", Some("2026-07-24T06:00:00Z")),
            ("2026-11-24", Some("2026-11-23T23:00:00Z")),
            ("08:00", Some("2026-11-22T07:00:00Z")),
            ("4:00", Some("2026-11-23T03:00:00Z")),
            ("24:00", None),
            ("2h", None),
            ("2026-13-24 08:00", None),
            ("tomorrow", None),
            ("", None),
        ];
        for (text, time) in table {
            let time = time.map(|time| time.parse().unwrap());
            assert_eq!(named_time(text, now, &berlin), time, "of {text:?}");
        }
    }

    #[test]
    fn a_length_of_time_may_be_named_in_days_but_not_in_months() {
        let table = [
            ("90s", Some(90)),
            ("1h 30m", Some(5_400)),
            ("90d", Some(90 * 86_400)),
            ("1 week", Some(7 * 86_400)),
            ("PT2H", Some(7_200)),
            ("-5m", Some(-300)),
            ("1mo", None),
            ("2 years", None),
            ("15", None),
            ("soon", None),
            ("", None),
        ];
        for (text, seconds) in table {
            assert_eq!(parse_span(text).map(|span| span.as_secs()), seconds, "of {text:?}");
        }
    }

    #[test]
    fn an_age_is_coarse_and_never_wider_than_four_columns() {
        let then = Timestamp::UNIX_EPOCH;
        let at = |seconds: i64| age(after(then, SignedDuration::from_secs(seconds)), then);
        let table = [
            (-5, "now"),
            (0, "now"),
            (59, "now"),
            (60, "1m"),
            (3599, "59m"),
            (3600, "1h"),
            (86_399, "23h"),
            (86_400, "1d"),
            (99 * 86_400, "99d"),
            (100 * 86_400, ">99d"),
        ];
        for (seconds, text) in table {
            assert_eq!(at(seconds), text, "after {seconds} s");
        }
    }
}
