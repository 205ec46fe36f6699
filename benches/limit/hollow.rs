//! Servers that leave something out, each in a process of its own: watchbell's edge in front of
//! nothing, and watchbell whole over a disk of memory.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use clap::ValueEnum;
use redb::backends::InMemoryBackend;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchbell::domain::policy::Policy;
use watchbell::engine::{self, OpenError};
use watchbell::http::{self, AlertmanagerApi, Door, Limits};
use watchbell::store::{Disk, Store};

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hollow {
    /// Connections and HTTP: each post is read and answered with 200.
    Edge,
    /// All but the disk.
    Unstored,
}

impl Hollow {
    /// Its name on the command line.
    pub(crate) const EDGE: &str = "edge";
    /// Its name on the command line.
    pub(crate) const UNSTORED: &str = "unstored";
}

/// As watchbell itself has it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves until it is ended.
pub(crate) fn serve(hollow: Hollow) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = match hollow {
            Hollow::Edge => Router::new().fallback(async |_: Bytes| StatusCode::OK),
            Hollow::Unstored => {
                let (store, loaded) = Store::open(Memory)?;
                let (handle, _writer) = engine::start(store, loaded, Arc::new(Policy::default()))?;
                let door = Door::at(address);
                door.open(handle);
                http::public_router(door, AlertmanagerApi::Open([].into()))
            }
        };
        // In the words that a server's log has.
        writeln!(std::io::stderr(), "msg=\"Listening on\" address={address}")?;
        let (tasks, never) = (TaskTracker::new(), CancellationToken::new());
        http::serve(listener, router, Limits::default(), tasks, never).await;
        Ok(())
    })
}

/// A disk that forgets.
struct Memory;

impl Disk for Memory {
    type Backend = InMemoryBackend;

    fn open(&self) -> Result<InMemoryBackend, OpenError> {
        Ok(InMemoryBackend::new())
    }

    fn place(&self) -> PathBuf {
        PathBuf::from("memory")
    }
}
