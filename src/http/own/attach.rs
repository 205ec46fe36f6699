//! What an attached console reads: a snapshot of everything, and a feed of what changes after it.
//!
//! A feed ends when its reader is too slow, or the service stops; a reader that reads nothing for
//! long is dropped by the edge, as every other. Decides nothing.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
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
}

impl Attaching {
    /// So many consoles at one time: everybody of a large team, and a fraction of all connections.
    const CONSOLES: usize = 64;

    /// Consoles of `site`, until `stop`.
    pub fn new(site: Site, stop: CancellationToken) -> Self {
        Self { site: Arc::new(site), stop, places: Arc::new(Semaphore::new(Self::CONSOLES)) }
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
    let latest = handle.latest();
    let mut first = Vec::new();
    write(&mut first, &attaching.head(&handle, &latest, &caller));
    write(&mut first, &policy(latest.table.policy()));
    write(&mut first, &vital_of(&handle.vitals().now()));
    // The entities alone, each shared with the table: what they stand in would borrow it.
    let entities: Vec<Entity> = latest.table.entities().collect();
    let tokens = shows_tokens(&caller);
    let entities = entities.into_iter().filter(move |one| tokens || !is_token(one.key()));
    let state = (first, Some(entities), place);
    let pieces = stream::unfold(state, |(mut piece, entities, place)| async move {
        let mut entities = entities?;
        while piece.len() < PIECE {
            let Some(entity) = entities.next() else {
                write(&mut piece, &LineV1::Whole);
                return Some((Ok::<_, Infallible>(piece), (Vec::new(), None, place)));
            };
            write(&mut piece, &LineV1::Entity(Box::new(ShownV1::from(&entity))));
        }
        Some((Ok(piece), (Vec::new(), Some(entities), place)))
    });
    Ok(answer(Body::from_stream(pieces)))
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
    write(&mut first, &vital_of(&vitals.borrow_and_update()));
    let feeding = Feeding {
        policy: Arc::clone(latest.table.policy()),
        tokens: shows_tokens(&caller),
        stop: attaching.stop,
        first: Some(first),
        next_vital: Instant::now() + VITAL,
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
/// How often a feed says something: neither end waits longer than a few times that for one that is
/// gone.
const BEAT: Duration = Duration::from_secs(10);
/// How long at least between two words of how the program is: a flood of refused posts is no flood
/// of these. What changed after a pause is told at once.
const VITAL: Duration = Duration::from_secs(1);

/// One feed.
struct Feeding {
    handle: Handle,
    trail: Trail,
    vitals: watch::Receiver<Vital>,
    policy: Arc<Policy>,
    tokens: bool,
    stop: CancellationToken,
    first: Option<Vec<u8>>,
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
                Ok(set) => Some(self.changes(&set)),
                Err(FeedEnd::Lagged(_)) => {
                    self.ended = true;
                    Some(line(&LineV1::Lagged))
                }
                Err(FeedEnd::Closed) => None,
            },
            Ok(()) = vital => {
                self.next_vital = Instant::now() + VITAL;
                Some(line(&vital_of(&self.vitals.borrow_and_update())))
            }
            () = sleep_until(Instant::now() + BEAT) => {
                Some(line(&LineV1::Beat { now: TimeV1(self.handle.now()) }))
            }
        }
    }

    fn changes(&mut self, set: &ChangeSet) -> Bytes {
        let now = TimeV1(self.handle.now());
        let has_token = || set.changes.iter().any(|change| is_token(change.key));
        let shared = self.tokens || !has_token();
        let replaced = !Arc::ptr_eq(&self.policy, &set.policy);
        if shared && !replaced {
            return Bytes::from_owner(set.written(|set| line(&changes(set, now, true)).into()));
        }
        let mut piece = Vec::new();
        if replaced {
            self.policy = Arc::clone(&set.policy);
            write(&mut piece, &policy(&set.policy));
        }
        write(&mut piece, &changes(set, now, self.tokens));
        piece.into()
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

fn vital_of(vital: &Vital) -> LineV1 {
    LineV1::Vital(Box::new(vital::record(vital)))
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

fn line(line: &LineV1) -> Bytes {
    let mut bytes = Vec::new();
    write(&mut bytes, line);
    bytes.into()
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
