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
    /// How many posts of theirs were refused for that within the last five minutes.
    pub count: u64,
    /// What else is refused.
    pub others: Others,
    /// When it is over, unless another one is refused.
    pub until: Timestamp,
}

/// What else is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many posts within the last five minutes.
    pub posts: u64,
    /// From how many other senders, as far as they can be told apart.
    pub senders: usize,
    /// Whether there are more of them than can be told apart.
    pub many: bool,
}

impl Refusing {
    /// What is refused as of `now`; nothing five minutes after the last.
    pub fn of(refusals: &Refusals, now: Timestamp) -> Option<Self> {
        let newest = refusals.newest().filter(|newest| newest.until() > now)?;
        let is_other = |row: &&RefusedPosts| !std::ptr::eq(*row, newest) && row.lately(now) > 0;
        let others = || refusals.rows().iter().filter(is_other);
        let crowd = || refusals.crowd().iter().filter(is_other);
        let mut senders: BTreeSet<_> = others().map(sender).collect();
        senders.remove(&sender(newest));
        Some(Self {
            from: newest.from.clone(),
            why: why(newest),
            last: newest.last,
            // What came at the very edge is still told.
            count: newest.lately(now).max(1),
            others: Others {
                posts: others().chain(crowd()).map(|row| row.lately(now)).sum(),
                senders: senders.len(),
                many: crowd().next().is_some(),
            },
            until: newest.until(),
        })
    }

    /// How many senders are refused, as far as they can be told apart.
    pub fn senders(&self) -> usize {
        self.others.senders + 1
    }
}

/// Whose posts these are. Whom we do not know is an address: whoever is refused for two things is
/// one sender.
fn sender(row: &RefusedPosts) -> (&Text, Option<&Text>) {
    (&row.from, row.sender.as_ref())
}

/// Why posts were refused, with the status that they got. What a sender is told to type in a shell
/// is left out: this screen makes tokens itself.
pub fn why(row: &RefusedPosts) -> String {
    let why = row.why.as_str();
    let why = why.split_once("; watchbell token").map_or(why, |(why, _)| why);
    match row.status {
        Some(status) => format!("{why} ({status})"),
        None => why.to_owned(),
    }
}
