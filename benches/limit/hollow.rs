//! A server that leaves everything out but watchbell's edge: each request is read and answered with
//! 200. In a process of its own, so that its time on processors can be told.

use std::io::Write as _;
use std::net::Ipv4Addr;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchbell::http::{self, Limits};

/// As watchbell itself has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves until it is ended.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        // In the words that a server's log has.
        writeln!(std::io::stderr(), "msg=\"Listening on\" address={}", listener.local_addr()?)?;
        let router = Router::new().fallback(async |_: Bytes| StatusCode::OK);
        let (tasks, never) = (TaskTracker::new(), CancellationToken::new());
        http::serve(listener, router, Limits::default(), tasks, never).await;
        Ok(())
    })
}
