//! The edge over sockets in memory and real ones: its bounds, its patience, its farewell.

mod patience;
mod wire;

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Extension;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use super::*;

/// Longer than anything here may take; only a failing test waits for it.
const DEADLINE: Duration = Duration::from_secs(20);

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const ASK_ONCE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// A listener that is served, with the means to stop it.
struct Running {
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Running {
    fn start(listener: impl Listener, router: Router, limits: Limits) -> Self {
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        tracker.spawn(serve(listener, router, limits, tracker.clone(), cancel.clone()));
        Self { tracker, cancel }
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.tracker.close();
        timeout(DEADLINE, self.tracker.wait()).await.expect("all tasks end");
    }
}

async fn tcp() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Sends `request` and reads until the other end closes.
async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("an end");
    String::from_utf8(answer).unwrap()
}

fn who() -> Router {
    Router::new().route("/", get(async |Extension(peer): Extension<Peer>| peer.to_string()))
}

#[tokio::test]
async fn every_request_knows_who_is_at_the_other_end() {
    let (listener, address) = tcp().await;
    let running = Running::start(listener, who(), Limits::default());
    let answer = exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await;
    assert!(answer.ends_with("\r\n127.0.0.1"), "{answer}");
    running.stop().await;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    let running = Running::start(UnixListener::bind(&path).unwrap(), who(), Limits::default());
    let answer = exchange(UnixStream::connect(&path).await.unwrap(), ASK_ONCE).await;
    let uid = nix::unistd::getuid();
    assert!(answer.ends_with(&format!("\r\nuid {uid}")), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn no_more_connections_than_the_bound_are_served_at_once_and_all_come_in() {
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, highest) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&most));
    let handler = async move || {
        let now = counted.fetch_add(1, Ordering::SeqCst) + 1;
        highest.fetch_max(now, Ordering::SeqCst);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        counted.fetch_sub(1, Ordering::SeqCst);
        "done"
    };
    let (listener, address) = tcp().await;
    let limits = Limits { connections: 2, ..Limits::default() };
    let running = Running::start(listener, Router::new().route("/", get(handler)), limits);
    // Who is slow to ask loses the place to another, and comes again.
    let client = async |_| {
        let ask = async || exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await;
        while !ask().await.ends_with("done") {}
    };
    let clients = (0..16).map(client);
    timeout(DEADLINE, futures_util::future::join_all(clients)).await.expect("all come in");
    assert_eq!(most.load(Ordering::SeqCst), 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn idle_connections_and_slow_heads_make_room_and_requests_that_run_do_not() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, goes_on) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = async move || {
        begins.notify_one();
        goes_on.notified().await;
        "finished"
    };
    let (listener, address) = tcp().await;
    // Nothing here ends by itself.
    let forever = Duration::from_secs(1_000_000);
    let limits = Limits { connections: 8, idle: forever, head: forever, ..Limits::default() };
    let router = who().route("/slow", get(slow));
    let running = Running::start(listener, router, limits);
    let connect = || async { TcpStream::connect(address).await.unwrap() };
    let mut working = connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    begun.notified().await;

    let mut flood = Vec::new();
    for number in 0..100 {
        let mut stream = connect().await;
        if number % 2 == 0 {
            // It may be gone already.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost:").await;
        }
        flood.push(stream);
        if number % 10 == 0 {
            let answer = exchange(connect().await, ASK_ONCE).await;
            assert!(answer.ends_with("127.0.0.1"), "{number}: {answer}");
        }
    }
    go_on.notify_one();
    let mut answer = String::new();
    working.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("finished"), "{answer}");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_known_keeps_the_connection_through_a_flood_of_strangers() {
    let known = async |request: axum::extract::Request| {
        let_in(request.extensions());
        "known"
    };
    let (listener, address) = tcp().await;
    let limits = Limits { connections: 4, ..Limits::default() };
    let running = Running::start(listener, who().route("/known", get(known)), limits);
    let mut sender = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        sender.write_all(b"GET /known HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"known") {
            assert_ne!(sender.read_buf(&mut answer).await.unwrap(), 0, "closed");
        }
        let mut flood = Vec::new();
        for _ in 0..8 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Everybody is answered here.
            stream.write_all(ASK).await.unwrap();
            stream.readable().await.unwrap();
            flood.push(stream);
        }
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn bodies_that_dribble_and_answers_that_nobody_reads_make_room_too() {
    let router = who()
        .route("/body", axum::routing::post(async |body: axum::body::Bytes| body.len().to_string()))
        .route("/long", get(async || "x".repeat(32 * 1024 * 1024)));
    let (listener, address) = tcp().await;
    let forever = Duration::from_secs(1_000_000);
    let limits = Limits { connections: 4, answer: forever, ..Limits::default() };
    let running = Running::start(listener, router, limits);
    let mut flood = Vec::new();
    for ask in [
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n.",
        "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n.\r\n",
        "GET /long HTTP/1.1\r\nhost: x\r\n\r\n",
    ]
    .repeat(4)
    {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ask.as_bytes()).await.unwrap();
        flood.push(stream);
        let answer = exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await;
        assert!(answer.ends_with("127.0.0.1"), "after {ask}: {answer}");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn long_answers_that_nobody_reads_leave_room_for_short_ones() {
    const LONG: usize = 32 * 1024 * 1024;
    let router = who().route("/long", get(async || "x".repeat(LONG)));
    let (listener, address) = tcp().await;
    let forever = Duration::from_secs(1_000_000);
    let limits = Limits { unread: LONG, answer: forever, ..Limits::default() };
    let running = Running::start(listener, router, limits);
    let ask_long: &[u8] = b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut reader = TcpStream::connect(address).await.unwrap();
    reader.write_all(ask_long).await.unwrap();
    reader.readable().await.unwrap();
    let answer = exchange(TcpStream::connect(address).await.unwrap(), ask_long).await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after"), "{answer}");
    let answer = exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await;
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() > LONG, "what is read comes whole");
    let answer = exchange(TcpStream::connect(address).await.unwrap(), ask_long).await;
    assert!(answer.starts_with("HTTP/1.1 200"));
    running.stop().await;
}

#[tokio::test]
async fn a_head_that_dribbles_and_an_idle_connection_are_closed() {
    let (listener, address) = tcp().await;
    let soon = Duration::from_millis(50);
    let limits = Limits { idle: soon, head: soon, ..Limits::default() };
    let running = Running::start(listener, who(), limits);
    let connect = || async { TcpStream::connect(address).await.unwrap() };
    exchange(connect().await, b"GET / HTTP/1.1\r\nhost:").await;
    exchange(connect().await, b"").await;
    let answer = exchange(connect().await, ASK).await;
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_loses_its_place() {
    let (ours, theirs) = tokio::io::duplex(64);
    let listener = OutOfFiles {
        failures: AtomicUsize::new(0),
        accepts: Arc::default(),
        connection: Mutex::new(Some(theirs)),
    };
    let limits = Limits { answer: Duration::from_millis(50), ..Limits::default() };
    let long = Router::new().route("/", get(async || "x".repeat(10_000)));
    let running = Running::start(listener, long, limits);
    let (mut reader, mut writer) = tokio::io::split(ours);
    writer.write_all(ASK).await.unwrap();
    // Writing goes on until the other end is gone; nothing is read meanwhile.
    let broken = async { while writer.write_all(ASK).await.is_ok() {} };
    timeout(DEADLINE, broken).await.expect("the connection breaks");
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() < 10_000);
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_runs_when_the_listener_stops_is_finished() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, goes_on) = (Arc::clone(&begun), Arc::clone(&go_on));
    let handler = async move || {
        begins.notify_one();
        goes_on.notified().await;
        "finished"
    };
    let (listener, address) = tcp().await;
    let router = Router::new().route("/", get(handler));
    let running = Running::start(listener, router, Limits::default());
    let client = async { exchange(TcpStream::connect(address).await.unwrap(), ASK).await };
    let stop = async {
        begun.notified().await;
        running.cancel.cancel();
        go_on.notify_one();
    };
    let (answer, ()) = tokio::join!(client, stop);
    assert!(answer.ends_with("finished"), "{answer}");
    running.stop().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_request_that_never_ends_holds_nothing_up() {
    let begun = Arc::new(Notify::new());
    let begins = Arc::clone(&begun);
    let handler = async move || {
        begins.notify_one();
        std::future::pending::<&str>().await
    };
    let (listener, address) = tcp().await;
    let limits = Limits { farewell: Duration::from_millis(50), ..Limits::default() };
    let running = Running::start(listener, Router::new().route("/", get(handler)), limits);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(ASK).await.unwrap();
    begun.notified().await;
    running.stop().await;
}

/// Fails a few times as if no files were left, then has one connection.
struct OutOfFiles {
    failures: AtomicUsize,
    accepts: Arc<AtomicUsize>,
    connection: Mutex<Option<DuplexStream>>,
}

impl Listener for OutOfFiles {
    type Stream = DuplexStream;
    type Opening = Ready<io::Result<DuplexStream>>;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        self.accepts.fetch_add(1, Ordering::SeqCst);
        if self.failures.load(Ordering::SeqCst) > 0 {
            self.failures.fetch_sub(1, Ordering::SeqCst);
            return Err(io::Error::from_raw_os_error(24));
        }
        match self.connection.lock().await.take() {
            Some(stream) => Ok((ready(Ok(stream)), Peer::User(7))),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test]
async fn failed_accepts_are_waited_out_without_spinning() {
    let (ours, theirs) = tokio::io::duplex(1_024);
    let accepts = Arc::new(AtomicUsize::new(0));
    let listener = OutOfFiles {
        failures: AtomicUsize::new(3),
        accepts: Arc::clone(&accepts),
        connection: Mutex::new(Some(theirs)),
    };
    let running = Running::start(listener, who(), Limits::default());
    let answer = exchange(ours, ASK_ONCE).await;
    assert!(answer.ends_with("uid 7"), "{answer}");
    assert!(accepts.load(Ordering::SeqCst) <= 5, "one accept for each failure");
    running.stop().await;
}

#[test]
fn the_waits_between_failed_accepts_grow_to_a_second() {
    let mut pause = Pause::default();
    let waits: Vec<u128> = (0..9).map(|_| pause.next().as_millis()).collect();
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
}
