//! The program: `watchbell` is its library, started.

use std::io::{self, Write as _};
use std::process::ExitCode;

use watchbell::app;
use watchbell::cli::Cli;
use watchbell::domain::text::line_of;

/// An alert is made where it arrives and goes where it is replaced, on another thread.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // It fails only where there is one already, and this is the only place that installs one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match app::run(&Cli::understand()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Nobody is left to be told where stderr is closed.
            let _ = writeln!(io::stderr(), "watchbell: {}", line_of(&error.to_string()));
            app::exit_of(&error).into()
        }
    }
}
