//! Twins of silences.

use std::sync::Arc;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::actor::ActorV1;
use super::leaf::{IdV1, LabelsV1, TextV1, TimeV1};
use super::maintenance::WindowOfV1;
use crate::domain::id::{Revision, SilenceId};
use crate::domain::matcher::{Condition, Matcher, Operator};
use crate::domain::silence::{
    LastChange, Reach, Silence, SilenceDeed, SilenceRefusal, SilenceTold, Terms,
};

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Silence`, field by field")]
pub struct SilenceV1 {
    pub id: IdV1,
    pub terms: TermsV1,
    pub reach: ReachV1,
    pub quiet: Option<TimeV1>,
    pub window_of: Option<WindowOfV1>,
    pub updated: TimeV1,
    pub revision: u64,
    pub actor: ActorV1,
    pub before: Option<TermsV1>,
}

impl From<&Silence> for SilenceV1 {
    fn from(silence: &Silence) -> Self {
        let Silence { id, terms, reach, quiet, window_of, updated, revision, last } = silence;
        let LastChange { actor, before } = last;
        Self {
            id: IdV1(id.0),
            terms: terms.into(),
            reach: (*reach).into(),
            quiet: quiet.map(TimeV1),
            window_of: window_of.as_deref().map(Into::into),
            updated: TimeV1(*updated),
            revision: revision.0,
            actor: actor.into(),
            before: before.as_ref().map(Into::into),
        }
    }
}

impl From<SilenceV1> for Silence {
    fn from(silence: SilenceV1) -> Self {
        let before = silence.before.map(Into::into);
        Self {
            id: SilenceId(silence.id.0),
            terms: silence.terms.into(),
            reach: silence.reach.into(),
            quiet: silence.quiet.map(|time| time.0),
            window_of: silence.window_of.map(|of| Arc::new(of.into())),
            updated: silence.updated.0,
            revision: Revision(silence.revision),
            last: LastChange { actor: silence.actor.into(), before },
        }
    }
}

/// What somebody wants to hear nothing of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Terms`, field by field")]
pub struct TermsV1 {
    pub matchers: MatchersV1,
    pub starts: TimeV1,
    pub ends: TimeV1,
    pub by: Box<str>,
    pub comment: Box<str>,
    pub annotations: LabelsV1,
    pub until_resolved: bool,
}

impl From<&Terms> for TermsV1 {
    fn from(terms: &Terms) -> Self {
        let Terms { matchers, starts, ends, by, comment, annotations, until_resolved } = terms;
        Self {
            matchers: MatchersV1(matchers.to_vec()),
            starts: TimeV1(*starts),
            ends: TimeV1(*ends),
            by: by.as_ref().into(),
            comment: comment.as_ref().into(),
            annotations: LabelsV1(annotations.clone()),
            until_resolved: *until_resolved,
        }
    }
}

impl From<TermsV1> for Terms {
    fn from(terms: TermsV1) -> Self {
        Self {
            matchers: terms.matchers.0.into(),
            starts: terms.starts.0,
            ends: terms.ends.0,
            by: Arc::from(terms.by),
            comment: Arc::from(terms.comment),
            annotations: terms.annotations.0,
            until_resolved: terms.until_resolved,
        }
    }
}

/// How far a silence has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Reach`, word for word")]
pub enum ReachV1 {
    Ahead,
    Beginning,
    Muting,
    Ending,
    Over { kept: TimeV1 },
}

impl From<Reach> for ReachV1 {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Ahead => Self::Ahead,
            Reach::Beginning => Self::Beginning,
            Reach::Muting => Self::Muting,
            Reach::Ending => Self::Ending,
            Reach::Over { kept } => Self::Over { kept: TimeV1(kept) },
        }
    }
}

impl From<ReachV1> for Reach {
    fn from(reach: ReachV1) -> Self {
        match reach {
            ReachV1::Ahead => Self::Ahead,
            ReachV1::Beginning => Self::Beginning,
            ReachV1::Muting => Self::Muting,
            ReachV1::Ending => Self::Ending,
            ReachV1::Over { kept } => Self::Over { kept: kept.0 },
        }
    }
}

/// What labels must be. More than a silence may have are refused before the first pattern of them is
/// compiled, and a pattern that is none is, while they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchersV1(pub Vec<Matcher>);

#[derive(Serialize, Deserialize)]
struct Written {
    name: Box<str>,
    operator: OperatorV1,
    value: Box<str>,
}

impl Written {
    fn of(matcher: &Matcher) -> Self {
        let Matcher { name, condition } = matcher;
        let operator = condition.operator().into();
        Self { name: name.as_str().into(), operator, value: condition.value().into() }
    }

    fn read<E: serde::de::Error>(self) -> Result<Matcher, E> {
        let condition = Condition::new(self.operator.into(), &self.value).map_err(E::custom)?;
        Ok(Matcher { name: self.name.into(), condition })
    }
}

impl Serialize for MatchersV1 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Written::of))
    }
}

impl<'de> Deserialize<'de> for MatchersV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = deserializer.deserialize_seq(Few)?;
        written.into_iter().map(Written::read).collect::<Result<_, _>>().map(Self)
    }
}

/// Reads as many as there may be, and not one more.
struct Few;

impl<'de> Visitor<'de> for Few {
    type Value = Vec<Written>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Written>, A::Error> {
        let mut all = Vec::new();
        while let Some(written) = list.next_element()? {
            if all.len() == Terms::MOST_MATCHERS {
                let too_many = SilenceRefusal::TooManyMatchers(Terms::MOST_MATCHERS);
                return Err(A::Error::custom(too_many));
            }
            all.push(written);
        }
        Ok(all)
    }
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Operator`, word for word")]
pub enum OperatorV1 {
    Equal,
    NotEqual,
    Matches,
    MatchesNot,
}

impl From<Operator> for OperatorV1 {
    fn from(operator: Operator) -> Self {
        match operator {
            Operator::Equal => Self::Equal,
            Operator::NotEqual => Self::NotEqual,
            Operator::Matches => Self::Matches,
            Operator::MatchesNot => Self::MatchesNot,
        }
    }
}

impl From<OperatorV1> for Operator {
    fn from(operator: OperatorV1) -> Self {
        match operator {
            OperatorV1::Equal => Self::Equal,
            OperatorV1::NotEqual => Self::NotEqual,
            OperatorV1::Matches => Self::Matches,
            OperatorV1::MatchesNot => Self::MatchesNot,
        }
    }
}

/// A silence in the words of its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `SilenceTold`, field by field")]
pub struct SilenceToldV1 {
    pub matchers: TextV1,
    pub starts: TimeV1,
    pub ends: TimeV1,
    pub by: TextV1,
    pub why: TextV1,
}

impl From<&SilenceTold> for SilenceToldV1 {
    fn from(told: &SilenceTold) -> Self {
        let SilenceTold { matchers, starts, ends, by, why } = told;
        Self {
            matchers: matchers.into(),
            starts: TimeV1(*starts),
            ends: TimeV1(*ends),
            by: by.into(),
            why: why.into(),
        }
    }
}

impl From<SilenceToldV1> for SilenceTold {
    fn from(told: SilenceToldV1) -> Self {
        Self {
            matchers: told.matchers.into(),
            starts: told.starts.0,
            ends: told.ends.0,
            by: told.by.into(),
            why: told.why.into(),
        }
    }
}

/// What happened to a silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `SilenceDeed`, word for word")]
pub enum SilenceDeedV1 {
    Created(SilenceToldV1),
    Updated(SilenceToldV1),
    Expired,
    Undone,
    Ended { resolved: bool },
    Repeats(TextV1),
}

impl From<&SilenceDeed> for SilenceDeedV1 {
    fn from(deed: &SilenceDeed) -> Self {
        match deed {
            SilenceDeed::Created(told) => Self::Created(told.into()),
            SilenceDeed::Updated(told) => Self::Updated(told.into()),
            SilenceDeed::Expired => Self::Expired,
            SilenceDeed::Undone => Self::Undone,
            SilenceDeed::Ended { resolved } => Self::Ended { resolved: *resolved },
            SilenceDeed::Repeats(told) => Self::Repeats(told.into()),
        }
    }
}

impl From<SilenceDeedV1> for SilenceDeed {
    fn from(deed: SilenceDeedV1) -> Self {
        match deed {
            SilenceDeedV1::Created(told) => Self::Created(told.into()),
            SilenceDeedV1::Updated(told) => Self::Updated(told.into()),
            SilenceDeedV1::Expired => Self::Expired,
            SilenceDeedV1::Undone => Self::Undone,
            SilenceDeedV1::Ended { resolved } => Self::Ended { resolved },
            SilenceDeedV1::Repeats(told) => Self::Repeats(told.into()),
        }
    }
}
