//! TLS at the edge: a listener whose connections begin with a handshake, each in its own task.
//!
//! Reads no file: where certificates come from is the business of whoever gives [`Keys`].

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Listener, Peer};

/// Gives the certificate and all else that a handshake needs.
pub trait Keys: Send + Sync + 'static {
    /// What the next handshake is made with. May look whether there is something newer.
    fn current(&self) -> impl Future<Output = Arc<ServerConfig>> + Send;
}

/// A listener that speaks TLS.
pub struct Tls<K> {
    listener: TcpListener,
    keys: Arc<K>,
}

impl<K> fmt::Debug for Tls<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl<K: Keys> Tls<K> {
    /// Speaks TLS with those who connect to `listener`.
    pub fn new(listener: TcpListener, keys: K) -> Self {
        Self { listener, keys: Arc::new(keys) }
    }
}

impl<K: Keys> Listener for Tls<K> {
    type Stream = TlsStream<TcpStream>;
    type Opening = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        let (opening, peer) = Listener::accept(&self.listener).await?;
        let keys = Arc::clone(&self.keys);
        let opening = async move {
            let stream = opening.await?;
            TlsAcceptor::from(keys.current().await).accept(stream).await
        };
        Ok((Box::pin(opening), peer))
    }
}
