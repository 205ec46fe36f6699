//! One round: every limit and what watchbell makes of it, once.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::alerts::{self, Resend};
use crate::load::{self, Load, Outcome};
use crate::program::Program;
use crate::requests::{self, is_ready};
use crate::server::{Recipe, Server, until};
use crate::{disk, parse};

/// Distinct alerts: the middle one of the sizes that are measured elsewhere.
const ALERTS: usize = 10_000;

/// Where files are in memory: nothing is waited for there.
const MEMORY: &str = "/dev/shm";

/// Alerts a post, and connections.
pub(crate) const SHAPES: [(usize, usize); 3] = [SINGLE, (1, 64), (64, 16)];

/// What waits for the disk at each alert.
pub(crate) const SINGLE: (usize, usize) = (1, 1);

/// Who is posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// HTTP alone.
    Edge,
    /// All, with its files in memory.
    InMemory,
    /// All.
    Watchbell,
}

/// All of them, the emptiest first.
pub(crate) const ALL: [Who; 3] = [Who::Edge, Who::InMemory, Who::Watchbell];

/// What came of the posts of one shape to one of them.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// To whom.
    pub(crate) who: Who,
    /// Alerts a post, and connections.
    pub(crate) shape: (usize, usize),
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// Processor time that the server took.
    pub(crate) cpu: Duration,
    /// Bytes that the server had written.
    pub(crate) written: f64,
}

/// What a round has measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// Posts.
    pub(crate) posted: Vec<Posted>,
    /// Pages a second, written in place and synced.
    pub(crate) pages: f64,
    /// Bytes of one commit of one alert.
    pub(crate) commit: f64,
    /// So many bytes appended and synced, a second.
    pub(crate) appends: f64,
    /// Alerts a second read from posts of one, and from posts of 64.
    pub(crate) parsed: [f64; 2],
}

/// Measures everything once; `backwards` in the other order.
pub(crate) fn measure(
    program: &Program,
    dir: &Path,
    span: Duration,
    backwards: bool,
) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    let mut all = ALL;
    if backwards {
        all.reverse();
    }
    for shape in SHAPES {
        for who in all {
            let posted = post(program, who, shape, dir, span);
            measured.posted.push(posted.with_context(|| format!("{who:?} with {shape:?}"))?);
        }
        // Right behind what they are compared with: who else syncs here comes and goes.
        if shape == SINGLE {
            measured.probe(dir, span)?;
        }
    }
    let parsed = |batch| parse::alerts_a_second(ALERTS, batch, span);
    measured.parsed = [parsed(1)?, parsed(64)?];
    Ok(measured)
}

impl Measured {
    /// With one connection and one alert a post, each post is a commit.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
    fn probe(&mut self, dir: &Path, span: Duration) -> anyhow::Result<()> {
        let single = |one: &&Posted| one.who == Who::Watchbell && one.shape == SINGLE;
        let posted = self.posted.iter().find(single).context("no posts of one")?;
        self.commit = posted.written / posted.outcome.requests as f64;
        self.pages = disk::pages(dir, span)?;
        self.appends = disk::appends(dir, self.commit as usize, span)?;
        Ok(())
    }
}

fn post(
    program: &Program,
    who: Who,
    shape: (usize, usize),
    dir: &Path,
    span: Duration,
) -> anyhow::Result<Posted> {
    let dir = if who == Who::InMemory { Path::new(MEMORY) } else { dir };
    let home = tempfile::tempdir_in(dir)?;
    let (recipe, header) = match who {
        Who::Edge => {
            let (program, args) = (std::env::current_exe()?, vec!["--serve".into()]);
            (Recipe { program, args, home: home.path().to_owned() }, String::new())
        }
        Who::InMemory | Who::Watchbell => program.recipe(home.path(), "ingest,read")?,
    };
    let ((batch, connections), how) = (shape, Resend::Changed);
    let mut posts = alerts::posts(0..ALERTS, batch, &requests::head(&header));
    let mut swift = alerts::posts(0..ALERTS, 64, &requests::head(&header));
    let server = recipe.start()?;
    let address = server.address;
    until(|| is_ready(address))?;
    // What comes for the first time is more work: it is not measured here.
    for _ in 0..2 {
        let (connections, posts, once, span) = (16, swift.as_mut_slice(), true, span * 100);
        load::drive(Load { address, connections, posts, how, once, span })?;
    }
    let (cpu, before) = (server.cpu()?, written(&server)?);
    let (posts, once) = (posts.as_mut_slice(), false);
    let outcome = load::drive(Load { address, connections, posts, how, once, span })?;
    if outcome.good == 0 || !outcome.failed.is_empty() {
        bail!("not all posts were answered with 200: {:?}", outcome.failed);
    }
    let cpu = server.cpu()?.saturating_sub(cpu);
    let written = written(&server)? - before;
    Ok(Posted { who, shape, outcome, cpu, written })
}

/// Bytes that it has had written to the disk.
fn written(server: &Server) -> anyhow::Result<f64> {
    Ok(server.field("io", "write_bytes:")?.parse()?)
}
