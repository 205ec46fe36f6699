//! Random posts: what is said of alerts, in which order, in which letters, and what is broken.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::Random;

const NAMES: [&str; 6] = ["alertname", "job", "instance", "team", "a", "B_2"];

/// Texts of labels and annotations, as they stand in JSON. Most are plain, so that many posts mean
/// the same alert.
pub(super) const TEXTS: [&[u8]; 20] = [
    b"",
    b"web",
    b"db",
    b"Web",
    "f\u{fc}r \u{1f642}".as_bytes(),
    br"\u00fc\ud83d\ude42",
    br#"a \"b\" \\c\/"#,
    br"\n\t\r\b\f",
    br"\u0000\u001f\u007f\u0085",
    "\u{7f}\u{85}\u{ad}\u{202e}\u{feff}".as_bytes(),
    br"\u2028\u2029",
    "\u{2028}\u{2029}".as_bytes(),
    b"<a href='x'>&amp;</a>",
    br"\ud800 \udc00\ud800",
    b"\xff \xc3( \xed\xa0\x80 \xf4\x90\x80\x80",
    b"a,b={c}; d",
    b" lead and trail ",
    b"{{ $value }}%",
    b"\xef\xbf\xbd",
    b"0",
];

const LINKS: [&str; 9] = [
    "",
    "http://prometheus.example.org/graph?g0.expr=up%7Bjob%3D%22x%22%7D&g0.tab=1",
    "/graph?x=1",
    "javascript:alert(1)",
    "http://x/ y",
    "HTTP://example.org/<b>&c",
    "http://[::1]:9090/g",
    "mailto:alice@example.org",
    "http://b\\u00fccher.example.org/\\\"q\\\"",
];

/// Seconds from the base, of starts and of ends.
const STARTS: [i64; 12] =
    [-30 * 86_400, -86_400, -7_200, -3_600, -3_600, -600, -600, -120, 120, 240, 1_200, 7_200];
const ENDS: [i64; 12] =
    [-86_400, -7_200, -3_600, -600, -120, 120, 120, 240, 1_200, 3_600, 7_200, 40 * 86_400];

impl Random {
    pub(super) fn body(&mut self, base: Timestamp) -> Vec<u8> {
        let count = self.pick(&[0, 1, 1, 1, 1, 1, 2, 2, 3, 5, 9]);
        let mut body = self.space();
        body.push(b'[');
        let mut last: Option<Vec<u8>> = None;
        for index in 0..count {
            if index > 0 {
                body.push(b',');
            }
            let alert = match &last {
                // The very same again.
                Some(last) if self.one_in(6) => last.clone(),
                _ => self.alert(base),
            };
            body.extend_from_slice(&alert);
            last = Some(alert);
        }
        body.push(b']');
        body.extend(self.space());
        if self.one_in(40) {
            body.extend_from_slice(b"and more");
        }
        body
    }

    /// Cut off somewhere, or with something too few or too much. What are names in it stay names.
    pub(super) fn broken(&mut self, mut body: Vec<u8>) -> Vec<u8> {
        const WRONG: [&[u8]; 9] = [b"{", b"}", b"-", b"1e", b"tru", b"\"", b"\0", b"\xff", b"//"];
        let found = |signs: &[u8]| -> Vec<usize> {
            (0..body.len()).filter(|at| signs.contains(&body[*at])).collect()
        };
        let (any, outside) = (found(b"{}[]:,\"\\"), found(b"{}[],"));
        let (any, outside) = (self.pick(&any), self.pick(&outside));
        match self.below(4) {
            0 => body.truncate(self.below(body.len())),
            1 => drop(body.remove(any)),
            2 => body.insert(any, body[any]),
            _ => drop(body.splice(outside..outside, self.pick(&WRONG).iter().copied())),
        }
        body
    }

    fn space(&mut self) -> Vec<u8> {
        if self.one_in(8) { b" \n\t\r".to_vec() } else { Vec::new() }
    }

    fn alert(&mut self, base: Timestamp) -> Vec<u8> {
        let mut fields: Vec<(&str, Vec<u8>)> = Vec::new();
        if !self.one_in(300) {
            fields.push((self.cased("labels", "LABELS"), self.labels()));
        }
        if self.one_in(60) {
            // Comes again, and is added.
            fields.push(("labels", self.labels()));
        }
        if !self.one_in(3) {
            fields.push((self.cased("annotations", "Annotations"), self.annotations()));
        }
        if !self.one_in(3) {
            fields.push((self.cased("startsAt", "startsat"), self.time(&STARTS, base)));
        }
        if !self.one_in(3) {
            fields.push((self.cased("endsAt", "ENDSAT"), self.time(&ENDS, base)));
        }
        if self.one_in(3) {
            let link = if self.one_in(60) { "not a url" } else { self.pick(&LINKS) };
            let name = self.cased("generatorURL", "generatorUrl");
            fields.push((name, format!("\"{link}\"").into_bytes()));
        }
        if self.one_in(10) {
            let unknown = self.pick(&["null", "[{\"a\": [1.5e3, true]}]", "\"x\"", "-0"]);
            fields.push(("status", unknown.as_bytes().to_vec()));
        }
        if self.one_in(4) {
            fields.reverse();
        }
        self.object(&fields)
    }

    fn cased(&mut self, usual: &'static str, other: &'static str) -> &'static str {
        if self.one_in(30) { other } else { usual }
    }

    pub(super) fn object(&mut self, fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut text = vec![b'{'];
        for (index, (name, value)) in fields.iter().enumerate() {
            if index > 0 {
                text.push(b',');
            }
            text.extend(self.space());
            text.extend_from_slice(format!("\"{name}\":").as_bytes());
            text.extend_from_slice(value);
        }
        text.push(b'}');
        text
    }

    fn labels(&mut self) -> Vec<u8> {
        match self.below(60) {
            0 => return b"{}".to_vec(),
            1 => return b"null".to_vec(),
            2 => return br#"{"alertname": "", "job": null}"#.to_vec(),
            3 => return br#"{"alertname": "web", "": "x"}"#.to_vec(),
            _ => {}
        }
        let mut pairs = vec![("alertname", self.plain())];
        for name in &NAMES[1..] {
            if self.one_in(4) {
                pairs.push((name, self.value(3)));
            }
        }
        if self.one_in(30) {
            // The name comes again, and the later one counts.
            pairs.push(("alertname", self.value(2)));
        }
        self.object(&pairs)
    }

    fn annotations(&mut self) -> Vec<u8> {
        match self.below(60) {
            0 => return b"null".to_vec(),
            1 => return br#"{"": "x"}"#.to_vec(),
            2 => return br#"{"summary": 1}"#.to_vec(),
            _ => {}
        }
        let mut pairs = Vec::new();
        for name in ["summary", "description", "runbook_url"] {
            if self.one_in(2) {
                pairs.push((name, self.value(1)));
            }
        }
        self.object(&pairs)
    }

    /// A value that is plain but for one in so many.
    fn value(&mut self, odd: usize) -> Vec<u8> {
        if !self.one_in(odd) {
            return self.plain();
        }
        if self.one_in(200) {
            return b"17".to_vec();
        }
        quoted(self.pick(&TEXTS))
    }

    fn plain(&mut self) -> Vec<u8> {
        quoted(self.pick(&TEXTS[1..4]))
    }

    /// A time, in one of the ways to write it, or nothing.
    fn time(&mut self, seconds: &[i64], base: Timestamp) -> Vec<u8> {
        match self.below(24) {
            0 => return b"\"0001-01-01T00:00:00Z\"".to_vec(),
            1 => return b"null".to_vec(),
            2 => return b"\"\"".to_vec(),
            3 => return b"\"0001-01-01T00:00:00.000Z\"".to_vec(),
            4 => return b"\"1969-12-31T23:59:59.999Z\"".to_vec(),
            _ => {}
        }
        let fraction = self.pick(&[0, 0, 0, 0, 1_000, 999_999_999, 123_456_789, 500_000_000]);
        let at = SignedDuration::new(self.pick(seconds), fraction);
        let at = base.checked_add(at).unwrap();
        let east = self.pick(&[0, 0, 0, 0, 7_200, -19_800, 49_500, -43_200]);
        let zone = TimeZone::fixed(Offset::from_seconds(east).unwrap());
        let at = at.to_zoned(zone);
        let form = match (east, self.below(8)) {
            (0, 0) => "%Y-%m-%dT%H:%M:%S%.f",
            (0, 1) if fraction == 0 => "%Y-%m-%d %H:%M:%S",
            (0, 2) => "%Y-%m-%dT%H:%M:%S%.f%:z",
            (0, _) => "%Y-%m-%dT%H:%M:%S%.fZ",
            (_, _) => "%Y-%m-%dT%H:%M:%S%.f%:z",
        };
        format!("\"{}\"", at.strftime(form)).into_bytes()
    }
}

fn quoted(text: &[u8]) -> Vec<u8> {
    [b"\"", text, b"\""].concat()
}
