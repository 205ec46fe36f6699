//! Where and how requests are taken: on loopback, unless the file says how it is safe beyond it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::error::ConfigError;
use super::section::{Section, Written};
use super::web;
use crate::http::{AlertmanagerApi, HostName, Web};

/// Where Alertmanager listens, so that senders need only another host.
const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9093);

/// The settings of the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenSettings {
    /// The address.
    pub address: SocketAddr,
    /// With which certificate TLS is spoken, if it is.
    pub tls: Option<TlsFiles>,
    /// Who may use API v2.
    pub api: AlertmanagerApi,
    /// How it is reached.
    pub web: Web,
}

/// Where the certificate lies. Both files are PEM, and may be replaced while they are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that it was signed with.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Reads the settings; an address `given` on the command line goes before the file's.
pub(super) fn read(
    top: &mut Section<'_>,
    given: Option<SocketAddr>,
) -> Result<ListenSettings, ConfigError> {
    let written = top.text("listen", "\"127.0.0.1:9093\"")?;
    let plain_http = top.switch("plain_http")?.filter(|plain| plain.value);
    let tls = tls(top)?;
    let parsed = match &written {
        None => None,
        Some(text) => Some(text.value.parse::<SocketAddr>().map_err(|_| {
            text.error(
                format!("{:?} is no address with a port", text.value),
                "write listen = \"127.0.0.1:9093\"",
            )
        })?),
    };
    let address = given.or(parsed).unwrap_or(DEFAULT);
    let refuse = |wrong: String, remedy: String| match (&written, given) {
        (Some(text), None) => text.error(wrong, remedy),
        (Some(_) | None, _) => ConfigError::Given { wrong, remedy },
    };
    match (&tls, &plain_http) {
        (Some(_), Some(plain)) => {
            let remedy = "with tls_cert and tls_key leave plain_http out";
            return Err(plain.error("plain_http = true beside a certificate", remedy));
        }
        (None, None) if !address.ip().is_loopback() => {
            let port = address.port();
            return Err(refuse(
                format!("on {address} tokens would cross the network in the clear"),
                format!(
                    "set tls_cert and tls_key, or listen on 127.0.0.1:{port}, or set plain_http = \
                     true where that is meant"
                ),
            ));
        }
        _ => {}
    }
    let api = api(top, address, &refuse)?;
    let web = web::read(top)?;
    Ok(ListenSettings { address, tls, api, web })
}

fn tls(top: &mut Section<'_>) -> Result<Option<TlsFiles>, ConfigError> {
    let cert = top.text("tls_cert", "\"/etc/watchbell/cert.pem\"")?;
    let key = top.text("tls_key", "\"/etc/watchbell/key.pem\"")?;
    match (cert, key) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert: file(&cert)?, key: file(&key)? })),
        (Some(cert), None) => {
            Err(cert.error("tls_cert has no tls_key", "name the file of its private key, too"))
        }
        (None, Some(key)) => {
            Err(key.error("tls_key has no tls_cert", "name the file of the certificate, too"))
        }
    }
}

/// A file that is the same one wherever the program is started.
fn file(written: &Written<'_>) -> Result<PathBuf, ConfigError> {
    let path = PathBuf::from(written.value.as_ref());
    if path.is_absolute() {
        return Ok(path);
    }
    let wrong = format!("{:?} depends on where watchbell is started", written.value);
    Err(written.error(wrong, "write the whole path, from /"))
}

fn api(
    top: &mut Section<'_>,
    address: SocketAddr,
    refuse: &dyn Fn(String, String) -> ConfigError,
) -> Result<AlertmanagerApi, ConfigError> {
    let word = top.text("alertmanager_api", "\"token\"")?;
    let names = top.texts("allowed_hosts", "[\"watch.example.org\"]")?;
    let names = names.iter().map(|name| {
        name.value.parse::<HostName>().map_err(|error| {
            let wrong = format!("{:?} is {error}", name.value);
            name.error(wrong, "write the name alone, as \"watch.example.org\"")
        })
    });
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let Some(word) = word else { return Ok(AlertmanagerApi::Token) };
    match word.value.as_ref() {
        "token" => Ok(AlertmanagerApi::Token),
        "open" if address.ip().is_loopback() => Ok(AlertmanagerApi::Open(names.into())),
        "open" => Err(refuse(
            format!("alertmanager_api = \"open\" would open it to all who reach {address}"),
            format!("listen on 127.0.0.1:{}, or set alertmanager_api = \"token\"", address.port()),
        )),
        other => Err(word.error(
            format!("{other:?} is no way to open API v2"),
            "write alertmanager_api = \"token\" or \"open\"",
        )),
    }
}
