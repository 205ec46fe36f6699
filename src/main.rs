//! The program: `watchbell` is its library, started.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use watchbell::app;
use watchbell::cli::Cli;
use watchbell::domain::text::line_of;

fn main() -> ExitCode {
    match app::run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told where stderr is closed.
            let _ = writeln!(io::stderr(), "watchbell: {}", line_of(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}
