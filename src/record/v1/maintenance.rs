//! Twins of maintenance that comes again.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::actor::ActorV1;
use super::leaf::{IdV1, SpanV1, TextV1, TimeV1};
use super::silence::MatchersV1;
use crate::domain::id::MaintenanceId;
use crate::domain::maintenance::{
    ClockTime, Days, KeptMaintenance, Maintenance, Recurrence, WindowOf, Zone,
};

/// A maintenance that somebody made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `KeptMaintenance`, field by field")]
pub struct MaintenanceV1 {
    pub id: IdV1,
    pub maintenance: RepeatedV1,
    pub by: ActorV1,
    pub created: TimeV1,
}

impl From<&KeptMaintenance> for MaintenanceV1 {
    fn from(kept: &KeptMaintenance) -> Self {
        let KeptMaintenance { id, maintenance, by, created } = kept;
        Self {
            id: IdV1(id.0),
            maintenance: maintenance.into(),
            by: by.into(),
            created: TimeV1(*created),
        }
    }
}

impl From<MaintenanceV1> for KeptMaintenance {
    fn from(kept: MaintenanceV1) -> Self {
        Self {
            id: MaintenanceId(kept.id.0),
            maintenance: kept.maintenance.into(),
            by: kept.by.into(),
            created: kept.created.0,
        }
    }
}

/// What is done again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Maintenance`, field by field")]
pub struct RepeatedV1 {
    pub name: TextV1,
    pub matchers: MatchersV1,
    pub comment: TextV1,
    pub when: RecurrenceV1,
}

impl From<&Maintenance> for RepeatedV1 {
    fn from(maintenance: &Maintenance) -> Self {
        let Maintenance { name, matchers, comment, when } = maintenance;
        Self {
            name: name.into(),
            matchers: MatchersV1(matchers.clone()),
            comment: comment.into(),
            when: RecurrenceV1(when.clone()),
        }
    }
}

impl From<RepeatedV1> for Maintenance {
    fn from(repeated: RepeatedV1) -> Self {
        Self {
            name: repeated.name.into(),
            matchers: repeated.matchers.0,
            comment: repeated.comment.into(),
            when: repeated.when.0,
        }
    }
}

/// When it is. What is none is refused while it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecurrenceV1(pub Recurrence);

#[derive(Serialize, Deserialize)]
struct Written {
    days: String,
    hour: i8,
    minute: i8,
    lasts: SpanV1,
    zone: String,
}

impl Serialize for RecurrenceV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(when) = self;
        let written = Written {
            days: when.days().to_string(),
            hour: when.at().hour(),
            minute: when.at().minute(),
            lasts: SpanV1(when.lasts()),
            zone: when.zone().name().to_owned(),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecurrenceV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { days, hour, minute, lasts, zone } = Written::deserialize(deserializer)?;
        let days = Days::parse(&days).map_err(D::Error::custom)?;
        let at = ClockTime::new(hour, minute, 0, 0).map_err(D::Error::custom)?;
        let zone = Zone::parse(&zone).map_err(D::Error::custom)?;
        Recurrence::new(days, at, lasts.0, zone).map(Self).map_err(D::Error::custom)
    }
}

/// Of which maintenance a silence is a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `WindowOf`, field by field")]
pub struct WindowOfV1 {
    pub name: TextV1,
    pub was: TextV1,
    pub until: TimeV1,
}

impl From<&WindowOf> for WindowOfV1 {
    fn from(window: &WindowOf) -> Self {
        let WindowOf { name, was, until } = window;
        Self { name: name.into(), was: was.into(), until: TimeV1(*until) }
    }
}

impl From<WindowOfV1> for WindowOf {
    fn from(window: WindowOfV1) -> Self {
        Self { name: window.name.into(), was: window.was.into(), until: window.until.0 }
    }
}
