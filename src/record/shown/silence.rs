//! Silences as one watchbell shows them another, and what one would mute. Decides nothing.

use serde::{Deserialize, Serialize};

use crate::domain::silence::{Preview, Reached};
use crate::domain::text::Text;
use crate::record::v1::{SilenceV1, TextV1, TimeV1};

/// All silences, as they were at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct SilencesV1 {
    pub now: TimeV1,
    pub silences: Vec<SilenceShownV1>,
}

/// A silence with what the table knows of it: how many alerts it mutes, and how many of those would
/// call if it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct SilenceShownV1 {
    pub silence: SilenceV1,
    pub mutes: usize,
    pub would_call: usize,
}

/// What matchers would mute, and of how many open alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Preview`, with what is beside it")]
pub struct PreviewV1 {
    pub at: TimeV1,
    pub open: usize,
    pub now: ReachedV1,
    pub lately: ReachedV1,
    pub titles_now: Vec<TitleV1>,
    pub titles: Vec<TitleV1>,
}

/// A title, with how many alerts have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct TitleV1 {
    pub title: TextV1,
    pub alerts: usize,
}

/// How much is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Reached`, field by field")]
pub struct ReachedV1 {
    pub alerts: usize,
    pub critical: usize,
    pub pages: usize,
}

impl PreviewV1 {
    /// `preview`, as it was at that time among so many open alerts; with the titles of what is
    /// reached now.
    pub fn of(preview: &Preview, at: TimeV1, open: usize, titles_now: &[(Text, usize)]) -> Self {
        let Preview { now, lately, titles } = preview;
        let told = |titles: &[(Text, usize)]| {
            titles
                .iter()
                .map(|(title, alerts)| TitleV1 { title: title.into(), alerts: *alerts })
                .collect()
        };
        Self {
            at,
            open,
            now: now.into(),
            lately: lately.into(),
            titles_now: told(titles_now),
            titles: told(titles),
        }
    }
}

impl From<&Reached> for ReachedV1 {
    fn from(reached: &Reached) -> Self {
        let Reached { alerts, critical, pages } = *reached;
        Self { alerts, critical, pages }
    }
}

impl From<ReachedV1> for Reached {
    fn from(reached: ReachedV1) -> Self {
        let ReachedV1 { alerts, critical, pages } = reached;
        Self { alerts, critical, pages }
    }
}
