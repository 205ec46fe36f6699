//! Where alerts are decided for the bench: the domain itself, without a store, a clock or a thread.

use std::sync::Arc;

use anyhow::Context as _;
use watchbell::console::effect::News;
use watchbell::domain::actor::{Actor, Person, Via};
use watchbell::domain::alert::{Identity, Namespace, Naming};
use watchbell::domain::command::{AlertCommand, Command, Order};
use watchbell::domain::draft::{Draft, Tick};
use watchbell::domain::id::{AlertId, Ids, OpId, Revision};
use watchbell::domain::labels::Labels;
use watchbell::domain::policy::{Account, Policy};
use watchbell::domain::report::{NamedService, Payload, Report, Road, Subject};
use watchbell::domain::severity::{Severity, SeverityReading};
use watchbell::domain::table::Table;
use watchbell::domain::text::Text;
use watchbell::domain::time::{SignedDuration, Timestamp, after};

/// A table, a time, and a source of ids.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub(crate) table: Table,
    pub(crate) now: Timestamp,
    revision: Revision,
    ids: Ids,
    /// How many alerts have fired.
    pub(crate) fired: usize,
}

/// Who sits at the console.
pub(crate) fn alice() -> Person {
    Account::new("alice", "alice@example.org").person()
}

impl Desk {
    /// A desk with `count` alerts, one of three a warning, a second apart.
    pub(crate) fn with(count: usize) -> anyhow::Result<Desk> {
        let now = "2026-11-21T03:00:00Z".parse().context("a time")?;
        let ids = Ids::from_seed(1);
        let table = Table::default();
        let mut desk = Desk { table, now, revision: Revision(0), ids, fired: 0 };
        let accounts = ["alice", "bob"].map(|name| Account::new(name, "someone@example.org"));
        let policy = Policy { accounts: accounts.to_vec(), ..Policy::default() };
        desk.decide(&Actor::Watchbell, Command::Adopt(Arc::new(policy)))?;
        while desk.fired < count {
            desk.fire((count - desk.fired).min(500))?;
        }
        desk.now = after(desk.now, SignedDuration::from_hours(1));
        Ok(desk)
    }

    /// So many more alerts fire, in one commit.
    pub(crate) fn fire(&mut self, count: usize) -> anyhow::Result<News> {
        self.now = after(self.now, SignedDuration::from_secs(1));
        let numbers = self.fired..self.fired + count;
        self.fired += count;
        let reports = numbers.map(report).collect();
        self.decide(&Actor::Machine(Text::derive("prometheus")), Command::Report(reports))
    }

    /// Somebody else does something to these alerts, in one commit.
    pub(crate) fn act(&mut self, ids: &[AlertId], command: AlertCommand) -> anyhow::Result<News> {
        let bob = Actor::Account(Account::new("bob", "someone@example.org").person());
        self.decide(&bob, Command::Alerts(ids.to_vec(), command))
    }

    fn decide(&mut self, actor: &Actor, command: Command) -> anyhow::Result<News> {
        let revision = self.revision.next();
        let tick = Tick { now: self.now, revision, ids: self.ids.clone(), granted: None };
        let mut draft = Draft::new(self.table.clone(), tick);
        let op = OpId(draft.tick.ids.draw());
        let order = Order { op, actor: actor.clone(), via: Via::Console, seen: None, command };
        draft.attempt(&order).map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        let (table, changes, ids) = draft.finish();
        (self.table, self.ids, self.revision) = (table, ids, revision);
        Ok(News { table: self.table.clone(), changes: Some(changes.into()) })
    }
}

/// Eight labels and two annotations, as Prometheus sends them for machines in a few racks.
fn report(number: usize) -> Report {
    let (rule, rack) = (number % 20, number % 97);
    let title = format!("RequestLatencyTooHigh{rule:02} on node-{number:06}");
    let instance = format!("node-{number:06}.example.org:9100");
    let [job, team] = ["api-server", "platform"].map(|word| format!("{word}-{rule:02}"));
    let pod = format!("api-server-7d9f8c6b5-{number:06x}");
    let namespace = format!("payments-{rack:02}");
    let labels: Labels = [
        ("alertname", title.as_str()),
        ("cluster", "eu-west-1-production"),
        ("instance", &instance),
        ("job", &job),
        ("namespace", &namespace),
        ("pod", &pod),
        ("team", &team),
        ("service", "web"),
    ]
    .into_iter()
    .collect();
    let annotations: Labels = [
        ("runbook_url", "https://runbooks.example.org/RequestLatencyTooHigh"),
        ("description", "latency is above half a second for 10 minutes"),
    ]
    .into_iter()
    .collect();
    let severity = if number.is_multiple_of(3) { Severity::Warning } else { Severity::Critical };
    let payload = Payload {
        road: Road::Plain,
        title: Text::derive(&title),
        service: NamedService::Loosely(Text::derive("web")),
        severity: SeverityReading::Known(severity),
        labels,
        annotations,
        starts_at: None,
        link: None,
    };
    let naming = Naming::Given(instance.as_str().into());
    let identity = Identity { namespace: Namespace::default(), naming };
    Report::Firing { subject: Subject::Known(identity), payload: Box::new(payload) }
}
