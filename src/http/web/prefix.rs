//! The route prefix: what stands before every path, for a proxy that passes paths on as they come.

use std::fmt;
use std::str::FromStr;

/// What stands before every path: nothing, or a path without a slash at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix(Box<str>);

/// What is no prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path of letters, digits and -._~ between slashes")]
pub struct NoPrefix;

/// Where a path lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Place<'p> {
    /// Behind the prefix: this is the rest.
    Inside(&'p str),
    /// It is the prefix, without a slash.
    Itself,
    /// Elsewhere.
    Outside,
}

impl FromStr for Prefix {
    type Err = NoPrefix;

    /// As Alertmanager reads it: slashes at both ends mean nothing, and slashes alone no prefix.
    fn from_str(text: &str) -> Result<Self, NoPrefix> {
        let path = text.trim_matches('/');
        if path.is_empty() {
            return Ok(Self::default());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        let valid =
            |segment: &str| !matches!(segment, "" | "." | "..") && segment.chars().all(plain);
        if path.split('/').all(valid) { Ok(Self(format!("/{path}").into())) } else { Err(NoPrefix) }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Prefix {
    /// Whether there is none.
    pub(in crate::http) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Where `path` lies.
    pub(in crate::http) fn place<'p>(&self, path: &'p str) -> Place<'p> {
        match path.strip_prefix(&*self.0) {
            Some("") if !self.is_none() => Place::Itself,
            Some(rest) if self.is_none() || rest.starts_with('/') => Place::Inside(rest),
            Some(_) | None => Place::Outside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_around_a_prefix_mean_nothing_and_odd_ones_are_refused() {
        let table = [
            ("", Some("")),
            ("/", Some("")),
            ("//", Some("")),
            ("watch", Some("/watch")),
            ("/watch/", Some("/watch")),
            ("/a/b-1._~", Some("/a/b-1._~")),
            ("/a//b", None),
            ("/a/../b", None),
            ("/.", None),
            ("/a b", None),
            ("/a%20b", None),
            ("/ü", None),
            ("/a?b", None),
            ("http://a/b", None),
        ];
        for (text, wanted) in table {
            let read = text.parse::<Prefix>().ok().map(|prefix| prefix.to_string());
            assert_eq!(read.as_deref(), wanted, "{text:?}");
        }
    }

    #[test]
    fn a_path_lies_behind_a_prefix_only_where_a_slash_follows() {
        let none = Prefix::default();
        let watch: Prefix = "/watch".parse().unwrap();
        assert_eq!(none.place("/a"), Place::Inside("/a"));
        assert_eq!(none.place("*"), Place::Inside("*"));
        assert_eq!(none.place(""), Place::Inside(""));
        for (path, place) in [
            ("/watch", Place::Itself),
            ("/watch/", Place::Inside("/")),
            ("/watch/api/v2/alerts", Place::Inside("/api/v2/alerts")),
            ("/watch//a", Place::Inside("//a")),
            ("/watcher", Place::Outside),
            ("/", Place::Outside),
            ("/a/watch/", Place::Outside),
            ("*", Place::Outside),
        ] {
            assert_eq!(watch.place(path), place, "{path}");
        }
    }
}
