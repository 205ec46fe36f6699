//! The engine's clock: the one place that reads the time.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::hearing::Reading;
use crate::domain::time::{Timestamp, after};

/// The wall clock, as long as it does not go back. When it does, also over a restart, time goes on
/// from where it was by the monotonic clock: it neither goes back nor stands still.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    last: Mutex<Told>,
}

/// What time it was, and when that was read.
#[derive(Clone, Copy, Debug)]
struct Told {
    now: Timestamp,
    at: Instant,
}

impl Clock {
    /// A clock that goes on from `kept`, the latest time that was ever told and kept.
    pub(super) fn after(kept: Timestamp) -> Self {
        let started = Instant::now();
        Self { started, last: Mutex::new(Told { now: kept, at: started }) }
    }

    pub(super) fn now(&self) -> Timestamp {
        let (wall, at) = (wall(), Instant::now());
        // What was told is whole or not there: a panic elsewhere cannot have torn it.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = last.next(wall, at);
        *last = Told { now, at };
        now
    }

    /// The wall clock as it is, and how long the clock has run by the one that nobody sets.
    pub(super) fn reading(&self) -> Reading {
        Reading { wall: wall(), steady: self.started.elapsed() }
    }
}

impl Told {
    fn next(self, wall: Timestamp, at: Instant) -> Timestamp {
        let elapsed = at.saturating_duration_since(self.at);
        wall.max(after(self.now, elapsed.try_into().unwrap_or_default()))
    }
}

/// The time by the wall clock, where no engine runs.
pub fn wall() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_follows_the_wall_forward_and_goes_on_when_the_wall_goes_back() {
        let start: Timestamp = "2026-11-21T03:00:00Z".parse().unwrap();
        let at = Instant::now();
        let later = |seconds| at + Duration::from_secs(seconds);
        let minute = |minute: i8| format!("2026-11-21T03:{minute:02}:00Z").parse().unwrap();
        let told = Told { now: start, at };
        assert_eq!(told.next(minute(1), later(60)), minute(1));
        assert_eq!(told.next(minute(30), later(60)), minute(30), "set forward");
        let year_back = "2025-11-21T03:00:00Z".parse().unwrap();
        assert_eq!(told.next(year_back, later(120)), minute(2), "set back");
    }
}
