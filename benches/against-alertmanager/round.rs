//! One round: a fresh server with fresh files, everything measured on it once.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::alerts::{self, Post, Resend};
use crate::client::Connection;
use crate::load::{self, Outcome};
use crate::plan::Plan;
use crate::server::{Recipe, Server, until};

/// A program that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// What the table calls it.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What it calls itself.
    pub(crate) version: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Watchbell,
    Alertmanager,
}

/// A kind of load, in the order in which they are put on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Load {
    /// Every alert for the first time.
    New,
    /// Every alert once more, with another annotation for the first time.
    FirstChange,
    /// With another annotation each time.
    Changed,
    /// Word for word.
    Unchanged,
    /// `GET` of all alerts.
    ReadAll,
    /// `GET` of the one alert that a filter leaves.
    ReadOne,
}

/// A figure of a server itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// Bytes an alert, after all came once and nothing more.
    MemoryAtRest,
    /// Bytes an alert, after all loads.
    MemoryAfterLoad,
    /// Milliseconds from a start after `kill -9` to the first answer with alerts.
    Restart,
    /// Of the alerts, how many that answer had.
    Kept,
}

/// What a round has measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// Of each load what came of it, and how much processor time of the server it took.
    pub(crate) loads: Vec<(Load, Outcome, Duration)>,
    /// Figures.
    pub(crate) figures: Vec<(Figure, f64)>,
}

impl Program {
    /// A watchbell.
    pub(crate) fn watchbell(name: &str, path: &Path) -> anyhow::Result<Self> {
        let (name, path) = (name.to_owned(), path.canonicalize()?);
        Ok(Self { version: version(&path)?, name, path, kind: Kind::Watchbell })
    }

    /// An Alertmanager, found on the path.
    pub(crate) fn alertmanager(path: &Path) -> anyhow::Result<Self> {
        let (name, path) = ("Alertmanager".to_owned(), path.to_owned());
        Ok(Self { version: version(&path)?, name, path, kind: Kind::Alertmanager })
    }

    /// How it is started with its files in `home`, and the header its requests need.
    fn recipe(&self, home: &Path) -> anyhow::Result<(Recipe, String)> {
        let recipe = |args: Vec<OsString>| Recipe {
            program: self.path.clone(),
            args,
            home: home.to_owned(),
        };
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        match self.kind {
            Kind::Watchbell => {
                let token = recipe(words(&["token", "create", "load", "--scope", "ingest,read"]));
                let said = token.command().stdout(std::process::Stdio::piped()).output()?;
                if !said.status.success() {
                    bail!("no token: {}", String::from_utf8_lossy(&said.stderr));
                }
                let secret = String::from_utf8(said.stdout)?;
                let header = format!("Authorization: Bearer {}\r\n", secret.trim_end());
                Ok((recipe(words(&["serve", "--listen", "127.0.0.1:0"])), header))
            }
            Kind::Alertmanager => {
                let config = "route: {receiver: default, group_by: [alertname]}\n\
                              receivers: [{name: default}]\n";
                std::fs::write(home.join("alertmanager.yml"), config)?;
                let args = words(&[
                    "--config.file=alertmanager.yml",
                    "--storage.path=data",
                    "--web.listen-address=127.0.0.1:0",
                    "--cluster.listen-address=",
                ]);
                Ok((recipe(args), String::new()))
            }
        }
    }
}

fn version(path: &Path) -> anyhow::Result<String> {
    let said = Command::new(path)
        .arg("--version")
        .output()
        .with_context(|| format!("{} cannot be started; .ci/setup installs it", path.display()))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = said.lines().next().unwrap_or_default();
    Ok(line.split(" (branch").next().unwrap_or_default().to_owned())
}

/// Who is asked, and how.
#[derive(Debug)]
struct Round {
    plan: Plan,
    span: Duration,
    header: String,
    posts: Rc<[Post]>,
    server: Server,
    measured: Measured,
}

/// Measures everything once.
pub(crate) async fn measure(
    program: &Program,
    plan: Plan,
    seconds: f64,
    dir: &Path,
) -> anyhow::Result<Measured> {
    let home = tempfile::tempdir_in(dir)?;
    let (recipe, header) = program.recipe(home.path())?;
    let head = format!("POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}{JSON}");
    let posts = alerts::posts(plan.alerts, plan.batch, &head).into();
    let server = recipe.start().await?;
    let span = Duration::from_secs_f64(seconds);
    let mut round = Round { plan, span, header, posts, server, measured: Measured::default() };
    round.answers().await?;
    round.post().await?;
    round.read().await?;
    let Round { server, header, mut measured, .. } = round;
    server.kill()?;
    let (took, kept) = restart(&recipe, &header).await?;
    measured.figures.push((Figure::Restart, took.as_secs_f64() * 1000.0));
    measured.figures.push((Figure::Kept, kept));
    Ok(measured)
}

const JSON: &str = "Content-Type: application/json\r\n";
const ALL: &str = "/api/v2/alerts";

impl Round {
    async fn answers(&self) -> anyhow::Result<()> {
        let request = get(ALL, &self.header);
        until(|| async { count(self.server.address, &request).await.is_some() }).await?;
        Ok(())
    }

    async fn post(&mut self) -> anyhow::Result<()> {
        let (address, connections) = (self.server.address, self.plan.connections);
        let (posts, span) = (Rc::clone(&self.posts), self.span);
        let empty = self.server.memory()?;
        self.put(Load::New, load::once(address, &posts, connections)).await?;
        self.note_memory(Figure::MemoryAtRest, empty).await?;
        let first = load::once_more(address, &posts, connections, Resend::Changed);
        self.put(Load::FirstChange, first).await?;
        let changed = load::again(address, &posts, connections, Resend::Changed, span);
        self.put(Load::Changed, changed).await?;
        let unchanged = load::again(address, &posts, connections, Resend::Unchanged, span);
        self.put(Load::Unchanged, unchanged).await?;
        self.note_memory(Figure::MemoryAfterLoad, empty).await
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let (address, span) = (self.server.address, self.span / 2);
        let all = get(ALL, &self.header);
        self.put(Load::ReadAll, load::read(address, &all, span)).await?;
        let filter = format!("instance%3D%22{}%22", alerts::instance(self.plan.alerts / 2));
        let one = get(&format!("{ALL}?filter={filter}"), &self.header);
        self.put(Load::ReadOne, load::read(address, &one, span)).await
    }

    async fn put(
        &mut self,
        load: Load,
        outcome: impl Future<Output = Outcome>,
    ) -> anyhow::Result<()> {
        let before = self.server.cpu()?;
        let outcome = outcome.await;
        let cpu = self.server.cpu()?.saturating_sub(before);
        self.measured.loads.push((load, outcome, cpu));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    async fn note_memory(&mut self, figure: Figure, empty: f64) -> anyhow::Result<()> {
        // What a load leaves undone is done by then.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let each = (self.server.memory()? - empty) / self.plan.alerts as f64;
        self.measured.figures.push((figure, each));
        Ok(())
    }
}

/// Starts it again over its files: how long until it answers with alerts, and with how many.
async fn restart(recipe: &Recipe, header: &str) -> anyhow::Result<(Duration, f64)> {
    let began = std::time::Instant::now();
    let server = recipe.start().await?;
    let one = get(&format!("{ALL}?filter=instance%3D%22none%22"), header);
    until(|| async { count(server.address, &one).await.is_some() }).await?;
    let took = began.elapsed();
    let kept = count(server.address, &get(ALL, header)).await.context("no answer")?;
    Ok((took, kept))
}

fn get(path: &str, header: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n")
}

/// How many alerts an answer has; nothing, if it is not one of alerts.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
async fn count(address: SocketAddr, request: &str) -> Option<f64> {
    const MARK: &[u8] = b"\"fingerprint\"";
    let mut connection = Connection::open(address).await.ok()?;
    let answer = connection.ask(request.as_bytes()).await.ok()?;
    let marks = answer.body.windows(MARK.len()).filter(|window| *window == MARK);
    (answer.status == 200).then(|| marks.count() as f64)
}
