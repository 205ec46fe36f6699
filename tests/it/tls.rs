//! TLS with what goes wrong in it: told to whoever runs the service, who cannot see a sender's log.

use std::path::Path;

use reqwest::Certificate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Home, Service};

/// A home whose service shows the certificate of `tests/tls` with this name.
fn home(name: &str) -> Home {
    let home = Home::new();
    for part in ["cert", "key"] {
        let from =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/tls/{name}.{part}.pem"));
        let to = home.path().join(format!("{part}.pem"));
        std::fs::copy(from, &to).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(to, mode).unwrap();
    }
    let place = home.path().display();
    home.configure(&format!("tls_cert = \"{place}/cert.pem\"\ntls_key = \"{place}/key.pem\"\n"));
    home
}

/// Who knows the certificate by the CA that it is of itself.
fn knowing(service: &Service, name: &str) -> (reqwest::Client, String) {
    let cert = std::fs::read(format!("tests/tls/{name}.cert.pem")).unwrap();
    let host = format!("{name}.example.org");
    let address = service.address;
    // Whichever test comes first installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(&cert).unwrap()])
        .resolve(&host, address)
        .build()
        .unwrap();
    (client, format!("https://{host}:{}", address.port()))
}

async fn metrics(service: &Service, token: &str, wanted: &[&str]) -> String {
    let (client, home) = knowing(service, "one");
    let answer = client.get(format!("{home}/metrics")).bearer_auth(token).send().await.unwrap();
    let page = answer.text().await.unwrap();
    let lines = page.lines().filter(|line| wanted.iter().any(|wanted| line.starts_with(wanted)));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn plain_http_is_answered_as_go_does_and_what_fails_is_counted() {
    let home = home("one");
    let token = home.token("reader", "read");
    let service = Service::start(&home);
    let address = service.address;
    let mut plain = TcpStream::connect(address).await.unwrap();
    let post = b"POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]";
    plain.write_all(post).await.unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.unwrap();
    assert_eq!(
        answer,
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    );
    // Who knows another certificate does not take this one.
    let (stranger, _) = knowing(&service, "two");
    let refused = stranger.get(format!("https://{address}/")).send().await;
    assert!(refused.is_err(), "{refused:?}");
    // Who only looks whether somebody listens is no sender.
    drop(TcpStream::connect(address).await.unwrap());
    let told = ["watchbell_tls_handshakes", "watchbell_posts_refused_total{status=\"400\"}"];
    // That it was not taken is heard of a moment later.
    let mut page = metrics(&service, &token, &told).await;
    while page.contains("{reason=\"tls\"} 0") {
        page = metrics(&service, &token, &told).await;
    }
    insta::assert_snapshot!(page, @r#"
    watchbell_posts_refused_total{status="400"} 1
    watchbell_tls_handshakes_failed_total{reason="plain_http"} 1
    watchbell_tls_handshakes_failed_total{reason="tls"} 1
    "#);
    let certificate = metrics(&service, &token, &["watchbell_tls_certificate"]).await;
    insta::assert_snapshot!(certificate, @"
    watchbell_tls_certificate_not_after_seconds 4948962736
    watchbell_tls_certificate_stuck 0
    ");
}

#[test]
fn tokens_in_the_clear_beyond_this_host_are_warned_of() {
    let home = Home::new();
    home.configure("plain_http = true\nlisten = \"0.0.0.0:0\"\n");
    let mut command = home.command(&["serve"]);
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut log, &mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("Tokens cross the network in the clear"), "{line}");
}
