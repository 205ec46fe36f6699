//! Random silences: posted, changed, ended, read and listed. Of the silences that were made the text
//! `ID-007` stands for the id of one, and `START-007` for the start that it has; each server has its
//! own.
//!
//! No two that are in force end at the same time, and none ends by itself: their order would be
//! anybody's. None has annotations, which came with 0.32.

use jiff::{SignedDuration, Timestamp};

use super::posts::TEXTS;
use super::{Random, Request};

/// Names and values of matchers, so that many are found by many filters.
const NAMES: [&str; 4] = ["alertname", "alertname", "job", "instance"];
const VALUES: [&str; 4] = ["web", "db", "Web", ""];
const PATTERNS: [&str; 6] = ["web|db", ".*", "w.b", "(?i)WEB", "", "("];
const OPERATORS: [&str; 4] = ["=", "!=", "=~", "!~"];

/// What most silences match.
const WEB: &str = r#"[{"name":"alertname","value":"web","isRegex":false}]"#;

/// What one field may be instead.
const WRONG: [&str; 8] = ["5", "null", "true", "\"x\"", "\"\"", "[]", "{}", "[5]"];

const PATHS: [&str; 6] = [
    "/api/v2/silence/zzz",
    "/api/v2/silence/%20%22a%2Fb",
    "/api/v2/silence/ID-000/x",
    "/api/v2/silence/",
    "/api/v2/silence/6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    "/api/v2/silence/6ba7b810-9dad-41d1-80b4-00c04fd430c",
];

impl Random {
    pub(super) fn silence(&mut self, base: Timestamp) -> Request {
        match self.below(10) {
            0..=3 => {
                let body = self.terms(base);
                Request::Silence(if self.one_in(12) { self.broken(body) } else { body })
            }
            4 | 5 => Request::Silence(self.changed(base)),
            6 => Request::Expire(self.one()),
            7 => Request::Get(self.one()),
            _ => Request::Get("/api/v2/silences".to_owned() + &self.silences()),
        }
    }

    /// The path of one.
    fn one(&mut self) -> String {
        if self.one_in(5) {
            return self.pick(&PATHS).to_owned();
        }
        let slash = if self.one_in(10) { "/" } else { "" };
        format!("/api/v2/silence/{}{slash}", self.known("ID"))
    }

    /// One of those that were made, or that may be.
    fn known(&mut self, what: &str) -> String {
        let nth = self.below(12);
        format!("{what}-{nth:03}")
    }

    /// A silence that has nothing to do with those before.
    fn terms(&mut self, base: Timestamp) -> Vec<u8> {
        let starts = match self.below(8) {
            0 => "\"0001-01-01T00:00:00Z\"".to_owned(),
            1 | 2 => self.moment(base, 300, 3_600),
            3 => self.moment(base, 3_600, 30 * 86_400),
            _ => self.moment(base, -7_200, 60),
        };
        let ends = match self.below(12) {
            0 => self.moment(base, -7_200, 3_600),
            _ => self.moment(base, 7_200, 20 * 86_400),
        };
        let id = self.pick(&["", "", "", "\"\"", "null", "\"zzz\""]).to_owned();
        let fields =
            [("id", id), ("startsAt", starts), ("endsAt", ends), ("matchers", self.matchers())];
        self.whole(fields)
    }

    /// One that is to become so: often with the start that it has, and with the matchers that most
    /// have.
    fn changed(&mut self, base: Timestamp) -> Vec<u8> {
        let nth = self.below(8);
        let starts = match self.below(4) {
            0 => self.moment(base, -7_200, 20_000),
            _ => format!("\"START-{nth:03}\""),
        };
        let ends = self.moment(base, 7_200, 20 * 86_400);
        let id = format!("\"ID-{nth:03}\"");
        let fields = [
            ("id", id),
            ("startsAt", starts),
            ("endsAt", ends),
            ("matchers", self.good_matchers()),
        ];
        self.whole(fields)
    }

    /// Those that are no reason to refuse: 0.25 ended what was to change before it looked.
    fn good_matchers(&mut self) -> String {
        if self.one_in(2) {
            return WEB.to_owned();
        }
        let count = self.pick(&[1, 2, 2, 3]);
        let each = (0..count).map(|_| {
            let is_regex = self.one_in(2);
            let value =
                if is_regex { self.pick(&["web|db", "w.b"]) } else { self.pick(&VALUES[..3]) };
            let (name, is_equal) = (self.pick(&NAMES), !self.one_in(4));
            format!(
                r#"{{"name":"{name}","value":"{value}","isRegex":{is_regex},"isEqual":{is_equal}}}"#
            )
        });
        format!("[{}]", each.collect::<Vec<_>>().join(","))
    }

    /// The fields that have something, those that all have, and now and then one that is wrong.
    fn whole(&mut self, fields: [(&'static str, String); 4]) -> Vec<u8> {
        let [id, fields @ ..] = fields;
        let fields = fields.map(|(name, value)| (name, value.into_bytes()));
        let mut all: Vec<(&str, Vec<u8>)> = fields.into();
        for name in ["createdBy", "comment"] {
            let text = self.pick(&TEXTS);
            all.push((name, [b"\"", text, b"\""].concat()));
        }
        if self.one_in(12) {
            let at = self.below(all.len());
            all.remove(at);
        }
        if self.one_in(12) {
            let at = self.below(all.len());
            let name = all[at].0;
            let wrong = self.pick(&WRONG).as_bytes().to_vec();
            if self.one_in(2) { all.push((name, wrong)) } else { all[at].1 = wrong }
        }
        // Where it is another's, two would begin at one time.
        if !id.1.is_empty() {
            all.push((id.0, id.1.into_bytes()));
        }
        if self.one_in(6) {
            all.push(("status", br#"{"state":"active"}"#.to_vec()));
        }
        if self.one_in(4) {
            all.reverse();
        }
        self.object(&all)
    }

    /// Most often one that most have.
    fn matchers(&mut self) -> String {
        if self.one_in(2) {
            return WEB.to_owned();
        }
        let count = self.pick(&[0, 1, 1, 1, 2, 2, 3]);
        let each: Vec<_> = (0..count).map(|_| self.matcher_object()).collect();
        format!("[{}]", each.join(","))
    }

    fn matcher_object(&mut self) -> String {
        let is_regex = self.one_in(2);
        let value = match (is_regex, self.below(3)) {
            // What is not closed swallows the anchors: refused here, and there it mutes nothing.
            (true, 0) => self.pattern().replace(r"\Q", "Q").replace('\\', r"\\"),
            (true, _) => self.pick(&PATTERNS).to_owned(),
            (false, _) => self.pick(&VALUES).to_owned(),
        };
        let name = if self.one_in(25) { "" } else { self.pick(&NAMES) };
        let mut fields = vec![
            ("name", format!("\"{name}\"")),
            ("value", format!("\"{value}\"")),
            ("isRegex", is_regex.to_string()),
        ];
        if self.one_in(3) {
            fields.push(("isEqual", self.pick(&["true", "false", "null"]).to_owned()));
        }
        if self.one_in(30) {
            let at = self.below(fields.len());
            fields.remove(at);
        }
        if self.one_in(30) {
            let at = self.below(fields.len());
            // Not a text where a pattern belongs: that would be another one.
            fields[at] = (fields[at].0, self.pick(&["5", "null", "[]", "{}"]).to_owned());
        }
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    /// A time that nothing else has.
    fn moment(&mut self, base: Timestamp, from: i64, seconds: usize) -> String {
        let within = i64::try_from(self.below(seconds * 1_000)).unwrap();
        let at = SignedDuration::from_secs(from) + SignedDuration::from_millis(within);
        format!("\"{}\"", base.checked_add(at).unwrap())
    }

    /// What is asked of the list.
    fn silences(&mut self) -> String {
        let mut pairs = Vec::new();
        for _ in 0..self.pick(&[0, 0, 1, 1, 2]) {
            let (name, operator) = (self.pick(&NAMES), self.pick(&OPERATORS));
            let values: &[&str] = if operator.ends_with('~') { &PATTERNS } else { &VALUES };
            pairs.push(("filter", format!("{name}{operator}\"{}\"", self.pick(values))));
        }
        if self.one_in(8) {
            let matcher = self.matcher();
            pairs.push(("filter", matcher));
        }
        for flag in super::STATES {
            if self.one_in(6) {
                pairs.push((
                    flag,
                    self.pick(&["true", "false", "false", "", "0", "maybe"]).to_owned(),
                ));
            }
        }
        self.joined(&pairs)
    }
}
