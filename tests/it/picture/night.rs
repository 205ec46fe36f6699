//! Nights that were: data as a watchbell leaves it that has run through them, in a year to come.
//! Its clock never goes back, so that a program started over such data goes on from the night's
//! last moment: every time on the screen is the same whenever the pictures are drawn.

use std::sync::Arc;

use watchbell::config::{Config, Given};
use watchbell::console::settings::STILL_FOR;
use watchbell::domain::actor::{Actor, Via};
use watchbell::domain::alert::{Identity, Namespace, Naming, Told};
use watchbell::domain::command::{AlertCommand, Command, Order, TokenCommand};
use watchbell::domain::id::{AlertId, OpId};
use watchbell::domain::labels::Labels;
use watchbell::domain::policy::Account;
use watchbell::domain::report::{NamedService, Payload, Report, Road, Subject};
use watchbell::domain::severity::SeverityWords;
use watchbell::domain::time::{Moment, SignedDuration, Timestamp, after};
use watchbell::domain::token::{Digest, Scopes};
use watchbell::engine::Engine;
use watchbell::store::{DataDir, Store};

use crate::console::me;
use crate::support::Home;

/// A Saturday, as the days of the week stand in the pictures.
const DAY: &str = "2099-11-21";

/// The configuration of the pictures: whoever draws them is alice.
pub(super) fn configuration() -> String {
    let unix_user = me();
    format!(
        r#"
[[account]]
name = "alice"
email = "alice@example.org"
unix_user = "{unix_user}"

[[account]]
name = "bob"

[[account]]
name = "carol"

[console]
name = "prod"
time_zone = "UTC"
still_for = "{}m"
"#,
        STILL_FOR.as_secs() / 60
    )
}

/// Data that is being made.
pub(super) struct Night {
    engine: Engine,
    now: Timestamp,
    orders: u128,
}

impl Night {
    /// Begins it in `home`, which has the configuration.
    pub(super) fn begin(home: &Home) -> Self {
        std::fs::create_dir_all(home.data()).unwrap();
        let given = Given { user: "nobody", listen: None };
        let config = Config::read("watchbell.toml", &configuration(), &given).unwrap();
        // As the program does: a directory open to others is refused.
        let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(home.data(), own).unwrap();
        let (store, loaded) = Store::open(DataDir(home.data())).unwrap();
        let engine = Engine::new(store, loaded, Arc::new(config.policy), 7);
        Self { engine: engine.without_notifier(), now: Timestamp::MIN, orders: 0 }
    }

    /// Goes on to this time of the night, or of a day before it.
    pub(super) fn at(&mut self, at: &str) -> &mut Self {
        self.now = time(at);
        // What is due by then.
        self.turn(&[]);
        self
    }

    fn turn(&mut self, orders: &[Order]) {
        let turn = self.engine.turn(orders, self.now);
        for answer in turn.answers {
            answer.unwrap();
        }
    }

    fn order(&mut self, actor: Actor, command: Command) {
        self.orders += 1;
        let op = OpId(uuid::Uuid::from_u128(self.orders));
        self.turn(&[Order { op, actor, via: Via::Console, seen: None, command }]);
    }

    pub(super) fn fires(&mut self, name: &str, payload: Payload) -> &mut Self {
        let subject = Subject::Known(identity(name));
        self.reports(Report::Firing { subject, payload: Box::new(payload) });
        self
    }

    /// It fires until then, unless its sender says so again.
    pub(super) fn fires_until(&mut self, name: &str, payload: Payload, end: &str) -> &mut Self {
        let payload = Box::new(Payload { road: Road::V2, ..payload });
        let end = Some(Moment::utc(time(end)));
        let told = Told { start: Some(Moment::utc(self.now)), end };
        self.reports(Report::Interval { identity: identity(name), told, payload });
        self
    }

    pub(super) fn ends(&mut self, name: &str) -> &mut Self {
        let identity = identity(name);
        self.reports(Report::Resolved { identity, road: Road::Plain, ends_at: None });
        self
    }

    fn reports(&mut self, report: Report) {
        self.order(Actor::Machine("prometheus".into()), Command::Report(vec![report]));
    }

    pub(super) fn acts(&mut self, person: &str, name: &str, act: AlertCommand) -> &mut Self {
        let id = self.id(name);
        let person = Actor::Account(Account::new(person, "").person());
        self.order(person, Command::Alerts(vec![id], act));
        self
    }

    fn id(&self, name: &str) -> AlertId {
        self.engine.published().table.newest(&identity(name)).unwrap().id
    }

    /// Leaves it as of this time.
    pub(super) fn end(mut self, time: &str) {
        self.at(time);
        // The last thing that is kept is from then, and so the clock goes on from then.
        let token = TokenCommand::Create {
            name: "pager".into(),
            digest: Digest([7; 32]),
            scopes: Scopes::default(),
            account: None,
            namespace: Namespace::default(),
        };
        self.order(Actor::Watchbell, Command::Token(token));
        self.engine.close().unwrap();
    }
}

/// A time of the night, or of a day before it.
fn time(text: &str) -> Timestamp {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{DAY}T{text}Z") };
    whole.parse().unwrap()
}

fn identity(name: &str) -> Identity {
    Identity { namespace: Namespace::default(), naming: Naming::Given(name.into()) }
}

/// What an alert of some service says.
pub(super) fn alert(title: &str, severity: &str, service: &str) -> Payload {
    Payload {
        road: Road::Plain,
        title: title.into(),
        service: NamedService::Strictly(service.into()),
        severity: SeverityWords::default().read(Some(severity)),
        labels: labels(&[("alertname", title), ("service", service)]),
        annotations: Labels::default(),
        starts_at: None,
        link: None,
    }
}

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().copied().collect()
}

fn give(person: &str) -> AlertCommand {
    AlertCommand::Assign(Some(Account::new(person, "").id))
}

/// What its sender calls the alert that the pictures are about.
const NET: &str = "9a0f3c11d2e45b67";

/// The night of most pictures, as of a quarter past three.
pub(super) fn usual(home: &Home) {
    let mut night = Night::begin(home);
    let net = Payload {
        labels: labels(&[
            ("alertname", "HostHighMemory"),
            ("instance", "net004:9100"),
            ("job", "node"),
            ("service", "default"),
        ]),
        annotations: labels(&[
            ("description", "Memory on net004 has been above 95 % for five minutes."),
            ("runbook_url", "https://runbooks.example.org/mem"),
        ]),
        link: Some("https://prom.example.org/graph?g0.expr=node_memory".into()),
        ..alert("net004 is HighMemory (95.04%)", "critical", "default")
    };
    let lag = Payload {
        labels: labels(&[
            ("alertname", "ReplicaLag"),
            ("instance", "db2:9187"),
            ("job", "postgres"),
            ("service", "db"),
        ]),
        annotations: labels(&[
            ("description", "db2 is 340 s behind db1; limit 60 s."),
            ("runbook_url", "https://runbooks.example.org/replica-lag"),
        ]),
        ..alert("replica lag 340 s", "critical", "db")
    };
    night.at("2099-11-15T09:05:00Z").fires(NET, net.clone());
    night.at("2099-11-15T09:25:00Z").ends(NET);
    night.at("2099-11-17T14:20:00Z").fires(NET, net.clone());
    night.acts("bob", NET, AlertCommand::Note("leak in exporter, restarted it".into()));
    night.at("2099-11-17T15:00:00Z").ends(NET);
    let import =
        Payload { road: Road::Webhook, ..alert("nightly import late", "warning", "batch") };
    night.at("2099-11-19T02:30:00Z").fires("import", import);
    let certificate = alert("certificate expires in 6 days", "warning", "web");
    night.at("2099-11-20T23:50:00Z").fires("certificate", certificate);
    night.at("2099-11-20T23:58:00Z").fires("errors", alert("5xx ratio 12 %", "critical", "web"));
    night.at("00:01:00").acts("carol", "errors", AlertCommand::Acknowledge);
    night.at("02:14:10").fires("lag", lag);
    night.at("02:16:00").acts("bob", "lag", AlertCommand::Acknowledge);
    let memory = alert("memory above 90 %", "critical", "cache");
    night.at("02:56:00").fires("memory", memory).acts("alice", "memory", give("alice"));
    let vacuum = AlertCommand::Note("vacuum running on db1, waiting for it".into());
    night.at("03:01:00").acts("bob", "lag", vacuum);
    let edge = alert("edge7 does not answer", "critical", "edge");
    night.at("03:01:30").fires_until("edge", edge, "03:05:30");
    let latency = alert("p99 latency above 2 s", "critical", "payments");
    night.at("03:03:20").fires("latency", latency);
    night.at("03:08:30").ends("memory");
    let net = Payload { starts_at: Some(time("03:12:00")), ..net };
    night.at("03:12:00").fires(NET, net.clone()).acts("bob", NET, give("alice"));
    night.at("03:14:00").fires(NET, net);
    night.end("03:15:05");
}

/// Nothing has come yet, and it is a quarter past three.
pub(super) fn empty(home: &Home) {
    Night::begin(home).end("03:15:05");
}

/// It is over: one ended as it should, two because nothing more was heard.
pub(super) fn calm(home: &Home) {
    let mut night = Night::begin(home);
    night.at("02:20:00");
    for (name, title) in [("edge", "edge7 does not answer"), ("probe", "probe of edge7 fails")] {
        night.fires_until(name, alert(title, "critical", "edge"), "02:40:00");
    }
    night.at("02:39:00");
    night.fires("memory", alert("memory above 90 %", "critical", "cache"));
    night.at("02:40:00").at("02:51:00").ends("memory");
    night.end("03:10:05");
}

/// A primary database went away at 03:12, and everything behind it calls.
pub(super) fn storm(home: &Home) {
    let mut night = Night::begin(home);
    night.at("02:50:00").fires("queue", alert("queue older than 10 min", "warning", "batch"));
    night.at("03:12:00").fires("db1", alert("db1 primary does not answer", "critical", "db"));
    for number in 1..=210 {
        night.now = after(night.now, SignedDuration::from_millis(1_100));
        let host = number * 37 % 211;
        let (title, service) = match number % 7 {
            0 => (format!("connection pool exhausted on pay{host}"), "payments"),
            1 | 2 => (format!("5xx ratio {} % on web{host}", 20 + host % 23), "web"),
            3 | 4 => (format!("db{host} lag above 90 s"), "db"),
            _ => (format!("db{host} replication stopped"), "db"),
        };
        let severity = if number % 5 == 0 { "warning" } else { "critical" };
        night.fires(&title, alert(&title, severity, service));
    }
    night.end("03:16:05");
}
