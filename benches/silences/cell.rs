//! One number of silences beside one number of alerts: what was done, and how long it took.

use std::time::Duration;

/// What is measured, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// `GET` of all alerts.
    All,
    /// `GET` of those that no silence mutes.
    Unsilenced,
    /// Posts of 1,000 alerts that have changed.
    Post,
    /// Posts of 1,000 alerts that were never heard before.
    PostNew,
    /// A silence of one alert of a hundred is made.
    MakeFew,
    /// The first `GET` of those that no silence mutes after it.
    AfterFew,
    /// It is ended.
    EndFew,
    /// A silence of all alerts is made.
    MakeAll,
    /// The first `GET` of those that no silence mutes after it: of none.
    AfterAll,
    /// It is ended.
    EndAll,
}

/// All of them, and what a table calls them.
pub(crate) const WORKS: [(Work, &str); 10] = [
    (Work::All, "GET all"),
    (Work::Unsilenced, "GET with `silenced=false`"),
    (Work::Post, "post 1,000 changed alerts, 64 a post"),
    (Work::PostNew, "post 1,000 new alerts, 64 a post"),
    (Work::MakeFew, "make a silence of 1 %"),
    (Work::AfterFew, "the first GET with `silenced=false` after it"),
    (Work::EndFew, "end the one of 1 %"),
    (Work::MakeAll, "make a silence of all"),
    (Work::AfterAll, "the first GET with `silenced=false` after it: none"),
    (Work::EndAll, "end the one of all"),
];

/// What one time of it took, at the median.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    /// From the request to its answer.
    pub(crate) wall: Duration,
    /// Of processors, by the server, its own and the system's, while somebody waited for it.
    pub(crate) cpu: Duration,
}

/// What was measured with so many silences.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// How many silences there were.
    pub(crate) silences: usize,
    /// How many alerts they muted.
    pub(crate) muted: usize,
    /// What was done, each once.
    pub(crate) works: Vec<(Work, Took)>,
}

impl Cell {
    /// What this took.
    pub(crate) fn took(&self, work: Work) -> Option<Took> {
        self.works.iter().find(|(done, _)| *done == work).map(|(_, took)| *took)
    }
}
