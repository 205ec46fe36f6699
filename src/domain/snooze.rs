//! The end of a snooze, as people name it: in the console and on the command line alike. Reads no
//! clock.

use super::alert::Suppressor;
use super::time::{TimeZone, Timestamp, next_by_clock, parse_span};

/// Why a text names no end of a snooze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It names no time, or none that is to come.
    NoTime,
    /// It ends after more than [`Suppressor::LONGEST_SNOOZE`].
    TooLong,
}

/// The end of a snooze that somebody names by a length (`30m`, `2h`, `1h 30m`, `2d`) or by the
/// clock (`08:00`, the next one in `zone`).
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Unfit> {
    let span = match parse_span(text) {
        Some(span) => span,
        None => next_by_clock(text, now, zone).ok_or(Unfit::NoTime)?.duration_since(now),
    };
    if span > Suppressor::LONGEST_SNOOZE {
        return Err(Unfit::TooLong);
    }
    let until = now.checked_add(span).ok().filter(|until| *until > now);
    until.ok_or(Unfit::NoTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn until_when_is_a_length_or_the_next_time_of_the_clock() {
        let now = time("2026-11-22T03:14:00Z");
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let cases = [
            ("30m", &TimeZone::UTC, Ok("2026-11-22T03:44:00Z")),
            ("1h 30m", &TimeZone::UTC, Ok("2026-11-22T04:44:00Z")),
            ("08:00", &TimeZone::UTC, Ok("2026-11-22T08:00:00Z")),
            ("8:00", &berlin, Ok("2026-11-22T07:00:00Z")),
            ("03:14", &TimeZone::UTC, Ok("2026-11-23T03:14:00Z")),
            ("02:00", &TimeZone::UTC, Ok("2026-11-23T02:00:00Z")),
            ("-5m", &TimeZone::UTC, Err(Unfit::NoTime)),
            ("0m", &TimeZone::UTC, Err(Unfit::NoTime)),
            ("24:00", &TimeZone::UTC, Err(Unfit::NoTime)),
            ("30", &TimeZone::UTC, Err(Unfit::NoTime)),
            ("soon", &TimeZone::UTC, Err(Unfit::NoTime)),
            ("30d", &TimeZone::UTC, Ok("2026-12-22T03:14:00Z")),
            ("30d 1m", &TimeZone::UTC, Err(Unfit::TooLong)),
            ("99999d", &TimeZone::UTC, Err(Unfit::TooLong)),
            ("7000000d", &TimeZone::UTC, Err(Unfit::TooLong)),
            ("", &TimeZone::UTC, Err(Unfit::NoTime)),
        ];
        for (text, zone, at) in cases {
            assert_eq!(until(text, now, zone), at.map(time), "{text:?}");
        }
    }
}
