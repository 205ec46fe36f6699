//! How long requests took: counts in buckets 1.6 % wide, made once, so that noting one allocates
//! nothing.

use std::time::Duration;

/// Buckets for each doubling.
const PER_DOUBLING: usize = 64;
/// Up to 2^40 ns, a third of an hour.
const DOUBLINGS: usize = 40;
const BUCKETS: usize = (DOUBLINGS - 4) * PER_DOUBLING;

/// Counts of durations.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }
}

impl Histogram {
    /// Counts one.
    pub(crate) fn note(&mut self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = bucket(nanos).min(BUCKETS - 1);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.total += 1;
    }

    /// What so many of a thousand did not exceed.
    pub(crate) fn per_mille(&self, share: u64) -> Duration {
        let mut left = (self.total.saturating_sub(1)) * share / 1000;
        for (bucket, count) in self.counts.iter().enumerate() {
            if left < *count {
                return Duration::from_nanos(middle(bucket));
            }
            left -= count;
        }
        Duration::ZERO
    }
}

/// Below 64 ns each has one of its own; above, each doubling has 64.
fn bucket(nanos: u64) -> usize {
    let shift = nanos.max(1).ilog2().saturating_sub(6);
    let place = usize::try_from(nanos >> shift).unwrap_or(usize::MAX);
    (shift as usize * PER_DOUBLING).saturating_add(place)
}

fn middle(bucket: usize) -> u64 {
    let shift = (bucket / PER_DOUBLING).saturating_sub(1);
    let low = ((bucket - shift * PER_DOUBLING) as u64) << shift;
    low + ((1 << shift) >> 1)
}
