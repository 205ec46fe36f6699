//! One round: a fresh server with fresh files and all alerts, and then more and more silences. Every
//! list that is read has to have the right number of alerts.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::alerts::{self, Post, Resend};
use crate::cell::{Cell, Took, Work};
use crate::client::Connection;
use crate::load::{self, Load};
use crate::program::Program;
use crate::requests::{alerts_in, answer, get, head, is_ready};
use crate::server::{Server, until};
use crate::silences::{Silence, end};
use crate::stop;

/// Alerts a post.
const BATCH: usize = 64;
/// Alerts that change, or are new, at once.
const SOME: usize = 1000;
/// The first new alert has this number at least: no silence is made for it.
const NEW: usize = 100_000;
/// A read or a post is repeated so often, however long it takes.
const AT_LEAST: usize = 3;
/// What a server does on its own after a silence was made or ended gets this long before something
/// else is measured.
const REST: Duration = Duration::from_millis(500);

/// What is done in a round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure<'a> {
    /// Distinct alerts.
    pub(crate) alerts: usize,
    /// Numbers of silences, the least first.
    pub(crate) silences: &'a [usize],
    /// How long each read and post is repeated.
    pub(crate) span: Duration,
    /// Who took longer for one number of silences is not asked with more.
    pub(crate) bound: Duration,
    /// Where its files lie.
    pub(crate) dir: &'a Path,
}

/// Who is asked, and what it has to say.
#[derive(Debug)]
struct Round {
    server: Server,
    /// What whoever asks is known by.
    header: String,
    span: Duration,
    /// All alerts, and those that change.
    posts: [Vec<Post>; 2],
    /// Of each alert, whether a silence mutes it.
    muted: Vec<bool>,
    silences: usize,
    /// The number of the next new alert.
    next: usize,
}

/// Measures everything once. Numbers of silences that it was not asked with are missing.
pub(crate) fn measure(program: &Program, asked: Measure<'_>) -> anyhow::Result<Vec<Cell>> {
    let home = tempfile::tempdir_in(asked.dir)?;
    let (recipe, header) = program.recipe(home.path(), "ingest,read,silence")?;
    let head = head(&header);
    let posts = [asked.alerts, asked.alerts.min(SOME)];
    let posts = posts.map(|alerts| alerts::posts(0..alerts, BATCH, &head));
    let (server, muted) = (recipe.start()?, vec![false; asked.alerts]);
    let (span, silences, next) = (asked.span, 0, NEW + 2 * asked.alerts);
    let mut round = Round { server, header, span, posts, muted, silences, next };
    let address = round.server.address;
    until(|| is_ready(address))?;
    // What changes for the first time is more work, whatever silences there are.
    round.refresh(Resend::Unchanged)?;
    round.refresh(Resend::Changed)?;
    let mut cells = Vec::new();
    for silences in asked.silences {
        let began = Instant::now();
        match round.cell(*silences) {
            Err(error) if is_patience_over(&error) => break,
            cell => cells.push(cell.with_context(|| format!("with {silences} silences"))?),
        }
        if began.elapsed() > asked.bound {
            break;
        }
    }
    Ok(cells)
}

/// Whether an answer did not come for so long that nobody waits for it any more.
fn is_patience_over(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut))
}

const ALL: &str = "/api/v2/alerts";
const UNSILENCED: &str = "/api/v2/alerts?silenced=false";

impl Round {
    fn cell(&mut self, silences: usize) -> anyhow::Result<Cell> {
        while self.silences < silences {
            let silence = Silence::mixed(self.silences, self.muted.len());
            self.ask(&silence.request(&self.header))?;
            for number in &silence.mutes {
                if let Some(muted) = self.muted.get_mut(*number) {
                    *muted = true;
                }
            }
            self.silences += 1;
        }
        // Those that are not heard again for minutes would end.
        self.refresh(Resend::Unchanged)?;
        let (all, muted) = (self.muted.len(), self.muted.iter().filter(|muted| **muted).count());
        self.read(UNSILENCED, all - muted)?;
        stop::pause(REST)?;
        let mut works = vec![
            (Work::All, self.repeat(|round| round.read(ALL, all))?),
            (Work::Unsilenced, self.repeat(|round| round.read(UNSILENCED, all - muted))?),
            (Work::Post, self.repeat(Self::post)?),
            (Work::PostNew, self.repeat(Self::post_new)?),
        ];
        let few = [Work::MakeFew, Work::AfterFew, Work::EndFew];
        works.extend(few.into_iter().zip(self.silence(&Silence::of_few(all))?));
        let every = [Work::MakeAll, Work::AfterAll, Work::EndAll];
        works.extend(every.into_iter().zip(self.silence(&Silence::of_all(all))?));
        Ok(Cell { silences, muted, works })
    }

    /// Posts all alerts, unmeasured.
    fn refresh(&mut self, how: Resend) -> anyhow::Result<()> {
        let [all, _] = &mut self.posts;
        put(&self.server, all, how, 16).map(drop)
    }

    fn post(&mut self) -> anyhow::Result<Took> {
        let [_, some] = &mut self.posts;
        put(&self.server, some, Resend::Changed, 1)
    }

    /// Posts alerts that were never there, and resolves them, so that there are as many as before.
    fn post_new(&mut self) -> anyhow::Result<Took> {
        let mut posts = alerts::posts(self.next..self.next + SOME, BATCH, &head(&self.header));
        self.next += SOME;
        let took = put(&self.server, &mut posts, Resend::Unchanged, 1)?;
        put(&self.server, &mut posts, Resend::Ended, 16)?;
        Ok(took)
    }

    /// Makes this silence, reads whom it leaves, and ends it; and what each of that took.
    fn silence(&self, silence: &Silence) -> anyhow::Result<[Took; 3]> {
        #[derive(Deserialize)]
        struct Made {
            #[serde(rename = "silenceID")]
            id: String,
        }
        let (made, body) = self.ask(&silence.request(&self.header))?;
        let Made { id } = serde_json::from_slice(&body)?;
        let left = self.muted.iter().enumerate();
        let left = left.filter(|(number, muted)| !**muted && !silence.mutes.contains(number));
        let read = self.read(UNSILENCED, left.count())?;
        stop::pause(REST)?;
        let (ended, _) = self.ask(&end(&id, &self.header))?;
        let before = self.muted.iter().filter(|muted| !**muted).count();
        self.read(UNSILENCED, before)?;
        stop::pause(REST)?;
        Ok([made, read, ended])
    }

    /// Reads a list that has to have so many alerts.
    fn read(&self, path: &str, wanted: usize) -> anyhow::Result<Took> {
        let (took, body) = self.ask(&get(path, &self.header))?;
        let count = alerts_in(&body);
        if count != wanted {
            bail!("{path} has {count} alerts and not {wanted}");
        }
        Ok(took)
    }

    fn ask(&self, request: &str) -> anyhow::Result<(Took, Vec<u8>)> {
        stop::check()?;
        let mut connection = Connection::open(self.server.address)?;
        let (cpu, began) = (self.server.cpu()?, Instant::now());
        let body = answer(&mut connection, request)?;
        let (wall, cpu) = (began.elapsed(), self.server.cpu()?.saturating_sub(cpu));
        Ok((Took { wall, cpu }, body))
    }

    /// Does it again and again; what it took at the median.
    fn repeat(
        &mut self,
        mut work: impl FnMut(&mut Self) -> anyhow::Result<Took>,
    ) -> anyhow::Result<Took> {
        let (began, mut took) = (Instant::now(), Vec::new());
        while took.len() < AT_LEAST || began.elapsed() < self.span {
            took.push(work(self)?);
        }
        let median = |of: fn(&Took) -> Duration| {
            let mut times: Vec<Duration> = took.iter().map(of).collect();
            times.sort_unstable();
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        Ok(Took { wall: median(|took| took.wall), cpu: median(|took| took.cpu) })
    }
}

/// Posts all of these, each once; what that took.
fn put(
    server: &Server,
    posts: &mut [Post],
    how: Resend,
    connections: usize,
) -> anyhow::Result<Took> {
    let cpu = server.cpu()?;
    let (address, once, span) = (server.address, true, Duration::from_hours(1));
    let outcome = load::drive(Load { address, connections, posts, how, once, span })?;
    if !outcome.failed.is_empty() {
        bail!("not all posts were answered with 200: {:?}", outcome.failed);
    }
    Ok(Took { wall: outcome.took, cpu: server.cpu()?.saturating_sub(cpu) })
}
