//! The end of a silence, as people name it. Reads no clock.

use crate::domain::time::{
    SignedDuration, TimeZone, Timestamp, after, next_by_clock, parse_span, parse_time,
};

/// When a silence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// At the latest.
    pub at: Timestamp,
    /// Whether it is over as soon as all that it muted has been resolved for a while.
    pub until_resolved: bool,
}

/// Why a text names no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEnd {
    /// It names no time, or none that is to come.
    NoTime,
    /// It is further away than [`Ends::LONGEST`].
    TooLong,
}

impl Ends {
    /// How long a silence lasts if nobody says otherwise, in words that [`Ends::read`] takes.
    pub const USUAL: &str = "2h";
    /// More is a slip: nobody remembers why.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
    /// How long one lasts at most that is to end with its alerts.
    pub const UNRESOLVED: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// The end that somebody names: a length (`2h`, `1d 12h`), the clock (`18:00`, `tomorrow 9:00`,
    /// `fri 9:00`, `2026-11-25 9:00`, each in `zone`), `resolved` for when its alerts are; or one of
    /// these `or resolved`, whichever comes first. `for` and `until` may stand in front.
    pub fn read(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, NoEnd> {
        let text = text.to_lowercase();
        let mut words: Vec<&str> = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect();
        let until_resolved = words.pop_if(|word| *word == "resolved").is_some();
        if until_resolved {
            words.pop_if(|word| ["until", "till"].contains(word));
            words.pop_if(|word| *word == "or");
        }
        let words = match words.as_slice() {
            ["until" | "till" | "for", rest @ ..] => rest,
            all => all,
        };
        let at = match words {
            [] if until_resolved => after(now, Self::UNRESOLVED),
            words => time(words, now, zone).ok_or(NoEnd::NoTime)?,
        };
        match at {
            at if at <= now => Err(NoEnd::NoTime),
            at if at > after(now, Self::LONGEST) => Err(NoEnd::TooLong),
            at => Ok(Self { at, until_resolved }),
        }
    }

    /// The same in words, to be changed by a person.
    pub fn written(self, now: Timestamp, zone: &TimeZone) -> String {
        let [at, today] = [self.at, now].map(|time| time.to_zoned(zone.clone()));
        let format = if at.date() == today.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
        let also = if self.until_resolved { " or resolved" } else { "" };
        format!("{}{also}", at.strftime(format))
    }
}

fn time(words: &[&str], now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let on = |date: jiff::civil::Date, clock: &str| {
        let zoned = date.to_datetime(clock_time(clock)?).to_zoned(zone.clone()).ok()?;
        Some(zoned.timestamp())
    };
    match words {
        [one] if one.contains('t') || one.contains('T') => parse_time(&one.to_uppercase()),
        [clock] if clock.contains(':') => next_by_clock(clock, now, zone),
        ["tomorrow", clock] => on(today.tomorrow().ok()?, clock),
        [day, clock] if clock.contains(':') => {
            let date = day.parse().ok().or_else(|| {
                let named = weekday(day)?;
                today.nth_weekday(1, named).ok()
            });
            on(date?, clock)
        }
        // A length beyond the end of time is longer than any.
        words => parse_span(&words.join(" ")).map(|span| after(now, span)),
    }
}

fn clock_time(text: &str) -> Option<jiff::civil::Time> {
    let (hour, minute) = text.split_once(':')?;
    jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn weekday(name: &str) -> Option<jiff::civil::Weekday> {
    use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let days = [
        ("monday", Monday),
        ("tuesday", Tuesday),
        ("wednesday", Wednesday),
        ("thursday", Thursday),
        ("friday", Friday),
        ("saturday", Saturday),
        ("sunday", Sunday),
    ];
    let named = |day: &&(&str, _)| name.len() >= 3 && day.0.starts_with(name);
    days.iter().find(named).map(|(_, day)| *day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_end_is_a_length_a_time_or_when_its_alerts_are_resolved() {
        // A Sunday.
        let now = at("2026-11-22T03:14:00Z");
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let cases = [
            ("2h", &TimeZone::UTC, Ok(("2026-11-22T05:14:00Z", false))),
            (" for 1d 12h", &TimeZone::UTC, Ok(("2026-11-23T15:14:00Z", false))),
            ("18:00", &TimeZone::UTC, Ok(("2026-11-22T18:00:00Z", false))),
            ("until 3:00", &TimeZone::UTC, Ok(("2026-11-23T03:00:00Z", false))),
            ("until 8:00", &berlin, Ok(("2026-11-22T07:00:00Z", false))),
            ("tomorrow 9:00", &TimeZone::UTC, Ok(("2026-11-23T09:00:00Z", false))),
            ("Fri 9:00", &TimeZone::UTC, Ok(("2026-11-27T09:00:00Z", false))),
            ("sunday 9:00", &TimeZone::UTC, Ok(("2026-11-29T09:00:00Z", false))),
            ("2026-11-25 09:00", &berlin, Ok(("2026-11-25T08:00:00Z", false))),
            ("2026-11-25t09:00:00z", &TimeZone::UTC, Ok(("2026-11-25T09:00:00Z", false))),
            ("resolved", &TimeZone::UTC, Ok(("2026-11-29T03:14:00Z", true))),
            ("until resolved", &TimeZone::UTC, Ok(("2026-11-29T03:14:00Z", true))),
            ("2h or resolved", &TimeZone::UTC, Ok(("2026-11-22T05:14:00Z", true))),
            ("18:00, or until resolved", &TimeZone::UTC, Ok(("2026-11-22T18:00:00Z", true))),
            ("", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("soon", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("tomorrow", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("s 9:00", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("30", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("-2h", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("2020-01-01 9:00", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("24:00", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("soon or resolved", &TimeZone::UTC, Err(NoEnd::NoTime)),
            ("367d", &TimeZone::UTC, Err(NoEnd::TooLong)),
            ("7000000d", &TimeZone::UTC, Err(NoEnd::TooLong)),
        ];
        for (text, zone, end) in cases {
            let end = end.map(|(time, until_resolved)| Ends { at: at(time), until_resolved });
            assert_eq!(Ends::read(text, now, zone), end, "{text:?}");
        }
    }

    #[test]
    fn an_end_in_words_is_that_end() {
        let now = at("2026-11-22T03:14:00Z");
        for time in ["2026-11-22T18:00:00Z", "2026-11-23T03:00:00Z", "2027-02-01T00:00:00Z"] {
            for until_resolved in [false, true] {
                let ends = Ends { at: at(time), until_resolved };
                let text = ends.written(now, &TimeZone::UTC);
                assert_eq!(Ends::read(&text, now, &TimeZone::UTC), Ok(ends), "{text}");
            }
        }
    }
}
