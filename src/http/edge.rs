//! The edge: takes connections, bounded in number and patience, and lets them go in good order.
//!
//! axum's own loop has no cap and no timer. Knows no route and no token.

mod patient;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use patient::Patient;

/// How much a listener takes upon itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time. Those above wait in the system's queue.
    pub connections: usize,
    /// How long a head may take to come, also after an earlier request: an idle connection holds
    /// a place no longer than this.
    pub head: Duration,
    /// How long the other end may read nothing of an answer.
    pub answer: Duration,
    /// How long requests that run may still take once the listener stops.
    pub farewell: Duration,
}

impl Limits {
    /// Enough for every sender and console of a large site; a fraction of the usual 1,024 open
    /// files, so that the store and the log always find one.
    const CONNECTIONS: usize = 512;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: Self::CONNECTIONS,
            head: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            farewell: Duration::from_secs(5),
        }
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address.
    Net(SocketAddr),
    /// A process of this user on this host.
    User(u32),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Net(address) => address.ip().to_canonical().fmt(f),
            Self::User(uid) => write!(f, "uid {uid}"),
        }
    }
}

/// What connections come from.
pub trait Listener: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection. Dropping the future loses none.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Peer)>> + Send;
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Peer)> {
        let (stream, address) = TcpListener::accept(self).await?;
        // Answers are written whole; waiting to join them with more only delays them. It can fail
        // only where the other end has left already.
        let _ = stream.set_nodelay(true);
        Ok((stream, Peer::Net(address)))
    }
}

impl Listener for UnixListener {
    type Stream = UnixStream;

    async fn accept(&self) -> io::Result<(UnixStream, Peer)> {
        let (stream, _) = UnixListener::accept(self).await?;
        let uid = stream.peer_cred()?.uid();
        Ok((stream, Peer::User(uid)))
    }
}

/// Serves `router` until `cancel`, each connection as a task of `tracker`. Returns once nothing
/// more is accepted; requests that run then are finished within the farewell.
///
/// Every request carries its [`Peer`] as an extension.
pub async fn serve<L: Listener>(
    listener: L,
    router: Router,
    limits: Limits,
    tracker: TaskTracker,
    cancel: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut pause = Pause::default();
    while let Some(Ok(place)) = cancel.run_until_cancelled(places.clone().acquire_owned()).await {
        match cancel.run_until_cancelled(listener.accept()).await {
            None => return,
            Some(Ok((stream, peer))) => {
                pause = Pause::default();
                let router = router.clone();
                tracker.spawn(connection(stream, peer, router, limits, cancel.clone(), place));
            }
            Some(Err(error)) if is_of_one_connection(&error) => {}
            Some(Err(error)) => {
                tracing::error!(%error, "no connection can be accepted");
                let pause = pause.next();
                if cancel.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    return;
                }
            }
        }
    }
}

/// The waits between failed accepts. Without open files every accept fails at once: waiting lets
/// connections end instead of spinning.
struct Pause(Duration);

impl Pause {
    const LONGEST: Duration = Duration::from_secs(1);

    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = self.0.saturating_mul(2).min(Self::LONGEST);
        pause
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(10))
    }
}

/// The other end left before it was taken in: nothing is wrong here.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, NotConnected};
    let kinds = [ConnectionAborted, ConnectionRefused, ConnectionReset, NotConnected];
    kinds.contains(&error.kind())
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: Peer,
    router: Router,
    limits: Limits,
    cancel: CancellationToken,
    _place: OwnedSemaphorePermit,
) {
    let stream = TokioIo::new(Patient::new(stream, limits.answer));
    let service = router.map_request(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(peer);
        request
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(stream, TowerToHyperService::new(service));
    let mut serving = pin!(serving);
    let ended = if let Some(ended) = cancel.run_until_cancelled(serving.as_mut()).await {
        ended
    } else {
        serving.as_mut().graceful_shutdown();
        let Ok(ended) = tokio::time::timeout(limits.farewell, serving).await else {
            tracing::warn!(%peer, "a request was cut off at the end");
            return;
        };
        ended
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

#[cfg(test)]
mod tests;
