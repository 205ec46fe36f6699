//! A console on a service that another process runs. It ends nothing but itself.

use std::io::{self, Write as _};
use std::pin::pin;
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

/// How long it is waited for the owner before the person is told.
const UNTOLD: Duration = Duration::from_secs(1);

/// Shows the service of the owner, the process `pid`, until the person at the screen has enough.
pub(super) async fn show(
    pid: i32,
    plan: Plan,
    terminal: Terminal,
    mut signals: Signals,
) -> Result<()> {
    let looks = match plan.access {
        Access::Full => Looks::AndActs,
        Access::ReadOnly => Looks::Only,
    };
    let attaching = told(pid, Attached::open(&plan.places.socket, looks));
    let (following, site) = tokio::select! {
        attached = attaching => attached.map_err(|error| unattached(pid, &error))?,
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

/// Waits for what the owner has, and says so where it takes long.
async fn told<T>(pid: i32, attaching: impl Future<Output = T>) -> T {
    let mut attaching = pin!(attaching);
    if let Ok(attached) = timeout(UNTOLD, &mut attaching).await {
        return attached;
    }
    // Where it cannot be said, it is waited all the same.
    let _ = writeln!(io::stderr(), "waiting for the running watchbell (pid {pid}) ...");
    attaching.await
}

fn unattached(pid: i32, error: &RemoteError) -> anyhow::Error {
    match error {
        RemoteError::Silent { .. } => anyhow!(
            "no console can be attached: the running watchbell (pid {pid}) does not answer; it may \
             be stopped (kill -CONT {pid} lets it go on) or have too much to do: look at its log, \
             and try again"
        ),
        error => anyhow!("no console can be attached: {error}"),
    }
}
