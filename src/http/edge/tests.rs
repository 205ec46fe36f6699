//! The edge over sockets in memory and real ones: its bounds, its patience, its farewell.

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
struct Served {
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Served {
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
    let served = Served::start(listener, who(), Limits::default());
    let answer = exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await;
    assert!(answer.ends_with("\r\n127.0.0.1"), "{answer}");
    served.stop().await;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    let served = Served::start(UnixListener::bind(&path).unwrap(), who(), Limits::default());
    let answer = exchange(UnixStream::connect(&path).await.unwrap(), ASK_ONCE).await;
    let uid = nix::unistd::getuid();
    assert!(answer.ends_with(&format!("\r\nuid {uid}")), "{answer}");
    served.stop().await;
}

#[tokio::test]
async fn connections_above_the_bound_wait_and_are_all_served() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, highest) = (Arc::clone(&running), Arc::clone(&most));
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
    let served = Served::start(listener, Router::new().route("/", get(handler)), limits);
    let clients = (0..16)
        .map(|_| async { exchange(TcpStream::connect(address).await.unwrap(), ASK_ONCE).await });
    let answers = futures_util::future::join_all(clients).await;
    assert!(answers.iter().all(|answer| answer.ends_with("done")), "{answers:?}");
    assert_eq!(most.load(Ordering::SeqCst), 2);
    served.stop().await;
}

#[tokio::test]
async fn a_head_that_dribbles_and_an_idle_connection_are_closed() {
    let (listener, address) = tcp().await;
    let limits = Limits { head: Duration::from_millis(50), ..Limits::default() };
    let served = Served::start(listener, who(), limits);
    let connect = || async { TcpStream::connect(address).await.unwrap() };
    exchange(connect().await, b"GET / HTTP/1.1\r\nhost:").await;
    exchange(connect().await, b"").await;
    let answer = exchange(connect().await, ASK).await;
    assert!(answer.ends_with("127.0.0.1"), "{answer}");
    served.stop().await;
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
    let served = Served::start(listener, long, limits);
    let (mut reader, mut writer) = tokio::io::split(ours);
    writer.write_all(ASK).await.unwrap();
    // Writing goes on until the other end is gone; nothing is read meanwhile.
    let broken = async { while writer.write_all(ASK).await.is_ok() {} };
    timeout(DEADLINE, broken).await.expect("the connection breaks");
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() < 10_000);
    served.stop().await;
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
    let served = Served::start(listener, router, Limits::default());
    let client = async { exchange(TcpStream::connect(address).await.unwrap(), ASK).await };
    let stop = async {
        begun.notified().await;
        served.cancel.cancel();
        go_on.notify_one();
    };
    let (answer, ()) = tokio::join!(client, stop);
    assert!(answer.ends_with("finished"), "{answer}");
    served.stop().await;
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
    let served = Served::start(listener, Router::new().route("/", get(handler)), limits);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(ASK).await.unwrap();
    begun.notified().await;
    served.stop().await;
}

/// Fails a few times as if no files were left, then has one connection.
struct OutOfFiles {
    failures: AtomicUsize,
    accepts: Arc<AtomicUsize>,
    connection: Mutex<Option<DuplexStream>>,
}

impl Listener for OutOfFiles {
    type Stream = DuplexStream;

    async fn accept(&self) -> io::Result<(DuplexStream, Peer)> {
        self.accepts.fetch_add(1, Ordering::SeqCst);
        if self.failures.load(Ordering::SeqCst) > 0 {
            self.failures.fetch_sub(1, Ordering::SeqCst);
            return Err(io::Error::from_raw_os_error(24));
        }
        match self.connection.lock().await.take() {
            Some(stream) => Ok((stream, Peer::User(7))),
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
    let served = Served::start(listener, who(), Limits::default());
    let answer = exchange(ours, ASK_ONCE).await;
    assert!(answer.ends_with("uid 7"), "{answer}");
    assert!(accepts.load(Ordering::SeqCst) <= 5, "one accept for each failure");
    served.stop().await;
}

#[test]
fn the_waits_between_failed_accepts_grow_to_a_second() {
    let mut pause = Pause::default();
    let waits: Vec<u128> = (0..9).map(|_| pause.next().as_millis()).collect();
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
}
