//! The end, in order and in time: nothing waits for ever, and every step says if it was late.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use anyhow::{Result, anyhow};
use tokio::time::timeout;

use super::filters::Keeper;
use super::parts::Parts;
use super::screen::Screen;
use crate::engine::Writer;

/// Requests have a farewell of their own; this is for when that fails.
const REQUESTS: Duration = Duration::from_secs(6);
/// The last commit waits for the disk, which may be slow. What was acknowledged is kept anyway.
const COMMIT: Duration = Duration::from_secs(20);
/// A terminal that takes nothing must not keep the program alive.
const SCREEN: Duration = Duration::from_secs(2);
/// Filters are a convenience: a file system that stands still keeps none of them.
const FILTERS: Duration = Duration::from_secs(1);

/// Everything that runs once the data is open.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) parts: Parts,
    pub(super) socket: PathBuf,
    pub(super) writer: Writer,
    pub(super) screen: Option<Screen>,
    pub(super) filters: Option<Keeper>,
}

impl Running {
    /// What runs before there is a screen.
    pub(super) fn unseen(parts: Parts, socket: PathBuf, writer: Writer) -> Self {
        Self { parts, socket, writer, screen: None, filters: None }
    }

    /// Ends all of it. Fails if the data could not be closed in order; the other steps only log.
    pub(super) async fn shut_down(self) -> Result<()> {
        // Stop accepting; the screen begins to give the terminal back.
        self.parts.stop.cancel();
        if let Some(screen) = &self.screen {
            screen.close();
        }
        // Finish requests.
        self.parts.tasks.close();
        if timeout(REQUESTS, self.parts.tasks.wait()).await.is_err() {
            tracing::warn!("Requests were cut off at the end");
        }
        // The socket is ours while the data is, so it goes first; then the last commit.
        remove(&self.socket);
        let closed = close(self.writer).await;
        if let Some(mut screen) = self.screen {
            match timeout(SCREEN, screen.left()).await {
                Ok(_) => {}
                Err(_) => {
                    tracing::warn!("The terminal took nothing any more and was left as it is");
                }
            }
        }
        if let Some(keeper) = self.filters {
            let finishing = tokio::task::spawn_blocking(|| keeper.finish());
            if timeout(FILTERS, finishing).await.is_err() {
                tracing::warn!("The last filters may not be kept: writing them takes too long");
            }
        }
        match &closed {
            Ok(()) => tracing::info!("Stopped"),
            Err(error) => tracing::error!(%error, "Stopped"),
        }
        closed
    }
}

async fn close(writer: Writer) -> Result<()> {
    let closing = tokio::task::spawn_blocking(|| writer.stop());
    match timeout(COMMIT, closing).await {
        // Whoever was answered was answered after the commit.
        Ok(Ok(closed)) => closed.map_err(|error| {
            anyhow!(
                "the data file was not closed in order, which the next start makes up for; all that \
                 was answered is kept ({error})"
            )
        }),
        Ok(Err(_)) => Err(anyhow!("closing the data file panicked; the log says where")),
        Err(_) => Err(anyhow!("the disk takes too long to close the data file; look after it")),
    }
}

fn remove(socket: &Path) {
    match fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "The socket was not removed");
        }
        Ok(()) | Err(_) => {}
    }
}
