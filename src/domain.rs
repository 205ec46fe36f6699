//! Words and rules: what an alert is and what may happen to it.
//!
//! Pure values and functions. Nothing here does I/O, reads a clock, waits, or knows a wire or a
//! disk format. `decide` is the only door: whoever asks, the same rules answer.

// Leaf words.
pub mod id;
pub mod labels;
pub mod matcher;
pub mod severity;
pub mod text;
pub mod time;

// Entities, and what happens to them.
pub mod actor;
pub mod alert;
pub mod delivery;
pub mod event;
pub mod once;
pub mod service;
pub mod silence;
pub mod snooze;
pub mod token;

// What the configuration means, and what sources say.
pub mod maintenance;
pub mod policy;
pub mod report;

// Pure readers of the table.
pub mod explain;
pub mod query;
pub mod routing;
pub mod suppress;
pub mod tells;

// The spine.
pub mod change;
pub mod command;
pub mod decide;
pub mod draft;
pub mod entity;
pub mod refusal;
pub mod table;

#[cfg(test)]
pub(crate) mod laws;
#[cfg(test)]
pub(crate) mod samples;
