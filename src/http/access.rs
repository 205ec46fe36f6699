//! Who may use API v2: holders of tokens, or, where the configuration opens it, whoever asks from
//! this host. What an open API must refuse is what a browser here does for a page from elsewhere.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::http::request::Parts;

use super::caller::{Caller, via};
use super::door::Door;
use super::edge::{self, Peer};
use super::error::ApiError;
use super::guard;
use super::host::{self, Host};
use super::web::Web;
use crate::domain::table::Table;
use crate::domain::text::Text;

/// Who may use API v2 (`alertmanager_api` in `watchbell.toml`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AlertmanagerApi {
    /// Holders of tokens.
    #[default]
    Token,
    /// Everybody on this host, too, who asks for this host by a name of its loopback or by one
    /// of these.
    Open(Arc<[HostName]>),
}

/// A name or an address by which this host may be asked for, without a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(Host);

/// What is no name of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name or address without a port")]
pub struct NoHostName;

impl FromStr for HostName {
    type Err = NoHostName;

    fn from_str(text: &str) -> Result<Self, NoHostName> {
        let host = Host::parse(text).ok_or(NoHostName)?;
        let has_port = text.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        if has_port { Err(NoHostName) } else { Ok(Self(host)) }
    }
}

impl AlertmanagerApi {
    fn knows(&self, host: &Host) -> bool {
        match self {
            Self::Token => false,
            Self::Open(names) => host.is_loopback() || names.iter().any(|name| name.0 == *host),
        }
    }
}

/// Whoever asks something of API v2; an extractor for its handlers.
pub(super) struct V2Caller(pub(super) Caller);

impl fmt::Debug for V2Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromRequestParts<Door> for V2Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        // Where nobody said that it is open, it is not.
        let api = parts.extensions.get::<AlertmanagerApi>().cloned().unwrap_or_default();
        let caller = admit_v2(parts, &door.handle()?.latest().table, &api, door.web())?;
        edge::let_in(&parts.extensions);
        Ok(Self(caller))
    }
}

/// The caller of API v2. Who sends credentials is who they say and nobody else; who sends none is
/// let in as [`Caller::of_this_host`] where the API is open and the request is plainly meant for
/// this host by something on it, or by a page that `web` trusts.
pub(super) fn admit_v2(
    parts: &Parts,
    table: &Table,
    api: &AlertmanagerApi,
    web: &Web,
) -> Result<Caller, ApiError> {
    let via = via(parts)?;
    if *api == AlertmanagerApi::Token || parts.headers.contains_key(AUTHORIZATION) {
        return guard::admit(table, &parts.headers, via);
    }
    match parts.extensions.get::<Peer>() {
        Some(Peer::Net(address)) if is_here(address) => {}
        _ => return Err(ApiError::OpenHereOnly),
    }
    let host = host::of(parts)?;
    if !api.knows(&host) {
        let named = parts.headers.get("host").and_then(|host| host.to_str().ok());
        return Err(ApiError::ForeignHost(Text::derive(named.unwrap_or_default())));
    }
    // A page may post to any address without asking; its browser says where it is from. Where it
    // does not, as for a picture, it says whether the page is of the same place.
    let mut sites = parts.headers.get_all(SEC_FETCH_SITE).iter();
    if !parts.headers.contains_key(ORIGIN) && !sites.all(is_own_site) {
        return Err(ApiError::ForeignSite);
    }
    for origin in parts.headers.get_all(ORIGIN) {
        let text = origin.to_str().unwrap_or_default();
        let from = text.split_once("://").and_then(|(_, host)| Host::parse(host));
        if !web.trusts(text) && !from.is_some_and(|from| api.knows(&from)) {
            return Err(ApiError::ForeignOrigin(Text::derive(text)));
        }
    }
    Ok(Caller::of_this_host(via))
}

/// What a browser tells of where a request is from (Fetch Metadata), and no program says.
const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Whether it is from the API's own origin, or from somebody who typed the address.
fn is_own_site(site: &HeaderValue) -> bool {
    site == "same-origin" || site == "none"
}

fn is_here(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests;
