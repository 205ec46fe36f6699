//! Twins of what the sources of an identity have told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::identity::IdentityV1;
use super::leaf::{IdV1, LabelsV1, MomentV1, TimeV1};
use crate::domain::alert::{Ends, Interval, Moving, Source, Stray};
use crate::domain::id::SourceId;

/// What the sources of one identity have told, and of which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Stray`, field by field")]
pub struct SourceV1 {
    pub id: IdV1,
    pub identity: IdentityV1,
    pub interval: IntervalV1,
    pub annotations: LabelsV1,
    pub link: Option<Box<str>>,
    pub updated: TimeV1,
    pub fired: Option<TimeV1>,
    pub resolved: Vec<(TimeV1, TimeV1)>,
    pub moving: Option<(TimeV1, TimeV1, u32)>,
}

impl From<&Stray> for SourceV1 {
    fn from(stray: &Stray) -> Self {
        let Stray { id, identity, source } = stray;
        let Source { interval, annotations, link, updated, fired, resolved, moving } = source;
        Self {
            id: IdV1(id.0),
            identity: identity.into(),
            interval: (*interval).into(),
            annotations: LabelsV1(annotations.clone()),
            link: link.as_deref().map(Box::from),
            updated: TimeV1(*updated),
            fired: fired.map(TimeV1),
            resolved: resolved.iter().map(|(start, end)| (TimeV1(*start), TimeV1(*end))).collect(),
            moving: moving.map(|it| (TimeV1(it.start), TimeV1(it.latest), it.times)),
        }
    }
}

impl From<SourceV1> for Stray {
    fn from(source: SourceV1) -> Self {
        let (id, identity) = (SourceId(source.id.0), source.identity.into());
        let source = Source {
            interval: source.interval.into(),
            annotations: source.annotations.0,
            link: source.link.map(Arc::from),
            updated: source.updated.0,
            fired: source.fired.map(|time| time.0),
            resolved: source.resolved.iter().map(|(start, end)| (start.0, end.0)).collect(),
            moving: source.moving.map(|(start, latest, times)| Moving {
                start: start.0,
                latest: latest.0,
                times,
            }),
        };
        Self { id, identity, source }
    }
}

/// From when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Interval`, field by field")]
pub struct IntervalV1 {
    pub start: MomentV1,
    pub end: MomentV1,
    pub ends: EndsV1,
}

impl From<Interval> for IntervalV1 {
    fn from(interval: Interval) -> Self {
        let Interval { start, end, ends } = interval;
        Self { start: start.into(), end: end.into(), ends: ends.into() }
    }
}

impl From<IntervalV1> for Interval {
    fn from(interval: IntervalV1) -> Self {
        Self { start: interval.start.into(), end: interval.end.into(), ends: interval.ends.into() }
    }
}

/// Who named the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Ends`, word for word")]
pub enum EndsV1 {
    Told,
    Assumed,
}

impl From<Ends> for EndsV1 {
    fn from(ends: Ends) -> Self {
        match ends {
            Ends::Told => Self::Told,
            Ends::Assumed => Self::Assumed,
        }
    }
}

impl From<EndsV1> for Ends {
    fn from(ends: EndsV1) -> Self {
        match ends {
            EndsV1::Told => Self::Told,
            EndsV1::Assumed => Self::Assumed,
        }
    }
}
