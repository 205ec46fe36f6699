//! Remembered idempotency keys: the second post with a key gets the first one's alert.

use super::id::{AlertId, OnceId};
use super::time::{SignedDuration, Timestamp, after};

/// What a caller's `Idempotency-Key` led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Made from the caller and their key.
    pub id: OnceId,
    /// The alert that the first post made.
    pub alert: AlertId,
    /// When it is forgotten.
    pub until: Timestamp,
}

impl Once {
    /// How long a key is remembered.
    const KEPT: SignedDuration = SignedDuration::from_hours(24);

    /// `id` led to `alert` just now.
    pub fn now(id: OnceId, alert: AlertId, now: Timestamp) -> Self {
        Self { id, alert, until: after(now, Self::KEPT) }
    }
}
