//! One round: a fresh server with fresh files, everything measured on it once.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::alerts::{self, Post, Resend};
use crate::client::Connection;
use crate::load::{self, Load, Outcome};
use crate::plan::Plan;
use crate::program::Program;
use crate::requests::{alerts_in, answer, get, head, is_ready};
use crate::server::{Recipe, Server, until};
use crate::stop;

/// A kind of work, in the order in which it is put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Alerts for the first time.
    New,
    /// Alerts once more, with another annotation for the first time.
    FirstChange,
    /// With another annotation each time.
    Changed,
    /// Word for word but for the end.
    Unchanged,
    /// `GET` of all alerts.
    ReadAll,
    /// `GET` of one alert of twenty, by its name.
    ReadRule,
    /// `GET` of the one alert that has a label.
    ReadOne,
}

/// A figure of a server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// Bytes of memory, before the first alert.
    MemoryEmpty,
    /// Bytes of memory more than that, after all came once and nothing more.
    MemoryAtRest,
    /// Bytes of memory more than that, after all loads.
    MemoryAfterLoad,
    /// Bytes of its files then.
    Files,
    /// Milliseconds from a start after `kill -9` until it is ready.
    Ready,
    /// Milliseconds from that start until it has answered with all alerts that it has.
    Restart,
    /// Of the alerts, how many that answer had.
    Kept,
}

/// What a round has measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// Of each work what came of it, and how much processor time of the server it took.
    pub(crate) works: Vec<(Work, Outcome, Duration)>,
    /// Figures.
    pub(crate) figures: Vec<(Figure, f64)>,
}

/// What is done in a round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure<'a> {
    /// With how many alerts.
    pub(crate) plan: Plan,
    /// How long each load lasts.
    pub(crate) span: Duration,
    /// Whether reading, memory and a start are measured, too: they depend on the alerts alone.
    pub(crate) whole: bool,
    /// Where its files lie.
    pub(crate) dir: &'a Path,
}

/// Who is asked, and how.
#[derive(Debug)]
struct Round<'a> {
    asked: Measure<'a>,
    header: String,
    /// As the plan says.
    posts: Vec<Post>,
    /// The same alerts, as they are posted where nothing is measured: as fast as can be.
    swift: Vec<Post>,
    recipe: Recipe,
    server: Server,
    measured: Measured,
}

/// Measures everything once.
pub(crate) fn measure(program: &Program, asked: Measure<'_>) -> anyhow::Result<Measured> {
    let home = tempfile::tempdir_in(asked.dir)?;
    let (recipe, header) = program.recipe(home.path(), "ingest,read")?;
    let Plan { alerts, batch, .. } = asked.plan;
    let head = head(&header);
    let posts = alerts::posts(0..alerts, batch, &head);
    let swift = if batch == Plan::SWIFT.batch { Vec::new() } else { swift(alerts, &head) };
    let server = recipe.start()?;
    let measured = Measured::default();
    let mut round = Round { asked, header, posts, swift, recipe, server, measured };
    let address = round.server.address;
    until(|| is_ready(address))?;
    round.post()?;
    if asked.whole {
        round.read()?;
        return round.restart();
    }
    Ok(round.measured)
}

fn swift(alerts: usize, head: &str) -> Vec<Post> {
    alerts::posts(0..alerts, Plan::SWIFT.batch, head)
}

const ALL: &str = "/api/v2/alerts";

impl Round<'_> {
    fn post(&mut self) -> anyhow::Result<()> {
        let empty = self.server.memory()?;
        self.put_once(Work::New, Resend::Unchanged)?;
        if self.asked.whole {
            self.measured.figures.push((Figure::MemoryEmpty, empty));
            self.rest(Figure::MemoryAtRest, empty)?;
        }
        self.put_once(Work::FirstChange, Resend::Changed)?;
        self.put(Work::Changed, Resend::Changed, false)?;
        self.put(Work::Unchanged, Resend::Unchanged, false)?;
        if self.asked.whole {
            self.rest(Figure::MemoryAfterLoad, empty)?;
            #[expect(clippy::cast_precision_loss, reason = "files are far below 2^52 bytes")]
            self.measured.figures.push((Figure::Files, self.recipe.file_bytes()? as f64));
        }
        Ok(())
    }

    /// Posts everything once. What does not come in time is posted unmeasured.
    fn put_once(&mut self, work: Work, how: Resend) -> anyhow::Result<()> {
        let (Plan { alerts, connections, .. }, address) = (self.asked.plan, self.server.address);
        if self.put(work, how, true)? >= alerts {
            return Ok(());
        }
        let posts = if self.swift.is_empty() { &mut self.posts } else { &mut self.swift };
        let connections = connections.max(Plan::SWIFT.connections);
        let (once, span) = (true, Duration::from_hours(1));
        load::drive(Load { address, connections, posts, how, once, span })?;
        Ok(())
    }

    fn put(&mut self, work: Work, how: Resend, once: bool) -> anyhow::Result<usize> {
        let before = self.server.cpu()?;
        let (Plan { connections, .. }, span) = (self.asked.plan, self.asked.span);
        let (address, posts) = (self.server.address, self.posts.as_mut_slice());
        let outcome = load::drive(Load { address, connections, posts, how, once, span })?;
        let (cpu, good) = (self.server.cpu()?.saturating_sub(before), outcome.good);
        if good == 0 {
            bail!("{work:?}: no post was answered with 200");
        }
        self.measured.works.push((work, outcome, cpu));
        Ok(good)
    }

    fn read(&mut self) -> anyhow::Result<()> {
        let alerts = self.asked.plan.alerts;
        let some = alerts / 2;
        let of_rule = (0..alerts).filter(|number| number % 20 == some % 20).count();
        let one = format!("{ALL}?filter=instance%3D%22{}%22", alerts::instance(some));
        let rule = format!("{ALL}?filter=alertname%3D%22{}%22", alerts::rule(some));
        let reads = [
            (Work::ReadOne, one, 1),
            (Work::ReadRule, rule, of_rule),
            (Work::ReadAll, ALL.to_owned(), alerts),
        ];
        for (work, path, wanted) in reads {
            let request = get(&path, &self.header);
            let count = count(self.server.address, &request)?;
            if count != wanted {
                bail!("{path} has {count} alerts and not {wanted}");
            }
            let before = self.server.cpu()?;
            let outcome = load::read(self.server.address, &request, self.asked.span / 2)?;
            let cpu = self.server.cpu()?.saturating_sub(before);
            self.measured.works.push((work, outcome, cpu));
        }
        Ok(())
    }

    /// Memory once what a load left undone is done.
    fn rest(&mut self, figure: Figure, empty: f64) -> anyhow::Result<()> {
        stop::pause(Duration::from_secs(2))?;
        self.measured.figures.push((figure, self.server.memory()? - empty));
        Ok(())
    }

    /// Ends it as hard as can be and starts it again over its files.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn restart(self) -> anyhow::Result<Measured> {
        let Self { recipe, server, header, mut measured, .. } = self;
        server.kill()?;
        let began = Instant::now();
        let server = recipe.start()?;
        until(|| is_ready(server.address))?;
        let ready = began.elapsed();
        let kept = count(server.address, &get(ALL, &header))?;
        let all = began.elapsed();
        let millis = |took: Duration| took.as_secs_f64() * 1000.0;
        measured.figures.push((Figure::Ready, millis(ready)));
        measured.figures.push((Figure::Restart, millis(all)));
        measured.figures.push((Figure::Kept, kept as f64));
        Ok(measured)
    }
}

/// How many alerts an answer has.
fn count(address: SocketAddr, request: &str) -> anyhow::Result<usize> {
    Ok(alerts_in(&answer(&mut Connection::open(address)?, request)?))
}
