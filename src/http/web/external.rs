//! The external URL: where people find us, in what is sent to them.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;

use super::Prefix;
use crate::http::host::Host;

/// An address of http or https, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalUrl {
    origin: Box<str>,
    path: Prefix,
}

/// What is no external URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoExternalUrl {
    /// In Alertmanager's words.
    #[error("{0:?}: invalid {1:?} scheme, only 'http' and 'https' are supported")]
    Scheme(String, String),
    /// It names no host, or a user, too.
    #[error("{0:?}: a host, and a port or none, has to follow the scheme")]
    Host(String),
    /// Links are made by adding to its path.
    #[error(
        "{0:?}: behind the host there may be a path of letters, digits and -._~, and nothing else"
    )]
    Path(String),
}

impl FromStr for ExternalUrl {
    type Err = NoExternalUrl;

    fn from_str(text: &str) -> Result<Self, NoExternalUrl> {
        let scheme = scheme(text);
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return Err(NoExternalUrl::Scheme(text.to_owned(), scheme.to_owned()));
        }
        let no_host = || NoExternalUrl::Host(text.to_owned());
        let no_path = || NoExternalUrl::Path(text.to_owned());
        if text.contains(['?', '#']) {
            return Err(no_path());
        }
        let url: Uri = text.parse().map_err(|_| no_host())?;
        let authority = url.authority().ok_or_else(no_host)?.as_str();
        if Host::parse(authority).is_none() {
            return Err(no_host());
        }
        let path = url.path().trim_end_matches('/').parse().map_err(|_| no_path())?;
        let origin = format!("{}://{authority}", scheme.to_ascii_lowercase()).into();
        Ok(Self { origin, path })
    }
}

/// What stands before the first colon, as far as it can be a scheme; else nothing.
fn scheme(text: &str) -> &str {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain);
    if valid { scheme } else { "" }
}

impl fmt::Display for ExternalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl ExternalUrl {
    /// Its path: the route prefix, where none is said.
    pub fn path(&self) -> &Prefix {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_url_is_of_http_and_ends_with_its_path() {
        let mut lines = Vec::new();
        for text in [
            "http://watch.example.org",
            "https://watch.example.org/",
            "HTTPS://watch.example.org:8443/watch//",
            "http://[::1]:9093/a/b/",
            "ftp://x/",
            "x",
            "",
            "//x/y",
            "watch.example.org:80",
            "http://[",
            "http://a b/",
            "http:///x",
            "http:x",
            "http://alice:secret@x/",
            "http://x/?a=b",
            "http://x/#a",
            "http://x/a b",
            "http://x/../b",
        ] {
            let read = text.parse::<ExternalUrl>();
            let told = read.map_or_else(|no| format!("no: {no}"), |url| format!("is {url}"));
            lines.push(format!("{text:?} {told}"));
        }
        insta::assert_snapshot!(lines.join("\n"));
    }
}
