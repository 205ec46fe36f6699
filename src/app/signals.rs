//! What the system tells a process.

use std::io;

use nix::sys::signal::Signal as Number;
use nix::unistd::{getpgrp, tcgetpgrp};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// One thing that the system said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// To end; by the name of the signal.
    End(&'static str),
    /// That the terminal is gone.
    HangUp,
    /// To stand still, as a shell's ctrl-z does. Because it is listened to, nothing stands still.
    Stop,
    /// That it goes on, after a stop that nobody can refuse.
    Continue,
}

/// The signals that are listened to.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Stream,
    interrupt: Stream,
    hang_up: Stream,
    stop: Stream,
    go_on: Stream,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(Number::SIGTSTP as i32))?,
            go_on: signal(SignalKind::from_raw(Number::SIGCONT as i32))?,
        })
    }

    /// Waits for one to end, and gives its name. A hang-up is left for later.
    pub(super) async fn end(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End("SIGTERM"),
            _ = self.interrupt.recv() => Signal::End("SIGINT"),
            _ = self.hang_up.recv() => Signal::HangUp,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
        }
    }
}

/// Whether the terminal is ours: in the background a program that sets its modes is stopped.
pub(super) fn is_in_foreground() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}
