//! Load on a real Alertmanager and on watchbell, turn by turn on one machine, as ratios.
//!
//! `cargo bench --bench against-alertmanager` starts both with files of their own, on loopback, and
//! ends them again. Measures only; what the numbers mean stands in `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

mod alerts;
mod client;
mod load;
mod machine;
mod plan;
mod round;
mod server;
mod sheet;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use plan::Plan;
use round::Program;
use sheet::Sheet;

/// Posts and reads on Alertmanager and watchbell, alternating, and prints medians and ratios.
#[derive(Debug, Parser)]
#[command(name = "against-alertmanager")]
struct Args {
    /// How often everything is measured, each time with fresh processes and files.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// For how many seconds each kind of load goes on.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// All numbers of alerts, of alerts a request, and of connections, instead of a selection.
    #[arg(long)]
    all: bool,
    /// One plan, as `ALERTS:PER_REQUEST:CONNECTIONS`, instead of the selection. May be repeated.
    #[arg(long = "plan", value_name = "PLAN")]
    plans: Vec<Plan>,
    /// Where the data of both lies for as long as it is needed.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    dir: PathBuf,
    /// The Alertmanager to measure.
    #[arg(long, default_value = "prometheus-alertmanager")]
    alertmanager: PathBuf,
    /// The watchbell to measure, instead of the one that was built with this.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_watchbell"))]
    watchbell: PathBuf,
    /// A second watchbell to measure instead of Alertmanager: what a change brought.
    #[arg(long, value_name = "WATCHBELL", conflicts_with = "alertmanager")]
    against: Option<PathBuf>,
    /// What `cargo bench` passes on.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("nothing is measured by `cargo test`: see `cargo bench`");
        return ExitCode::SUCCESS;
    }
    // Leaving `main` drops, and thereby ends, whatever was started.
    let outcome = tokio::select! {
        outcome = run(&args) => outcome,
        name = interrupted() => name.and_then(|name| bail!("{name}: everything is ended")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("against-alertmanager: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn interrupted() -> anyhow::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => Ok(pressed.map(|()| "Ctrl-C")?),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}

async fn run(args: &Args) -> anyhow::Result<()> {
    let pair = pair(args)?;
    let plans = match (args.plans.as_slice(), args.all) {
        ([], false) => Plan::selection(),
        ([], true) => Plan::all(),
        (plans, _) => plans.to_vec(),
    };
    std::fs::create_dir_all(&args.dir)
        .with_context(|| format!("{} cannot be made", args.dir.display()))?;
    machine::print(&args.dir, &pair)?;
    println!("- rounds: {}; {} s of each load", args.rounds, args.seconds);
    let mut sheet = Sheet::default();
    for number in 0..args.rounds {
        for plan in &plans {
            eprintln!("round {} of {}: {plan}", number + 1, args.rounds);
            // Whoever comes first may find a warmer or a colder machine.
            let order = if number % 2 == 0 { [0, 1] } else { [1, 0] };
            for which in order {
                let Some(program) = pair.get(which) else { continue };
                let measured = round::measure(program, *plan, args.seconds, &args.dir).await;
                let measured = measured.with_context(|| format!("{} with {plan}", program.name));
                sheet.add(which, *plan, measured?);
            }
        }
    }
    let [ours, theirs] = pair.each_ref().map(|program| program.name.as_str());
    println!("{}", machine::load("after"));
    println!("\n{}", sheet.markdown(ours, theirs));
    Ok(())
}

/// What is measured, and what it is measured against.
fn pair(args: &Args) -> anyhow::Result<[Program; 2]> {
    let ours = Program::watchbell("watchbell", &args.watchbell)?;
    let theirs = match &args.against {
        Some(other) => Program::watchbell("the other", other)?,
        None => Program::alertmanager(&args.alertmanager)?,
    };
    Ok([ours, theirs])
}
