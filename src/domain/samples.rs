//! Samples for tests: a desk at which orders are decided without a store or a clock.

use std::sync::Arc;

use super::actor::{Actor, Person, Via};
use super::alert::{Alert, Identity, Namespace, Naming, Told};
use super::change::Change;
use super::command::{Acted, AlertCommand, Answer, Command, Order, SilenceCommand};
use super::draft::{Draft, Tick};
use super::id::{AlertId, Ids, OpId, Revision, SilenceId};
use super::labels::Labels;
use super::matcher::{Dialect, Matcher};
use super::policy::{Account, Policy};
use super::refusal::Refusal;
use super::report::{NamedService, Payload, Report, Road, Subject};
use super::severity::SeverityWords;
use super::silence::Terms;
use super::table::Table;
use super::text::Text;
use super::time::{Moment, SignedDuration, Timestamp, after};

/// A table, a time and a source of ids; each order is a commit of its own.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) table: Table,
    pub(crate) now: Timestamp,
    pub(crate) revision: Revision,
    ids: Ids,
}

impl Desk {
    /// Saturday night, with the accounts alice, bob and carol and no alert.
    pub(crate) fn new() -> Self {
        let mut desk = Self {
            table: Table::default(),
            now: "2026-11-21T03:00:00Z".parse().unwrap(),
            revision: Revision(0),
            ids: Ids::from_seed(1),
        };
        let accounts = ["alice", "bob", "carol"]
            .map(|name| Account::new(name, &format!("{name}@example.org")));
        let policy = Policy { accounts: accounts.to_vec(), ..Policy::default() };
        desk.order(&Actor::Watchbell, Command::Adopt(Arc::new(policy))).unwrap();
        desk
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, span: SignedDuration) {
        self.now = after(self.now, span);
    }

    /// Decides one order and keeps what came of it.
    pub(crate) fn order(&mut self, actor: &Actor, command: Command) -> Result<Answer, Refusal> {
        self.order_seen(actor, None, command).map(|(answer, _)| answer)
    }

    /// Decides several orders as one commit; all are answered.
    pub(crate) fn orders(&mut self, orders: impl IntoIterator<Item = (Actor, Command)>) {
        let revision = self.revision.next();
        let granted = self.table.granted();
        let tick = Tick { now: self.now, revision, ids: self.ids.clone(), granted };
        let mut draft = Draft::new(self.table.clone(), tick);
        for (actor, command) in orders {
            let op = OpId(draft.tick.ids.draw());
            draft.attempt(&Order { op, actor, via: Via::Console, seen: None, command }).unwrap();
        }
        let (table, _, ids) = draft.finish();
        (self.table, self.ids, self.revision) = (table, ids, revision);
    }

    /// As `order`, by somebody who saw a revision; gives the changes too.
    pub(crate) fn order_seen(
        &mut self,
        actor: &Actor,
        seen: Option<Revision>,
        command: Command,
    ) -> Result<(Answer, Vec<Change>), Refusal> {
        let op = OpId(self.ids.draw());
        let revision = self.revision.next();
        let granted = self.table.granted();
        let tick = Tick { now: self.now, revision, ids: self.ids.clone(), granted };
        let mut draft = Draft::new(self.table.clone(), tick);
        let order = Order { op, actor: actor.clone(), via: Via::Console, seen, command };
        let answer = draft.attempt(&order)?;
        let (table, changes, ids) = draft.finish();
        (self.table, self.ids) = (table, ids);
        if !changes.is_empty() {
            self.revision = revision;
        }
        Ok((answer, changes))
    }

    /// A report as a plain sender makes it; gives the alert it is about.
    pub(crate) fn fires(&mut self, fingerprint: &str, payload: Payload) -> AlertId {
        let report = Report::Firing {
            subject: Subject::Known(identity(fingerprint)),
            payload: Box::new(payload),
        };
        self.reports(report).unwrap().unwrap()
    }

    /// The source says that it has ended.
    pub(crate) fn ends(&mut self, fingerprint: &str) -> Option<AlertId> {
        let identity = identity(fingerprint);
        let road = Road::Plain;
        self.reports(Report::Resolved { identity, road, ends_at: None }).unwrap()
    }

    pub(crate) fn reports(&mut self, report: Report) -> Result<Option<AlertId>, Refusal> {
        let prometheus = Actor::Machine(Text::derive("prometheus"));
        match self.order(&prometheus, Command::Report(vec![report]))? {
            Answer::Reported(mut one) => one.pop().unwrap(),
            other => panic!("not an answer to a report: {other:?}"),
        }
    }

    /// Somebody makes a silence of what `matchers` say, from now on.
    pub(crate) fn silence(
        &mut self,
        who: &str,
        matchers: &[&str],
        lasts: SignedDuration,
    ) -> SilenceId {
        let terms = self.terms(who, matchers, lasts);
        self.silences(&account(who), SilenceCommand::Set(None, Box::new(terms))).unwrap().unwrap()
    }

    /// What such a silence says.
    pub(crate) fn terms(&self, who: &str, matchers: &[&str], lasts: SignedDuration) -> Terms {
        let matcher = |text: &&str| Matcher::parse(text, Dialect::Fallback).unwrap();
        Terms {
            matchers: matchers.iter().map(matcher).collect(),
            starts: self.now,
            ends: after(self.now, lasts),
            by: who.into(),
            comment: "a reason".into(),
            annotations: Labels::default(),
            until_resolved: false,
        }
    }

    /// Somebody does something about silences.
    pub(crate) fn silences(
        &mut self,
        actor: &Actor,
        command: SilenceCommand,
    ) -> Result<Option<SilenceId>, Refusal> {
        match self.order(actor, Command::Silence(command))? {
            Answer::Silenced(id) => Ok(Some(id)),
            Answer::Done => Ok(None),
            other => panic!("not an answer about silences: {other:?}"),
        }
    }

    /// Somebody acts on an alert.
    pub(crate) fn act(
        &mut self,
        actor: &Actor,
        id: AlertId,
        command: AlertCommand,
    ) -> Result<Acted, Refusal> {
        self.act_seen(actor, None, id, command)
    }

    /// Somebody acts on an alert of which they saw a revision.
    pub(crate) fn act_seen(
        &mut self,
        actor: &Actor,
        seen: Option<Revision>,
        id: AlertId,
        command: AlertCommand,
    ) -> Result<Acted, Refusal> {
        match self.order_seen(actor, seen, Command::Alerts(vec![id], command))?.0 {
            Answer::Acted(mut one) => one.pop().unwrap().1,
            other => panic!("not an answer to an act: {other:?}"),
        }
    }

    /// Sees to every deadline that has passed.
    pub(crate) fn time(&mut self) {
        while let Some((due, key)) = self.table.next_due()
            && due <= self.now
        {
            self.order(&Actor::Watchbell, Command::Due(key)).unwrap();
        }
    }

    pub(crate) fn alert(&self, id: AlertId) -> &Alert {
        self.table.alert(id).unwrap()
    }

    /// The alert's timeline as people read it, oldest first.
    pub(crate) fn timeline(&self, id: AlertId) -> Vec<String> {
        self.alert(id).recent.iter().map(ToString::to_string).collect()
    }
}

pub(crate) fn identity(fingerprint: &str) -> Identity {
    Identity { namespace: Namespace::default(), naming: Naming::Given(fingerprint.into()) }
}

/// An account as actor: `alice`, `bob` or `carol`.
pub(crate) fn account(name: &str) -> Actor {
    Actor::Account(person(name))
}

pub(crate) fn person(name: &str) -> Person {
    Account::new(name, "").person()
}

/// A payload of the service `web`; the severity is read as it would be from the wire.
pub(crate) fn payload(title: &str, severity: &str) -> Payload {
    Payload {
        road: Road::Plain,
        title: Text::derive(title),
        service: NamedService::Strictly(Text::derive("web")),
        severity: SeverityWords::default().read(Some(severity)),
        labels: labels(&[("alertname", title), ("service", "web")]),
        annotations: Labels::default(),
        starts_at: None,
        link: None,
    }
}

pub(crate) fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}

/// What a sender tells by API v2: from when to when.
pub(crate) fn told(start: Timestamp, end: Timestamp) -> Told {
    Told { start: Some(Moment::utc(start)), end: Some(Moment::utc(end)) }
}
