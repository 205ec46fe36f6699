//! Twins of the alert and of what API v2 told of it. What is the same twice is kept once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::alert::{Alert, Moving, Naming, Source};
use crate::domain::labels::Labels;
use crate::record::v1::{AlertV1, IntervalV1, LabelsV1, TimeV1};

/// An alert without its recent lines, which are rebuilt from the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertV2 {
    /// As version 1 has it, without its labels.
    pub alert: AlertV1,
    /// Its labels, where they are not the set that it is known by.
    pub labels: Option<LabelsV1>,
    /// What API v2 told of it.
    pub told: Option<ToldV2>,
}

/// What the sources of an alert have told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Source`, field by field")]
pub struct ToldV2 {
    pub interval: IntervalV1,
    /// Where they are not those of the alert.
    pub words: Option<WordsV2>,
    pub updated: TimeV1,
    pub fired: Option<TimeV1>,
    pub resolved: Vec<(TimeV1, TimeV1)>,
    pub moving: Option<(TimeV1, TimeV1, u32)>,
}

/// What a source said beside from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named by what they hold")]
pub struct WordsV2 {
    pub annotations: LabelsV1,
    pub link: Option<Box<str>>,
}

impl From<&Alert> for AlertV2 {
    fn from(alert: &Alert) -> Self {
        let known_by = match &alert.identity.naming {
            Naming::Labels { labels, .. } => Some(labels),
            Naming::Given(_) => None,
        };
        let labels = Some(&alert.labels).filter(|labels| known_by != Some(*labels));
        let mut record = AlertV1::from(alert);
        record.labels = LabelsV1(Labels::default());
        Self {
            alert: record,
            labels: labels.cloned().map(LabelsV1),
            told: alert.source.as_deref().map(|source| ToldV2::of(source, alert)),
        }
    }
}

impl From<AlertV2> for Alert {
    fn from(record: AlertV2) -> Self {
        let mut alert = Alert::from(record.alert);
        alert.labels = match (record.labels, &alert.identity.naming) {
            (Some(labels), _) => labels.0,
            (None, Naming::Labels { labels, .. }) => labels.clone(),
            (None, Naming::Given(_)) => Labels::default(),
        };
        alert.source = record.told.map(|told| Arc::new(told.of_alert(&alert)));
        alert
    }
}

impl ToldV2 {
    fn of(source: &Source, alert: &Alert) -> Self {
        let Source { interval, annotations, link, updated, fired, resolved, moving } = source;
        let same = *annotations == alert.annotations && *link == alert.link;
        Self {
            interval: (*interval).into(),
            words: (!same).then(|| WordsV2 {
                annotations: LabelsV1(annotations.clone()),
                link: link.as_deref().map(Box::from),
            }),
            updated: TimeV1(*updated),
            fired: fired.map(TimeV1),
            resolved: resolved.iter().map(|(start, end)| (TimeV1(*start), TimeV1(*end))).collect(),
            moving: moving.map(|it| (TimeV1(it.start), TimeV1(it.latest), it.times)),
        }
    }

    fn of_alert(self, alert: &Alert) -> Source {
        let (annotations, link) = match self.words {
            Some(words) => (words.annotations.0, words.link.map(Arc::from)),
            None => (alert.annotations.clone(), alert.link.clone()),
        };
        Source {
            interval: self.interval.into(),
            annotations,
            link,
            updated: self.updated.0,
            fired: self.fired.map(|time| time.0),
            resolved: self.resolved.iter().map(|(start, end)| (start.0, end.0)).collect(),
            moving: self.moving.map(|(start, latest, times)| Moving {
                start: start.0,
                latest: latest.0,
                times,
            }),
        }
    }
}
