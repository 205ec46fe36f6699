//! The console on a thread of its own: a terminal that takes nothing blocks nothing else.

use std::future;

use anyhow::{Context as _, Result, anyhow};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::client::Local;

/// The running screen.
#[derive(Debug)]
pub(super) struct Screen {
    close: CancellationToken,
    left: oneshot::Receiver<Result<Left>>,
}

/// How a screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Its person wants to end the program, or it was closed.
    Quit,
    /// There is nothing to draw on any more.
    TerminalGone,
}

impl Screen {
    /// Opens it. Fails if the system refuses a thread.
    pub(super) fn open(_: Local) -> Result<Self> {
        let close = CancellationToken::new();
        let (leave, left) = oneshot::channel();
        let closed = close.clone();
        let show = move || {
            // Whether anybody still waits does not matter here.
            let _ = leave.send(show(&closed));
        };
        std::thread::Builder::new()
            .name("console".to_owned())
            .spawn(show)
            .context("the system refused a thread; end something and try again")?;
        Ok(Self { close, left })
    }

    /// Tells it to give the terminal back.
    pub(super) fn close(&self) {
        self.close.cancel();
    }

    /// Waits until it is left.
    pub(super) async fn left(&mut self) -> Result<Left> {
        let left = (&mut self.left).await;
        left.unwrap_or_else(|_| Err(anyhow!("the console ended unexpectedly; the log says why")))
    }
}

fn show(_: &CancellationToken) -> Result<Left> {
    Ok(Left::Quit)
}

/// Waits until the screen is left; for ever where there is none.
pub(super) async fn left(screen: &mut Option<Screen>) -> Result<Left> {
    match screen {
        Some(screen) => screen.left().await,
        None => future::pending().await,
    }
}
