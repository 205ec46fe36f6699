//! The requests themselves: their heads, the one that asks whether a server is ready, and how many
//! alerts an answer has. Measures nothing.

use std::net::SocketAddr;

use anyhow::bail;

use crate::client::{self, Connection};

/// The head of a post without its length. `header` is what its sender is known by.
pub(crate) fn head(header: &str) -> String {
    format!(
        "POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\
         Content-Type: application/json\r\n"
    )
}

/// A request without a body.
pub(crate) fn get(path: &str, header: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n")
}

/// Whether it says that it is ready.
pub(crate) fn is_ready(address: SocketAddr) -> bool {
    let request = get("/-/ready", "");
    let asked = Connection::open(address).and_then(|mut to| to.ask(request.as_bytes(), |_| {}));
    asked.is_ok_and(|answer| answer.status == 200)
}

/// The body of an answer of 200.
pub(crate) fn answer(connection: &mut Connection, request: &str) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    let answer = connection.ask(request.as_bytes(), |piece| body.extend_from_slice(piece))?;
    if answer.chunked {
        body = client::whole(&body);
    }
    if answer.status != 200 {
        let (status, why) = (answer.status, String::from_utf8_lossy(&body));
        bail!("a request was answered with {status}: {why}");
    }
    Ok(body)
}

/// How many alerts this body has.
pub(crate) fn alerts_in(body: &[u8]) -> usize {
    const MARK: &[u8] = b"\"fingerprint\"";
    let quotes = body.iter().enumerate().filter(|(_, byte)| **byte == b'"');
    quotes.filter(|(at, _)| body.get(*at..).is_some_and(|at| at.starts_with(MARK))).count()
}
