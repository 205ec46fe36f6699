//! The engine's clock: the one place that reads the time.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::domain::time::{Timestamp, after};

/// The wall clock, as long as it does not go back. When it does, time goes on from where it was
/// by the monotonic clock: it neither goes back nor stands still.
#[derive(Debug)]
pub(super) struct Clock(Mutex<Option<Reading>>);

/// What time it was, and when that was read.
#[derive(Clone, Copy, Debug)]
struct Reading {
    now: Timestamp,
    at: Instant,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(super) fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let (wall, at) = (Timestamp::now(), Instant::now());
        // A reading is whole or not there: a panic elsewhere cannot have torn it.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = last.map_or(wall, |last| last.next(wall, at));
        *last = Some(Reading { now, at });
        now
    }
}

impl Reading {
    fn next(self, wall: Timestamp, at: Instant) -> Timestamp {
        let elapsed = at.saturating_duration_since(self.at);
        wall.max(after(self.now, elapsed.try_into().unwrap_or_default()))
    }
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
        let reading = Reading { now: start, at };
        assert_eq!(reading.next(minute(1), later(60)), minute(1));
        assert_eq!(reading.next(minute(30), later(60)), minute(30), "set forward");
        let year_back = "2025-11-21T03:00:00Z".parse().unwrap();
        assert_eq!(reading.next(year_back, later(120)), minute(2), "set back");
    }
}
