//! Why an alert calls people, or does not, as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::explain::{Explanation, Means, Rule, Verdict};
use crate::domain::id::AlertId;
use crate::domain::text::Text;

/// The answer, the rules that led to it in the order in which they decide, and what was told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(super) struct Explained<'a> {
    #[schema(format = "uuid")]
    alert: String,
    /// Whether people are called.
    calls: bool,
    /// Since when people are called; null where they are not.
    #[schema(required, format = DateTime)]
    since: Option<String>,
    /// Why nobody is called, or why no channel told those who are; null where all is as it should.
    #[schema(required)]
    because: Option<&'a str>,
    rules: Vec<RuleRow<'a>>,
    /// What was, and will be, told to each channel, oldest first.
    told: Vec<&'a str>,
}

/// One rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule)]
struct RuleRow<'a> {
    rule: &'a str,
    /// How it stands, for people.
    finding: &'a str,
    /// Whether the alert may call as far as this rule goes.
    calls: bool,
}

impl<'a> Explained<'a> {
    /// The explanation of the alert of this id.
    pub(super) fn new(alert: AlertId, explanation: &'a Explanation) -> Self {
        let Explanation { rules, verdict, told } = explanation;
        let (since, because) = match verdict {
            Verdict::Calls { since } => (Some(since.to_string()), None),
            Verdict::Unheard { since, why } => (Some(since.to_string()), Some(why.as_str())),
            Verdict::Quiet { because } => (None, Some(because.as_str())),
        };
        Self {
            alert: alert.to_string(),
            calls: since.is_some(),
            since,
            because,
            rules: rules.iter().map(RuleRow::new).collect(),
            told: told.iter().map(Text::as_str).collect(),
        }
    }
}

impl<'a> RuleRow<'a> {
    fn new(rule: &'a Rule) -> Self {
        let Rule { name, finding, means } = rule;
        Self { rule: name, finding: finding.as_str(), calls: *means == Means::Calls }
    }
}
