//! What is being refused now: of whom, why and how much within the last five minutes. Knows
//! nothing of the screen.

use std::collections::BTreeSet;

use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::engine::{Refusals, RefusedPosts};

/// Posts that are being refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusing {
    /// Who was refused last.
    pub from: Text,
    /// Why, with the status.
    pub why: String,
    /// When.
    pub last: Timestamp,
    /// How many posts of theirs were refused within the last five minutes.
    pub count: u64,
    /// Who else is refused.
    pub others: Others,
    /// When it is over, unless another one is refused.
    pub until: Timestamp,
}

/// Who else is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many senders, as far as they can be told apart.
    pub senders: usize,
    /// Whether there are more of them than can be told apart.
    pub many: bool,
    /// How many posts of theirs within the last five minutes.
    pub posts: u64,
}

impl Refusing {
    /// What is refused as of `now`; nothing five minutes after the last.
    pub fn of(refusals: &Refusals, now: Timestamp) -> Option<Self> {
        let newest = refusals.newest().filter(|newest| newest.until() > now)?;
        let is_of_newest = |row: &&RefusedPosts| row.from == newest.from;
        let rows = || refusals.rows().iter().chain(refusals.crowd());
        let posts = |row: &RefusedPosts| row.lately(now);
        let others = || rows().filter(|row| !is_of_newest(row) && row.lately(now) > 0);
        let crowd = |row: &RefusedPosts| refusals.crowd().contains(row);
        let senders: BTreeSet<&Text> =
            others().filter(|row| !crowd(row)).map(|row| &row.from).collect();
        Some(Self {
            from: newest.from.clone(),
            why: why(newest),
            last: newest.last,
            // What came at the very edge is still told.
            count: rows().filter(is_of_newest).map(posts).sum::<u64>().max(1),
            others: Others {
                senders: senders.len(),
                many: others().any(crowd),
                posts: others().map(posts).sum(),
            },
            until: newest.until(),
        })
    }

    /// How many senders are refused, as far as they can be told apart.
    pub fn senders(&self) -> usize {
        self.others.senders + 1
    }
}

/// Why posts were refused, with the status.
pub fn why(row: &RefusedPosts) -> String {
    format!("{} ({})", row.why, row.status)
}
