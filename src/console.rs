//! The console: a screen for one person, drawn when something shown changed and never else.
//!
//! Keys become actions, actions change the model and ask the engine, the model is drawn. The
//! console reaches the service through `client` alone and decides nothing about alerts.

pub mod action;
pub mod effect;
pub mod file;
pub mod frame;
pub mod ground;
pub mod key;
pub mod keymap;
pub mod link;
pub mod model;
pub mod quiet;
mod run;
pub mod settings;
#[cfg(test)]
mod stage;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod typed;
pub mod update;
pub mod view;
pub mod when;
pub mod words;

use std::fs::File;
use std::future::ready;
use std::io;
use std::os::fd::AsFd as _;
use std::time::Instant;

use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use self::keymap::KeyFile;
pub use self::run::{Console, Ended, Outside};
pub use self::settings::{Access, Place, Posting, Settings};

use self::ground::Answers;
use self::quiet::{QuietBackend, Window};
use self::terminal::Guard;
use self::theme::palette::Palette;
use crate::client::Following;

/// Shows the service on the terminal of this process until somebody or something ends it. Blocks:
/// it belongs on a thread of its own, so that a terminal that takes nothing blocks nothing else.
/// Fails, with the terminal as it was, if that cannot be taken.
/// What the system says to the process comes from `outside`.
pub fn show(
    following: Following,
    mut settings: Settings,
    stop: &CancellationToken,
    outside: mpsc::Receiver<Outside>,
) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = Guard::take()?;
    let mut answers = ground(&mut settings);
    runtime.block_on(async {
        // Standard output is buffered by lines; a frame is to be one write.
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let backend = QuietBackend::new(out, Window::Terminal);
        let events = EventStream::new().filter_map(move |event| {
            ready(match (&mut answers, event) {
                (Some(answers), Ok(event)) => answers.leave(event, Instant::now()).map(Ok),
                (_, event) => Some(event),
            })
        });
        let console = Console::new(backend, events, following, settings)?;
        Ok(console.hearing(outside).run(stop).await)
    })
}

/// Finds out what the terminal draws on. Where that makes no difference, it is not asked.
fn ground(settings: &mut Settings) -> Option<Answers> {
    let depends = |palette: &Palette| palette.depends_on_ground(settings.depth);
    if !settings.theme.as_ref().map_or_else(|_| depends(&Palette::default()), depends) {
        return None;
    }
    let answers = ground::ask(io::stdin(), &mut io::stdout().lock());
    settings.ground = answers.ground().unwrap_or(settings.ground);
    Some(answers)
}
