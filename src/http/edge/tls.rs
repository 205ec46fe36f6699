//! TLS at the edge: a listener whose connections begin with a handshake, each in its own task.
//!
//! Reads no file: where certificates come from is the business of whoever gives [`Keys`].

mod plain;

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
use crate::domain::text::Text;
use crate::engine::Refused;
use crate::http::Door;

/// Gives the certificate and all else that a handshake needs.
pub trait Keys: Send + Sync + 'static {
    /// What the next handshake is made with. May look whether there is something newer.
    fn current(&self) -> impl Future<Output = Arc<ServerConfig>> + Send;
}

/// A listener that speaks TLS.
pub struct Tls<K> {
    listener: TcpListener,
    keys: Arc<K>,
    door: Door,
}

impl<K> fmt::Debug for Tls<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl<K: Keys> Tls<K> {
    /// Speaks TLS with those who connect to `listener`, and tells who is behind `door` of those
    /// with whom it cannot be spoken.
    pub fn new(listener: TcpListener, keys: K, door: Door) -> Self {
        Self { listener, keys: Arc::new(keys), door }
    }
}

impl<K: Keys> Listener for Tls<K> {
    type Stream = TlsStream<TcpStream>;
    type Opening = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;

    async fn accept(&self) -> io::Result<(Self::Opening, Peer)> {
        let (opening, peer) = Listener::accept(&self.listener).await?;
        let (keys, door) = (Arc::clone(&self.keys), self.door.clone());
        let opening = async move {
            let stream = opening.await?;
            let mut first = [0];
            // Who leaves without a word only looked whether somebody listens.
            if stream.peek(&mut first).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if plain::is_spoken(first) {
                return Err(plain::refuse(stream, peer, &door).await);
            }
            let acceptor = TlsAcceptor::from(keys.current().await);
            acceptor.accept(stream).await.inspect_err(|error| failed(error, peer, &door))
        };
        Ok((Box::pin(opening), peer))
    }
}

/// Counts a handshake that failed. Where it is our certificate that is not taken, its sender cannot
/// tell us of anything: that is told like a post that is refused.
fn failed(error: &io::Error, peer: Peer, door: &Door) {
    let Ok(handle) = door.handle() else { return };
    handle.vitals().counts().handshakes.add(1);
    let error = error.get_ref().and_then(|error| error.downcast_ref());
    let Some(why) = error.and_then(not_taken) else { return };
    let from = Text::derive(&peer.to_string());
    let (at, why) = (handle.now(), Text::derive(why));
    handle.vitals().refuse(&Refused { at, from, sender: None, why, status: None });
}

/// Why our certificate is not taken, if that is what the other end says.
fn not_taken(error: &rustls::Error) -> Option<&'static str> {
    use rustls::AlertDescription as Said;
    let rustls::Error::AlertReceived(said) = error else { return None };
    match said {
        Said::CertificateExpired => Some("TLS: it says that our certificate has expired; renew it"),
        Said::UnknownCA => Some(
            "TLS: it does not know who signed our certificate; give it the CA (ca_file), or put \
             those in between into tls_cert",
        ),
        Said::BadCertificate | Said::CertificateUnknown | Said::UnsupportedCertificate => Some(
            "TLS: it does not take our certificate; see whether it has expired, has the name that \
             is asked for, and is signed by a CA that is known there",
        ),
        _ => None,
    }
}
