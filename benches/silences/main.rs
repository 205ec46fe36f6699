//! What silences cost: the same reads, posts and orders with more and more of them, on watchbell
//! and on a real Alertmanager, turn by turn on one machine.
//!
//! `cargo bench --bench silences` starts both with files of their own, on loopback, and ends them
//! again. Measures only; what the numbers mean stands in `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

#[path = "../against-alertmanager/alerts.rs"]
#[expect(dead_code, reason = "the other bench asks for one alert of twenty, too")]
mod alerts;
mod cell;
#[path = "../against-alertmanager/client.rs"]
mod client;
#[path = "../against-alertmanager/histogram.rs"]
#[expect(dead_code, reason = "the other bench tells shares of many requests")]
mod histogram;
#[path = "../against-alertmanager/load.rs"]
#[expect(dead_code, reason = "the other bench tells rates")]
mod load;
#[path = "../against-alertmanager/machine.rs"]
mod machine;
#[path = "../against-alertmanager/paper.rs"]
mod paper;
#[path = "../against-alertmanager/program.rs"]
mod program;
#[path = "../against-alertmanager/requests.rs"]
mod requests;
mod round;
#[path = "../against-alertmanager/series.rs"]
#[expect(dead_code, reason = "the other bench sets both side by side in another way")]
mod series;
#[path = "../against-alertmanager/server.rs"]
#[expect(dead_code, reason = "the other bench looks at files and memory, too")]
mod server;
mod sheet;
mod silences;
#[path = "../against-alertmanager/stop.rs"]
mod stop;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;

use program::Program;
use round::Measure;
use sheet::Sheet;

/// Reads, posts and silences with more and more silences, and prints medians and how they grow.
#[derive(Clone, Debug, Parser)]
#[command(name = "silences")]
struct Args {
    /// How many alerts there are.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    alerts: Vec<usize>,
    /// How many silences there are; growth is told from the least.
    #[arg(long, value_delimiter = ',', default_value = "0,10,100,1000")]
    silences: Vec<usize>,
    /// How often everything is measured, each time with fresh processes and files.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// For how many seconds each read and post is repeated; each at least three times.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// A program that took so many seconds for one number of silences is not asked with more.
    #[arg(long, default_value_t = 120.0)]
    bound: f64,
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
    /// A second watchbell to measure instead of Alertmanager: what a change brought.
    #[arg(long, value_name = "WATCHBELL", conflicts_with = "alertmanager")]
    against: Option<PathBuf>,
    /// What `cargo bench` passes on.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The name of the marks in a file of documentation.
const PLACE: &str = "silences";

fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("nothing is measured by `cargo test`: see `cargo bench`");
        return ExitCode::SUCCESS;
    }
    // Leaving it drops, and thereby ends, whatever was started.
    match stop::unless_interrupted(move || run(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("silences: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Args) -> anyhow::Result<()> {
    let ours = Program::watchbell("watchbell", &args.watchbell, false)?;
    let theirs = match &args.against {
        Some(other) => Program::watchbell("the other", other, false)?,
        None => Program::alertmanager(&args.alertmanager)?,
    };
    let pair = [ours, theirs];
    paper::check(PLACE, args.markdown.as_deref())?;
    std::fs::create_dir_all(&args.dir)
        .with_context(|| format!("{} cannot be made", args.dir.display()))?;
    // What is there is only added to.
    args.silences.sort_unstable();
    args.silences.dedup();
    let mut text = about(&args, &pair)?;
    let sheet = measure(&args, &pair)?;
    let _ = writeln!(text, "- load average afterwards: {}\n", machine::load());
    let names = pair.each_ref().map(|program| program.name.as_str());
    text.push_str(&sheet.markdown(names, args.bound));
    paper::put(&text, PLACE, args.markdown.as_deref())
}

fn measure(args: &Args, pair: &[Program; 2]) -> anyhow::Result<Sheet> {
    let mut sheet = Sheet::new(&args.silences);
    for number in 0..args.rounds {
        for alerts in args.alerts.iter().copied() {
            // Whoever comes first may find a warmer or a colder machine.
            let order = if number % 2 == 0 { [0, 1] } else { [1, 0] };
            for which in order {
                let Some(program) = pair.get(which) else { continue };
                let name = &program.name;
                eprintln!("round {} of {}: {name}, {alerts} alerts", number + 1, args.rounds);
                let [span, bound] = [args.seconds, args.bound].map(Duration::from_secs_f64);
                let (dir, silences) = (args.dir.as_path(), args.silences.as_slice());
                let measure = Measure { alerts, silences, span, bound, dir };
                let cells = round::measure(program, measure);
                let cells = cells.with_context(|| format!("{name} with {alerts} alerts"))?;
                sheet.add(which, alerts, cells);
            }
        }
    }
    Ok(sheet)
}

/// When, on what, and by which command.
fn about(args: &Args, pair: &[Program; 2]) -> anyhow::Result<String> {
    let list = |numbers: &[usize]| {
        let words: Vec<String> = numbers.iter().map(usize::to_string).collect();
        words.join(",")
    };
    let mut text = format!(
        "{}:\n\n```sh\ncargo bench --bench silences -- --alerts {} --silences {} --rounds {} \
         --seconds {} --bound {}\n```\n\n",
        paper::today(),
        list(&args.alerts),
        list(&args.silences),
        args.rounds,
        args.seconds,
        args.bound
    );
    for Program { name, version, .. } in pair {
        let how = match name.as_str() {
            "Alertmanager" => "in memory (its only mode), no authentication, no cluster",
            _ => "every answer on disk (its only mode), a token checked each time",
        };
        let _ = writeln!(text, "- {name}: {version}; {how}");
    }
    text.push_str(&machine::lines(&args.dir)?);
    let _ = writeln!(text, "- load average before: {}", machine::load());
    Ok(text)
}
