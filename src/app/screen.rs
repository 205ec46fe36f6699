//! The console on a thread of its own: a terminal that takes nothing blocks nothing else.

use std::future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::{fs, io};

use anyhow::{Result, anyhow, bail};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::client::Following;
use crate::console::theme::palette::{Choice, Palette, ThemeError, Wardrobe};
use crate::console::{self, Ended, KeyFile, Outside, Settings};

/// The running screen.
#[derive(Debug)]
pub(super) struct Screen {
    close: CancellationToken,
    left: oneshot::Receiver<io::Result<Ended>>,
    outside: mpsc::Sender<Outside>,
}

/// What a screen is told and has not heard yet; all the same again, it would do the same again.
const UNHEARD: usize = 4;

/// How a screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Its person wants to end the program.
    Quit,
    /// There is nothing to draw on any more.
    TerminalGone,
    /// It panicked, and gave the terminal back.
    Failed,
}

impl Screen {
    /// Shows what there is and what comes; tells `panicked` should that panic. Fails if the system
    /// refuses a thread.
    pub(super) fn open(
        following: Following,
        settings: Settings,
        panicked: impl FnOnce() + Send + 'static,
    ) -> Result<Self> {
        Self::showing(move |closed, hears| {
            let show = || console::show(following, settings, &closed, hears);
            catch_unwind(AssertUnwindSafe(show)).unwrap_or_else(|panic| {
                panicked();
                resume_unwind(panic)
            })
        })
    }

    /// A screen that is shown by `show`, until that returns.
    fn showing<S>(show: S) -> Result<Self>
    where
        S: FnOnce(CancellationToken, mpsc::Receiver<Outside>) -> io::Result<Ended> + Send + 'static,
    {
        let close = CancellationToken::new();
        let (leave, left) = oneshot::channel();
        let (outside, hears) = mpsc::channel(UNHEARD);
        let closed = close.clone();
        let show = move || {
            // Whether anybody still waits does not matter here.
            let _ = leave.send(show(closed, hears));
        };
        let thread = std::thread::Builder::new().name("console".to_owned()).spawn(show);
        thread.map_err(|error| {
            anyhow!("the system refused a thread: {error}; end something and try again")
        })?;
        Ok(Self { close, left, outside })
    }

    /// Tells it what the system said. A terminal that takes nothing leaves it unheard.
    pub(super) fn tell(&self, outside: Outside) {
        let _ = self.outside.try_send(outside);
    }

    /// Tells it to give the terminal back.
    pub(super) fn close(&self) {
        self.close.cancel();
    }

    /// Waits until it is left.
    pub(super) async fn left(&mut self) -> Result<Left> {
        match (&mut self.left).await {
            Ok(Ok(Ended::Quit | Ended::Stopped)) => Ok(Left::Quit),
            Ok(Ok(Ended::TerminalGone)) => Ok(Left::TerminalGone),
            Ok(Ok(Ended::ServiceGone)) => bail!("the service ended unexpectedly; the log says why"),
            Ok(Err(error)) => {
                bail!("the terminal cannot be used: {error}; run watchbell serve, or try another")
            }
            // Its thread panicked: whoever sends alerts is heard all the same.
            Err(_) => Ok(Left::Failed),
        }
    }
}

/// Puts a pipe in place of a terminal that is gone. Reading from such a terminal gives its end at
/// once, for ever, and crossterm's reader, which outlives the screen, would do nothing else; a
/// pipe into which nobody writes lets it sleep.
pub(super) fn let_go_of_input() {
    let replaced = std::io::pipe().and_then(|(input, writer)| {
        nix::unistd::dup2_stdin(&input)?;
        Ok(writer)
    });
    match replaced {
        // Were this end closed, reading would give the end again.
        Ok(writer) => std::mem::forget(writer),
        Err(error) => tracing::warn!(%error, "The terminal's input stays open"),
    }
}

/// Waits until the screen is left; for ever where there is none.
pub(super) async fn left(screen: &mut Option<Screen>) -> Result<Left> {
    match screen {
        Some(screen) => screen.left().await,
        None => future::pending().await,
    }
}

/// The person's own keys, where there is such a file. One that cannot be read is no reason to go
/// without a console, which says so.
pub(super) fn keys(path: &Path) -> Option<KeyFile> {
    Some(KeyFile { path: path.to_owned(), text: text_of(path)? })
}

/// The theme that is wanted, or why there is none; themes lie beside the file `config`.
pub(super) fn theme(choice: &Choice, config: &Path) -> Result<Palette, ThemeError> {
    let home = config.parent().unwrap_or(config);
    Palette::load(choice, Wardrobe { home, read: &text_of })
}

/// What stands in a file, or why it cannot be read; nothing where there is none.
fn text_of(path: &Path) -> Option<Result<String, String>> {
    match fs::read_to_string(path) {
        Ok(text) => Some(Ok(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "The file cannot be read");
            Some(Err(match error.kind() {
                io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
                io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
                _ => error.to_string(),
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_screen_that_panics_is_left_and_no_more() {
        let mut screen = Screen::showing(|_, _| panic!("on purpose")).unwrap();
        assert_eq!(screen.left().await.unwrap(), Left::Failed);
    }

    #[test]
    fn keys_that_cannot_be_read_are_handed_on_with_the_reason() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("keybindings.toml");
        assert_eq!(keys(&file), None);
        fs::write(&file, b"\xff").unwrap();
        assert_eq!(keys(&file).unwrap().text, Err("it is not UTF-8".to_owned()));
        let why = keys(place.path()).unwrap().text;
        assert_eq!(why, Err("it is a directory".to_owned()));
    }
}
