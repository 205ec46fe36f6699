//! Routing: what routes and API v2 see of the open alerts. Pure; asked at the time of the question.
//!
//! They see what the sources tell, to the exact end: an acknowledgement is no state here, and what
//! an operator resolved is gone until it fires again.

mod group;

use super::alert::{Alert, Source};
use super::labels::{Fingerprint, Labels};
use super::table::{Lookup, Table};
use super::time::{Moment, Timestamp, after};

pub use group::{Group, groups};

/// A route: who is told, and what is told together.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The name of the receiver.
    pub receiver: &'static str,
    /// The labels by whose values alerts are told together.
    pub group_by: &'static [&'static str],
}

/// The one route that there is without a routing file.
pub const BUILT_IN: Route = Route { receiver: "default", group_by: &["alertname"] };

/// An alert as routes and API v2 see it.
#[derive(Clone, Copy, Debug)]
pub struct Routed<'t> {
    /// The episode that people work on.
    pub alert: &'t Alert,
    /// What its sources told by API v2, if they brought this episode that way.
    source: Option<&'t Source>,
    /// When it ends, should nothing more be heard.
    pub end: Moment,
}

/// When it is, for whoever asks what fires: `now`, and since when nothing can be heard, where that
/// is so. Time stands still then: what had not ended when we went deaf has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// Now.
    pub now: Timestamp,
    /// Since when we are deaf.
    pub deaf: Option<Timestamp>,
}

impl Hour {
    /// Of a service that hears.
    pub fn of(now: Timestamp) -> Self {
        Self { now, deaf: None }
    }

    /// Until when a report would have been heard.
    fn heard(self) -> Timestamp {
        self.deaf.map_or(self.now, |deaf| deaf.min(self.now))
    }
}

/// The open alerts whose end has not passed, in order of their seats.
pub fn routed(table: &Table, hour: Hour) -> impl Iterator<Item = Routed<'_>> {
    looked_up(table, &Lookup::All, hour)
}

/// Those of them that a look-up leads to.
pub fn looked_up<'t>(
    table: &'t Table,
    lookup: &Lookup,
    hour: Hour,
) -> impl Iterator<Item = Routed<'t>> + use<'t> {
    table.look_up(lookup, None).filter_map(move |alert| Routed::of(table, alert, hour))
}

impl<'t> Routed<'t> {
    /// How an open alert is seen; nothing, if its end has passed.
    pub fn of(table: &'t Table, alert: &'t Alert, hour: Hour) -> Option<Self> {
        let now = hour.heard();
        // What API v2 told of an earlier episode says nothing about one that came otherwise.
        let told = alert.ends.and_then(|_| alert.source.as_deref().or_else(|| stray(table, alert)));
        let (end, updated) = match told {
            Some(source) => (source.interval.end, source.updated),
            None => (alert.ends.map_or(open_end(table, now), Moment::utc), alert.seen.last),
        };
        let granted = table.granted().and_then(|grant| grant.end(updated, now));
        let end = granted.filter(|granted| *granted > end.at).map_or(end, Moment::utc);
        let routed = Self { alert, source: told, end };
        (end.at >= now).then_some(routed)
    }

    /// When it began: with the earliest start that was told.
    pub fn start(&self) -> Moment {
        let own = || Moment::utc(self.alert.starts_at.unwrap_or(self.alert.received));
        self.source.map_or_else(own, |source| source.interval.start)
    }

    /// When we last heard of it.
    pub fn updated(&self) -> Timestamp {
        self.source.map_or(self.alert.seen.last, |source| source.updated)
    }

    /// Its labels, as they came.
    pub fn labels(&self) -> &'t Labels {
        self.alert.told_labels()
    }

    /// The hash of its labels.
    pub fn fingerprint(&self) -> Fingerprint {
        self.alert.print()
    }

    /// The annotations of the newest report.
    pub fn annotations(&self) -> &'t Labels {
        self.source.map_or(&self.alert.annotations, |source| &source.annotations)
    }

    /// The link of the newest report.
    pub fn link(&self) -> Option<&'t str> {
        self.source.map_or(self.alert.link.as_deref(), |source| source.link.as_deref())
    }
}

/// What was told before there was an alert to keep it with: an older file has it so.
fn stray<'t>(table: &'t Table, alert: &Alert) -> Option<&'t Source> {
    table.stray(&alert.identity).map(|stray| &stray.source)
}

/// What has no end fires on: whenever it is asked for, it does not end soon.
fn open_end(table: &Table, now: Timestamp) -> Moment {
    Moment::utc(after(now, table.policy().resolve_timeout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{Identity, Namespace, Naming};
    use crate::domain::command::{AlertCommand, Command, Deaf};
    use crate::domain::id::AlertId;
    use crate::domain::report::{Payload, Report, Road};
    use crate::domain::samples::{Desk, account, labels, payload, told};
    use crate::domain::time::SignedDuration;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn tells(desk: &mut Desk, start: Timestamp, minutes: i32) -> Option<AlertId> {
        let naming = Naming::of_labels(labels(&[("alertname", "disk")]));
        let identity = Identity { namespace: Namespace::default(), naming };
        let starts_at = Some(start);
        let payload = Payload { road: Road::V2, starts_at, ..payload("disk", "critical") };
        let told = told(start, after(desk.now, MINUTE * minutes));
        desk.reports(Report::Interval { identity, told, payload: Box::new(payload) }).unwrap()
    }

    /// Minutes from now until each listed alert's end.
    fn seen(desk: &Desk) -> Vec<i128> {
        let minutes =
            |routed: Routed<'_>| routed.end.at.duration_since(desk.now).as_millis() / 60_000;
        routed(&desk.table, Hour::of(desk.now)).map(minutes).collect()
    }

    #[test]
    fn an_acknowledged_alert_is_seen_and_one_that_an_operator_resolved_is_not_until_it_fires_anew()
    {
        let mut desk = Desk::new();
        let start = desk.now;
        let id = tells(&mut desk, start, 4).unwrap();
        desk.act(&account("alice"), id, AlertCommand::Acknowledge).unwrap();
        assert_eq!(seen(&desk), [4]);
        desk.act(&account("alice"), id, AlertCommand::Resolve).unwrap();
        tells(&mut desk, start, 4);
        assert!(seen(&desk).is_empty());
        desk.wait(MINUTE * 16);
        tells(&mut desk, start, 4);
        assert_eq!(seen(&desk), [4]);
    }

    #[test]
    fn the_end_is_exact_although_people_are_told_later() {
        let mut desk = Desk::new();
        let start = desk.now;
        let id = tells(&mut desk, start, 4).unwrap();
        desk.wait(MINUTE * 4);
        assert_eq!(seen(&desk), [0]);
        desk.wait(SignedDuration::from_secs(1));
        desk.time();
        assert!(desk.alert(id).is_open() && seen(&desk).is_empty());
    }

    #[test]
    fn after_a_start_an_end_that_passed_meanwhile_is_put_off_and_one_told_since_is_not() {
        let mut desk = Desk::new();
        let start = desk.now;
        tells(&mut desk, start, 4).unwrap();
        desk.wait(MINUTE * 60);
        let woke = Command::Woke(Deaf::Start);
        desk.order(&crate::domain::actor::Actor::Watchbell, woke).unwrap();
        desk.time();
        assert_eq!(seen(&desk), [5]);
        desk.wait(MINUTE);
        tells(&mut desk, start, 2);
        assert_eq!(seen(&desk), [2]);
        desk.wait(MINUTE * 3);
        desk.time();
        assert!(seen(&desk).is_empty() && desk.table.open_alerts().count() == 0);
    }

    #[test]
    fn an_alert_of_another_road_has_an_end_that_is_never_near() {
        let mut desk = Desk::new();
        desk.fires("cron", payload("cron", "critical"));
        desk.wait(MINUTE * 600);
        assert_eq!(seen(&desk), [5]);
    }

    #[test]
    fn while_nothing_can_be_heard_nothing_ends() {
        let mut desk = Desk::new();
        let start = desk.now;
        tells(&mut desk, start, 4).unwrap();
        let deaf = Some(desk.now);
        desk.wait(MINUTE * 60);
        assert_eq!(routed(&desk.table, Hour { now: desk.now, deaf }).count(), 1);
        assert_eq!(routed(&desk.table, Hour::of(desk.now)).count(), 0);
    }
}
