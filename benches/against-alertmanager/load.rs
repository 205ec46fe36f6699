//! Load: many connections that each wait for their answer and then post again, on one thread.
//! Only answers of 200 count; of others the first is shown at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::time::ClockId;

use crate::alerts::{Post, Resend, Stamp};
use crate::client::{Connection, PATIENCE};
use crate::histogram::Histogram;
use crate::stop;

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Requests that were answered with 200.
    pub(crate) requests: usize,
    /// Alerts, or documents that were read, which they stand for.
    pub(crate) good: usize,
    /// Requests that were answered with something else, by status.
    pub(crate) failed: BTreeMap<u16, usize>,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// What the requests took that were answered with 200.
    pub(crate) latencies: Histogram,
    /// Processor time that the load itself took.
    pub(crate) client: Duration,
}

impl Outcome {
    /// Good ones a second.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn rate(&self) -> f64 {
        self.good as f64 / self.took.as_secs_f64()
    }

    /// Microseconds of this time for each good request.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn micros_each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.requests as f64
    }
}

/// What is posted, and how long.
#[derive(Debug)]
pub(crate) struct Load<'a> {
    /// To whom.
    pub(crate) address: SocketAddr,
    /// Over how many connections.
    pub(crate) connections: usize,
    /// What.
    pub(crate) posts: &'a mut [Post],
    /// How each differs from the time before.
    pub(crate) how: Resend,
    /// Whether all are posted once, or again and again.
    pub(crate) once: bool,
    /// When to stop, even if not all were posted.
    pub(crate) span: Duration,
}

struct Run<'a> {
    posts: &'a mut [Post],
    how: Resend,
    once: bool,
    end: Instant,
    next: usize,
    /// What each connection waits for an answer to.
    asked: Vec<usize>,
    stamp: Stamp,
    outcome: Outcome,
}

/// Puts a load on.
pub(crate) fn drive(load: Load<'_>) -> anyhow::Result<Outcome> {
    let Load { address, posts, how, once, .. } = load;
    let opened: std::io::Result<Vec<Connection>> =
        (0..load.connections).map(|_| Connection::open(address)).collect();
    let mut connections = opened.context("the server takes no connection")?;
    let (client, began) = (thread_time()?, Instant::now());
    let (stamp, outcome) = (Stamp::at(began), Outcome::default());
    let (end, asked) = (began + load.span, vec![0; connections.len()]);
    let mut run = Run { posts, how, once, end, next: 0, asked, stamp, outcome };
    match connections.as_mut_slice() {
        // Nobody else is to be waited for, and waiting where one reads is cheapest.
        [only] => run.alone(only)?,
        all => run.together(all)?,
    }
    let mut outcome = run.outcome;
    outcome.took = began.elapsed();
    outcome.client = thread_time()?.saturating_sub(client);
    Ok(outcome)
}

impl Run<'_> {
    fn alone(&mut self, connection: &mut Connection) -> anyhow::Result<()> {
        let mut now = Instant::now();
        while let Some(post) = self.take(0, now) {
            stop::check()?;
            connection.send(post, now)?;
            let status = loop {
                if let Some(status) = connection.receive()? {
                    break status;
                }
                if connection.began.elapsed() > PATIENCE {
                    bail!("no answer for {PATIENCE:?}");
                }
            };
            now = Instant::now();
            self.note(0, connection, status, now)?;
        }
        Ok(())
    }

    fn together(&mut self, connections: &mut [Connection]) -> anyhow::Result<()> {
        const AT_ONCE: usize = 64;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let (mut waiting, mut heard) = (0, Instant::now());
        for (number, connection) in connections.iter_mut().enumerate() {
            connection.stream.set_nonblocking(true)?;
            epoll.add(&connection.stream, answers_of(number))?;
            waiting += usize::from(self.post(&epoll, number, connection, Instant::now())?);
        }
        let mut events = [EpollEvent::empty(); AT_ONCE];
        while waiting > 0 {
            stop::check()?;
            let count = match epoll.wait(&mut events, EpollTimeout::from(1000_u16)) {
                Err(Errno::EINTR) => continue,
                Ok(0) if heard.elapsed() > PATIENCE => bail!("no answer for {PATIENCE:?}"),
                count => count?,
            };
            for event in events.iter().take(count) {
                let number = usize::try_from(event.data())?;
                let Some(connection) = connections.get_mut(number) else { continue };
                if event.events().contains(EpollFlags::EPOLLOUT) && connection.flush()? {
                    epoll.modify(&connection.stream, &mut answers_of(number))?;
                }
                if !event.events().contains(EpollFlags::EPOLLIN) {
                    continue;
                }
                let Some(status) = connection.receive()? else { continue };
                let now = Instant::now();
                heard = now;
                self.note(number, connection, status, now)?;
                waiting -= usize::from(!self.post(&epoll, number, connection, now)?);
            }
        }
        Ok(())
    }

    /// Posts the next one; says whether there was one.
    fn post(
        &mut self,
        epoll: &Epoll,
        number: usize,
        connection: &mut Connection,
        now: Instant,
    ) -> anyhow::Result<bool> {
        let Some(post) = self.take(number, now) else { return Ok(false) };
        if !connection.send(post, now)? {
            let both = EpollFlags::EPOLLIN | EpollFlags::EPOLLOUT;
            epoll.modify(&connection.stream, &mut EpollEvent::new(both, number as u64))?;
        }
        Ok(true)
    }

    /// The request that comes next, as it is sent now.
    fn take(&mut self, number: usize, now: Instant) -> Option<&[u8]> {
        if now >= self.end || (self.once && self.next >= self.posts.len()) {
            return None;
        }
        let place = self.next % self.posts.len();
        self.next += 1;
        *self.asked.get_mut(number)? = place;
        self.stamp.advance(now);
        let post = self.posts.get_mut(place)?;
        Some(post.stamped(self.how, &self.stamp))
    }

    fn note(
        &mut self,
        number: usize,
        connection: &Connection,
        status: u16,
        now: Instant,
    ) -> anyhow::Result<()> {
        const TOO_MANY: usize = 10_000;
        if status == 200 {
            self.outcome.requests += 1;
            let post = self.asked.get(number).and_then(|place| self.posts.get(*place));
            self.outcome.good += post.map_or(0, |post| post.alerts);
            self.outcome.latencies.note(now.duration_since(connection.began));
            return Ok(());
        }
        let failed = self.outcome.failed.entry(status).or_default();
        *failed += 1;
        if *failed == 1 {
            complain(&connection.answer());
        }
        if *failed > TOO_MANY {
            bail!("more than {TOO_MANY} answers of {status}");
        }
        Ok(())
    }
}

#[expect(clippy::print_stderr, reason = "whoever waits sees it at once")]
fn complain(answer: &str) {
    eprintln!("a post was not answered with 200: {answer:?}");
}

fn answers_of(number: usize) -> EpollEvent {
    EpollEvent::new(EpollFlags::EPOLLIN, number as u64)
}

/// Processor time that this thread has taken.
pub(crate) fn thread_time() -> anyhow::Result<Duration> {
    Ok(Duration::from(ClockId::CLOCK_THREAD_CPUTIME_ID.now()?))
}

/// Asks the same again and again over one connection, but at least three times.
pub(crate) fn read(address: SocketAddr, request: &str, span: Duration) -> anyhow::Result<Outcome> {
    const AT_LEAST: usize = 3;
    let mut outcome = Outcome::default();
    let mut connection = Connection::open(address)?;
    let (client, began) = (thread_time()?, Instant::now());
    while outcome.requests < AT_LEAST || began.elapsed() < span {
        stop::check()?;
        let one = Instant::now();
        let status = connection.ask(request.as_bytes(), |_| {})?.status;
        if status != 200 {
            bail!("a GET was answered with {status}: {request:?}");
        }
        outcome.requests += 1;
        outcome.good += 1;
        outcome.latencies.note(one.elapsed());
    }
    outcome.took = began.elapsed();
    outcome.client = thread_time()?.saturating_sub(client);
    Ok(outcome)
}
