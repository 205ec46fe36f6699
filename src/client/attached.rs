//! The service in the process that owns the data, as a console follows it: a mirror of its table,
//! fed over the socket, connected again whenever the connection is lost.
//!
//! Nothing that is asked for without a connection is kept for later, and nothing is sent twice.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use reqwest::{Client, Response, StatusCode};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::lines::{LineError, Lines, unexpected};
use super::live::{Following, Heard, LiveError, News};
use super::local::NotAllowed;
use super::mirror::Mirror;
use super::remote::{Remote, RemoteError, client, innermost, refused, url};
use super::source::AskError;
use super::vital;
use crate::domain::actor::Actor;
use crate::domain::command::Order;
use crate::domain::id::Revision;
use crate::domain::text::Text;
use crate::domain::time::{SignedDuration, Timestamp, after};
use crate::domain::token::{Scope, Scopes};
use crate::engine::{Receipt, StoreState, SubmitError, Vital};
use crate::record::attach::{HeadV1, LineV1, SiteV1};
use crate::record::order::OrderV1;

/// The owner says something every two seconds: this long without a word, and it is gone.
const SILENCE: Duration = Duration::from_secs(7);
/// How long it is waited before it is tried again, at first and at most. An owner that is started
/// again is there in less than a second, and asking costs next to nothing on one host.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long an answer waits for the feed to bring what it speaks of.
const BEHIND: Duration = Duration::from_secs(2);

/// The way to the owner. Cloning is cheap; clones are one.
#[derive(Clone, Debug)]
pub struct Attached(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    orders: Remote,
    follow: Client,
    may: Scopes,
    clock: Mutex<Anchor>,
    /// Why nothing can be saved, where the owner says so.
    unsaved: Mutex<Option<Text>>,
    reached: watch::Sender<Reached>,
    /// Told where an order found nobody to connect to.
    shut: watch::Sender<()>,
}

/// How far the mirror is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    connected: bool,
    revision: Revision,
}

/// The owner's time, and when it was that.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    owner: Timestamp,
    at: Instant,
}

impl Anchor {
    fn now(self) -> Timestamp {
        let since = SignedDuration::try_from(self.at.elapsed()).unwrap_or(SignedDuration::MAX);
        after(self.owner, since)
    }
}

/// What the owner says of itself and of whoever is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What tells the service from others.
    pub name: Text,
    /// The name by which other machines reach its host.
    pub host: Text,
    /// Where it takes alerts in.
    pub listening: std::net::SocketAddr,
    /// Whether it speaks TLS there.
    pub tls: bool,
    /// Whether programs of its host need no token for API v2.
    pub open: bool,
    /// Where its data lies.
    pub data: Text,
    /// As whom one acts.
    pub viewer: Actor,
}

impl Site {
    fn of(head: &HeadV1) -> Self {
        let SiteV1 { name, host, listening, tls, open, data } = head.site.clone();
        Self {
            name: name.into(),
            host: host.into(),
            listening,
            tls,
            open,
            data: data.into(),
            viewer: head.you.clone().into(),
        }
    }
}

impl Attached {
    /// Attaches to the owner that listens on `socket`; of a console that may only look, no order is
    /// sent. Gives what there is, what will come, and who the owner is.
    pub async fn open(socket: &Path, looks: Looks) -> Result<(Following, Site), RemoteError> {
        let orders = Remote::new(socket)?;
        let follow = client(socket, |builder| {
            builder.connect_timeout(SILENCE).read_timeout(SILENCE).pool_max_idle_per_host(0)
        })?;
        let (head, mirror, vital) = snapshot(&follow, socket).await?;
        let may = match looks {
            Looks::AndActs => Scopes::from(head.may.clone()),
            Looks::Only => [Scope::Read].into_iter().collect(),
        };
        let reached = Reached { connected: true, revision: mirror.cursor().revision };
        let attached = Self(Arc::new(Shared {
            orders,
            follow,
            may,
            clock: Mutex::new(Anchor { owner: head.now.0, at: Instant::now() }),
            unsaved: Mutex::new(None),
            reached: watch::Sender::new(reached),
            shut: watch::Sender::new(()),
        }));
        attached.note(&vital);
        let site = Site::of(&head);
        let table = mirror.table().clone();
        let following = Feeding {
            attached: attached.clone(),
            socket: socket.to_owned(),
            mirror,
            state: State::Wanted,
            pause: FIRST_PAUSE,
            shut: attached.0.shut.subscribe(),
            heard: Instant::now(),
            lost: None,
            news: VecDeque::new(),
        };
        Ok((Following::attached(attached, table, vital, following.stream()), site))
    }

    /// Now, by the owner's clock, as far as it was told. Never goes back.
    pub fn now(&self) -> Timestamp {
        lock(&self.0.clock).now()
    }

    /// Has an order carried out by the owner, who finds out for itself who asks. The answer comes
    /// once the mirror has what it speaks of.
    pub async fn submit(&self, order: &Order) -> Result<Receipt, LiveError> {
        let scope = order.command.scope();
        if !self.0.may.has(scope) {
            return Err(NotAllowed(scope).into());
        }
        if !self.0.reached.borrow().connected {
            return Err(LiveError::Unconnected);
        }
        let record = OrderV1::of(order.op, order.seen, &order.command);
        let record = record.map(|record| OrderV1 { at_console: true, ..record });
        let record = record.ok_or_else(|| LiveError::Other(Text::derive("no such order")))?;
        let response = self.0.orders.post(&record).await.map_err(|error| {
            // Nothing was sent over what was not connected.
            if error.is_connect() {
                self.0.shut.send_replace(());
                LiveError::Unconnected
            } else {
                LiveError::Lost(Text::derive(&innermost(&error)))
            }
        })?;
        let told = response.headers().get("watchbell-revision");
        let told = told.and_then(|told| told.to_str().ok()?.parse().ok()).map(Revision);
        let answer = self.0.orders.receipt(response).await;
        if let Some(revision) = told {
            let mut reached = self.0.reached.subscribe();
            let there = reached.wait_for(|now| !now.connected || now.revision >= revision);
            // Whoever is that far behind is told all the same.
            let _ = timeout(BEHIND, there).await;
        }
        answer.map_err(|error| self.failure(error))
    }

    fn failure(&self, error: AskError) -> LiveError {
        let unsaved = || lock(&self.0.unsaved).clone();
        match error {
            AskError::Submit(error) => LiveError::Submit(error),
            AskError::NotAllowed(not) => not.into(),
            AskError::Remote(RemoteError::Silent { why, .. }) => {
                LiveError::Lost(Text::derive(&why))
            }
            AskError::Remote(RemoteError::Unsure(why)) => {
                SubmitError::Unsure(unsaved().unwrap_or(why)).into()
            }
            AskError::Remote(RemoteError::NotNow(why)) => match unsaved() {
                Some(unsaved) => SubmitError::Unavailable(unsaved).into(),
                None => LiveError::Other(why),
            },
            AskError::Remote(
                error @ (RemoteError::Refused(_)
                | RemoteError::Strange(_)
                | RemoteError::Older
                | RemoteError::OtherVersion(_)),
            ) => LiveError::Other(Text::derive(&error.to_string())),
            AskError::NotFound(why) | AskError::NotRead(why) => {
                LiveError::Other(Text::derive(&why))
            }
            AskError::Panicked => LiveError::Other(Text::derive(&error.to_string())),
        }
    }

    fn note(&self, vital: &Vital) {
        *lock(&self.0.unsaved) = match &vital.store {
            StoreState::Well => None,
            StoreState::Broken { why, .. } => Some(why.clone()),
        };
    }

    fn it_is(&self, owner: Timestamp) {
        let mut clock = lock(&self.0.clock);
        if owner > clock.now() {
            *clock = Anchor { owner, at: Instant::now() };
        }
    }

    fn reached(&self, connected: bool, revision: Revision) {
        self.0.reached.send_replace(Reached { connected, revision });
    }
}

/// What a console may do with what it sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Whatever its person may.
    AndActs,
    /// Nothing.
    Only,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The connection, and what was read from it.
struct Feeding {
    attached: Attached,
    socket: std::path::PathBuf,
    mirror: Mirror,
    state: State,
    pause: Duration,
    /// Whether an order found nobody to connect to.
    shut: watch::Receiver<()>,
    /// When the owner was last heard.
    heard: Instant,
    /// Since when the connection is lost, and why none can be made.
    lost: Option<(Timestamp, Option<Text>)>,
    /// What the console has not been told yet.
    news: VecDeque<Heard>,
}

enum State {
    /// The snapshot was just read.
    Wanted,
    /// Changes come.
    Follows(Box<Lines>),
    /// The connection is lost.
    Lost,
}

impl Feeding {
    /// All that the console is to be told, for ever. Whoever drops a wait loses nothing.
    fn stream(self) -> BoxStream<'static, Heard> {
        let next = async |mut feeding: Self| {
            loop {
                if let Some(heard) = feeding.news.pop_front() {
                    return Some((heard, feeding));
                }
                feeding.go_on().await;
            }
        };
        stream::unfold(self, move |feeding| Box::pin(next(feeding))).boxed()
    }

    async fn go_on(&mut self) {
        match &mut self.state {
            State::Follows(lines) => {
                // A feed alone is no connection: whoever looks must see that nobody can act.
                let line = tokio::select! {
                    biased;
                    Ok(()) = self.shut.changed() => Err(shut()),
                    line = lines.next() => line,
                };
                match line {
                    Ok(line) => {
                        self.heard = Instant::now();
                        self.take(line);
                    }
                    Err(error) => self.lose(&error),
                }
            }
            State::Wanted => {
                if let Err(error) = self.connect().await {
                    self.lose(&error);
                }
            }
            State::Lost => {
                sleep(self.pause).await;
                self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
                match self.connect().await {
                    Ok(()) => {
                        tracing::info!("Attached again");
                        self.news.push_back(Heard::Connected);
                    }
                    Err(error) => self.fail_again(&error),
                }
            }
        }
    }

    fn take(&mut self, line: LineV1) {
        match line {
            LineV1::Changes(changes) => {
                self.attached.it_is(changes.now.0);
                if let Ok(changes) = self.mirror.take(changes) {
                    self.attached.reached(true, self.mirror.cursor().revision);
                    // One without changes says nothing of what is new.
                    self.tell((!changes.is_empty()).then_some(changes));
                } else {
                    self.state = State::Wanted;
                }
            }
            LineV1::Policy(policy) => {
                if self.mirror.adopt(*policy) {
                    self.tell(None);
                }
            }
            LineV1::Vital(vital) => {
                let vital = vital::read(*vital);
                self.attached.note(&vital);
                self.news.push_back(Heard::Vital(vital));
            }
            LineV1::Beat { now } => self.attached.it_is(now.0),
            // It is asked for changes first, and told that there is no way but a snapshot.
            LineV1::Lagged => self.state = State::Wanted,
            LineV1::Head(_) | LineV1::Entity(_) | LineV1::Whole => {
                self.lose(&unexpected("a line of a snapshot in a feed"));
            }
        }
    }

    fn tell(&mut self, changes: Option<Arc<[crate::domain::change::Change]>>) {
        let table = self.mirror.table().clone();
        self.news.push_back(Heard::News(Box::new(News { table, changes })));
    }

    /// Follows the owner from where the mirror is, or from a new snapshot.
    async fn connect(&mut self) -> Result<(), LineError> {
        let mut response = self.ask().await?;
        if response.status() == StatusCode::GONE {
            let read = snapshot(&self.attached.0.follow, &self.socket).await;
            let (_, mirror, vital) = read.map_err(LineError::Strange)?;
            self.mirror = mirror;
            self.tell(None);
            self.attached.note(&vital);
            self.news.push_back(Heard::Vital(vital));
            response = self.ask().await?;
        }
        if !response.status().is_success() {
            return Err(LineError::Strange(refusal(response).await));
        }
        let mut lines = Lines::of(response);
        let head = lines.head().await?;
        self.heard = Instant::now();
        self.attached.it_is(head.now.0);
        self.attached.reached(true, self.mirror.cursor().revision);
        self.pause = FIRST_PAUSE;
        self.shut.mark_unchanged();
        self.state = State::Follows(Box::new(lines));
        Ok(())
    }

    async fn ask(&self) -> Result<Response, LineError> {
        let cursor = self.mirror.cursor();
        let from = format!("feed?from={}-{}", cursor.epoch, cursor.revision);
        let asked = self.attached.0.follow.get(url(&from)).send().await;
        asked.map_err(|error| LineError::Ended(innermost(&error)))
    }

    fn lose(&mut self, error: &LineError) {
        tracing::warn!(?error, "The connection to the owner is lost");
        self.state = State::Lost;
        self.attached.reached(false, self.mirror.cursor().revision);
        let now = self.attached.now();
        let since = match error {
            // All that it said until it closed was heard.
            LineError::Ended(_) | LineError::Strange(_) => now,
            LineError::Silent => {
                let silent = SignedDuration::try_from(self.heard.elapsed()).unwrap_or_default();
                crate::domain::time::before(now, silent)
            }
        };
        self.lost = Some((since, None));
        self.news.push_back(Heard::Lost { since, why: None });
    }

    /// It could not be connected again. Why is told where somebody is there and speaks otherwise.
    fn fail_again(&mut self, error: &LineError) {
        tracing::debug!(?error, "The owner is not there");
        let why = match error {
            LineError::Strange(RemoteError::NotNow(_))
            | LineError::Ended(_)
            | LineError::Silent => None,
            LineError::Strange(error) => Some(Text::derive(&error.to_string())),
        };
        let Some((since, told)) = &mut self.lost else { return };
        if *told != why {
            told.clone_from(&why);
            self.news.push_back(Heard::Lost { since: *since, why });
        }
    }
}

fn shut() -> LineError {
    LineError::Ended("no order can be sent".to_owned())
}

/// Everything the owner has.
async fn snapshot(http: &Client, socket: &Path) -> Result<(HeadV1, Mirror, Vital), RemoteError> {
    let silent = |why: String| RemoteError::Silent { socket: socket.to_owned(), why };
    let response = http.get(url("snapshot")).send().await;
    let response = response.map_err(|error| silent(innermost(&error)))?;
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    let failed = |error| match error {
        LineError::Ended(why) => silent(why),
        LineError::Silent => silent("it says nothing more".to_owned()),
        LineError::Strange(error) => error,
    };
    let mut lines = Lines::of(response);
    let head = lines.head().await.map_err(failed)?;
    let (mut mirror, mut vital) = (Mirror::of(&head), None);
    loop {
        match lines.next().await.map_err(failed)? {
            LineV1::Policy(policy) => drop(mirror.adopt(*policy)),
            LineV1::Vital(told) => vital = Some(vital::read(*told)),
            LineV1::Entity(shown) => mirror.put(*shown),
            LineV1::Whole => break,
            LineV1::Head(_) | LineV1::Changes(_) | LineV1::Beat { .. } | LineV1::Lagged => {
                return Err(RemoteError::Strange("a line of a feed in a snapshot".to_owned()));
            }
        }
    }
    let vital = vital.ok_or_else(|| RemoteError::Strange("nothing of how it is".to_owned()))?;
    Ok((head, mirror, vital))
}

/// Why the owner lets nobody attach.
async fn refusal(response: Response) -> RemoteError {
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return RemoteError::Older;
    }
    let body = response.bytes().await.unwrap_or_default();
    match refused(status, &body) {
        AskError::Remote(error) => error,
        other => RemoteError::NotNow(Text::derive(&other.to_string())),
    }
}

#[cfg(test)]
mod tests;
