//! How near watchbell comes to what cannot be beaten on this machine: its disk, its parser, its HTTP.
//!
//! `cargo bench --bench limit` measures all of them in one run. Measures only; what the numbers
//! mean stands in `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

#[path = "../against-alertmanager/alerts.rs"]
#[expect(dead_code, reason = "the other bench reads, too")]
mod alerts;
#[path = "../against-alertmanager/client.rs"]
mod client;
mod disk;
#[path = "../against-alertmanager/histogram.rs"]
mod histogram;
mod hollow;
#[path = "../against-alertmanager/load.rs"]
#[expect(dead_code, reason = "the other bench reads, too")]
mod load;
#[path = "../against-alertmanager/machine.rs"]
mod machine;
#[path = "../against-alertmanager/paper.rs"]
mod paper;
mod parse;
#[path = "../against-alertmanager/program.rs"]
#[expect(dead_code, reason = "the other bench measures others, too")]
mod program;
#[path = "../against-alertmanager/requests.rs"]
#[expect(dead_code, reason = "the other bench reads, too")]
mod requests;
mod round;
#[path = "../against-alertmanager/series.rs"]
#[expect(dead_code, reason = "the other bench has pairs")]
mod series;
#[path = "../against-alertmanager/server.rs"]
#[expect(dead_code, reason = "the other bench looks at files and memory, too")]
mod server;
mod sheet;
#[path = "../against-alertmanager/stop.rs"]
mod stop;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;

use program::Program;

/// Posts to watchbell and to what it is made of, and prints medians and ratios.
#[derive(Clone, Debug, Parser)]
#[command(name = "limit")]
struct Args {
    /// How often everything is measured, each time with fresh processes and files.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// For how many seconds each thing is measured.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Writes the tables into their place in this file, instead of to stdout.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Where the data lies for as long as it is needed: on the disk that matters.
    #[arg(long, default_value = env!("CARGO_TARGET_TMPDIR"))]
    dir: PathBuf,
    /// The watchbell to measure, instead of the one that was built with this.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_watchbell"))]
    watchbell: PathBuf,
    /// Serves, for who measures it.
    #[arg(long, hide = true)]
    serve: bool,
    /// What `cargo bench` passes on.
    #[arg(long, hide = true)]
    bench: bool,
}

/// The name of the marks in a file of documentation.
const PLACE: &str = "limit";

fn main() -> ExitCode {
    let args = Args::parse();
    let outcome = match (args.serve, args.bench) {
        (true, _) => hollow::serve(),
        // Leaving it drops, and thereby ends, whatever was started.
        (false, true) => stop::unless_interrupted(move || run(&args)),
        (false, false) => {
            println!("nothing is measured by `cargo test`: see `cargo bench`");
            return ExitCode::SUCCESS;
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("limit: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> anyhow::Result<()> {
    let program = Program::watchbell("watchbell", &args.watchbell, false)?;
    paper::check(PLACE, args.markdown.as_deref())?;
    std::fs::create_dir_all(&args.dir)
        .with_context(|| format!("{} cannot be made", args.dir.display()))?;
    let mut text = format!(
        "{}, {}:\n\n```sh\ncargo bench --bench limit -- --rounds {} --seconds {}\n```\n\n{}",
        paper::today(),
        program.version,
        args.rounds,
        args.seconds,
        machine::lines(&args.dir)?
    );
    let _ = writeln!(text, "- load average before: {}", machine::load());
    let span = Duration::from_secs_f64(args.seconds);
    let mut rounds = Vec::new();
    for number in 0..args.rounds {
        eprintln!("round {} of {}", number + 1, args.rounds);
        rounds.push(round::measure(&program, &args.dir, span, number % 2 == 1)?);
    }
    let _ = writeln!(text, "- load average afterwards: {}\n", machine::load());
    text.push_str(&sheet::markdown(&rounds));
    paper::put(&text, PLACE, args.markdown.as_deref())
}
