//! The edge: takes connections, bounded in number and patience, and lets them go in good order.
//!
//! axum's own loop has no cap and no timer. Knows no token, and no route but for the form in which it
//! refuses.

mod overseen;
mod patient;
mod places;
mod silence;
mod tls;
mod unread;
mod watched;

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, Ready, poll_fn, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::http::header::{CONNECTION, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

pub use self::overseen::Overseen;
use self::patient::Patient;
use self::places::{Place, Places, Seat};
use self::silence::Silence;
pub use self::tls::{Keys, Tls};
use self::unread::Unread;
use self::watched::Watched;
use super::alertmanager::Form;
use super::error::ApiError;
use super::held::holding;
use super::host;

/// How much a listener takes upon itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time. For one above, the one leaves that waits the longest for its
    /// other end.
    pub connections: usize,
    /// How long a connection may take until it can be spoken over: a TLS handshake.
    pub opening: Duration,
    /// How long a connection may be idle. Longer than senders keep theirs: who writes just as we
    /// close has lost a post, because few send it again.
    pub idle: Duration,
    /// How long a head may take to come, from its first byte.
    pub head: Duration,
    /// How long the other end may read nothing of an answer; at less than 64 KiB a second, how
    /// far it may fall behind that.
    pub answer: Duration,
    /// The bytes of long answers that may wait to be read, all together. What was read does not
    /// count.
    pub unread: usize,
    /// How long requests that run may still take once the listener stops.
    pub farewell: Duration,
}

impl Limits {
    /// Enough for every sender and console of a large site; a fraction of the usual 1,024 open
    /// files, so that the store and the log always find one.
    pub(super) const CONNECTIONS: usize = 512;
    /// The largest head, in bytes; also how much is read ahead of a body. Times the connections
    /// it is what heads can cost.
    const HEAD_BYTES: usize = 64 * 1024;
    /// Long answers that wait to be read: some lists of a large site.
    const UNREAD: usize = 128 * 1024 * 1024;
    /// Prometheus and Alertmanager close what was idle for five minutes (`idleConnTimeout` of
    /// prometheus/common), proxies and other Go programs sooner.
    const IDLE: Duration = Duration::from_mins(6);
    /// The most headers. Proxies add some; nobody sends nearly as many.
    const HEADERS: usize = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: Self::CONNECTIONS,
            opening: Duration::from_secs(10),
            idle: Self::IDLE,
            head: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            unread: Self::UNREAD,
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

/// The place that a request came over; comes with each as an extension.
#[derive(Clone, Debug)]
struct Entrance(Arc<Place>);

/// Tells the edge that whoever sent the request with these extensions is known, by a token or as
/// a user of this host: where places are short, their connection is kept longer than a stranger's.
///
/// The status of an answer would not do: whoever floods may ask for what everybody is answered.
pub(super) fn let_in(extensions: &Extensions) {
    // A request that came over no connection has no place to keep.
    if let Some(Entrance(place)) = extensions.get() {
        place.let_in();
    }
}

/// What connections come from.
pub trait Listener: Send + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// What has to be done before it can be spoken over. Its other end may take its time, so
    /// that it is waited for in the connection's own task.
    type Opening: Future<Output = io::Result<Self::Stream>> + Send + 'static;

    /// Waits for the next connection. Dropping the future loses none.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Opening, Peer)>> + Send;
}

/// One of several that accept from the same place, one after the other.
impl<L: Listener + Sync> Listener for Arc<L> {
    type Stream = L::Stream;
    type Opening = L::Opening;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        L::accept(self).await
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;
    type Opening = Ready<io::Result<TcpStream>>;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        let (stream, address) = TcpListener::accept(self).await?;
        // Answers are written whole; waiting to join them with more only delays them. It can fail
        // only where the other end has left already.
        let _ = stream.set_nodelay(true);
        Ok((ready(Ok(stream)), Peer::Net(address)))
    }
}

impl Listener for UnixListener {
    type Stream = UnixStream;
    type Opening = Ready<io::Result<UnixStream>>;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        let (stream, _) = UnixListener::accept(self).await?;
        let uid = stream.peer_cred()?.uid();
        Ok((ready(Ok(stream)), Peer::User(uid)))
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
    let places = Places::new(limits.connections);
    let unread = Unread::new(limits.unread);
    let mut pause = Pause::default();
    loop {
        match cancel.run_until_cancelled(listener.accept()).await {
            None => return,
            Some(Ok((opening, peer))) => {
                pause = Pause::default();
                let Some(seat) = cancel.run_until_cancelled(places.take()).await else { return };
                let (router, unread) = (router.clone(), unread.clone());
                let served = Served { peer, router, limits, seat, unread };
                tracker.spawn(served.connection(opening, cancel.clone()));
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

/// One connection and what it is served with.
struct Served {
    peer: Peer,
    router: Router,
    limits: Limits,
    seat: Seat,
    unread: Unread,
}

impl Served {
    /// Serves the connection until either end has enough, or its place is wanted.
    async fn connection<S>(
        self,
        opening: impl Future<Output = io::Result<S>>,
        cancel: CancellationToken,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { peer, seat, .. } = &self;
        let mut spoken = pin!(self.spoken(opening, &cancel));
        let place = seat.place();
        let mut silence = Silence::new(self.limits.idle, self.limits.head);
        let seen = poll_fn(|context| {
            if spoken.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            place.seen_waiting();
            // Whatever changes what is awaited happens in the poll above.
            ready!(silence.poll_end(place.awaits(), context));
            tracing::debug!(%peer, "a connection was silent for too long");
            Poll::Ready(())
        });
        // In this order: what has come is looked at before the place is given away.
        tokio::select! {
            biased;
            () = seen => {}
            () = seat.is_wanted() => tracing::debug!(%peer, "a connection made room for another"),
        }
    }

    async fn spoken<S>(
        &self,
        opening: impl Future<Output = io::Result<S>>,
        cancel: &CancellationToken,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { peer, limits, seat, .. } = self;
        let opening = tokio::time::timeout(limits.opening, opening);
        let stream = match cancel.run_until_cancelled(opening).await {
            Some(Ok(Ok(stream))) => stream,
            Some(Ok(Err(error))) => {
                tracing::debug!(%peer, %error, "a connection was not opened");
                return;
            }
            Some(Err(_)) | None => return,
        };
        let stream = Patient::new(stream, limits.answer, Arc::clone(seat.place()));
        let answer = |request| self.answer(request);
        let serving = http1::Builder::new()
            .header_read_timeout(None::<Duration>)
            .max_buf_size(Limits::HEAD_BYTES)
            .max_header_size(Limits::HEAD_BYTES)
            .max_headers(Limits::HEADERS)
            .serve_connection(TokioIo::new(stream), service_fn(answer));
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

    /// What the router answers, or that the request may be understood in two ways.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let answering = self.seat.place().answering();
        let answer = self.answer_of_router(request).await?;
        // The request is being answered until the last of the answer was asked for.
        Ok(answer.map(|body| holding(body, answering)))
    }

    async fn answer_of_router(&self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let place = self.seat.place();
        let (mut parts, body) = request.into_parts();
        let form = Form::of(&parts);
        let plain = must_be_framed_plainly(&parts).and_then(|()| host::must_be_plain(&parts));
        if let Err(error) = plain {
            let mut refused = form.refuse(error);
            // Nor can it be known where the next one begins.
            refused.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Ok(refused);
        }
        parts.extensions.insert(self.peer);
        parts.extensions.insert(Entrance(Arc::clone(place)));
        let request = Request::from_parts(parts, Watched::new(body, Arc::clone(place)));
        let answer = self.router.clone().oneshot(request).await?;
        Ok(self.unread.hold(answer, form))
    }
}

/// Refuses codings of a body besides the one that hyper undoes: a proxy before us may have read
/// another one, and taken another end of the body for its own. What else is ambiguous, hyper
/// refuses, or closes the connection behind it.
fn must_be_framed_plainly(parts: &Parts) -> Result<(), ApiError> {
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(only), None) if only.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (Some(_), _) => Err(ApiError::BadRequest {
            code: "bad_framing",
            message: "Transfer-Encoding may be chunked, once, and nothing else".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
