//! Twins of what is done to alerts, and of the alert that the command line makes.

use serde::{Deserialize, Serialize};

use crate::domain::alert::Namespace;
use crate::domain::command::AlertCommand;
use crate::domain::id::{AccountId, Revision};
use crate::domain::labels::Labels;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::severity::SeverityReading;
use crate::record::v1::{IdV1, LabelsV1, SeverityV1, TextV1, TimeV1};

/// What can be done to an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `AlertCommand`, word for word")]
pub enum AlertCommandV1 {
    Acknowledge,
    Unacknowledge,
    Assign(Option<IdV1>),
    Snooze(TimeV1),
    Wake,
    Resolve,
    Reopen,
    Note(TextV1),
    Undo(u64),
}

impl From<&AlertCommand> for AlertCommandV1 {
    fn from(command: &AlertCommand) -> Self {
        match command {
            AlertCommand::Acknowledge => Self::Acknowledge,
            AlertCommand::Unacknowledge => Self::Unacknowledge,
            AlertCommand::Assign(to) => Self::Assign(to.map(|id| IdV1(id.0))),
            AlertCommand::Snooze(until) => Self::Snooze(TimeV1(*until)),
            AlertCommand::Wake => Self::Wake,
            AlertCommand::Resolve => Self::Resolve,
            AlertCommand::Reopen => Self::Reopen,
            AlertCommand::Note(text) => Self::Note(text.into()),
            AlertCommand::Undo(revision) => Self::Undo(revision.0),
        }
    }
}

impl From<AlertCommandV1> for AlertCommand {
    fn from(command: AlertCommandV1) -> Self {
        match command {
            AlertCommandV1::Acknowledge => Self::Acknowledge,
            AlertCommandV1::Unacknowledge => Self::Unacknowledge,
            AlertCommandV1::Assign(to) => Self::Assign(to.map(|id| AccountId(id.0))),
            AlertCommandV1::Snooze(until) => Self::Snooze(until.0),
            AlertCommandV1::Wake => Self::Wake,
            AlertCommandV1::Resolve => Self::Resolve,
            AlertCommandV1::Reopen => Self::Reopen,
            AlertCommandV1::Note(text) => Self::Note(text.into()),
            AlertCommandV1::Undo(revision) => Self::Undo(Revision(revision)),
        }
    }
}

/// A new alert that a person makes: the only report that goes over the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as the fields of `Payload`")]
pub struct NewAlertV1 {
    pub title: TextV1,
    pub service: TextV1,
    pub severity: Option<SeverityV1>,
    pub labels: LabelsV1,
}

impl NewAlertV1 {
    /// The twin of `report`, if that is a new alert with nothing but what is kept here.
    pub fn of(report: &Report) -> Option<Self> {
        let Report::Firing { subject: Subject::Manual { namespace, once: None }, payload } = report
        else {
            return None;
        };
        let Payload { road, title, service, severity, labels, annotations, starts_at, link } =
            payload.as_ref();
        let NamedService::Strictly(service) = service else { return None };
        let severity = match severity {
            SeverityReading::Absent => None,
            SeverityReading::Known(severity) => Some((*severity).into()),
            SeverityReading::Unknown(_) => return None,
        };
        let bare = *namespace == Namespace::default()
            && *road == Road::Plain
            && annotations.is_empty()
            && starts_at.is_none()
            && link.is_none();
        bare.then(|| Self {
            title: title.into(),
            service: service.into(),
            severity,
            labels: LabelsV1(labels.clone()),
        })
    }
}

impl From<NewAlertV1> for Report {
    fn from(alert: NewAlertV1) -> Self {
        let severity = alert
            .severity
            .map_or(SeverityReading::Absent, |severity| SeverityReading::Known(severity.into()));
        Self::Firing {
            subject: Subject::Manual { namespace: Namespace::default(), once: None },
            payload: Box::new(Payload {
                road: Road::Plain,
                title: alert.title.into(),
                service: NamedService::Strictly(alert.service.into()),
                severity,
                labels: alert.labels.0,
                annotations: Labels::default(),
                starts_at: None,
                link: None,
            }),
        }
    }
}
