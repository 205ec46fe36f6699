//! A million changes over ten thousand alerts, of which some end and begin anew: how large the data
//! file gets, and when it stops growing. Fails if it grows in the second half.
//!
//! `cargo bench --bench growth`; a test does the same with fewer. Writes to the temporary directory.

#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use watchbell::domain::actor::{Actor, Via};
use watchbell::domain::alert::{Identity, Namespace, Naming};
use watchbell::domain::command::{Command, Order};
use watchbell::domain::id::OpId;
use watchbell::domain::labels::Labels;
use watchbell::domain::policy::Policy;
use watchbell::domain::report::{NamedService, Payload, Report, Road, Subject};
use watchbell::domain::severity::{Severity, SeverityReading};
use watchbell::domain::text::Text;
use watchbell::domain::time::{SignedDuration, Timestamp, after};
use watchbell::engine::Engine;
use watchbell::store::{DataDir, Store, Upkeep, check};

const ALERTS: usize = 10_000;
const ROUNDS: usize = 100;
const POST: usize = 500;

fn main() -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let disk = DataDir(directory.path().to_owned());
    let file = disk.file();
    let (store, loaded) = Store::open(disk)?;
    let policy = Policy { retention: SignedDuration::from_hours(4), ..Policy::default() };
    let mut engine = Engine::new(store, loaded, Arc::new(policy), 7);
    let start: Timestamp = "2026-11-21T03:00:00Z".parse().context("a time")?;
    let mut lengths = Vec::new();
    for round in 0..ROUNDS {
        for post in 0..ALERTS / POST {
            let now = after(start, SignedDuration::from_secs(i64::try_from(round * 1_800 + post)?));
            let turn = engine.turn(&[order(round, post)], now);
            ensure!(turn.answers.iter().all(Result::is_ok), "a post was refused");
            engine.must_keep_up();
        }
        while engine.upkeep() == Upkeep::More {}
        lengths.push(fs::metadata(&file)?.len());
        if round % 10 == 9 {
            let changes = (round + 1) * ALERTS;
            println!("{changes:>9} changes: {:>6} kB", fs::metadata(&file)?.len() / 1_000);
        }
    }
    engine.close()?;
    let (first, second) = lengths.split_at(ROUNDS / 2);
    ensure!(second.iter().max() <= first.iter().max(), "it grew in the second half: {lengths:?}");
    let checkup = check(&file)?;
    ensure!(checkup.is_well(), "{checkup:?}");
    println!("it stopped growing; {:?}", checkup.findings);
    Ok(())
}

/// Each fifth alert has ended in every other round, so that a new episode begins in the next.
fn order(round: usize, post: usize) -> Order {
    let reports = (post * POST..(post + 1) * POST).map(|number| report(round, number)).collect();
    Order {
        op: OpId(uuid::Uuid::nil()),
        actor: Actor::Machine(Text::derive("prometheus")),
        via: Via::Console,
        seen: None,
        command: Command::Report(reports),
    }
}

fn report(round: usize, number: usize) -> Report {
    let title = format!("RequestLatencyTooHigh on node-{number:06}");
    let naming = Naming::Given(title.as_str().into());
    let identity = Identity { namespace: Namespace::default(), naming };
    if number.is_multiple_of(5) && !round.is_multiple_of(2) {
        return Report::Resolved { identity, road: Road::Plain, ends_at: None };
    }
    let labels: Labels =
        [("alertname", title.as_str()), ("service", "web"), ("job", "node")].into_iter().collect();
    let payload = Payload {
        road: Road::Plain,
        title: Text::derive(&title),
        service: NamedService::Loosely(Text::derive("web")),
        severity: SeverityReading::Known(Severity::Critical),
        labels,
        annotations: Labels::default(),
        starts_at: None,
        link: None,
    };
    Report::Firing { subject: Subject::Known(identity), payload: Box::new(payload) }
}
