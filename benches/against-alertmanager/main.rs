//! Load on a real Alertmanager and on watchbell, turn by turn on one machine, as ratios.
//!
//! `cargo bench --bench against-alertmanager` starts both with files of their own, on loopback, and
//! ends them again. Measures only; what the numbers mean stands in `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

mod alerts;
mod client;
mod histogram;
mod load;
mod machine;
mod paper;
mod plan;
mod program;
mod requests;
mod round;
mod series;
mod server;
mod sheet;
mod stop;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;

use plan::{Plan, Plans};
use program::Program;
use round::Measure;
use sheet::Sheet;

/// Posts and reads on Alertmanager and watchbell, alternating, and prints medians and ratios.
#[derive(Clone, Debug, Parser)]
#[command(name = "against-alertmanager")]
struct Args {
    /// `short`, `growth`, `full`, or one as `ALERTS:PER_POST:CONNECTIONS`. May be repeated.
    #[arg(long = "plan", value_name = "PLAN", default_value = "short")]
    plans: Vec<String>,
    /// How often everything is measured, each time with fresh processes and files.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// For how many seconds each kind of load goes on, at most.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Writes the tables into their place in this file, instead of to stdout.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Where the data of both lies for as long as it is needed.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    dir: PathBuf,
    /// The Alertmanager to measure.
    #[arg(long, default_value = "prometheus-alertmanager")]
    alertmanager: PathBuf,
    /// The watchbell to measure, instead of the one that was built with this.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_watchbell"))]
    watchbell: PathBuf,
    /// Starts `watchbell alertmanager` with Alertmanager's flags and file, instead of
    /// `watchbell serve` with a token.
    #[arg(long)]
    replace: bool,
    /// A second watchbell to measure instead of Alertmanager: what a change brought.
    #[arg(long, value_name = "WATCHBELL", conflicts_with = "alertmanager")]
    against: Option<PathBuf>,
    /// What `cargo bench` passes on.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The name of the marks in a file of documentation.
const PLACE: &str = "against-alertmanager";

fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("nothing is measured by `cargo test`: see `cargo bench`");
        return ExitCode::SUCCESS;
    }
    // Leaving it drops, and thereby ends, whatever was started.
    match stop::unless_interrupted(move || run(&args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("against-alertmanager: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    let pair = pair(args)?;
    let plans = plans(args)?;
    paper::check(PLACE, args.markdown.as_deref())?;
    std::fs::create_dir_all(&args.dir)
        .with_context(|| format!("{} cannot be made", args.dir.display()))?;
    let mut text = about(args, &pair)?;
    let sheet = measure(args, &pair, &plans)?;
    let [ours, theirs] = pair.each_ref().map(|program| program.name.as_str());
    let _ = writeln!(text, "- load average afterwards: {}\n", machine::load());
    text.push_str(&sheet.markdown(ours, theirs));
    paper::put(&text, PLACE, args.markdown.as_deref())?;
    match sheet.failures(ours, theirs) {
        none if none.is_empty() => Ok(()),
        failures => bail!("not all is good:{failures}"),
    }
}

fn plans(args: &Args) -> anyhow::Result<Vec<Plan>> {
    let mut plans = Vec::new();
    for text in &args.plans {
        let Plans(some) = text.parse().map_err(anyhow::Error::msg)?;
        plans.extend(some.into_iter().filter(|plan| !plans.contains(plan)).collect::<Vec<_>>());
    }
    Ok(plans)
}

fn measure(args: &Args, pair: &[Program; 2], plans: &[Plan]) -> anyhow::Result<Sheet> {
    let mut sheet = Sheet::default();
    for number in 0..args.rounds {
        for (place, plan) in plans.iter().enumerate() {
            eprintln!("round {} of {}: {plan}", number + 1, args.rounds);
            let before = plans.iter().take(place);
            // The first of each size.
            let whole = !before.into_iter().any(|earlier| earlier.alerts == plan.alerts);
            let span = Duration::from_secs_f64(args.seconds);
            let measure = Measure { plan: *plan, span, whole, dir: &args.dir };
            // Whoever comes first may find a warmer or a colder machine.
            let order = if number % 2 == 0 { [0, 1] } else { [1, 0] };
            for which in order {
                let Some(program) = pair.get(which) else { continue };
                let measured = round::measure(program, measure);
                let measured = measured.with_context(|| format!("{} with {plan}", program.name));
                sheet.add(which, *plan, measured?);
            }
        }
    }
    Ok(sheet)
}

/// When, on what, and by which command.
fn about(args: &Args, pair: &[Program; 2]) -> anyhow::Result<String> {
    let mut text =
        format!("{}:\n\n```sh\ncargo bench --bench against-alertmanager --", paper::today());
    for plan in &args.plans {
        let _ = write!(text, " --plan {plan}");
    }
    let _ = write!(text, " --rounds {} --seconds {}", args.rounds, args.seconds);
    text.push_str(if args.replace { " --replace\n```\n\n" } else { "\n```\n\n" });
    for Program { name, version, .. } in pair {
        let how = match name.as_str() {
            "Alertmanager" => "in memory (its only mode), no authentication, no cluster",
            _ if args.replace => "every answer on disk (its only mode), no authentication",
            _ => "every answer on disk (its only mode), a token checked each time",
        };
        let _ = writeln!(text, "- {name}: {version}; {how}");
    }
    text.push_str(&machine::lines(&args.dir)?);
    let _ = writeln!(text, "- load average before: {}", machine::load());
    Ok(text)
}

/// What is measured, and what it is measured against.
fn pair(args: &Args) -> anyhow::Result<[Program; 2]> {
    let ours = Program::watchbell("watchbell", &args.watchbell, args.replace)?;
    let theirs = match &args.against {
        Some(other) => Program::watchbell("the other", other, args.replace)?,
        None => Program::alertmanager(&args.alertmanager)?,
    };
    Ok([ours, theirs])
}
