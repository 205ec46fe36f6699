//! Times as the screen shows them: in one zone, no longer than needed to be clear.

use jiff::tz::TimeZone;

use crate::domain::time::{self, SignedDuration, Timestamp, since};

/// `03:14` today, `Tue 14:20` less than six days away, else `3 Oct 14:20`; in another year
/// `2300-10-03 14:20`. Whether it was or is to come makes no difference.
pub fn clock(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    const WEEKDAY_WITHIN: SignedDuration = SignedDuration::from_hours(6 * 24);
    let away = now.duration_since(at).abs();
    let [at, today] = [at, now].map(|time| time.to_zoned(zone.clone()));
    let format = if at.date() == today.date() {
        "%H:%M"
    } else if away < WEEKDAY_WITHIN {
        "%a %H:%M"
    } else if at.year() == today.year() {
        "%-d %b %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    at.strftime(format).to_string()
}

/// The name of the zone at `now`, as people write it: `UTC`, `CET`.
pub fn zone_name(now: Timestamp, zone: &TimeZone) -> String {
    now.to_zoned(zone.clone()).strftime("%Z").to_string()
}

/// How long something took, in its largest unit: `40m`, `3h`, `2d`.
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let minutes = since(to, from).as_secs() / 60;
    match minutes {
        ..=0 => "less than 1m".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        1440.. => format!("{}d", minutes / 1440),
    }
}

/// How long something took, for a sentence: `20 s`, `4 min`, `3 h`, `9 days`.
pub fn long(from: Timestamp, to: Timestamp) -> String {
    let seconds = since(to, from).as_secs();
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        172_800.. => format!("{} days", seconds / 86_400),
    }
}

/// How long ago, for a sentence: `just now`, `3 s ago`, `12 min ago`, `3 h ago`, `9 days ago`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    if since(now, at) < SignedDuration::from_secs(1) {
        return "just now".to_owned();
    }
    format!("{} ago", long(at, now))
}

/// The full minute at or before `now`: ages are shown as of then, so that all of them change
/// together.
pub fn minute(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second().div_euclid(60) * 60).unwrap_or(now)
}

/// The age that is shown at `clock`, a full minute, of what began at `then`: as many minutes as lie
/// between the two as they are written. It is never lower than the age by the second.
pub fn age(clock: Timestamp, then: Timestamp) -> String {
    time::age(clock, minute(then))
}

/// The first full minute at which the age of what began at `then` reads differently than at `clock`,
/// which is a full minute itself.
pub fn next_age(then: Timestamp, clock: Timestamp) -> Timestamp {
    let then = minute(then);
    let unit = match since(clock, then).as_secs() {
        ..3600 => 60,
        3600..86_400 => 3600,
        86_400.. => 86_400,
    };
    let shown = since(clock, then).as_secs() / unit;
    let due = then.saturating_add(SignedDuration::from_secs((shown + 1) * unit));
    due.unwrap_or(Timestamp::MAX)
}

/// The full minute at or after `time`.
pub fn minute_from(time: Timestamp) -> Timestamp {
    let full = minute(time);
    if full < time {
        full.saturating_add(SignedDuration::from_mins(1)).unwrap_or(time)
    } else {
        full
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::after;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_is_as_long_as_it_must_be() {
        let now = time("2026-11-22T03:14:00Z");
        let cases = [
            ("2026-11-22T02:51:30Z", "02:51"),
            ("2026-11-21T23:59:00Z", "Sat 23:59"),
            ("2026-11-17T14:20:00Z", "Tue 14:20"),
            ("2026-11-16T03:15:00Z", "Mon 03:15"),
            ("2026-11-16T03:14:00Z", "16 Nov 03:14"),
            ("2026-10-03T14:20:00Z", "3 Oct 14:20"),
            ("2025-11-22T03:14:00Z", "2025-11-22 03:14"),
            ("2026-11-22T08:00:00Z", "08:00"),
            ("2026-11-23T02:00:00Z", "Mon 02:00"),
            ("2026-11-28T03:13:00Z", "Sat 03:13"),
            ("2026-11-28T03:14:00Z", "28 Nov 03:14"),
            ("2026-12-31T23:59:00Z", "31 Dec 23:59"),
            ("2027-01-01T00:00:00Z", "2027-01-01 00:00"),
            ("2300-11-22T17:58:00Z", "2300-11-22 17:58"),
        ];
        for (at, text) in cases {
            assert_eq!(clock(time(at), now, &TimeZone::UTC), text);
        }
        assert_eq!(zone_name(now, &TimeZone::UTC), "UTC");
    }

    #[test]
    fn an_age_changes_on_the_full_minute_after_it_is_due_and_not_before() {
        let then = time("2026-11-22T03:00:20Z");
        for minutes in [0, 1, 2, 58, 59, 60, 61, 125, 1439, 1440, 3000] {
            let clock = minute(after(then, SignedDuration::from_mins(minutes)));
            let next = next_age(then, clock);
            assert!(next > clock && next.as_second() % 60 == 0);
            let before = after(next, SignedDuration::from_mins(-1));
            assert_eq!(age(before, then), age(clock, then), "{minutes} min");
            assert_ne!(age(next, then), age(clock, then), "{minutes} min");
        }
    }

    #[test]
    fn an_age_is_never_lower_than_by_the_second() {
        let then = time("2026-11-22T03:00:30Z");
        let cases = [
            ("2026-11-22T03:00:59Z", "now"),
            ("2026-11-22T03:01:29Z", "1m"),
            ("2026-11-22T03:11:30Z", "11m"),
            ("2026-11-22T03:11:59Z", "11m"),
            ("2026-11-22T04:00:30Z", "1h"),
            ("2026-11-24T03:00:30Z", "2d"),
        ];
        for (now, text) in cases {
            assert_eq!(age(minute(time(now)), then), text, "at {now}");
        }
    }

    #[test]
    fn spans_are_in_their_largest_unit() {
        let then = Timestamp::UNIX_EPOCH;
        let at = |minutes| after(then, SignedDuration::from_mins(minutes));
        assert_eq!(span(then, at(0)), "less than 1m");
        assert_eq!(span(then, at(40)), "40m");
        assert_eq!(span(then, at(200)), "3h");
        assert_eq!(ago(then, then), "just now");
        assert_eq!(ago(then, after(then, SignedDuration::from_secs(3))), "3 s ago");
        assert_eq!(ago(then, at(12)), "12 min ago");
        assert_eq!(ago(then, at(47 * 60)), "47 h ago");
        assert_eq!(ago(then, at(50 * 60)), "2 days ago");
    }
}
