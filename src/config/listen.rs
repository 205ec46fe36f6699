//! Where requests are taken: on loopback, unless the file says that plain HTTP may leave the host.

use std::net::{Ipv4Addr, SocketAddr};

use super::error::ConfigError;
use super::section::Section;

/// Where Alertmanager listens, so that senders need only another host.
const DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9093);

/// Reads the address; `given`, from the command line, goes before the file's.
pub(super) fn read(
    top: &mut Section<'_>,
    given: Option<SocketAddr>,
) -> Result<SocketAddr, ConfigError> {
    let written = top.text("listen", "\"127.0.0.1:9093\"")?;
    let plain_http = top.switch("plain_http")?.is_some_and(|plain| plain.value);
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
    if address.ip().is_loopback() || plain_http {
        return Ok(address);
    }
    let wrong = format!("on {address} tokens would cross the network in the clear");
    let remedy = format!(
        "listen on 127.0.0.1:{}, or set plain_http = true where that is meant",
        address.port()
    );
    Err(match (&written, given) {
        (Some(text), None) => text.error(wrong, remedy),
        (Some(_) | None, _) => ConfigError::Given { wrong, remedy },
    })
}
