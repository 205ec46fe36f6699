//! A stage for tests: the model with a desk behind it that decides its orders, a clock that is
//! moved by hand, and a terminal whose bytes are kept.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::{Backend as _, TestBackend};
use ratatui::layout::Size;

use super::effect::{Effect, Event, Failure, News, Receipt};
use super::frame::{Link, Tick};
use super::key::Key;
use super::model::{Model, Now};
use super::quiet::{QuietBackend, Window};
use super::settings::{Access, Filters, Keeps, Place, Posting, STILL_FOR, Settings};
use super::terminal::{Desktop, Links, Multiplexer};
use super::text::Symbols;
use super::theme::palette::Palette;
use super::theme::{Depth, Ground};
use super::update::{next_wake, update};
use super::view;
use crate::domain::actor::Actor;
use crate::domain::command::{Acted, AlertCommand, Command, Order};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::domain::report::{NamedService, Payload, Report, Road, Subject};
use crate::domain::samples::{Desk, account, identity, labels, payload, told};
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// The bytes of a terminal, frame by frame.
#[derive(Clone, Default)]
pub(crate) struct Frames(Rc<RefCell<Vec<Vec<u8>>>>);

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What becomes of the orders of the console.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// They are decided and answered at once.
    Works,
    /// They wait until it works again.
    Waits,
    /// They are refused: nothing can be saved.
    Broken,
    /// They are refused: there is no connection to it.
    Gone,
}

pub(crate) struct Stage {
    pub(crate) desk: Desk,
    pub(crate) model: Model,
    pub(crate) engine: Engine,
    /// Everything the console asked for beside orders and frames.
    pub(crate) asked: Vec<Effect>,
    waiting: Vec<Order>,
    tick: Tick,
    wanted: bool,
    terminal: Terminal<QuietBackend<Frames>>,
    frames: Frames,
    title: String,
}

pub(crate) fn settings() -> Settings {
    Settings {
        name: "prod".into(),
        place: Place::Here,
        listening: "127.0.0.1:9093".parse().unwrap(),
        scheme: "http",
        posting: Posting::WithToken,
        host: "mon1.example.org".into(),
        data: "/var/lib/watchbell".into(),
        keeps: Keeps::Data,
        viewer: account("alice"),
        access: Access::Full,
        link: Link::Local,
        still_for: Some(STILL_FOR),
        zone: TimeZone::UTC,
        keys: None,
        symbols: Symbols::Unicode,
        theme: Ok(Palette::default()),
        depth: Depth::Ansi16,
        ground: Ground::Dark,
        multiplexer: Multiplexer::None,
        links: Links::On,
        desktop: Desktop::Unknown,
        filters: Filters::default(),
        seed: 7,
    }
}

impl Stage {
    /// A console of this size on the alerts of `desk`, with its first frame drawn.
    pub(crate) fn on(desk: Desk, width: u16, height: u16) -> Stage {
        Stage::with(desk, settings(), width, height)
    }

    pub(crate) fn with(desk: Desk, settings: Settings, width: u16, height: u16) -> Stage {
        let size = Size { width, height };
        let tick = Duration::from_secs(100);
        let now = Now { at: desk.now, tick };
        let model = Model::new(settings, desk.table.clone(), size, now);
        let frames = Frames::default();
        let backend = QuietBackend::new(frames.clone(), Window::Fixed(size));
        let terminal = Terminal::new(backend).unwrap();
        let mut stage = Stage {
            desk,
            model,
            engine: Engine::Works,
            asked: Vec::new(),
            waiting: Vec::new(),
            tick,
            wanted: true,
            terminal,
            frames,
            title: String::new(),
        };
        stage.draw();
        stage.frames.0.take();
        stage
    }

    /// A console on the night of the pictures.
    pub(crate) fn night(width: u16, height: u16) -> Stage {
        Stage::on(night(), width, height)
    }

    pub(crate) fn now(&self) -> Now {
        Now { at: self.desk.now, tick: self.tick }
    }

    /// Presses keys one after the other, each read on the screen before the next is pressed.
    pub(crate) fn press(&mut self, keys: &str) -> &mut Stage {
        for key in keys.split_whitespace() {
            self.wait(400);
            self.key(key);
            self.draw_if_wanted();
        }
        self
    }

    /// Presses keys so fast that one frame shows them all.
    pub(crate) fn rush(&mut self, keys: &str) -> &mut Stage {
        for key in keys.split_whitespace() {
            self.key(key);
        }
        self.draw_if_wanted();
        self
    }

    /// Types text into whatever is open.
    pub(crate) fn type_in(&mut self, text: &str) -> &mut Stage {
        for character in text.chars() {
            self.event(Event::Key(Key::char(character)));
        }
        self.draw_if_wanted();
        self
    }

    fn key(&mut self, name: &str) {
        let key = Key::parse(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.event(Event::Key(key));
    }

    /// Lets time pass, waking the console whenever it asked for it.
    pub(crate) fn wait(&mut self, millis: u64) -> &mut Stage {
        let until = self.tick + Duration::from_millis(millis);
        while let Some(wake) = next_wake(&self.model, self.now()).filter(|wake| *wake <= until) {
            self.pass(wake.max(self.tick));
            self.event(Event::Woke);
            self.draw_if_wanted();
        }
        self.pass(until);
        self
    }

    fn pass(&mut self, tick: Tick) {
        self.desk.wait(SignedDuration::try_from(tick.checked_sub(self.tick).unwrap()).unwrap());
        self.tick = tick;
    }

    pub(crate) fn event(&mut self, event: Event) {
        let now = self.now();
        let effects = update(&mut self.model, event, now);
        self.obey(effects);
    }

    /// Does what a part of `update` asked for, and draws it.
    pub(crate) fn carry_out(&mut self, effects: Vec<Effect>) {
        self.obey(effects);
        self.draw_if_wanted();
    }

    fn obey(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Draw(_) => self.wanted = true,
                Effect::Submit(order) => self.submit(order),
                Effect::Ring => self.add(super::terminal::BELL),
                Effect::Notify(text) => {
                    let Settings { name, multiplexer, desktop, .. } = &self.model.settings;
                    let bytes =
                        super::terminal::message(name.as_str(), &text, *desktop, *multiplexer);
                    self.add(&bytes);
                }
                Effect::Flush => self.terminal.backend_mut().flush().unwrap(),
                other @ (Effect::Redraw
                | Effect::MakeToken(..)
                | Effect::Keep(_)
                | Effect::Copy(_)
                | Effect::Suspend
                | Effect::Quit) => self.asked.push(other),
            }
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.terminal.backend_mut().add(bytes).unwrap();
    }

    fn submit(&mut self, order: Order) {
        match self.engine {
            Engine::Works => self.decide(order),
            Engine::Waits => self.waiting.push(order),
            Engine::Gone => self.event(Event::Answered(order.op, Err(Failure::Unconnected))),
            Engine::Broken => {
                let failure = Failure::Unsaved(Text::derive("disk full"));
                self.event(Event::Answered(order.op, Err(failure)));
            }
        }
    }

    fn decide(&mut self, order: Order) {
        let op = order.op;
        let answer = match self.desk.order_seen(&order.actor, order.seen, order.command) {
            Ok((answer, changes)) => {
                self.publish(changes.into());
                Ok(Receipt { revision: self.desk.revision, answer })
            }
            Err(refusal) => Err(Failure::Refused(refusal)),
        };
        self.event(Event::Answered(op, answer));
    }

    /// The engine works again and decides what waited.
    pub(crate) fn answer(&mut self) -> &mut Stage {
        self.engine = Engine::Works;
        for order in std::mem::take(&mut self.waiting) {
            self.decide(order);
        }
        self.draw_if_wanted();
        self
    }

    fn publish(&mut self, changes: Arc<[crate::domain::change::Change]>) {
        let table = self.desk.table.clone();
        self.event(Event::News(Box::new(News { table, changes: Some(changes) })));
    }

    /// A source says that something fires.
    pub(crate) fn fires(&mut self, name: &str, alert: Payload) -> AlertId {
        self.report(Report::Firing {
            subject: Subject::Known(identity(name)),
            payload: Box::new(alert),
        });
        self.desk.table.open(&identity(name)).unwrap().id
    }

    /// As `fires`, but no frame shows it yet.
    pub(crate) fn fires_unseen(&mut self, name: &str, alert: Payload) {
        let subject = Subject::Known(identity(name));
        let report = Report::Firing { subject, payload: Box::new(alert) };
        let sender = Actor::Machine("prometheus".into());
        self.decided(&sender, Command::Report(vec![report]));
    }

    /// A source says that something ended.
    pub(crate) fn ends(&mut self, name: &str) {
        self.report(Report::Resolved {
            identity: identity(name),
            road: Road::Plain,
            ends_at: None,
        });
    }

    /// So many alerts of each service begin at once; every third one is a warning.
    pub(crate) fn blow(&mut self, services: &[(&str, usize)]) {
        let known = self.desk.table.alert_count();
        let mut reports = Vec::new();
        for (service, count) in services {
            for number in 0..*count {
                let severity = if number % 3 == 2 { "warning" } else { "critical" };
                let title = format!("{service}{number} does not answer");
                let subject = Subject::Known(identity(&format!("{known} {title}")));
                let payload = Box::new(alert(&title, severity, service));
                reports.push(Report::Firing { subject, payload });
            }
        }
        self.command(&Actor::Machine("prometheus".into()), Command::Report(reports));
    }

    fn report(&mut self, report: Report) {
        let sender = Actor::Machine("prometheus".into());
        self.command(&sender, Command::Report(vec![report]));
    }

    /// Somebody else orders something.
    pub(crate) fn command(&mut self, actor: &Actor, command: Command) {
        self.decided(actor, command);
        self.draw_if_wanted();
    }

    /// As `command`, but no frame shows it yet.
    pub(crate) fn decided(&mut self, actor: &Actor, command: Command) {
        let (_, changes) = self.desk.order_seen(actor, None, command).unwrap();
        self.publish(changes.into());
    }

    /// Somebody else acts on an alert.
    pub(crate) fn other(&mut self, name: &str, id: AlertId, command: AlertCommand) {
        self.command(&account(name), Command::Alerts(vec![id], command));
    }

    /// As `other`, but no frame shows it yet.
    pub(crate) fn unseen(&mut self, name: &str, id: AlertId, command: AlertCommand) {
        self.decided(&account(name), Command::Alerts(vec![id], command));
    }

    pub(crate) fn draw_if_wanted(&mut self) {
        if self.wanted {
            self.draw();
        }
    }

    /// Draws a frame, wanted or not.
    pub(crate) fn draw(&mut self) {
        self.wanted = false;
        let model = &self.model;
        let title = view::title(model);
        if title != self.title {
            self.terminal.backend_mut().add(&super::terminal::title(&title)).unwrap();
            self.title = title;
        }
        self.terminal.draw(|frame| view::draw(model, frame)).unwrap();
        let now = self.now();
        update(&mut self.model, Event::Drawn, now);
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        let size = Size { width, height };
        self.terminal.backend_mut().resize(size);
        self.event(Event::Resized(size));
        self.draw_if_wanted();
    }

    /// The bytes of the frames since the last call.
    pub(crate) fn bytes(&self) -> Vec<usize> {
        self.frames.0.take().iter().map(Vec::len).collect()
    }

    /// The frames themselves since the last call.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        self.frames.0.take()
    }

    /// The screen as text, as it would be drawn now, without the space at the ends of lines.
    pub(crate) fn screen(&self) -> String {
        let Size { width, height } = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view::draw(&self.model, frame)).unwrap();
        let buffer = terminal.backend().buffer();
        let rows: Vec<String> = (0..height)
            .map(|y| {
                let mut row = String::new();
                let mut skip = 0;
                for x in 0..width {
                    let symbol = super::link::bare(buffer[(x, y)].symbol());
                    if skip == 0 {
                        row.push_str(symbol);
                        skip = super::text::width(symbol).saturating_sub(1);
                    } else {
                        skip -= 1;
                    }
                }
                row.trim_end().to_owned()
            })
            .collect();
        rows.join("\n")
    }

    /// One line of the screen; negative numbers count from the bottom.
    pub(crate) fn line(&self, number: isize) -> String {
        let screen = self.screen();
        let lines: Vec<&str> = screen.split('\n').collect();
        let from = if number < 0 { lines.len() } else { 0 };
        lines[from.strict_add_signed(number)].trim().to_owned()
    }

    /// The ids of the rows and the id under the cursor.
    pub(crate) fn rows(&self) -> (Vec<AlertId>, Option<AlertId>) {
        (self.model.list.window(usize::MAX), self.model.list.under_cursor())
    }

    /// The title of an alert's row, and its state's word.
    pub(crate) fn selected(&self) -> String {
        let id = self.model.list.under_cursor().unwrap();
        self.model.alert(id).unwrap().title.to_string()
    }

    /// The id of the alert called `name` by its source.
    pub(crate) fn id(&self, name: &str) -> AlertId {
        self.desk.table.newest(&identity(name)).unwrap().id
    }

    /// `firing`, `acknowledged`, `resolved`: how the engine has it.
    pub(crate) fn state(&self, name: &str) -> String {
        self.desk.alert(self.id(name)).standing.state.to_string()
    }
}

/// A payload of some service.
pub(crate) fn alert(title: &str, severity: &str, service: &str) -> Payload {
    Payload {
        service: NamedService::Strictly(Text::derive(service)),
        labels: labels(&[("alertname", title), ("service", service)]),
        ..payload(title, severity)
    }
}

fn at(desk: &mut Desk, time: &str) {
    desk.now = time.parse::<Timestamp>().unwrap();
}

fn acts(desk: &mut Desk, name: &str, id: AlertId, command: AlertCommand) {
    let acted: Result<Acted, Refusal> = desk.act(&account(name), id, command);
    assert_eq!(acted, Ok(Acted::Changed));
}

/// The night of the pictures, as of a quarter past three.
pub(crate) fn night() -> Desk {
    let mut desk = Desk::new();
    at(&mut desk, "2026-11-19T02:30:00Z");
    desk.fires("import", alert("nightly import late", "warning", "batch"));
    at(&mut desk, "2026-11-20T23:50:00Z");
    desk.fires("cert", alert("certificate expires in 6 days", "warning", "web"));
    at(&mut desk, "2026-11-20T23:58:00Z");
    let five = desk.fires("5xx", alert("5xx ratio 12 %", "critical", "web"));
    at(&mut desk, "2026-11-21T00:01:00Z");
    acts(&mut desk, "carol", five, AlertCommand::Acknowledge);
    at(&mut desk, "2026-11-21T02:14:10Z");
    let mut lag = alert("replica lag 340 s", "critical", "db");
    lag.annotations = labels(&[
        ("description", "db2 is 340 s behind db1; limit 60 s."),
        ("runbook_url", "https://runbooks.example.org/replica-lag"),
    ]);
    let lag = desk.fires("lag", lag);
    at(&mut desk, "2026-11-21T02:16:00Z");
    acts(&mut desk, "bob", lag, AlertCommand::Acknowledge);
    at(&mut desk, "2026-11-21T02:56:00Z");
    let memory = desk.fires("memory", alert("memory above 90 %", "critical", "cache"));
    acts(&mut desk, "alice", memory, AlertCommand::Assign(Some(person_id("alice"))));
    at(&mut desk, "2026-11-21T03:01:00Z");
    acts(&mut desk, "bob", lag, AlertCommand::Note("vacuum running on db1, waiting for it".into()));
    at(&mut desk, "2026-11-21T03:03:20Z");
    desk.fires("p99", alert("p99 latency above 2 s", "critical", "payments"));
    at(&mut desk, "2026-11-21T03:08:30Z");
    desk.ends("memory");
    net004(&mut desk);
    at(&mut desk, "2026-11-21T03:15:05Z");
    desk
}

fn net004(desk: &mut Desk) {
    let mut net = alert("net004 is HighMemory (95.04%)", "critical", "default");
    net.labels = labels(&[
        ("alertname", "HostHighMemory"),
        ("instance", "net004:9100"),
        ("job", "node"),
        ("service", "default"),
    ]);
    net.annotations = labels(&[
        ("description", "Memory on net004 has been above 95 % for five minutes."),
        ("runbook_url", "https://runbooks.example.org/mem"),
    ]);
    net.link = Some("https://prom.example.org/graph?g0.expr=node_memory".into());
    at(desk, "2026-11-17T14:20:00Z");
    let before = desk.fires("net", net.clone());
    let note = AlertCommand::Note("leak in exporter, restarted it".into());
    acts(desk, "bob", before, note);
    at(desk, "2026-11-17T15:00:00Z");
    desk.ends("net");
    at(desk, "2026-11-21T03:12:00Z");
    let id = desk.fires("net", net.clone());
    acts(desk, "bob", id, AlertCommand::Assign(Some(person_id("alice"))));
    at(desk, "2026-11-21T03:14:00Z");
    desk.fires("net", net);
}

pub(crate) fn person_id(name: &str) -> crate::domain::id::AccountId {
    crate::domain::samples::person(name).id
}

/// A night on which everything happens that has a word of its own, as of a quarter past three.
pub(crate) fn restless() -> Desk {
    let mut desk = Desk::new();
    at(&mut desk, "2026-11-20T18:00:00Z");
    desk.fires("queue", Payload { road: Road::Webhook, ..alert("queue grows", "critical", "mq") });
    at(&mut desk, "2026-11-21T02:40:00Z");
    let started = Payload { starts_at: Some(desk.now), ..alert("disk at 91 %", "critical", "db") };
    let full = desk.fires("disk", started.clone());
    at(&mut desk, "2026-11-21T02:50:00Z");
    let told = told(desk.now, after(desk.now, SignedDuration::from_mins(15)));
    let payload = Payload { road: Road::V2, ..alert("replica lag 340 s", "critical", "db") };
    let report = Report::Interval { identity: identity("lag"), told, payload: Box::new(payload) };
    desk.reports(report).unwrap();
    for _ in 0..4 {
        desk.wait(SignedDuration::from_mins(2));
        desk.fires("probe", alert("probe fails", "critical", "web"));
        desk.wait(SignedDuration::from_mins(2));
        desk.ends("probe");
    }
    desk.time();
    desk.fires("probe", alert("probe fails", "critical", "web"));
    at(&mut desk, "2026-11-21T03:10:00Z");
    desk.time();
    acts(&mut desk, "bob", full, AlertCommand::Resolve);
    let backup = desk.fires("backup", alert("backup is late", "critical", "batch"));
    let eight = "2026-11-21T08:00:00Z".parse().unwrap();
    acts(&mut desk, "carol", backup, AlertCommand::Snooze(eight));
    at(&mut desk, "2026-11-21T03:12:00Z");
    desk.fires("disk", started);
    desk.fires("p99", alert("p99 latency above 2 s", "critical", "payments"));
    at(&mut desk, "2026-11-21T03:15:05Z");
    desk.time();
    desk
}

/// A desk with `count` alerts that fire, none of them new.
pub(crate) fn crowd(count: usize) -> Desk {
    let mut desk = Desk::new();
    at(&mut desk, "2026-11-21T01:30:00Z");
    for number in 0..count {
        desk.now = after(desk.now, SignedDuration::from_millis(10));
        let severity = if number % 3 == 0 { "warning" } else { "critical" };
        desk.fires(&format!("n{number}"), alert(&format!("alert {number}"), severity, "web"));
    }
    at(&mut desk, "2026-11-21T03:15:05Z");
    desk
}
