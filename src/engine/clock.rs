//! The engine's clock: the one place that reads the time.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::time::Timestamp;

/// The wall clock, to the microsecond, which never goes back while the program runs.
#[derive(Debug)]
pub(super) struct Clock(AtomicI64);

impl Clock {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    pub(super) fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let read = Timestamp::now().as_microsecond();
        let latest = self.0.fetch_max(read, Ordering::Relaxed).max(read);
        Timestamp::from_microsecond(latest).unwrap_or(Timestamp::MAX)
    }
}
