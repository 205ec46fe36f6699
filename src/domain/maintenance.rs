//! Maintenance that comes again: which alerts it keeps quiet, and when, in a zone that is named.
//!
//! Whoever asks gets the window in force or the next one. Nothing here makes a silence or knows
//! where a maintenance was written.

mod days;
mod error;
mod kept;
mod phrase;
#[cfg(test)]
mod tests;
mod zone;

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use jiff::tz::AmbiguousOffset;

pub use days::Days;
pub use error::{Piece, RecurrenceError};
pub use jiff::civil::Time as ClockTime;
pub use kept::{KeptMaintenance, WindowOf};
pub use zone::Zone;

use super::matcher::Matcher;
use super::text::Text;
use super::time::{SignedDuration, Timestamp, after, before, parse_span};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Work that is done again and again, while which some alerts call nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// What it is called. No two have one name.
    pub name: Text,
    /// Which alerts it is about: those that all of these match.
    pub matchers: Vec<Matcher>,
    /// What it is for; may be empty.
    pub comment: Text,
    /// When it is.
    pub when: Recurrence,
}

/// When something happens again and again: on which days, from when, how long and in which zone.
///
/// Its windows never overlap. A length that is longer than the days between two starts is refused;
/// where a clock that is set forward brings two starts nearer to each other than that, the window
/// before ends where the next begins, so that together they cover what they would anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    days: Days,
    at: Time,
    lasts: SignedDuration,
    zone: Zone,
}

/// One of its times: from its start up to its end, which is no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first moment of it.
    pub starts: Timestamp,
    /// The first moment after it.
    pub ends: Timestamp,
}

impl Window {
    /// Whether `now` is in it.
    pub fn contains(self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }
}

impl Recurrence {
    /// Reads its pieces as people write them: `sat, sun` or `2nd tue`, `02:00`, `2h`,
    /// `Europe/Berlin`. Of several mistakes the first one is told.
    pub fn parse(days: &str, at: &str, lasts: &str, zone: &str) -> Result<Self, RecurrenceError> {
        Self::new(Days::parse(days)?, parse_at(at)?, parse_lasts(lasts)?, Zone::parse(zone)?)
    }

    /// Refuses a length that is not in whole minutes from one, one that is longer than the shortest
    /// time between two starts, a day being 24 hours, and one after which nothing would be left.
    pub fn new(
        days: Days,
        at: Time,
        lasts: SignedDuration,
        zone: Zone,
    ) -> Result<Self, RecurrenceError> {
        let refused = |wrong, remedy| Err(RecurrenceError { piece: Piece::Lasts, wrong, remedy });
        let told = in_units(lasts);
        if lasts < MINUTE || lasts.as_nanos() % MINUTE.as_nanos() != 0 {
            return refused(format!("{lasts:#} is not in whole minutes"), LASTS.to_owned());
        }
        let (shortest, longest) = days.apart();
        let (shortest, longest) = (DAY.saturating_mul(shortest), DAY.saturating_mul(longest));
        let most = in_units(shortest);
        let limit = if shortest == longest {
            format!("less than {most:?}")
        } else {
            format!("{most:?} or less")
        };
        let remedy = format!("write {limit}, or take days out");
        if lasts > shortest {
            let wrong = format!("{told} is longer than the {most} from one start to the next");
            return refused(wrong, remedy);
        }
        if lasts >= longest {
            let wrong = format!("with {told} each time goes on into the next, and it never ends");
            return refused(wrong, remedy);
        }
        Ok(Self { days, at, lasts, zone })
    }

    /// The window that `now` is in, else the next one.
    ///
    /// A start that the clock skips is the first moment after what it skips; of two moments that
    /// the clock calls the same the first one counts; and a window lasts its length in real time,
    /// however clocks are set meanwhile. There always is a next one, within four months, but at the
    /// end of time: there it is an empty one at [`Timestamp::MAX`].
    pub fn window(&self, now: Timestamp) -> Window {
        let longest_ago = self.zone.time_zone().to_datetime(before(now, self.lasts));
        // The clock can skip a whole day, and a start that it skips is of the day before.
        let mut starts = self.starts(longest_ago.date().saturating_sub(2.days())).peekable();
        while let Some(start) = starts.next() {
            let next = starts.peek().copied().unwrap_or(Timestamp::MAX);
            let ends = after(start, self.lasts).min(next);
            // A start of a day that the clock skips can be that of the next day, too.
            if now < ends && start < ends {
                return Window { starts: start, ends };
            }
        }
        Window { starts: Timestamp::MAX, ends: Timestamp::MAX }
    }

    /// The days that it starts on.
    pub fn days(&self) -> &Days {
        &self.days
    }

    /// When it starts, by the clock of its zone.
    pub fn at(&self) -> Time {
        self.at
    }

    /// How long it lasts, in real time.
    pub fn lasts(&self) -> SignedDuration {
        self.lasts
    }

    /// Whose clock counts.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// When it starts, on its days from `date` on, in their order.
    fn starts(&self, date: Date) -> impl Iterator<Item = Timestamp> + '_ {
        self.days.from(date).filter_map(|date| self.start(date))
    }

    /// The first moment at which the clock shows the time of the start on that day, or a later one.
    fn start(&self, date: Date) -> Option<Timestamp> {
        let (civil, zone) = (date.to_datetime(self.at), self.zone.time_zone());
        let ambiguous = zone.to_ambiguous_timestamp(civil);
        let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
            return ambiguous.earlier().ok();
        };
        // By the clock that is set forward, what is skipped comes before the moment of setting it.
        let short = after.to_timestamp(civil).ok()?;
        let mut changes = zone.following(short);
        let change = changes.find(|change| change.offset() == after);
        change.map(|change| change.timestamp()).or_else(|| ambiguous.later().ok())
    }
}

/// As a person says it: `every sat and sun at 02:00 Europe/Berlin for 2h`.
impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { days, at, lasts, zone } = self;
        let (days, lasts) = (days.told(), in_units(*lasts));
        write!(f, "{days} at {:02}:{:02} {zone} for {lasts}", at.hour(), at.minute())
    }
}

const AT: &str = "write hours and minutes, such as \"02:00\" or \"22:30\"";
const LASTS: &str = "write one such as \"2h\", \"90m\" or \"1d 12h\"";

/// The time of day that `text` names: hours and minutes, from 00:00 to 23:59.
fn parse_at(text: &str) -> Result<Time, RecurrenceError> {
    let part = |text: &str, longest| {
        let digits =
            (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<i8>().ok()).flatten()
    };
    let parts = text.trim().split_once(':').filter(|(_, minutes)| minutes.len() == 2);
    let parts = parts.and_then(|(hour, minute)| part(hour, 2).zip(part(minute, 2)));
    let time = parts.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
    time.ok_or_else(|| {
        let remedy = match parts {
            Some((24, 0)) => "write \"00:00\", and the day that begins then",
            _ => AT,
        };
        let wrong = format!("{text:?} is no time of day");
        RecurrenceError { piece: Piece::At, wrong, remedy: remedy.to_owned() }
    })
}

/// The length that `text` names; whether it is one that can be is looked at later.
fn parse_lasts(text: &str) -> Result<SignedDuration, RecurrenceError> {
    parse_span(text).filter(SignedDuration::is_positive).ok_or_else(|| {
        let wrong = format!("{text:?} is no length of time");
        RecurrenceError { piece: Piece::Lasts, wrong, remedy: LASTS.to_owned() }
    })
}

/// A length of whole minutes, as it would be written: `1d 12h`.
fn in_units(length: SignedDuration) -> String {
    let minutes = length.as_mins();
    let units = [(minutes / 1_440, 'd'), (minutes / 60 % 24, 'h'), (minutes % 60, 'm')];
    let units = units.into_iter().filter(|(count, _)| *count != 0);
    let units: Vec<String> = units.map(|(count, unit)| format!("{count}{unit}")).collect();
    units.join(" ")
}
