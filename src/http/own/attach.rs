//! What an attached console reads: a snapshot of everything, and a feed of what changes after it.
//!
//! A feed ends when its reader is too slow, or the service stops; a reader that reads nothing for
//! long is dropped by the edge, as every other. Decides nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use std::vec::IntoIter;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinError;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::peer::Caller;
use super::vital;
use crate::domain::entity::{Entity, Key};
use crate::domain::id::Revision;
use crate::domain::policy::Policy;
use crate::domain::text::Text;
use crate::domain::token::Scope;
use crate::engine::{ChangeSet, Cursor, FeedEnd, Handle, Published, Trail, Vital};
use crate::http::door::Open;
use crate::http::error::ApiError;
use crate::record::attach::{ChangeV1, ChangesV1, HeadV1, LineV1, PROTOCOL, ShownV1, SiteV1};
use crate::record::v1::TimeV1;

/// Where alerts are taken in, and what that is called: the same for every console.
#[derive(Clone, Debug)]
pub struct Site {
    /// What tells this service from others.
    pub name: Text,
    /// The name by which other machines reach this host.
    pub host: Text,
    /// The address of the listener, as it is bound.
    pub listening: std::net::SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Whether programs of this host need no token for API v2.
    pub open: bool,
    /// Where the data lies.
    pub data: Text,
}

/// What attached consoles are served with. Cloning is cheap; clones are the same.
#[derive(Clone, Debug)]
pub struct Attaching {
    site: Arc<Site>,
    stop: CancellationToken,
    places: Arc<Semaphore>,
    rhythm: Rhythm,
}

/// How often a feed says something of itself.
#[derive(Clone, Copy, Debug)]
struct Rhythm {
    /// When nothing else is to be said: neither end waits longer than a few times that for one that
    /// is gone.
    beat: Duration,
    /// At most, of how the program is: a flood of refused posts is no flood of these. What changed
    /// after a pause is told at once.
    vital: Duration,
}

impl Rhythm {
    const CALM: Self = Self { beat: Duration::from_secs(2), vital: Duration::from_secs(1) };
}

impl Attaching {
    /// So many consoles at one time: everybody of a large team, and a fraction of all connections.
    const CONSOLES: usize = 64;

    /// Consoles of `site`, until `stop`.
    pub fn new(site: Site, stop: CancellationToken) -> Self {
        let places = Arc::new(Semaphore::new(Self::CONSOLES));
        Self { site: Arc::new(site), stop, places, rhythm: Rhythm::CALM }
    }

    /// The same, with feeds that never rest.
    #[cfg(test)]
    pub(in crate::http) fn hasty(self) -> Self {
        let rhythm = Rhythm { beat: Duration::from_millis(1), vital: Duration::ZERO };
        Self { rhythm, ..self }
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| ApiError::ManyConsoles)
    }

    fn head(&self, handle: &Handle, published: &Published, caller: &Caller) -> LineV1 {
        let Site { name, host, listening, tls, open, data } = self.site.as_ref();
        let Cursor { epoch, revision } = published.cursor;
        LineV1::Head(Box::new(HeadV1 {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            epoch,
            revision: revision.0,
            now: TimeV1(handle.now()),
            granted: published.table.granted().map(Into::into),
            you: caller.actor().into(),
            may: caller.scopes().into(),
            site: SiteV1 {
                name: name.into(),
                host: host.into(),
                listening: *listening,
                tls: *tls,
                open: *open,
                data: data.into(),
            },
        }))
    }
}

/// `GET /own/v1/snapshot`: the head, the policy, how the program is, every entity, and that this
/// was all. Written while it is read: what waits to be read is some entities and no more.
pub(super) async fn snapshot(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    Extension(attaching): Extension<Attaching>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let place = attaching.place()?;
    // Whoever has read it all follows from there.
    let keeping = handle.keep_changes();
    let latest = handle.latest();
    let mut first = Vec::new();
    write(&mut first, &attaching.head(&handle, &latest, &caller));
    write(&mut first, &policy(latest.table.policy()));
    let tokens = shows_tokens(&caller);
    write(&mut first, &vital_of(&handle.vitals().now(), tokens));
    let state = (Writing::Nothing(first, latest, tokens), place, keeping);
    let pieces = stream::try_unfold(state, async |(writing, place, keeping)| {
        let written = on_a_thread(move || writing.piece()).await?;
        Ok::<_, JoinError>(written.map(|(piece, rest)| (piece, (rest, place, keeping))))
    });
    Ok(answer(Body::from_stream(pieces)))
}

/// How far a snapshot is written.
enum Writing {
    /// Nothing but its beginning is, and whether tokens are shown in what comes.
    Nothing(Vec<u8>, Arc<Published>, bool),
    /// These are left.
    Some(IntoIter<Entity>),
    /// All is.
    All,
}

impl Writing {
    /// The next piece, if there is one, and what is left then.
    fn piece(self) -> Option<(Vec<u8>, Self)> {
        let (mut piece, mut entities) = match self {
            Self::Nothing(first, latest, tokens) => {
                // The entities alone, each shared with the table: what they stand in would borrow it.
                let all = latest.table.entities().filter(|one| tokens || !is_token(one.key()));
                (first, all.collect::<Vec<_>>().into_iter())
            }
            Self::Some(entities) => (Vec::new(), entities),
            Self::All => return None,
        };
        while piece.len() < PIECE {
            let Some(entity) = entities.next() else {
                write(&mut piece, &LineV1::Whole);
                return Some((piece, Self::All));
            };
            write(&mut piece, &LineV1::Entity(Box::new(ShownV1::from(&entity))));
        }
        Some((piece, Self::Some(entities)))
    }
}

/// Does what would hold up others on a thread that nobody else waits for. A panic is this one's.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    match tokio::task::spawn_blocking(work).await.map_err(JoinError::try_into_panic) {
        Ok(done) => Ok(done),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(error)) => Err(error),
    }
}

/// From which state on a feed is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    from: String,
}

/// `GET /own/v1/feed?from=EPOCH-REVISION`: the head, the policy, how the program is, and then
/// whatever is published after that state. 410 where the state is too old or another table's.
pub(super) async fn feed(
    Open(handle): Open,
    Extension(caller): Extension<Caller>,
    Extension(attaching): Extension<Attaching>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let bad = |message| ApiError::BadRequest { code: "bad_query", message };
    let Query(wanted) = wanted.map_err(|error| bad(error.body_text()))?;
    let from = cursor(&wanted.from)
        .ok_or_else(|| bad(format!("{}: not EPOCH-REVISION", Text::derive(&wanted.from))))?;
    let place = attaching.place()?;
    let mut vitals = handle.vitals().watch();
    let trail = handle.follow_from(from).map_err(|_| ApiError::TooOld)?;
    let latest = handle.latest();
    let mut first = Vec::new();
    write(&mut first, &attaching.head(&handle, &latest, &caller));
    write(&mut first, &policy(latest.table.policy()));
    let tokens = shows_tokens(&caller);
    write(&mut first, &vital_of(&vitals.borrow_and_update(), tokens));
    let feeding = Feeding {
        policy: Arc::clone(latest.table.policy()),
        seen: latest.serial,
        tokens,
        stop: attaching.stop,
        first: Some(first),
        next_vital: Instant::now() + attaching.rhythm.vital,
        rhythm: attaching.rhythm,
        ended: false,
        handle,
        trail,
        vitals,
        _place: place,
    };
    let pieces = stream::unfold(feeding, |mut feeding| async move {
        let piece = feeding.next().await?;
        Some((Ok::<_, Infallible>(piece), feeding))
    });
    Ok(answer(Body::from_stream(pieces)))
}

/// What of a snapshot is written at once.
const PIECE: usize = 64 * 1024;

/// One feed.
struct Feeding {
    handle: Handle,
    trail: Trail,
    vitals: watch::Receiver<Vital>,
    /// The newest policy that was sent.
    policy: Arc<Policy>,
    /// Up to which publication sets have that policy or an older one.
    seen: u64,
    tokens: bool,
    stop: CancellationToken,
    first: Option<Vec<u8>>,
    rhythm: Rhythm,
    next_vital: Instant,
    ended: bool,
    _place: OwnedSemaphorePermit,
}

impl Feeding {
    /// What is to be sent next; nothing at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(first.into());
        }
        let (vitals, allowed) = (&mut self.vitals, self.next_vital);
        let vital = async {
            sleep_until(allowed).await;
            vitals.changed().await
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            set = self.trail.next() => match set {
                // Not in what is chosen from: it is to be finished once it was begun.
                Ok(set) => self.changes(&set).await,
                Err(FeedEnd::Lagged(_)) => {
                    self.ended = true;
                    Some(line(&LineV1::Lagged).into())
                }
                Err(FeedEnd::Closed) => None,
            },
            Ok(()) = vital => {
                self.next_vital = Instant::now() + self.rhythm.vital;
                let vital = vital_of(&self.vitals.borrow_and_update(), self.tokens);
                Some(line(&vital).into())
            }
            () = sleep_until(Instant::now() + self.rhythm.beat) => {
                Some(line(&LineV1::Beat { now: TimeV1(self.handle.now()) }).into())
            }
        }
    }

    /// What a set is as lines; nothing where the program ends.
    async fn changes(&mut self, set: &Arc<ChangeSet>) -> Option<Bytes> {
        let now = TimeV1(self.handle.now());
        let has_token = || set.changes.iter().any(|change| is_token(change.key));
        let shared = self.tokens || !has_token();
        let write = async {
            if set.weight() < PIECE {
                return Ok(line(&changes(set, now, shared)));
            }
            let set = Arc::clone(set);
            on_a_thread(move || line(&changes(&set, now, shared))).await
        };
        let written = if shared {
            Bytes::from_owner(set.written(write).await.ok()?)
        } else {
            write.await.ok()?.into()
        };
        if set.serial <= self.seen || Arc::ptr_eq(&self.policy, &set.policy) {
            return Some(written);
        }
        self.policy = Arc::clone(&set.policy);
        let mut piece = line(&policy(&set.policy));
        piece.extend_from_slice(&written);
        Some(piece.into())
    }
}

fn changes(set: &ChangeSet, now: TimeV1, tokens: bool) -> LineV1 {
    let Cursor { epoch, revision } = set.cursor;
    let changes = set.changes.iter().filter(|change| tokens || !is_token(change.key));
    LineV1::Changes(ChangesV1 {
        epoch,
        revision: revision.0,
        now,
        granted: set.granted.map(Into::into),
        changes: changes.map(ChangeV1::from).collect(),
    })
}

fn policy(policy: &Policy) -> LineV1 {
    LineV1::Policy(Box::new(policy.into()))
}

fn vital_of(vital: &Vital, tokens: bool) -> LineV1 {
    LineV1::Vital(Box::new(vital::record(vital, tokens)))
}

/// Whoever may make tokens may see which there are.
fn shows_tokens(caller: &Caller) -> bool {
    caller.may(Scope::Admin).is_ok()
}

fn is_token(key: Key) -> bool {
    matches!(key, Key::Token(_))
}

fn cursor(text: &str) -> Option<Cursor> {
    let (epoch, revision) = text.split_once('-')?;
    Some(Cursor { epoch: epoch.parse().ok()?, revision: Revision(revision.parse().ok()?) })
}

fn answer(body: Body) -> Response {
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    (headers, body).into_response()
}

fn line(line: &LineV1) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, line);
    bytes
}

/// Adds a line. One that cannot be written is left out, and whoever reads it whole finds that.
fn write(bytes: &mut Vec<u8>, line: &LineV1) {
    let before = bytes.len();
    if let Err(error) = serde_json::to_writer(&mut *bytes, line) {
        tracing::error!(%error, "a line of a feed is no JSON");
        bytes.truncate(before);
        return;
    }
    bytes.push(b'\n');
}
