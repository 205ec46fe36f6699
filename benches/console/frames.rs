//! Update and draw in this process: the model, the real view, and a writer that counts bytes.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::layout::Size;
use watchbell::console::effect::{Effect, Event, News};
use watchbell::console::frame::Link;
use watchbell::console::key::Key;
use watchbell::console::model::{Model, Now};
use watchbell::console::quiet::{QuietBackend, Window};
use watchbell::console::settings::{Filters, Keeps};
use watchbell::console::terminal::{Desktop, Links, Multiplexer};
use watchbell::console::text::Symbols;
use watchbell::console::theme::palette::Palette;
use watchbell::console::theme::{Depth, Ground};
use watchbell::console::update::{next_wake, update};
use watchbell::console::{Access, Place, Posting, Settings, view};
use watchbell::domain::actor::Actor;
use watchbell::domain::change::Change;
use watchbell::domain::command::AlertCommand;
use watchbell::domain::id::AlertId;

use crate::desk::{Desk, alice};
use crate::spread::Spread;

/// The window of all measurements.
const SIZE: Size = Size { width: 120, height: 40 };
/// How often something is measured that takes long.
const FEW: usize = 20;
/// How long a person rests, so that everything follows.
const REST: Duration = Duration::from_secs(1);

/// Takes bytes and forgets them.
#[derive(Debug)]
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A console without a terminal, and the desk behind it.
struct Screen {
    desk: Desk,
    model: Model,
    terminal: Terminal<QuietBackend<Nowhere>>,
    tick: Duration,
}

/// What was measured, in the order of the table.
type Measured = Vec<(&'static str, Spread)>;

/// Measures with each number of alerts, and prints a table.
pub(crate) fn measure(sizes: &[usize], samples: usize) -> anyhow::Result<()> {
    let mut columns = Vec::new();
    let mut memory = Vec::new();
    for size in sizes {
        let desk = Desk::with(*size)?;
        let before = resident()?;
        let screen = Screen::on(desk.clone())?;
        memory.push((*size, before, resident()?));
        drop(screen);
        columns.push(all(&desk, samples)?);
    }
    println!("\nUpdate and draw at {}x{}, ms: p50 / p99 / longest\n", SIZE.width, SIZE.height);
    let heads: Vec<String> = sizes.iter().map(|size| format!(" {size} alerts |")).collect();
    println!("| |{}", heads.concat());
    println!("|---|{}", "---|".repeat(sizes.len()));
    let names = columns.first().into_iter().flatten().map(|(name, _)| *name);
    for (row, name) in names.enumerate() {
        print!("| {name} |");
        for (_, spread) in columns.iter().filter_map(|column| column.get(row)) {
            print!(" {spread} |");
        }
        println!();
    }
    println!("\n| alerts | memory of the process with them, MiB | the console's part, MiB |");
    println!("|---:|---:|---:|");
    for (size, before, after) in memory {
        let mib = |bytes: u64| bytes / 1024 / 1024;
        println!("| {size} | {} | {} |", mib(after), mib(after.saturating_sub(before)));
    }
    Ok(())
}

/// Memory of this process.
fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).context("no VmRSS")?;
    Ok(kib.parse::<u64>()? * 1024)
}

/// Everything, each part with a screen of its own: what fires in one is not there in the next.
fn all(desk: &Desk, samples: usize) -> anyhow::Result<Measured> {
    let mut measured = Vec::new();
    Screen::on(desk.clone())?.moves(samples, &mut measured)?;
    Screen::on(desk.clone())?.changes(samples, &mut measured)?;
    Screen::on(desk.clone())?.filters(&mut measured)?;
    Screen::on(desk.clone())?.storms(&mut measured)?;
    Ok(measured)
}

impl Screen {
    fn on(desk: Desk) -> anyhow::Result<Screen> {
        let tick = Duration::from_secs(100);
        let now = Now { at: desk.now, tick };
        let model = Model::new(settings()?, desk.table.clone(), SIZE, now);
        let terminal = Terminal::new(QuietBackend::new(Nowhere, Window::Fixed(SIZE)))?;
        let mut screen = Screen { desk, model, terminal, tick };
        screen.draw()?;
        Ok(screen)
    }

    fn now(&self) -> Now {
        Now { at: self.desk.now, tick: self.tick }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let model = &self.model;
        std::hint::black_box(view::title(model));
        self.terminal.draw(|frame| view::draw(model, frame))?;
        let now = self.now();
        update(&mut self.model, Event::Drawn, now);
        Ok(())
    }

    /// What the loop of the program does with one event: update, draw if that is wanted, and ask
    /// for how long to wait. Says how long it took.
    fn step(&mut self, event: Event) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let now = self.now();
        let effects = update(&mut self.model, event, now);
        if effects.iter().any(|effect| matches!(effect, Effect::Draw(_))) {
            self.draw()?;
        }
        std::hint::black_box(next_wake(&self.model, now));
        Ok(begun.elapsed())
    }

    fn press(&mut self, key: &str) -> anyhow::Result<Duration> {
        let key = Key::parse(key).map_err(|error| anyhow::anyhow!("{error}"))?;
        self.tick += Duration::from_millis(20);
        self.step(Event::Key(key))
    }

    fn news(&mut self, news: News) -> anyhow::Result<Duration> {
        self.tick += Duration::from_millis(20);
        self.step(Event::News(Box::new(news)))
    }

    /// Lets a person rest; says how long each step took for which the console woke by itself.
    fn rest(&mut self) -> anyhow::Result<Vec<Duration>> {
        let until = self.tick + REST;
        let mut steps = Vec::new();
        while let Some(wake) = next_wake(&self.model, self.now()).filter(|wake| *wake <= until) {
            self.tick = self.tick.max(wake);
            steps.push(self.step(Event::Woke)?);
        }
        self.tick = until;
        Ok(steps)
    }

    /// A live list whose cursor is on the first row.
    fn top(&mut self) -> anyhow::Result<()> {
        self.press("g")?;
        self.rest()?;
        Ok(())
    }

    fn moves(&mut self, samples: usize, measured: &mut Measured) -> anyhow::Result<()> {
        let [mut first, mut down, mut settle, mut page, mut bottom, mut top]: [Spread; 6] =
            Default::default();
        for _ in 0..samples {
            self.top()?;
            first.add(self.press("j")?);
            self.rest()?;
            down.add(self.press("j")?);
            for took in self.rest()? {
                settle.add(took);
            }
            page.add(self.press("pagedown")?);
            self.rest()?;
            bottom.add(self.press("G")?);
            self.rest()?;
            top.add(self.press("g")?);
        }
        measured.extend([
            ("first key: the list stands still", first),
            ("cursor move", down),
            ("settle frame", settle),
            ("page down", page),
            ("to the last row", bottom),
            ("to the top, live again", top),
        ]);
        Ok(())
    }

    fn changes(&mut self, samples: usize, measured: &mut Measured) -> anyhow::Result<()> {
        let [mut changed, mut live, mut still, mut first, mut again]: [Spread; 5] =
            Default::default();
        for _ in 0..samples {
            self.top()?;
            let id = self.row(3)?;
            let news = self.desk.act(&[id], AlertCommand::Acknowledge)?;
            changed.add(self.news(news)?);
            let news = self.desk.act(&[id], AlertCommand::Unacknowledge)?;
            changed.add(self.news(news)?);
            let news = self.desk.fire(1)?;
            live.add(self.news(news)?);
            first.add(self.press("j")?);
            let news = self.desk.fire(1)?;
            still.add(self.news(news)?);
            let news = self.desk.fire(20)?;
            self.news(news)?;
            again.add(self.press(".")?);
        }
        measured.extend([
            ("a visible row changes, live", changed),
            ("a new alert, live", live),
            ("a new alert, standing still", still),
            ("first key after a change", first),
            ("`.` with 21 new", again),
        ]);
        Ok(())
    }

    fn filters(&mut self, measured: &mut Measured) -> anyhow::Result<()> {
        let [mut keys, mut steps, mut whole, mut clears, mut quits]: [Spread; 5] =
            Default::default();
        for _ in 0..FEW {
            self.top()?;
            self.press("/")?;
            for key in ["n", "o", "d", "e", "-", "0", "0", "0", "1"] {
                keys.add(self.press(key)?);
            }
            let followed = self.rest()?;
            whole.add(followed.iter().sum());
            for took in followed {
                steps.add(took);
            }
            self.press("enter")?;
            self.rest()?;
            clears.add(self.press("F")?);
            self.rest()?;
            self.press("/")?;
            self.press("x")?;
            self.rest()?;
            quits.add(self.press("esc")?);
            self.rest()?;
        }
        measured.extend([
            ("a letter of a filter", keys),
            ("the list follows the filter: each step between keys", steps),
            ("the list follows the filter: all steps", whole),
            ("`F` clears the filter", clears),
            ("`esc` from a filter being typed", quits),
        ]);
        Ok(())
    }

    fn storms(&mut self, measured: &mut Measured) -> anyhow::Result<()> {
        let [mut storm, mut heard, mut missed]: [Spread; 3] = Default::default();
        for _ in 0..FEW {
            self.top()?;
            let news = self.desk.fire(1_000)?;
            let ids = alerts(news.changes.as_ref());
            storm.add(self.news(news)?);
            let news = self.desk.act(&ids, AlertCommand::Acknowledge)?;
            heard.add(self.news(news)?);
            let news = self.desk.fire(100)?;
            missed.add(self.news(News { changes: None, ..news })?);
        }
        measured.extend([
            ("1,000 new alerts in one commit", storm),
            ("1,000 alerts change in one commit", heard),
            ("100 changes were missed", missed),
        ]);
        Ok(())
    }

    fn row(&self, number: usize) -> anyhow::Result<AlertId> {
        let rows = self.model.list.window(usize::from(SIZE.height));
        rows.get(number).copied().context("a row")
    }
}

fn alerts(changes: Option<&Arc<[Change]>>) -> Vec<AlertId> {
    use watchbell::domain::entity::Key;
    let keys = changes.into_iter().flat_map(|changes| changes.iter()).map(|change| change.key);
    keys.filter_map(|key| if let Key::Alert(id) = key { Some(id) } else { None }).collect()
}

fn settings() -> anyhow::Result<Settings> {
    Ok(Settings {
        name: "prod".into(),
        place: Place::Here,
        listening: "127.0.0.1:9093".parse()?,
        scheme: "http",
        posting: Posting::WithToken,
        host: "mon1.example.org".into(),
        data: "/var/lib/watchbell".into(),
        keeps: Keeps::Data,
        links: Links::On,
        desktop: Desktop::Unknown,
        filters: Filters::default(),
        viewer: Actor::Account(alice()),
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
        seed: 7,
    })
}
