//! The console's loop over the real engine: keys are fed, its bytes are read into a screen.

use std::io::{self, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use watchbell::client::{Local, LocalError, NotAllowed};
use watchbell::console::frame::Link;
use watchbell::console::quiet::{QuietBackend, Window};
use watchbell::console::settings::Filters;
use watchbell::console::terminal::{Desktop, Links, Multiplexer};
use watchbell::console::text::Symbols;
use watchbell::console::theme::palette::Palette;
use watchbell::console::theme::{Depth, Ground};
use watchbell::console::{Access, Console, Ended, Place, Settings};
use watchbell::domain::actor::{Actor, Via};
use watchbell::domain::alert::{Identity, Namespace, Naming};
use watchbell::domain::command::{AlertCommand, Command, Deaf, Order, TokenCommand};
use watchbell::domain::labels::Labels;
use watchbell::domain::policy::{Account, Policy};
use watchbell::domain::report::{NamedService, Payload, Report, Road, Subject};
use watchbell::domain::severity::{Severity, SeverityReading};
use watchbell::engine::{self, Writer};

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// A console on a terminal of 80 by 24, and all that is behind it.
struct Desk {
    local: Local,
    writer: Writer,
    keyboard: mpsc::Sender<io::Result<Event>>,
    keys: Option<mpsc::Receiver<io::Result<Event>>>,
    paper: Paper,
    stop: CancellationToken,
    _data: tempfile::TempDir,
}

/// The terminal: what is written to it, as it looks.
#[derive(Clone)]
struct Paper(Arc<Shared>);

struct Shared {
    screen: Mutex<vt100::Parser>,
    torn: Mutex<bool>,
    news: Notify,
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if *self.0.torn.lock().unwrap() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.0.screen.lock().unwrap().process(bytes);
        self.0.news.notify_one();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Desk {
    fn new() -> Desk {
        let data = tempfile::tempdir().unwrap();
        let accounts = vec![Account::new("alice", "alice@example.org"), Account::new("bob", "")];
        let policy = Policy { accounts, ..Policy::default() };
        let (handle, writer) =
            engine::open(data.path(), policy.into(), engine::Notifier::Runs).unwrap();
        let local = Local::new(handle);
        let (keyboard, keys) = mpsc::channel(64);
        let [rows, columns] = [24, 80].map(|cells| NonZero::new(cells).unwrap());
        let screen = Mutex::new(vt100::Parser::new(rows, columns, 0));
        let shared = Shared { screen, torn: Mutex::new(false), news: Notify::new() };
        let paper = Paper(Arc::new(shared));
        let stop = CancellationToken::new();
        Desk { local, writer, keyboard, keys: Some(keys), paper, stop, _data: data }
    }

    /// Runs the console while `script` presses keys; gives how it ended.
    async fn run(&mut self, script: impl AsyncFnOnce(&Script)) -> Ended {
        self.run_over(self.local.clone(), script).await
    }

    /// The same with a console that reaches the service through `source`.
    async fn run_over(&mut self, source: Local, script: impl AsyncFnOnce(&Script)) -> Ended {
        let window = Window::Fixed(Size { width: 80, height: 24 });
        let backend = QuietBackend::new(self.paper.clone(), window);
        let mut keys = self.keys.take().unwrap();
        let keys = futures_util::stream::poll_fn(move |context| keys.poll_recv(context));
        let console = Console::new(backend, keys, source, settings()).unwrap();
        let script_of = Script {
            local: self.local.clone(),
            keyboard: self.keyboard.clone(),
            paper: self.paper.clone(),
        };
        let stop = self.stop.clone();
        let both = async { tokio::join!(Box::pin(console.run(&stop)), script(&script_of)).0 };
        tokio::time::timeout(DEADLINE, both).await.unwrap()
    }
}

/// What a test does while the console runs.
struct Script {
    local: Local,
    keyboard: mpsc::Sender<io::Result<Event>>,
    paper: Paper,
}

impl Script {
    fn screen(&self) -> String {
        self.paper.0.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows `text`.
    async fn shows(&self, text: &str) {
        while !self.screen().contains(text) {
            let news = self.paper.0.news.notified();
            let waited = tokio::time::timeout(DEADLINE, news).await;
            assert!(waited.is_ok(), "the screen should show {text:?}:\n{}", self.screen());
        }
    }

    async fn press(&self, keys: &str) {
        for character in keys.chars() {
            let key = match character {
                '\r' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                character => KeyCode::Char(character),
            };
            let event = Event::Key(KeyEvent::new(key, KeyModifiers::NONE));
            self.keyboard.send(Ok(event)).await.unwrap();
        }
    }

    /// Presses a key again and again until the console has ended: a question takes no answer before
    /// it could be read.
    async fn insist(&self, key: char) {
        let event = || Event::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
        while self.keyboard.send(Ok(event())).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    async fn fires(&self, name: &str, title: &str) {
        let payload = Payload {
            road: Road::Plain,
            title: title.into(),
            service: NamedService::Strictly("web".into()),
            severity: SeverityReading::Known(Severity::Critical),
            labels: [("alertname", title)].into_iter().collect(),
            annotations: Labels::default(),
            starts_at: None,
            link: None,
        };
        let naming = Naming::Given(name.into());
        let identity = Identity { namespace: Namespace::default(), naming };
        let subject = Subject::Known(identity);
        let report = Report::Firing { subject, payload: Box::new(payload) };
        self.order(Actor::Machine("prometheus".into()), Command::Report(vec![report])).await;
    }

    async fn order(&self, actor: Actor, command: Command) {
        let order = Order { op: self.local.op(), actor, via: Via::Console, seen: None, command };
        self.local.submit(order).await.unwrap();
    }
}

fn settings() -> Settings {
    Settings {
        name: "prod".into(),
        place: Place::Here,
        listening: "127.0.0.1:9093".parse().unwrap(),
        scheme: "http",
        posting: watchbell::console::Posting::WithToken,
        host: "mon1.example.org".into(),
        data: "/var/lib/watchbell".into(),
        keeps: watchbell::console::settings::Keeps::Data,
        viewer: Actor::Account(Account::new("alice", "").person()),
        access: Access::Full,
        link: Link::Local,
        still_for: None,
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
        seed: 1,
    }
}

#[tokio::test]
async fn an_alert_appears_by_itself_and_a_key_acts_on_it() {
    let mut desk = Desk::new();
    let ended = desk
        .run(async |script| {
            script.shows("nothing sent yet").await;
            script.fires("p99", "p99 latency above 2 s").await;
            script.shows("1 CRITICAL FIRING").await;
            script.press("a").await;
            script.shows("Acknowledged: p99 latency above 2 s").await;
            let table = script.local.latest().table.clone();
            let alert = table.alerts().next().unwrap();
            assert_eq!(alert.standing.state.to_string(), "acknowledged");
            script.press("Abo\r").await;
            script.shows("Assigned to bob").await;
            let undo = AlertCommand::Unacknowledge;
            let bob = Actor::Account(Account::new("bob", "").person());
            script.order(bob, Command::Alerts(vec![alert.id], undo)).await;
            script.shows("1 CRITICAL FIRING").await;
            script.press("q").await;
            script.shows("Quit and stop taking alerts?").await;
            script.insist('y').await;
        })
        .await;
    assert_eq!(ended, Ended::Quit);
    desk.writer.stop().unwrap();
}

#[tokio::test]
async fn a_token_made_on_the_screen_is_one() {
    let mut desk = Desk::new();
    let stop = desk.stop.clone();
    desk.run(async |script| {
        script.shows("Press t to make a token").await;
        script.press("t").await;
        script.shows("name of the sender: first").await;
        script.press("\r").await;
        script.shows("Bearer wb_").await;
        let table = script.local.latest().table.clone();
        assert_eq!(table.token_named("first").unwrap().scopes.to_string(), "ingest");
        script.press("\u{1b}").await;
        script.shows("filter").await;
        assert!(!script.screen().contains("wb_"), "leaving forgets the secret");
        stop.cancel();
    })
    .await;
    desk.writer.stop().unwrap();
}

#[tokio::test]
async fn what_a_console_may_only_look_at_refuses_its_orders_whatever_its_keys_let_through() {
    let mut desk = Desk::new();
    let stop = desk.stop.clone();
    let looking = desk.local.clone().read_only();
    // The keys of this console know nothing of it.
    assert_eq!(settings().access, Access::Full);
    desk.run_over(looking, async |script| {
        script.fires("p99", "p99 latency above 2 s").await;
        script.shows("1 CRITICAL FIRING").await;
        let before = script.local.latest().cursor;
        for (keys, refusal) in [
            ("a", "Not acknowledged: this console is read-only"),
            ("Abo\r", "Not assigned: this console is read-only"),
            ("nwho has it?\r", "Not noted: this console is read-only"),
            ("z2h\r", "Not snoozed: this console is read-only"),
        ] {
            script.press(keys).await;
            script.shows(refusal).await;
        }
        script.press("Tt\r").await;
        script.shows("No token was made: this console is read-only").await;
        assert_eq!(script.local.latest().cursor, before);
        stop.cancel();
    })
    .await;
    desk.writer.stop().unwrap();
}

#[tokio::test]
async fn what_may_only_be_looked_at_takes_no_order_of_any_kind() {
    let desk = Desk::new();
    let looking = desk.local.clone().read_only();
    let before = looking.latest().cursor;
    let revision = before.revision;
    let on_alerts = [
        AlertCommand::Acknowledge,
        AlertCommand::Unacknowledge,
        AlertCommand::Assign(None),
        AlertCommand::Snooze(looking.now()),
        AlertCommand::Wake,
        AlertCommand::Resolve,
        AlertCommand::Reopen,
        AlertCommand::Note("it is bad".into()),
        AlertCommand::Undo(revision),
    ];
    let revoke = TokenCommand::Revoke { name: "first".into() };
    let others = [
        Command::Report(Vec::new()),
        Command::Token(revoke),
        Command::Adopt(Policy::default().into()),
        Command::Woke(Deaf::Jump),
    ];
    let on_alerts = on_alerts.map(|command| Command::Alerts(Vec::new(), command));
    for command in on_alerts.into_iter().chain(others) {
        let (op, actor) = (looking.op(), Actor::Account(Account::new("alice", "").person()));
        let order = Order { op, actor, via: Via::Console, seen: None, command };
        let scope = order.command.scope();
        let refused = Err(LocalError::NotAllowed(NotAllowed(scope)));
        assert_eq!(looking.submit(order).await, refused, "{scope}");
    }
    assert_eq!(looking.latest().cursor, before);
    desk.writer.stop().unwrap();
}

#[tokio::test]
async fn it_ends_when_it_is_told_to() {
    let mut desk = Desk::new();
    let stop = desk.stop.clone();
    let ended = desk
        .run(async |script| {
            script.shows("nothing sent yet").await;
            stop.cancel();
        })
        .await;
    assert_eq!(ended, Ended::Stopped);
}

#[tokio::test]
async fn it_ends_when_nothing_can_be_read_or_written_any_more() {
    let mut desk = Desk::new();
    let keyboard = desk.keyboard.clone();
    let ended = desk
        .run(async |script| {
            script.shows("nothing sent yet").await;
            keyboard.send(Err(io::ErrorKind::UnexpectedEof.into())).await.unwrap();
        })
        .await;
    assert_eq!(ended, Ended::TerminalGone);

    let mut desk = Desk::new();
    let ended = desk
        .run(async |script| {
            script.shows("nothing sent yet").await;
            *script.paper.0.torn.lock().unwrap() = true;
            script.press("?").await;
        })
        .await;
    assert_eq!(ended, Ended::TerminalGone);
}

#[tokio::test]
async fn an_arrow_in_pieces_is_an_arrow() {
    let mut desk = Desk::new();
    let stop = desk.stop.clone();
    desk.run(async |script| {
        script.fires("one", "the first").await;
        script.fires("two", "the second").await;
        script.shows("2 CRITICAL FIRING").await;
        script.press("\u{1b}[B").await;
        script.shows("▌  CRIT  now  fire  web        the first").await;
        assert!(!script.screen().contains("Assign"), "the last piece is no key of its own");
        stop.cancel();
    })
    .await;
}
