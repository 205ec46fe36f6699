//! How long something took, again and again.

use std::time::Duration;

/// Times of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    /// One more.
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The time that so many of a hundred do not exceed.
    fn percentile(&self, percent: usize) -> Option<Duration> {
        let mut times = self.0.clone();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        times.get((last * percent).div_ceil(100)).copied()
    }
}

impl std::fmt::Display for Spread {
    /// Median, 99th of a hundred, longest; in milliseconds.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [median, most, longest] = [50, 99, 100].map(|percent| {
            self.percentile(percent).map_or_else(
                || "-".to_owned(),
                |took| {
                    let millis = took.as_secs_f64() * 1000.0;
                    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
                },
            )
        });
        write!(formatter, "{median} / {most} / {longest}")
    }
}
