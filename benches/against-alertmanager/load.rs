//! Load: many connections that each wait for their answer and then ask again. What fails is
//! counted, by what it was.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::alerts::{self, Post, Resend};
use crate::client::Connection;

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Alerts, or documents that were read, which were answered with 200.
    pub(crate) good: usize,
    /// Requests that were not, by status; 0 is a connection that broke.
    pub(crate) failed: BTreeMap<u16, usize>,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// What the requests took that were answered with 200, sorted.
    pub(crate) latencies: Vec<Duration>,
}

impl Outcome {
    /// Good ones a second.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn rate(&self) -> f64 {
        self.good as f64 / self.took.as_secs_f64()
    }

    /// What so many of a thousand requests did not exceed.
    pub(crate) fn per_mille(&self, share: usize) -> Duration {
        let place = self.latencies.len().saturating_sub(1) * share / 1000;
        self.latencies.get(place).copied().unwrap_or_default()
    }

    fn note(&mut self, began: Instant, alerts: usize, status: u16) {
        if status == 200 {
            self.good += alerts;
            self.latencies.push(began.elapsed());
        } else {
            *self.failed.entry(status).or_default() += 1;
        }
    }
}

/// When a load is over.
#[derive(Clone, Copy, Debug)]
enum Until {
    Through,
    Over(Instant),
}

struct Shared {
    address: SocketAddr,
    posts: Rc<[Post]>,
    next: Cell<usize>,
    /// Larger than any figure that was sent before.
    count: Cell<u64>,
    outcome: RefCell<Outcome>,
}

/// Posts everything once, as it was made.
pub(crate) async fn once(address: SocketAddr, posts: &Rc<[Post]>, connections: usize) -> Outcome {
    drive(address, posts, connections, Until::Through, None).await
}

/// Posts everything again, once.
pub(crate) async fn once_more(
    address: SocketAddr,
    posts: &Rc<[Post]>,
    connections: usize,
    how: Resend,
) -> Outcome {
    drive(address, posts, connections, Until::Through, Some(how)).await
}

/// Posts everything again and again.
pub(crate) async fn again(
    address: SocketAddr,
    posts: &Rc<[Post]>,
    connections: usize,
    how: Resend,
    span: Duration,
) -> Outcome {
    let until = Until::Over(Instant::now() + span);
    drive(address, posts, connections, until, Some(how)).await
}

async fn drive(
    address: SocketAddr,
    posts: &Rc<[Post]>,
    connections: usize,
    until: Until,
    how: Option<Resend>,
) -> Outcome {
    let shared = Rc::new(Shared {
        address,
        posts: Rc::clone(posts),
        next: Cell::new(0),
        count: Cell::new(alerts::fresh_figure()),
        outcome: RefCell::default(),
    });
    let began = Instant::now();
    let tasks = LocalSet::new();
    for _ in 0..connections {
        tasks.spawn_local(post_all(Rc::clone(&shared), until, how));
    }
    tasks.await;
    let mut outcome = shared.outcome.take();
    outcome.took = began.elapsed();
    outcome.latencies.sort_unstable();
    outcome
}

async fn post_all(shared: Rc<Shared>, until: Until, how: Option<Resend>) {
    let mut connection = None;
    let mut buffer = Vec::new();
    loop {
        let number = shared.next.get();
        let over = match until {
            Until::Through => number >= shared.posts.len(),
            Until::Over(end) => Instant::now() >= end,
        };
        let Some(post) = shared.posts.get(number % shared.posts.len()).filter(|_| !over) else {
            return;
        };
        shared.next.set(number + 1);
        let request = match how {
            None => post.bytes(),
            Some(how) => {
                shared.count.set(shared.count.get() + 1);
                post.again(how, &alerts::end(), shared.count.get(), &mut buffer);
                &buffer
            }
        };
        let began = Instant::now();
        let status = ask(&mut connection, shared.address, request).await;
        shared.outcome.borrow_mut().note(began, post.alerts, status);
    }
}

/// The status of the answer; 0 where there was none.
async fn ask(open: &mut Option<Connection>, address: SocketAddr, request: &[u8]) -> u16 {
    let mut connection = match open.take() {
        Some(connection) => connection,
        None => match Connection::open(address).await {
            Ok(connection) => connection,
            Err(_) => return 0,
        },
    };
    let Ok(answer) = connection.ask(request).await else { return 0 };
    let status = answer.status;
    *open = Some(connection);
    status
}

/// Asks the same again and again over one connection, but at least three times.
pub(crate) async fn read(address: SocketAddr, request: &str, span: Duration) -> Outcome {
    const AT_LEAST: usize = 3;
    let mut outcome = Outcome::default();
    let mut connection = None;
    let began = Instant::now();
    let mut asked = 0;
    while asked < AT_LEAST || began.elapsed() < span {
        let one = Instant::now();
        let status = ask(&mut connection, address, request.as_bytes()).await;
        outcome.note(one, 1, status);
        asked += 1;
    }
    outcome.took = began.elapsed();
    outcome.latencies.sort_unstable();
    outcome
}
