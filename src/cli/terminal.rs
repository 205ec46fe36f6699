//! The terminal that the program was started in.

use std::env;
use std::io::{self, IsTerminal as _};

/// Why no console can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// Something else is where the terminal should be.
    #[error("no console without a terminal ({0} is none); run watchbell serve")]
    Redirected(&'static str),
    /// It can show lines only.
    #[error("no console on TERM={0}; run watchbell serve, or start in another terminal")]
    Dumb(String),
}

/// Whether there is a terminal that a console can be shown on.
pub fn check_terminal() -> Result<(), NoTerminal> {
    let streams = [("stdin", io::stdin().is_terminal()), ("stdout", io::stdout().is_terminal())];
    if let Some((name, _)) = streams.iter().find(|(_, terminal)| !terminal) {
        return Err(NoTerminal::Redirected(name));
    }
    match env::var_os("TERM") {
        Some(kind) if kind != "dumb" && !kind.is_empty() => Ok(()),
        kind => Err(NoTerminal::Dumb(kind.unwrap_or_default().to_string_lossy().into_owned())),
    }
}
