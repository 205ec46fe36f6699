//! Random queries: matchers, flags and receivers, many of which are none.

use std::fmt::Write as _;

use super::Random;

/// Values of matchers, as they stand after the operator.
const VALUES: [&str; 18] = [
    "web",
    "\"web\"",
    "\"\"",
    "",
    "db",
    "\"f\u{fc}r \u{1f642}\"",
    "f\u{fc}r \u{1f642}",
    r#""a \"b\" \\c/""#,
    r#""\n\t""#,
    "\"\u{2028}\u{2029}\"",
    "\"<a href='x'>&amp;</a>\"",
    "\"\u{fffd} \u{fffd}\u{fffd}\"",
    "a,b={c}; d",
    " web ",
    "=web",
    "\"a\"b\"",
    "'web'",
    "\"open",
];

/// The same of regular expressions.
const PATTERNS: [&str; 30] = [
    "web|db",
    "\"web|db\"",
    ".*",
    ".+",
    "",
    "\"\"",
    "w.b",
    "(?i)WEB",
    "^web$",
    "web$|^db",
    "[[:upper:]].*",
    "[^a-z]eb",
    r"\w+",
    r#""\\w+""#,
    r"\d",
    r"\p{L}+",
    r"\S+\s.*",
    r"(?s).+\n?",
    r"(?s:.*)",
    r"\x{fc}|f\x{fc}r.*",
    "(w)(e)(b)",
    "(?P<name>web)",
    "\"w{1,2}e{1}b{1,}\"",
    "(",
    "[z-a]",
    "a**",
    "*",
    r"\q",
    "\"w{2,1}\"",
    "(?z)web",
];

/// What matters to those who read values.
const LETTERS: [&str; 20] = [
    "web", "a", "\"", "\"", "\\", "n", " ", "=", "!", "~", ",", "{", "'", "`", "x", "\u{fc}", "\n",
    "\t", "\u{a0}", ">",
];

/// What regular expressions are made of.
const PIECES: [&str; 66] = [
    "a",
    "b",
    "web",
    "web",
    "db",
    "[a-z]",
    "[^a-z]",
    "[",
    "]",
    "[^",
    "-",
    "z-a",
    "a-",
    ".",
    ".*",
    "*",
    "+",
    "?",
    "??",
    "{2}",
    "{1,3}",
    "{,5}",
    "{20}",
    "{1001}",
    "{3,2}",
    "{",
    "}",
    "|",
    "|",
    "(",
    ")",
    "(web|db)",
    "(?:",
    "(?i)",
    "(?i:",
    "(?s)",
    "(?-s)",
    "(?U)",
    "(?m)",
    "(?P<n>",
    "(?P<n>a)",
    "(?P<>",
    "(?x",
    "^",
    "$",
    r"\",
    r"\d",
    r"\W",
    r"\s",
    r"\b",
    r"\B",
    r"\A",
    r"\z",
    r"\Z",
    r"\Qa.b",
    r"\E",
    r"\pL",
    r"\p{Greek}",
    r"\p{No such}",
    r"\x{41}",
    r"\x4",
    r"\012",
    r"\1",
    r"\n",
    "[[:alpha:]]",
    "\u{fc}",
];

const FLAGS: [&str; 5] = ["active", "silenced", "inhibited", "unprocessed", "muted"];
const WORDS: [&str; 10] = ["true", "false", "false", "", "TRUE", "0", "1", "maybe", "on", "f"];
const RECEIVERS: [&str; 10] = [
    "default",
    "def.*",
    "other",
    "",
    "default|other",
    "efault",
    "^default$",
    "(",
    "[",
    "(?i)DEFAULT",
];

impl Random {
    pub(super) fn query(&mut self) -> String {
        let mut pairs = Vec::new();
        for _ in 0..self.pick(&[0, 0, 1, 1, 1, 2, 3]) {
            let matcher = self.matcher();
            pairs.push(("filter", matcher));
        }
        for flag in FLAGS {
            if self.one_in(10) {
                pairs.push((flag, self.pick(&WORDS).to_owned()));
            }
        }
        if self.one_in(6) {
            pairs.push(("receiver", self.pick(&RECEIVERS).to_owned()));
        }
        if self.one_in(20) {
            pairs.push(("unknown", "x".to_owned()));
        }
        self.joined(&pairs)
    }

    pub(super) fn joined(&mut self, pairs: &[(&str, String)]) -> String {
        let mut query = String::new();
        for (index, (name, value)) in pairs.iter().enumerate() {
            let before = if index == 0 { '?' } else { '&' };
            query = query + &before.to_string() + name + "=" + &self.escaped(value);
        }
        if !query.is_empty() && self.one_in(20) {
            query += self.pick(&["&filter=%zz", "&a;b", "&&", "&=x", "&filter"]);
        }
        query
    }

    pub(super) fn matcher(&mut self) -> String {
        if self.one_in(20) {
            return self.pick(&["", "foo", "=b", "a>b", "a b=c", "a"]).to_owned();
        }
        let name = self.pick(&[
            "alertname",
            "alertname",
            "alertname",
            "job",
            "instance",
            "none",
            " a ",
            "a:b",
        ]);
        let (operator, values): (_, &[&str]) = match self.below(4) {
            0 => ("=", &VALUES),
            1 => ("!=", &VALUES),
            2 => ("=~", &PATTERNS),
            _ => ("!~", &PATTERNS),
        };
        if operator.ends_with('~') && self.one_in(2) {
            let pattern = self.pattern();
            return format!("{name}{operator}\"{}\"", pattern.replace('\\', r"\\"));
        }
        if !operator.ends_with('~') && self.one_in(2) {
            return format!("{name}{operator}{}", self.text());
        }
        format!("{name}{operator}{}", self.pick(values))
    }

    /// What need not be a value, in quotes or not.
    fn text(&mut self) -> String {
        let count = self.below(8);
        let text: String = (0..count).map(|_| self.pick(&LETTERS)).collect();
        let text = if self.one_in(2) { format!("\"{text}\"") } else { text };
        // After a value in quotes a comma is fine since 0.27, and any white space.
        if text.contains('"') { text.replace([',', '\u{a0}'], "") } else { text }
    }

    /// Pieces of regular expressions one after the other, which often make none.
    pub(super) fn pattern(&mut self) -> String {
        let count = self.pick(&[1, 2, 3, 3, 4, 4, 5, 6, 8]);
        (0..count).map(|_| self.pick(&PIECES)).collect()
    }

    fn escaped(&mut self, text: &str) -> String {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            match byte {
                b' ' if self.one_in(2) => escaped.push('+'),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    escaped.push(char::from(byte));
                }
                _ => write!(escaped, "%{byte:02X}").unwrap(),
            }
            escaped
        })
    }
}
