//! Certificates from files that are right, wrong and replaced. The two pairs are of `tests/tls`.

use std::fs::Permissions;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::*;
use crate::engine::{self, Notifier};
use crate::http::{self, Door, Limits, Tls};

const ONE: [&str; 2] = [
    include_str!("../../../tests/tls/one.cert.pem"),
    include_str!("../../../tests/tls/one.key.pem"),
];
const TWO: [&str; 2] = [
    include_str!("../../../tests/tls/two.cert.pem"),
    include_str!("../../../tests/tls/two.key.pem"),
];

/// The two files, in a folder of their own.
struct Folder(TempDir);

impl Folder {
    fn new([cert, key]: [&str; 2]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.cert(cert).key(key);
        folder
    }

    fn files(&self) -> TlsFiles {
        TlsFiles { cert: self.0.path().join("cert.pem"), key: self.0.path().join("key.pem") }
    }

    fn cert(&self, text: &str) -> &Self {
        fs::write(self.files().cert, text).unwrap();
        self
    }

    fn key(&self, text: &str) -> &Self {
        fs::write(self.files().key, text).unwrap();
        self.mode(0o640)
    }

    fn mode(&self, mode: u32) -> &Self {
        fs::set_permissions(self.files().key, Permissions::from_mode(mode)).unwrap();
        self
    }

    fn refused(&self) -> String {
        let told = Certificates::open(self.files()).unwrap_err().to_string();
        told.replace(self.0.path().to_str().unwrap(), "FOLDER")
    }
}

#[test]
fn what_cannot_be_used_is_told_with_its_file_and_what_to_do() {
    let mut told = Vec::new();
    let folder = Folder::new(ONE);
    told.push(folder.cert(TWO[0]).refused());
    told.push(folder.cert("").refused());
    told.push(folder.cert(ONE[1]).refused());
    told.push(folder.cert("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").refused());
    told.push(folder.cert(ONE[0]).key(ONE[0]).refused());
    told.push(folder.key(ONE[1]).mode(0o644).refused());
    fs::remove_file(folder.files().key).unwrap();
    told.push(folder.refused());
    let tls = |name: &str| fs::read_to_string(format!("tests/tls/{name}.pem")).unwrap();
    told.push(folder.cert(&tls("version1.cert")).key(&tls("version1.key")).refused());
    told.push(folder.cert(&tls("small.cert")).key(&tls("small.key")).refused());
    told.push(folder.cert(ONE[0]).key(&tls("encrypted.key")).refused());
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_pair_that_is_half_replaced_is_not_shown_until_it_is_whole() {
    let folder = Folder::new(ONE);
    let certificates = Certificates::open(folder.files()).unwrap();
    let shown = || Arc::as_ptr(&certificates.shown().config);
    let first = shown();
    certificates.look();
    assert_eq!(shown(), first, "nothing was replaced");
    folder.cert(TWO[0]);
    certificates.look();
    assert_eq!(shown(), first, "half of it was replaced");
    assert!(certificates.shown().found.is_ok(), "it was read, and is not told again");
    folder.key(TWO[1]);
    certificates.look();
    let second = shown();
    assert_ne!(second, first);
    fs::remove_file(folder.files().cert).unwrap();
    certificates.look();
    assert_eq!(shown(), second, "a file is missing for a moment");
    folder.cert(TWO[0]);
    certificates.look();
    let pair = certificates.shown().found.clone().unwrap();
    assert_eq!(pair.cert, TWO[0].as_bytes());
}

#[tokio::test]
async fn what_is_shown_and_why_a_new_one_is_not_is_told_to_the_vitals() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().to_owned();
    let open = move || engine::open(&place, Arc::default(), Notifier::Absent);
    let (handle, _writer) = tokio::task::spawn_blocking(open).await.unwrap().unwrap();
    let folder = Folder::new(ONE);
    let certificates = Certificates::open(folder.files()).unwrap();
    let told = || handle.vitals().now().certificate.map(|it| (it.until.to_string(), it.stuck));
    assert_eq!(told(), None);
    certificates.tell(&handle);
    let until = "2126-10-29T15:52:16Z".to_owned();
    assert_eq!(told(), Some((until.clone(), None)));
    folder.cert("no certificate");
    certificates.look();
    let stuck = told().unwrap().1.unwrap();
    assert!(stuck.why.as_str().contains("no certificate is in it"), "{}", stuck.why);
    certificates.look();
    assert_eq!(told(), Some((until.clone(), Some(stuck))));
    folder.cert(TWO[0]).key(TWO[1]);
    certificates.look();
    assert_eq!(told(), Some((until, None)));
}

#[test]
fn a_key_is_never_printed() {
    let folder = Folder::new(ONE);
    let certificates = Certificates::open(folder.files()).unwrap();
    let key = certificates.shown().found.clone().unwrap();
    assert_eq!(format!("{key:?}"), "Pair(…)");
}

/// A client that knows both certificates.
fn client(alpn: &[&str]) -> tokio_rustls::TlsConnector {
    let mut roots = RootCertStore::empty();
    for [cert, _] in [ONE, TWO] {
        roots.add(CertificateDer::from_pem_slice(cert.as_bytes()).unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config).into()
}

#[tokio::test(start_paused = true)]
async fn a_replaced_certificate_is_shown_to_new_connections_and_a_silent_one_is_left() {
    let folder = Folder::new(ONE);
    let certificates = Certificates::open(folder.files()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let router = axum::Router::new().route("/", axum::routing::get(async || "over TLS"));
    let listener = Tls::new(listener, certificates, Door::new());
    tracker.spawn(http::serve(
        listener,
        router,
        Limits::default(),
        tracker.clone(),
        cancel.clone(),
    ));
    let ask = async |name: &'static str| {
        let stream = TcpStream::connect(address).await.unwrap();
        let client = client(&["h2", "http/1.1"]);
        let mut stream = client.connect(ServerName::try_from(name).unwrap(), stream).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    // Says nothing, and holds up nobody.
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert!(ask("one.example.org").await.unwrap().ends_with("over TLS"));
    folder.cert(TWO[0]).key(TWO[1]);
    tokio::time::advance(LOOK_EVERY).await;
    assert!(ask("two.example.org").await.unwrap().ends_with("over TLS"));
    assert!(ask("one.example.org").await.is_err());
    // The clock runs on while nothing else does: the handshake's time is over at once.
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
    cancel.cancel();
    tracker.close();
    tracker.wait().await;
}
