//! The writer: the one thread that takes turns. It waits for orders or the next deadline.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::clock::Clock;
use super::counts::Place;
use super::handle::{Handle, Shared, SubmitError};
use super::hearing::{self, Hearing};
use super::inbox::{Inbox, Taken, Waiting};
use super::publish::Publisher;
use super::vitals::{Absence, StoreState, Vitals};
use super::{Engine, Notifier};
use crate::domain::actor::{Actor, Via};
use crate::domain::command::{Command, Deaf, Order};
use crate::domain::id::{Ids, OpId};
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;
use crate::store::{CommitError, DataDir, Loaded, OpenError, Store, Upkeep};

/// The running writer thread.
#[derive(Debug)]
pub struct Writer {
    handle: Handle,
    thread: JoinHandle<Result<(), CommitError>>,
    ended: CancellationToken,
}

/// Why the writer did not end well.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The store could not be closed.
    #[error("the store could not be closed: {0}")]
    Close(#[from] CommitError),
    /// It panicked; the log says where.
    #[error("the writer thread panicked; the log says where")]
    Panicked,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The first turn could not be saved.
    #[error(transparent)]
    Unsaved(SubmitError),
    /// The system refused a thread.
    #[error("the system refused a thread: {0}; end something and try again")]
    Thread(std::io::Error),
}

/// Opens the data in the directory `data` and starts the writer over it, as [`start`] does. Blocks
/// while it loads.
pub fn open(
    data: &Path,
    policy: Arc<Policy>,
    notifier: Notifier,
) -> Result<(Handle, Writer), StartError> {
    let (store, loaded) = Store::open(DataDir(data.to_owned()))?;
    begin(store, loaded, policy, notifier)
}

/// The file with the data, in its directory.
pub fn data_file(data: &Path) -> PathBuf {
    DataDir(data.to_owned()).file()
}

/// Takes the first turn over what the store has kept, under `policy`, and starts the writer. What
/// the handle shows is what held after that turn: what fell due while nothing ran is decided.
///
/// Fails if that turn could not be saved, and if the system refuses a thread.
pub fn start(
    store: Store,
    loaded: Loaded,
    policy: Arc<Policy>,
) -> Result<(Handle, Writer), StartError> {
    begin(store, loaded, policy, Notifier::Runs)
}

fn begin(
    store: Store,
    loaded: Loaded,
    policy: Arc<Policy>,
    notifier: Notifier,
) -> Result<(Handle, Writer), StartError> {
    let engine = Engine::new(store, loaded, policy, Uuid::new_v4().as_u128());
    over(match notifier {
        Notifier::Runs => engine,
        Notifier::Absent => engine.without_notifier(),
    })
}

/// Takes the first turn of an engine, and starts the writer over it.
pub(super) fn over(mut engine: Engine) -> Result<(Handle, Writer), StartError> {
    let archive = engine.store.archive();
    let handle = Handle(Arc::new(Shared {
        inbox: Inbox::default(),
        publisher: Publisher::new(engine.published()),
        vitals: Vitals::new(),
        clock: Clock::after(engine.now),
        archive,
        ops: Mutex::new(Ids::from_seed(Uuid::new_v4().as_u128())),
    }));
    let mut hearing = Hearing::at_start();
    take_turn(&mut engine, &mut hearing, &handle.0, Vec::new());
    if let StoreState::Broken { why, .. } = handle.vitals().now().store {
        return Err(StartError::Unsaved(SubmitError::Unavailable(why)));
    }
    let writing = handle.clone();
    let ended = CancellationToken::new();
    let ending = ended.clone().drop_guard();
    let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        let _ended = ending;
        write(engine, hearing, &writing.0)
    });
    let thread = thread.map_err(StartError::Thread)?;
    Ok((handle.clone(), Writer { handle, thread, ended }))
}

impl Writer {
    /// Lets nothing more in, has what waits decided and committed, and closes the store. Blocks.
    pub fn stop(self) -> Result<(), WriterError> {
        self.handle.0.inbox.close();
        self.thread.join().map_err(|_| WriterError::Panicked)?.map_err(WriterError::Close)
    }

    /// Waits until the thread has ended, which before `stop` it must not.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

/// Senders that wait for their answers send again at once: nothing waits for a moment after each
/// turn, also in a flood. What can wait is done when nothing came for as long as this.
const CALM: Duration = Duration::from_millis(50);
/// Nor does it wait for ever: then it is done slice by slice between turns, until all is.
const RESTLESS: Duration = Duration::from_mins(1);

fn write(mut engine: Engine, mut hearing: Hearing, shared: &Shared) -> Result<(), CommitError> {
    // Even if this thread panics nobody must wait for it.
    let _abandoning = AbandonOnDrop(&shared.inbox);
    let (mut patience, mut rested) = (Duration::ZERO, Duration::ZERO);
    loop {
        let waiting = match shared.inbox.take(patience) {
            Taken::Orders(waiting) => waiting,
            Taken::Closed => return engine.close(),
        };
        let calm = waiting.is_empty();
        take_turn(&mut engine, &mut hearing, shared, waiting);
        let now = shared.clock.reading().steady;
        let upkeep = if calm || now.saturating_sub(rested) >= RESTLESS {
            let upkeep = engine.upkeep();
            if upkeep == Upkeep::Done {
                rested = now;
            }
            upkeep
        } else {
            engine.must_keep_up()
        };
        let store = engine.store_state();
        hearing.after_turn(&store);
        shared.vitals.store(store);
        shared.vitals.counts().failed_commits.raise_to(engine.failures);
        shared.vitals.counts().panics_of(Place::Writer).raise_to(engine.panics);
        let until_due = until(engine.next_due(), shared.clock.now());
        patience = match (upkeep, calm) {
            (Upkeep::More, _) => Duration::ZERO,
            (Upkeep::Done, true) => until_due,
            (Upkeep::Done, false) => until_due.min(CALM),
        };
    }
}

/// Has what waits decided, publishes what came of it, and only then answers.
fn take_turn(engine: &mut Engine, hearing: &mut Hearing, shared: &Shared, waiting: Vec<Waiting>) {
    let (mut orders, replies): (Vec<Order>, Vec<_>) =
        waiting.into_iter().map(|one| (one.order, one.reply)).unzip();
    let began = shared.clock.reading();
    let deaf = hearing.before_turn(began, shared.vitals.now().busy);
    if let Some(deaf) = deaf {
        orders.insert(0, woke(deaf));
    }
    if let Some(why) = hearing.news() {
        tracing::info!(?why, "Nothing times out for a while, for it may not have been heard");
    }
    let (revision, before) = (engine.cursor.revision, engine.now);
    let turn = engine.turn(&orders, shared.clock.now());
    if engine.cursor.revision != revision {
        let took = shared.clock.reading().steady.saturating_sub(began.steady);
        shared.vitals.counts().commits.observe(took);
    }
    hearing.after_turn(&turn.store);
    if let Some(published) = turn.published {
        shared.publisher.publish(published);
    }
    if let (StoreState::Well, Some(why), Some(grant)) = (&turn.store, deaf, engine.table.granted())
        && let Some(from) = hearing::away_since(why, before, &shared.vitals.now().store)
    {
        shared.vitals.back(Absence { why, from, grant });
    }
    // Saving may fail again when it is calm: that it works is told after that.
    if !replies.is_empty() || turn.store != StoreState::Well {
        shared.vitals.store(turn.store);
    }
    let answers = turn.answers.into_iter().skip(usize::from(deaf.is_some()));
    for (reply, answer) in replies.into_iter().zip(answers) {
        // Who left before the answer came does not need it.
        let _ = reply.send(answer);
    }
}

fn woke(deaf: Deaf) -> Order {
    let op = OpId(Uuid::new_v4());
    let (actor, via) = (Actor::Watchbell, Via::Watchbell);
    Order { op, actor, via, seen: None, command: Command::Woke(deaf) }
}

/// How long until the next deadline. At most a minute: a suspend stops the clock that is waited
/// by, and a deadline that passed meanwhile must not wait as long again.
fn until(due: Option<Timestamp>, now: Timestamp) -> Duration {
    const LONGEST: Duration = Duration::from_mins(1);
    let until = due.map_or(LONGEST, |due| {
        Duration::try_from(due.duration_since(now)).unwrap_or(Duration::ZERO)
    });
    until.min(LONGEST)
}

struct AbandonOnDrop<'a>(&'a Inbox);

impl Drop for AbandonOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
