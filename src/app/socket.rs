//! The owner's socket, made again where somebody removes it: whoever cleans up temporary files must
//! not shut everybody out. Serves nothing.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::net::UnixListener;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::owner;
use crate::cli::Places;
use crate::client::bind_socket;
use crate::http::{Listener, Peer};

/// How often it is looked whether the socket is still there.
const LOOK: Duration = Duration::from_secs(5);

/// The socket, for as long as the data is ours.
#[derive(Debug)]
pub(super) struct Socket {
    made: Made,
    listens: Mutex<Arc<Bound>>,
    /// Whether making it again failed, and that was said.
    failed: AtomicBool,
}

/// What makes it.
#[derive(Clone, Debug)]
struct Made {
    places: Places,
    group: Option<String>,
}

/// One that was made.
#[derive(Debug)]
struct Bound {
    listener: UnixListener,
    file: Option<File>,
}

/// What tells a file from all others of this host.
type File = (u64, u64);

impl Socket {
    /// Makes the socket, open to `group` where there is one. Only who holds the data file's lock
    /// may. Blocks.
    pub(super) fn make(places: &Places, group: Option<&str>) -> Result<Self> {
        let made = Made { places: places.clone(), group: group.map(str::to_owned) };
        let bound = made.bind()?;
        let listens = Mutex::new(Arc::new(bound));
        Ok(Self { made, listens, failed: AtomicBool::new(false) })
    }

    fn bound(&self) -> Arc<Bound> {
        Arc::clone(&self.listens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes it again. What is connected over the one before stays so. That it fails is said once.
    async fn make_again(&self) {
        let made = self.made.clone();
        let bound = spawn_blocking(move || made.bind()).await;
        let socket = self.made.places.socket.display();
        match bound.unwrap_or_else(|panic| Err(panic.into())) {
            Ok(bound) => {
                *self.listens.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(bound);
                self.failed.store(false, Ordering::Relaxed);
                tracing::warn!(%socket, "The socket was removed while watchbell ran; it is made again");
            }
            Err(error) if !self.failed.swap(true, Ordering::Relaxed) => {
                tracing::error!(
                    %error,
                    "The socket was removed and cannot be made again; no verb and no console gets \
                     in until it can"
                );
            }
            Err(_) => {}
        }
    }
}

impl Made {
    fn bind(&self) -> Result<Bound> {
        let socket = &self.places.socket;
        let listener = bind_socket(socket).map_err(|error| no_socket(socket, &error))?;
        owner::share(&self.places, self.group.as_deref())?;
        Ok(Bound { listener, file: file(socket) })
    }
}

impl Listener for Socket {
    type Stream = <UnixListener as Listener>::Stream;
    type Opening = <UnixListener as Listener>::Opening;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        loop {
            let bound = self.bound();
            tokio::select! {
                accepted = Listener::accept(&bound.listener) => return accepted,
                () = removed(&self.made.places.socket, bound.file) => self.make_again().await,
            }
        }
    }
}

/// Waits until `socket` is another file than `bound`, or none.
async fn removed(socket: &Path, bound: Option<File>) {
    loop {
        sleep(LOOK).await;
        let socket = socket.to_owned();
        // A disk that stands still keeps nobody from being accepted.
        let now = spawn_blocking(move || file(&socket)).await;
        if now.is_ok_and(|now| now.is_none() || now != bound) {
            return;
        }
    }
}

/// The file that lies there. One that cannot be looked at is as good as none.
fn file(path: &Path) -> Option<File> {
    let about = fs::symlink_metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}

fn no_socket(socket: &Path, error: &io::Error) -> anyhow::Error {
    let place = socket.display();
    anyhow!("{place}: no socket can be made there: {error}; choose another directory with --data")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tokio::net::UnixStream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_is_removed_or_replaced_is_made_again_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sock");
        let places = Places {
            config: path.clone(),
            keybindings: path.clone(),
            data: folder.path().to_owned(),
            socket: path.clone(),
            logs: path.clone(),
        };
        let socket = Socket::make(&places, None).unwrap();
        let ask = async || {
            while UnixStream::connect(&path).await.is_err() {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let (accepted, ()) = tokio::join!(socket.accept(), ask());
        assert!(accepted.is_ok());
        fs::remove_file(&path).unwrap();
        let (accepted, ()) = tokio::join!(socket.accept(), ask());
        assert!(accepted.is_ok());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        let (accepted, ()) = tokio::join!(socket.accept(), ask());
        assert!(accepted.is_ok());
    }
}
