//! How swift the console is: how long a key or a change takes until its frame is made, how long a
//! key takes through a real terminal while alerts come in, and how much memory the screen needs.
//!
//! `cargo bench --bench console` measures in this process, `-- --keys` with the real program. Measures
//! only; what the numbers mean stands in `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

mod desk;
mod frames;
mod keys;
mod spread;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Times of the console's frames with many alerts, as tables of Markdown.
#[derive(Debug, Parser)]
#[command(name = "console")]
struct Args {
    /// With so many alerts, instead of 1k, 10k and 100k. May be repeated.
    #[arg(long = "alerts", value_name = "COUNT")]
    alerts: Vec<usize>,
    /// With a million alerts too.
    #[arg(long)]
    all: bool,
    /// Presses keys in the real program in a real terminal while 1,000 alerts a second come in.
    #[arg(long)]
    keys: bool,
    /// How often everything is measured that is over soon.
    #[arg(long, default_value_t = 400)]
    samples: usize,
    /// The watchbell whose keys are pressed, instead of the one that was built with this.
    #[arg(long, default_value = env!("CARGO_BIN_EXE_watchbell"))]
    watchbell: PathBuf,
    /// What `cargo bench` passes on.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if !args.bench {
        println!("nothing is measured by `cargo test`: see `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let mut sizes = args.alerts.clone();
    if sizes.is_empty() {
        sizes = if args.keys { vec![100_000] } else { vec![1_000, 10_000, 100_000] };
        sizes.extend(args.all.then_some(1_000_000));
    }
    println!("load average before: {}", load());
    let outcome = if args.keys {
        sizes.iter().try_for_each(|size| keys::measure(&args.watchbell, *size, args.samples))
    } else {
        frames::measure(&sizes, args.samples)
    };
    println!("load average after: {}", load());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("console: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg");
    text.map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}
