//! The console on a thread of its own: a terminal that takes nothing blocks nothing else.

use std::net::SocketAddr;
use std::{fs, future};

use anyhow::{Context as _, Result, anyhow};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::Plan;
use crate::cli::Terminal;
use crate::client::Local;
use crate::config;
use crate::console::text::Symbols;
use crate::console::{self, Access, Ended, KeyFile, Settings};
use crate::domain::text::Text;

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
    pub(super) fn open(source: Local, settings: Settings) -> Result<Self> {
        let close = CancellationToken::new();
        let (leave, left) = oneshot::channel();
        let closed = close.clone();
        let show = move || {
            // Whether anybody still waits does not matter here.
            let _ = leave.send(show(source, settings, &closed));
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

fn show(source: Local, settings: Settings, close: &CancellationToken) -> Result<Left> {
    let ended = console::show(source, settings, close);
    Ok(match ended.context("the terminal cannot be used; run watchbell serve")? {
        Ended::Quit | Ended::Stopped | Ended::ServiceGone => Left::Quit,
        Ended::TerminalGone => Left::TerminalGone,
    })
}

/// What the console is to know: from the configuration, and from the terminal it is started in.
pub(super) fn settings(plan: &Plan, listening: SocketAddr) -> Settings {
    let Plan { places, config, owner, log: _ } = plan;
    let terminal = Terminal::find();
    let host = nix::unistd::gethostname().unwrap_or_default();
    let host = Text::derive(&host.to_string_lossy());
    // An unreadable file of keys is none: the built-in ones are there.
    let keys = fs::read_to_string(&places.keybindings);
    let keys = keys.ok().map(|text| KeyFile { path: places.keybindings.clone(), text });
    Settings {
        name: config.console.name.clone().unwrap_or_else(|| host.clone()),
        listening,
        host,
        viewer: owner.actor.clone(),
        access: Access::Full,
        link: terminal.link,
        still_for: config.console.still_for,
        zone: config.console.time_zone.clone(),
        keys,
        symbols: match config.console.symbols {
            config::Symbols::Auto => terminal.symbols,
            config::Symbols::Unicode => Symbols::Unicode,
            config::Symbols::Ascii => Symbols::Ascii,
        },
        depth: terminal.depth,
        ground: terminal.ground,
        multiplexer: terminal.multiplexer,
        seed: uuid::Uuid::new_v4().as_u128(),
    }
}

/// Waits until the screen is left; for ever where there is none.
pub(super) async fn left(screen: &mut Option<Screen>) -> Result<Left> {
    match screen {
        Some(screen) => screen.left().await,
        None => future::pending().await,
    }
}
