//! How long the edge waits: for a next request, for a head once it has begun, for an answer to be
//! read. On a clock that stands still unless a test moves it.

use tokio::time::Instant;

use super::*;

/// A connection in memory that takes so many bytes at once, and the listener that has it.
fn memory(bytes: usize) -> (DuplexStream, OutOfFiles) {
    let (ours, theirs) = tokio::io::duplex(bytes);
    let connection = Mutex::new(Some(theirs));
    (ours, OutOfFiles { failures: AtomicUsize::new(0), accepts: Arc::default(), connection })
}

/// Lets time pass, and all tasks do what they do meanwhile.
async fn pass(time: Duration) {
    let _ = timeout(time, std::future::pending::<()>()).await;
}

/// What a request is answered, or that the connection is closed.
async fn asked(stream: &mut DuplexStream, request: &[u8]) -> &'static str {
    if stream.write_all(request).await.is_err() {
        return "closed";
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"uid 7") {
        if !matches!(stream.read_buf(&mut answer).await, Ok(1..)) {
            return "closed";
        }
    }
    "answered"
}

/// In how many seconds the other end closes. A reset is an end too.
async fn closes(stream: &mut DuplexStream) -> u64 {
    let began = Instant::now();
    let _ = stream.read_to_end(&mut Vec::new()).await;
    began.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let (mut stream, listener) = memory(1_024);
    let running = Running::start(listener, who(), Limits::default());
    for idle in [0, 9, 10, 11, 60, 301] {
        pass(Duration::from_secs(idle)).await;
        assert_eq!(asked(&mut stream, ASK).await, "answered", "after {idle} s");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_has_its_time_from_its_first_byte_however_it_dribbles() {
    let (mut stream, listener) = memory(1_024);
    let running = Running::start(listener, who(), Limits::default());
    assert_eq!(asked(&mut stream, ASK).await, "answered");
    pass(Duration::from_mins(1)).await;
    for byte in b"GET / HT" {
        stream.write_all(&[*byte]).await.unwrap();
        pass(Duration::from_secs(1)).await;
    }
    assert_eq!(closes(&mut stream).await, 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_in_time_is_answered_and_the_next_has_its_time_again() {
    let (mut stream, listener) = memory(1_024);
    let running = Running::start(listener, who(), Limits::default());
    for _ in 0..5 {
        stream.write_all(&ASK[..9]).await.unwrap();
        pass(Duration::from_secs(9)).await;
        assert_eq!(asked(&mut stream, &ASK[9..]).await, "answered");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_being_answered_is_not_idle() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, goes_on) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = async move || {
        begins.notify_one();
        goes_on.notified().await;
        "uid 7"
    };
    let (mut stream, listener) = memory(1_024);
    let running = Running::start(listener, Router::new().route("/", get(slow)), Limits::default());
    let answer = asked(&mut stream, ASK);
    let wait = async {
        begun.notified().await;
        pass(Duration::from_hours(1)).await;
        go_on.notify_one();
    };
    let (answer, ()) = tokio::join!(answer, wait);
    assert_eq!(answer, "answered");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_minutes_and_so_is_one_that_never_asked() {
    for asks in [true, false] {
        let (mut stream, listener) = memory(1_024);
        let running = Running::start(listener, who(), Limits::default());
        if asks {
            assert_eq!(asked(&mut stream, ASK).await, "answered");
        }
        assert_eq!(closes(&mut stream).await, 6 * 60, "asks: {asks}");
        running.stop().await;
    }
}

/// An answer that is long, at `/long`.
fn long() -> Router {
    who().route("/long", get(async || "x".repeat(4 * 1024 * 1024)))
}

const ASK_LONG: &[u8] = b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn who_reads_a_byte_now_and_then_is_left() {
    let (mut stream, listener) = memory(1_024);
    let running = Running::start(listener, long(), Limits::default());
    stream.write_all(ASK_LONG).await.unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_mins(2) {
        pass(Duration::from_secs(1)).await;
        if !matches!(stream.read(&mut [0]).await, Ok(1..)) {
            break;
        }
    }
    let answer = read_what_is_left(&mut stream).await;
    assert!(answer < 10_000, "{answer} bytes came after two minutes");
    running.stop().await;
}

async fn read_what_is_left(stream: &mut DuplexStream) -> usize {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer.len()
}

#[tokio::test(start_paused = true)]
async fn who_reads_slowly_but_steadily_has_it_all_and_what_is_asked_behind_it() {
    let (mut stream, listener) = memory(64 * 1024);
    let running = Running::start(listener, long(), Limits::default());
    // The next head begins to come while the answer is far from being read.
    stream.write_all(ASK_LONG).await.unwrap();
    stream.write_all(&ASK[..9]).await.unwrap();
    let (began, mut whole) = (Instant::now(), 0);
    while whole < 4 * 1024 * 1024 {
        pass(Duration::from_millis(200)).await;
        let read = stream.read(&mut [0; 16 * 1024]).await.unwrap();
        assert!(read > 0, "closed after {whole} bytes, {:?}", began.elapsed());
        whole += read;
    }
    assert!(began.elapsed() > Duration::from_secs(45));
    let answer = asked(&mut stream, &ASK[9..]).await;
    assert_eq!(answer, "answered");
    running.stop().await;
}
