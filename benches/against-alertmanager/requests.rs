//! The requests themselves: their heads, and the one that asks whether a server is ready.

use std::net::SocketAddr;

use crate::client::Connection;

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
