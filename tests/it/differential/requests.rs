//! Random requests of API v2, as senders and clients of every kind might make them. The same seed
//! gives the same requests, but for the time that their times are counted from.
//!
//! Nothing is asked in which Alertmanager 0.25 and 0.34 are known to differ beyond what the
//! comparison leaves out: label names and matchers are those that both know.

mod posts;
mod queries;
mod silences;

use jiff::Timestamp;

/// A request. The times of a post are far enough from now and from now + 5 min, which is what a
/// server sets by itself, that nothing ends between two servers.
#[derive(Clone, Debug)]
pub(super) enum Request {
    /// The body of a post of alerts.
    Post(Vec<u8>),
    /// The body of a post of a silence.
    Silence(Vec<u8>),
    /// The path of a silence that is to end.
    Expire(String),
    /// The path and the query of what is read.
    Get(String),
    /// What nobody should ask, or not so.
    Odd(Odd),
}

/// Any request.
#[derive(Clone, Debug)]
pub(super) struct Odd {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) content_type: Option<&'static str>,
    pub(super) accept: Option<&'static str>,
    pub(super) body: &'static str,
}

/// The states of silences.
pub(super) const STATES: [&str; 3] = ["active", "expired", "pending"];

/// splitmix64: small, and the same everywhere.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.below(table.len())]
    }

    /// The next request; its times are counted from `base`.
    pub(super) fn request(&mut self, base: Timestamp) -> Request {
        if self.one_in(12) {
            return Request::Odd(self.odd());
        }
        if self.one_in(3) {
            return self.silence(base);
        }
        if self.one_in(2) {
            let body = self.body(base);
            return Request::Post(if self.one_in(12) { self.broken(body) } else { body });
        }
        let path = if self.one_in(3) { "/api/v2/alerts/groups" } else { "/api/v2/alerts" };
        Request::Get(path.to_owned() + &self.query())
    }
}

const METHODS: [&str; 9] =
    ["GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];
const PATHS: [&str; 23] = [
    "/api/v2/alerts",
    "/api/v2/alerts",
    "/api/v2/alerts/",
    "/api/v2/alerts//",
    "//api/v2/alerts",
    "/api//v2///alerts?active=false",
    "/api/v2/alert%73",
    "/api/v2/alerts%2Fgroups",
    "/api/v2/Alerts",
    "/api/v2/alerts/groups",
    "/api/v2/alerts/groups/",
    "/api/v2/alerts/other",
    "/api/v2/receivers",
    "/api/v2/receivers/",
    "/api/v2/silences",
    "/api/v2/silences/",
    "/api/v2/silence/zzz",
    "/api/v2/silence/6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    "/api/v2",
    "/api/v2/",
    "/api/v2/other?x=<y>&z",
    "/-/healthy",
    "/-/ready",
];
const CONTENT_TYPES: [&str; 8] = [
    "application/json",
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/json;charset=latin1",
    "text/plain",
    "text/plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "application/problem+json",
];
const ACCEPTS: [&str; 9] = [
    "application/json",
    "*/*",
    "application/*",
    "text/html, application/xhtml+xml, */*;q=0.8",
    "application/xml",
    "text/html",
    "application/json;q=0",
    "application/xml, application/json;q=0.1",
    "application/json; charset=utf-8",
];
const BODIES: [&str; 12] = [
    "",
    " ",
    "[]",
    "null",
    "{}",
    "\"x\"",
    "17",
    "true",
    "[[]]",
    "[1]",
    "hello",
    r#"[{"labels": {"alertname": "odd"}, "startsAt": 17}]"#,
];

impl Random {
    fn odd(&mut self) -> Odd {
        let method = self.pick(&METHODS);
        let content_type = self.pick(&CONTENT_TYPES);
        let accept = self.pick(&ACCEPTS);
        let body = if method == "POST" || self.one_in(6) { self.pick(&BODIES) } else { "" };
        // Who sends a body and takes no JSON is answered with JSON that is not said to be any.
        let takes = (method == "POST" || body.is_empty()) && self.one_in(2);
        Odd {
            method,
            path: self.pick(&PATHS),
            content_type: (!self.one_in(4)).then_some(content_type),
            accept: takes.then_some(accept),
            body,
        }
    }
}
