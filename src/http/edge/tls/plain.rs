//! Plain HTTP where TLS is spoken: answered in the clear, as Go's server does, so that whoever set a
//! sender up reads what is wrong. Nothing of it is taken in.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::domain::text::Text;
use crate::engine::Refused;
use crate::http::astray::names_alerts;
use crate::http::{Door, Peer};

/// Word for word Go's.
const ANSWER: &[u8] =
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
const STATUS: u16 = 400;

/// How much is read of a request, which is more than its first line takes.
const READ: usize = 4 * 1024;
/// Who is still sending when we close does not see the answer: this much is read of it, for so long.
const THROWN_AWAY: u64 = 64 * 1024;
const THROWN_AWAY_FOR: Duration = Duration::from_secs(1);

/// Whether a connection that begins so speaks HTTP: TLS begins with no letter.
pub(super) fn is_spoken(first: [u8; 1]) -> bool {
    first.iter().all(u8::is_ascii_uppercase)
}

/// Answers and closes. What was a post of alerts is told of like any other that is refused.
pub(super) async fn refuse(mut stream: TcpStream, peer: Peer, door: &Door) -> io::Error {
    let mut head = vec![0; READ];
    let read = stream.read(&mut head).await.unwrap_or_default();
    head.truncate(read);
    tell(&head, peer, door);
    // It is closed whether they wait for the answer or not.
    let _ = stream.write_all(ANSWER).await;
    let _ = stream.shutdown().await;
    let mut rest = stream.take(THROWN_AWAY);
    let mut nowhere = tokio::io::sink();
    let _ = tokio::time::timeout(THROWN_AWAY_FOR, tokio::io::copy(&mut rest, &mut nowhere)).await;
    io::Error::other("plain HTTP where TLS is spoken")
}

fn tell(head: &[u8], peer: Peer, door: &Door) {
    let Ok(handle) = door.handle() else { return };
    let vitals = handle.vitals();
    vitals.counts().plain_http.add(1);
    if !posts_alerts(head) {
        return;
    }
    vitals.counts().refuse(STATUS);
    let (at, from) = (handle.now(), Text::derive(&peer.to_string()));
    let why = "it speaks plain HTTP, and TLS is spoken here; give it https (scheme: https)".into();
    vitals.refuse(&Refused { at, from, sender: None, why, status: Some(STATUS) });
}

fn posts_alerts(head: &[u8]) -> bool {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    words.next() == Some(b"POST")
        && words.next().is_some_and(|path| names_alerts(&String::from_utf8_lossy(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_of_alerts_is_known_by_its_first_line() {
        let table: [(&[u8], bool); 5] = [
            (b"POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\n", true),
            (b"POST /x/api/v1/alert HTTP/1.1\r\n", true),
            (b"GET /api/v2/alerts HTTP/1.1\r\n", false),
            (b"POST /api/v2/silences HTTP/1.1\r\n", false),
            (b"POST", false),
        ];
        for (head, is_one) in table {
            assert_eq!(posts_alerts(head), is_one, "{}", String::from_utf8_lossy(head));
        }
    }
}
