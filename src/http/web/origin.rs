//! Origins: the pages of other places that may do what programs may, each as browsers write it.

use std::str::FromStr;

use crate::http::host::Host;

/// A scheme, a host, and a port unless it is the scheme's own, as a browser writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Box<str>);

/// What is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wrong}")]
pub struct NoOrigin {
    /// What is wrong with it.
    pub wrong: &'static str,
    /// What to do.
    pub remedy: String,
}

impl Origin {
    /// As it stands in a header.
    pub(in crate::http) fn as_str(&self) -> &str {
        &self.0
    }

    fn of(scheme: &str, host: &str) -> Option<Self> {
        let scheme = scheme.to_ascii_lowercase();
        let own_port = match scheme.as_str() {
            "http" => ":80",
            "https" => ":443",
            _ => return None,
        };
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(own_port).unwrap_or(&host);
        Host::parse(host)?;
        (!host.ends_with(':')).then(|| Self(format!("{scheme}://{host}").into()))
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let write = |origin: &Self| format!("write \"{}\"", origin.as_str());
        let example = || "write scheme and host, as \"https://karma.example.org\"".to_owned();
        let no = |wrong, remedy| Err(NoOrigin { wrong, remedy });
        if text.contains('*') {
            let remedy =
                "name each origin: with a star every page could fire and silence alerts".to_owned();
            return no("no single origin", remedy);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            let host = text.split('/').next().unwrap_or_default();
            let whole = Self::of("https", host).filter(|_| text != "null");
            let remedy = whole.as_ref().map_or_else(example, write);
            return no("no origin: it has no scheme", remedy);
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        match Self::of(scheme, host) {
            Some(origin) if host == rest => Ok(origin),
            Some(origin) => no("more than an origin", write(&origin)),
            None if !rest.is_ascii() => {
                no("no origin as browsers write it", "write the host in ASCII, as xn--…".to_owned())
            }
            None => no("no origin of http or https", example()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_browsers_write_it_and_others_are_told_how() {
        let mut lines = Vec::new();
        for text in [
            "https://karma.example.org",
            "HTTPS://Karma.Example.org:443",
            "http://karma.example.org:8080",
            "http://localhost:80",
            "http://[::1]:3000",
            "https://karma.example.org/",
            "https://karma.example.org/dashboard?a#b",
            "karma.example.org",
            "karma.example.org:8080/x",
            "null",
            "",
            "*",
            "https://*.example.org",
            "ftp://karma.example.org",
            "https://",
            "https://a b",
            "https://alice@karma.example.org",
            "https://täglich.example.org",
        ] {
            let read = text.parse::<Origin>();
            let told = read.map_or_else(
                |no| format!("is {no}; {}", no.remedy),
                |origin| format!("means {}", origin.as_str()),
            );
            lines.push(format!("{text:?} {told}"));
        }
        insta::assert_snapshot!(lines.join("\n"));
    }
}
