//! The cases that people on call have met, each a short story: what came in, who did what, and
//! what a person then sees. Here is only how a story is told; must decide nothing by itself.

mod clocks;
mod names;
mod people;
mod resends;

use super::*;
use crate::domain::alert::Call;
use crate::domain::change::Change;
use crate::domain::delivery::{Outcome, Progress};
use crate::domain::draft::Tick;
use crate::domain::id::{DeliveryId, Ids};
use crate::domain::policy::Channel;
use crate::domain::time::after;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
/// How long after it was said, by its own clock, an interval of Prometheus ends.
const LEAD: SignedDuration = SignedDuration::from_mins(4);

/// A desk with one channel that takes everything at once, and all that a person could read of it.
struct Story {
    desk: Desk,
    begun: Vec<(DeliveryId, u32)>,
    lines: Vec<String>,
}

impl Story {
    /// At 03:00:00.
    fn begins() -> Self {
        let desk = Desk::new();
        let policy = Policy {
            channels: vec![Channel::shared("pager")],
            ..desk.table.policy().as_ref().clone()
        };
        let mut story = Self { desk, begun: Vec::new(), lines: Vec::new() };
        story.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy)));
        story
    }

    fn now(&self) -> Timestamp {
        self.desk.now
    }

    /// One post of `prometheus`; gives the alert of its last report.
    fn hears<const N: usize>(&mut self, reports: [Report; N]) -> Option<AlertId> {
        let prometheus = Actor::Machine("prometheus".into());
        match self.order(&prometheus, Command::Report(reports.into())) {
            Answer::Reported(mut answers) => answers.pop().unwrap().unwrap(),
            other => panic!("not an answer to a report: {other:?}"),
        }
    }

    fn acts(&mut self, who: &str, id: AlertId, act: AlertCommand) {
        match self.order(&account(who), Command::Alerts(vec![id], act)) {
            Answer::Acted(mut acted) => drop(acted.pop().unwrap().1.unwrap()),
            other => panic!("not an answer to an act: {other:?}"),
        }
    }

    /// What no order can ask for yet, as a silence would.
    fn happens(&mut self, id: AlertId, happening: &Happening) {
        let revision = self.desk.revision.next();
        let granted = self.desk.table.granted();
        let tick = Tick { now: self.desk.now, revision, ids: Ids::from_seed(2), granted };
        let mut draft = Draft::new(self.desk.table.clone(), tick);
        let by = By { actor: &Actor::Watchbell, seen: None };
        let alert = self.desk.table.alert(id).cloned();
        take(&mut draft, by, alert.as_deref(), happening).unwrap();
        let (table, changes, _) = draft.finish();
        (self.desk.table, self.desk.revision) = (table, revision);
        self.read(&changes);
        self.sees_to_what_is_due();
    }

    /// Time passes, deadline by deadline.
    fn waits(&mut self, span: SignedDuration) {
        let until = after(self.desk.now, span);
        while let Some((due, _)) = self.desk.table.next_due()
            && due <= until
        {
            self.desk.now = due.max(self.desk.now);
            self.sees_to_what_is_due();
        }
        self.desk.now = until;
    }

    fn order(&mut self, actor: &Actor, command: Command) -> Answer {
        let (answer, changes) = self.desk.order_seen(actor, None, command).unwrap();
        self.read(&changes);
        self.sees_to_what_is_due();
        answer
    }

    fn sees_to_what_is_due(&mut self) {
        loop {
            let due = self.desk.table.next_due().filter(|(due, _)| *due <= self.desk.now);
            let command = match (self.begun.pop(), due) {
                (Some((id, attempt)), _) => Command::Settle(id, attempt, Outcome::Taken),
                (None, Some((_, key))) => Command::Due(key),
                (None, None) => return,
            };
            let decided = self.desk.order_seen(&Actor::Watchbell, None, command);
            self.read(&decided.unwrap().1);
        }
    }

    fn read(&mut self, changes: &[Change]) {
        let time = clock(self.desk.now);
        for Change { next, event, .. } in changes {
            match (next, event) {
                (Some(Entity::Alert(alert)), Some(event)) => {
                    let title = if alert.title.as_str() == "disk" {
                        String::new()
                    } else {
                        format!("{}: ", alert.title)
                    };
                    self.lines.push(format!("{time} {title}{event}"));
                }
                (Some(Entity::Delivery(delivery)), _) => match &delivery.state {
                    Progress::Attempt { .. } => self.begun.push((delivery.id, delivery.attempts)),
                    Progress::Superseded { why, .. } => {
                        self.lines.push(format!("{time} not told: {}; {why}", delivery.tell));
                    }
                    Progress::Waiting { .. } | Progress::Sent { .. } | Progress::GivenUp { .. } => {
                    }
                },
                _ => {}
            }
        }
    }

    /// From when on the sources of each alert say that it fires.
    fn starts(&self) -> Vec<Timestamp> {
        let start = |entity| match entity {
            Entity::Source(stray) => Some(stray.source.interval.start.at),
            Entity::Alert(alert) => alert.source.as_deref().map(|source| source.interval.start.at),
            _ => None,
        };
        self.desk.table.entities().filter_map(start).collect()
    }

    /// Every line so far, and how each alert stands now, in the order of their beginning.
    fn told(&self) -> String {
        let mut alerts: Vec<_> = self.desk.table.alerts().collect();
        alerts.sort_by_key(|alert| (alert.received, alert.occurrence, alert.title.to_string()));
        let stands = alerts.into_iter().map(|alert| stands(alert));
        self.lines.iter().cloned().chain(stands).collect::<Vec<_>>().join("\n")
    }
}

fn stands(alert: &Alert) -> String {
    let standing = &alert.standing;
    let state = match &standing.state {
        State::Acknowledged(held) => format!("acknowledged by {}", held.by),
        State::Firing | State::Resolved(_) => standing.state.to_string(),
    };
    let call = match standing.call {
        Call::Quiet => "is a warning".to_owned(),
        Call::Calling(calling) => format!("calls since {}", clock(calling.since)),
        Call::Paused { calling, why } => {
            format!("called since {}, paused: {why:?}", clock(calling.since))
        }
        Call::Over => "calls no more".to_owned(),
    };
    let whose = standing.assignee.as_ref().map(|person| format!(", {}'s", person.name));
    let marks = match (alert.marks.flapping, alert.marks.clock) {
        (None, None) => String::new(),
        (flapping, off) => {
            let flaps = flapping.map(|since| format!(", flaps since {}", clock(since)));
            let off = off.map(|off| format!(", its sender's clock is {off:#} behind"));
            [flaps, off].into_iter().flatten().collect()
        }
    };
    let (title, count) = (&alert.title, alert.seen.count);
    format!("= {title}: {state}, {call}{}, heard {count} ×{marks}", whose.unwrap_or_default())
}

fn clock(time: Timestamp) -> String {
    time.strftime("%H:%M:%S").to_string()
}

/// What API v2 brings of `name`: from when to when, by its sender's clock.
fn lasts(name: &str, start: Timestamp, end: Timestamp) -> Report {
    let set = labels(&[("alertname", name)]);
    let identity = by_labels(set.clone());
    let starts_at = Some(start);
    let payload = Payload { road: Road::V2, labels: set, starts_at, ..payload(name, "critical") };
    Report::Interval { identity, told: told(start, end), payload: Box::new(payload) }
}

/// What an Alertmanager's webhook brings while `name` fires.
fn flushed(name: &str, start: Timestamp) -> Report {
    let set = labels(&[("alertname", name)]);
    let subject = Subject::Known(by_labels(set.clone()));
    let starts_at = Some(start);
    let payload =
        Payload { road: Road::Webhook, labels: set, starts_at, ..payload(name, "critical") };
    Report::Firing { subject, payload: Box::new(payload) }
}

/// What an Alertmanager's webhook brings when `name` has ended.
fn flushed_end(name: &str, end: Timestamp) -> Report {
    let identity = by_labels(labels(&[("alertname", name)]));
    Report::Resolved { identity, road: Road::Webhook, ends_at: Some(end) }
}

/// A post of somebody's own, which has no start.
fn curl(name: &str, severity: &str) -> Report {
    let subject = Subject::Known(identity(name));
    Report::Firing { subject, payload: Box::new(payload(name, severity)) }
}

/// The end of what `curl` posted.
fn curl_end(name: &str) -> Report {
    Report::Resolved { identity: identity(name), road: Road::Plain, ends_at: None }
}

fn by_labels(labels: Labels) -> Identity {
    Identity { namespace: Namespace::default(), naming: Naming::of_labels(labels) }
}
