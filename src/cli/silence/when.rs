//! From when to when, as it is typed: lengths of time, and times.

use std::str::FromStr;

use clap::Args;

use crate::domain::time::{SignedDuration, TimeZone, Timestamp, after, named_time, parse_span};

/// How a time is written.
const HOW: &str = "write a time such as 2026-11-24T08:00:00Z, \"2026-11-24 08:00\" or 08:00";

/// A time, as it is typed. Without a zone it is one of the configured zone; without a day, the next
/// one to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When(String);

impl FromStr for When {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Whether it names a time does not depend on when that is.
        match named_time(text, Timestamp::UNIX_EPOCH, &TimeZone::UTC) {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(HOW),
        }
    }
}

impl When {
    /// When that is, as of `now`.
    pub(super) fn at(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        // It was read when it was typed.
        named_time(&self.0, now, zone).unwrap_or(now)
    }
}

/// A length of time, as it is typed.
pub(super) fn length(text: &str) -> Result<SignedDuration, &'static str> {
    let span = parse_span(text).filter(SignedDuration::is_positive);
    span.ok_or("write a length of time such as 30m, 2h or 1d12h")
}

/// From when to when, as far as it is said.
#[derive(Clone, Debug, Default, Args)]
pub struct Span {
    /// For how long, such as 30m, 2h or 1d12h: from its start, or from now if it has begun
    #[arg(
        long = "for",
        short = 'd',
        alias = "duration",
        value_name = "LENGTH",
        allow_hyphen_values = true,
        value_parser = length,
        conflicts_with = "until"
    )]
    pub length: Option<SignedDuration>,
    /// Until when: 2026-11-24T08:00:00Z, "2026-11-24 08:00", or the next 08:00
    #[arg(long, alias = "end", value_name = "TIME")]
    pub until: Option<When>,
    /// From when on, written as --until is
    #[arg(long, value_name = "TIME")]
    pub start: Option<When>,
}

impl Span {
    /// When it starts, if that is said.
    pub(super) fn starts(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.start.as_ref().map(|start| start.at(now, zone))
    }

    /// When it ends, if that is said; it starts, or did, at `starts`. A time of the clock is the next
    /// one after the start.
    pub(super) fn ends(
        &self,
        starts: Timestamp,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Option<Timestamp> {
        let begins = starts.max(now);
        let until = self.until.as_ref().map(|until| until.at(begins, zone));
        until.or_else(|| self.length.map(|length| after(begins, length)))
    }
}
