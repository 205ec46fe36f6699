//! A console on a service that another process runs. It ends nothing but itself.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use tokio::time::timeout;

use super::ask::print;
use super::screen::{self, Left, Screen};
use super::signals::{Signal, Signals, is_in_foreground};
use super::{Plan, filters};
use crate::cli::Terminal;
use crate::client::{Attached, Looks, RemoteError, Site};
use crate::console::{Access, Outside, Place, Posting, Settings};

/// A terminal that takes nothing must not keep the program alive; nor must a slow file system.
const FAREWELL: Duration = Duration::from_secs(2);

/// Shows the service of the owner until the person at the screen has enough.
pub(super) async fn show(plan: Plan, terminal: Terminal, mut signals: Signals) -> Result<()> {
    let looks = match plan.access {
        Access::Full => Looks::AndActs,
        Access::ReadOnly => Looks::Only,
    };
    let attaching = Attached::open(&plan.places.socket, looks);
    let (following, site) = tokio::select! {
        attached = attaching => attached.map_err(|error| unattached(&error))?,
        _ = signals.end() => return Ok(()),
    };
    tracing::info!(socket = %plan.places.socket.display(), "Attached");
    let (filters, keeper) = filters::open(&plan.places.logs);
    let settings = Settings { filters, ..settings(&plan, site, terminal) };
    let mut screen = Some(Screen::open(following, settings, || ())?);
    let left = wait(&mut screen, &mut signals).await;
    if let Some(mut screen) = screen {
        screen.close();
        let _ = timeout(FAREWELL, screen.left()).await;
    }
    if let Some(keeper) = keeper {
        let _ = timeout(FAREWELL, tokio::task::spawn_blocking(|| keeper.finish())).await;
    }
    match left? {
        Some(Left::Quit) => {
            print(b"The service keeps running.\n")?;
        }
        Some(Left::Failed) => {
            bail!("the console failed, and the log says where; the service keeps running")
        }
        Some(Left::TerminalGone) | None => {}
    }
    Ok(())
}

/// Waits until the person leaves, which is told, or the system wants an end.
async fn wait(screen: &mut Option<Screen>, signals: &mut Signals) -> Result<Option<Left>> {
    loop {
        tokio::select! {
            left = screen::left(screen) => {
                *screen = None;
                return left.map(Some);
            }
            signal = signals.next() => match (signal, &screen) {
                (Signal::End(_) | Signal::HangUp, _) => return Ok(None),
                (Signal::Stop, Some(screen)) => screen.tell(Outside::Stop),
                (Signal::Continue, Some(screen)) if is_in_foreground() => {
                    screen.tell(Outside::Continue);
                }
                (Signal::Stop | Signal::Continue, _) => {}
            },
        }
    }
}

/// What the console is told: of the service by its owner, of its person by their own configuration.
fn settings(plan: &Plan, site: Site, terminal: Terminal) -> Settings {
    let Site { name, host, listening, tls, open, data, viewer } = site;
    let scheme = if tls { "https" } else { "http" };
    Settings {
        name,
        host,
        posting: if open { Posting::Open } else { Posting::WithToken },
        data: data.as_str().into(),
        viewer,
        place: Place::Attached,
        ..plan.console(listening, scheme, terminal)
    }
}

fn unattached(error: &RemoteError) -> anyhow::Error {
    anyhow!("no console can be attached: {error}")
}
