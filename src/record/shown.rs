//! What one watchbell shows another over the socket: records, with what they leave to the table.

mod silence;

use serde::{Deserialize, Serialize};

pub use silence::{PreviewV1, ReachedV1, SilenceShownV1, SilencesV1, TitleV1};

use super::v1::{AlertV1, EventV1, IdV1, TextV1, TimeV1};
use crate::domain::alert::Alert;
use crate::domain::explain::{Explanation, Means, Rule, Verdict};
use crate::domain::policy::Account;
use crate::domain::table::Table;
use crate::domain::text::Text;

/// Some alerts, as they were at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ListingV1 {
    pub now: TimeV1,
    pub alerts: Vec<AlertShownV1>,
}

/// An alert with the name of its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct AlertShownV1 {
    pub alert: AlertV1,
    pub service: TextV1,
}

impl AlertShownV1 {
    /// `alert`; the table knows the name.
    pub fn of(alert: &Alert, table: &Table) -> Self {
        let service = Text::derive(&table.service_name(alert.service));
        Self { alert: alert.into(), service: (&service).into() }
    }
}

/// One alert with its timeline, oldest line first, as it was at one commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct FoundV1 {
    pub now: TimeV1,
    pub revision: u64,
    pub shown: AlertShownV1,
    pub timeline: Vec<EventV1>,
}

/// A service, with how many alerts of it are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct ServiceShownV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub open: u64,
    pub created: TimeV1,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Account`, field by field")]
pub struct AccountV1 {
    pub id: IdV1,
    pub name: TextV1,
    pub email: TextV1,
}

impl From<&Account> for AccountV1 {
    fn from(account: &Account) -> Self {
        let Account { id, name, email } = account;
        Self { id: IdV1(id.0), name: name.into(), email: email.into() }
    }
}

/// Why an alert calls people, or does not. `text` says all of it for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Explanation`, with its text")]
pub struct ExplanationV1 {
    pub alert: IdV1,
    pub title: TextV1,
    pub verdict: VerdictV1,
    pub rules: Vec<RuleV1>,
    pub told: Vec<TextV1>,
    pub text: String,
}

/// Whether people are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Verdict`, word for word")]
pub enum VerdictV1 {
    Calls { since: TimeV1 },
    Unheard { since: TimeV1, why: TextV1 },
    Quiet { because: TextV1 },
}

/// One rule, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Rule`, field by field")]
pub struct RuleV1 {
    pub rule: TextV1,
    pub finding: TextV1,
    pub means: MeansV1,
}

/// What a rule means for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Means`, word for word")]
pub enum MeansV1 {
    Calls,
    Quiet,
}

impl ExplanationV1 {
    /// The explanation of `alert`.
    pub fn of(alert: &Alert, explanation: &Explanation) -> Self {
        let Explanation { rules, verdict, told } = explanation;
        Self {
            alert: IdV1(alert.id.0),
            title: (&alert.title).into(),
            verdict: verdict.into(),
            rules: rules.iter().map(Into::into).collect(),
            told: told.iter().map(Into::into).collect(),
            text: explanation.to_string(),
        }
    }
}

impl From<&Verdict> for VerdictV1 {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Calls { since } => Self::Calls { since: TimeV1(*since) },
            Verdict::Unheard { since, why } => {
                Self::Unheard { since: TimeV1(*since), why: why.into() }
            }
            Verdict::Quiet { because } => Self::Quiet { because: because.into() },
        }
    }
}

impl From<&Rule> for RuleV1 {
    fn from(rule: &Rule) -> Self {
        let Rule { name, finding, means } = rule;
        let means = match means {
            Means::Calls => MeansV1::Calls,
            Means::Quiet => MeansV1::Quiet,
        };
        Self { rule: (&Text::derive(name)).into(), finding: finding.into(), means }
    }
}
