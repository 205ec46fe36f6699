//! The host that a request is for, by its `Host` header: one, and plainly one. Browsers send it
//! whatever a page wants, so that it tells who was meant where an address does not.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::Version;
use axum::http::header::HOST;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::domain::text::Text;

/// The most characters of a name.
const LONGEST: usize = 255;

/// A host without its port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// A name, in lower case.
    Name(String),
    /// An address.
    Address(IpAddr),
}

impl Host {
    /// Reads `NAME`, `1.2.3.4` or `[::1]`, each with a port or without.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, port) = rest.split_once(']')?;
            (Self::Address(address.parse::<Ipv6Addr>().ok()?.to_canonical()), port)
        } else {
            let (name, port) = text.split_at_checked(text.find(':').unwrap_or(text.len()))?;
            (Self::name(name)?, port)
        };
        let digits = port.strip_prefix(':').unwrap_or(port);
        let is_port = digits.len() <= 5 && digits.chars().all(|digit| digit.is_ascii_digit());
        (is_port && (port.is_empty() || port.starts_with(':'))).then_some(host)
    }

    fn name(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let valid = (1..=LONGEST).contains(&text.len()) && text.chars().all(plain);
        valid.then(|| Self::Name(text.to_ascii_lowercase()))
    }

    /// Whether it can only be this host.
    pub(super) fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::Address(address) => address.is_loopback(),
        }
    }
}

/// The host that a request is for. Refused where none is named, or not plainly one.
pub(super) fn of(parts: &Parts) -> Result<Host, ApiError> {
    let mut headers = parts.headers.get_all(HOST).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else {
        return Err(bad("exactly one Host header is needed"));
    };
    let text = header.to_str().unwrap_or_default().trim();
    let host = Host::parse(text)
        .ok_or_else(|| bad(&format!("{:?} in Host is no host", Text::derive(text).as_str())))?;
    // A target that names a host itself is for that one; whoever says two is not understood.
    let target = parts.uri.authority().map(|authority| Host::parse(authority.as_str()));
    match target {
        Some(target) if target.as_ref() != Some(&host) => {
            Err(bad("the target and the Host header name different hosts"))
        }
        Some(_) | None => Ok(host),
    }
}

/// Refuses what does not plainly say for which host it is; HTTP/1.0 may leave it unsaid.
pub(super) fn must_be_plain(parts: &Parts) -> Result<(), ApiError> {
    let old = parts.version < Version::HTTP_11;
    if old && !parts.headers.contains_key(HOST) {
        return Ok(());
    }
    of(parts).map(|_| ())
}

fn bad(message: &str) -> ApiError {
    ApiError::BadRequest { code: "bad_host", message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port_or_without() {
        let name = |name: &str| Some(Host::Name(name.to_owned()));
        let address = |address: &str| Some(Host::Address(address.parse().unwrap()));
        let table = [
            ("localhost", name("localhost")),
            ("LocalHost:9093", name("localhost")),
            ("watch_bell-1.example.org:", name("watch_bell-1.example.org")),
            ("127.0.0.1:1", address("127.0.0.1")),
            ("[::1]", address("::1")),
            ("[::1]:9093", address("::1")),
            ("[::ffff:127.0.0.1]:9093", address("127.0.0.1")),
            ("127.1", name("127.1")),
            ("", None),
            (":9093", None),
            ("::1", None),
            ("[::1", None),
            ("[::1]9093", None),
            ("[127.0.0.1]", None),
            ("localhost:9093:1", None),
            ("localhost:123456", None),
            ("localhost:http", None),
            ("user@localhost", None),
            ("a b", None),
            ("a,b", None),
            ("a/b", None),
            ("täglich", None),
        ];
        for (text, host) in table {
            assert_eq!(Host::parse(text), host, "{text:?}");
        }
    }
}
