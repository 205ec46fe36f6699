//! A silence in the table and in the JSON of the command line. The JSON is Alertmanager's, with what
//! it has no words for beside it, so that amtool reads it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::client::ShownSilence;
use crate::domain::matcher::{Matcher, Operator};
use crate::domain::silence::SilenceState;
use crate::domain::time::Timestamp;

/// One silence for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    id: String,
    status: Status,
    matchers: Vec<MatcherRow<'a>>,
    starts_at: String,
    ends_at: String,
    updated_at: String,
    created_by: &'a str,
    comment: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<&'a str, &'a str>,
    ends_when_resolved: bool,
    mutes: usize,
    would_call: usize,
    /// The maintenance that it is a window of.
    window_of: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Status {
    state: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MatcherRow<'a> {
    name: &'a str,
    value: &'a str,
    is_regex: bool,
    is_equal: bool,
}

impl<'a> Row<'a> {
    /// The silence as it is at `now`.
    pub(super) fn new(shown: &'a ShownSilence, now: Timestamp) -> Self {
        let ShownSilence { silence, mutes, would_call } = shown;
        let terms = &silence.terms;
        Self {
            id: silence.id.to_string(),
            status: Status { state: silence.state(now).to_string() },
            matchers: terms.matchers.iter().map(MatcherRow::new).collect(),
            starts_at: terms.starts.to_string(),
            ends_at: terms.ends.to_string(),
            updated_at: silence.updated.to_string(),
            created_by: &terms.by,
            comment: &terms.comment,
            annotations: terms.annotations.iter().collect(),
            ends_when_resolved: terms.until_resolved,
            mutes: *mutes,
            would_call: *would_call,
            window_of: silence.window_of.as_ref().map(|of| of.name.as_str()),
        }
    }
}

impl<'a> MatcherRow<'a> {
    fn new(matcher: &'a Matcher) -> Self {
        let operator = matcher.condition.operator();
        Self {
            name: &matcher.name,
            value: matcher.condition.value(),
            is_regex: matches!(operator, Operator::Matches | Operator::MatchesNot),
            is_equal: matches!(operator, Operator::Equal | Operator::Matches),
        }
    }
}

pub(super) const HEAD: [&str; 8] =
    ["ID", "STATE", "FROM", "UNTIL", "MUTES", "BY", "MATCHERS", "WHY"];

/// One silence for people. When it began says nothing that helps.
pub(super) fn cells(shown: &ShownSilence, now: Timestamp) -> [String; 8] {
    let ShownSilence { silence, mutes, .. } = shown;
    let terms = &silence.terms;
    let state = silence.state(now);
    let dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let from = match state {
        SilenceState::Pending => format!("{:.0}", terms.starts),
        SilenceState::Active | SilenceState::Expired => "-".to_owned(),
    };
    let why = [
        Some(terms.why().to_string()).filter(|why| !why.is_empty()),
        terms.until_resolved.then(|| "ends when resolved".to_owned()),
        silence.window_of.as_ref().map(|of| format!("maintenance {}", of.name)),
    ];
    [
        silence.id.short(),
        state.to_string(),
        from,
        format!("{:.0}", terms.ends),
        mutes.to_string(),
        dash(terms.whose().to_string()),
        terms.matchers_text().to_string(),
        dash(why.into_iter().flatten().collect::<Vec<_>>().join("; ")),
    ]
}
