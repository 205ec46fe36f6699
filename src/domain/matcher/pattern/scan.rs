//! Reads a pattern as Go's `regexp/syntax` does (Perl flags) and writes it for the `regex` crate.
//!
//! Every literal is escaped and every class is spelt out, so that nothing has a second meaning.
//! Groups lose their names: nobody asks what they matched.

use std::fmt::Write as _;

use super::{PatternError, PatternFault as Fault, class};

type Result<T> = std::result::Result<T, PatternError>;

/// The most one part may be repeated, counting repetitions around it.
const REPEATS: u64 = 1_000;

/// `pattern` in the crate's syntax, or what Go says about it.
pub(super) fn translate(pattern: &str) -> Result<String> {
    let mut scan = Scan { whole: pattern, at: Cursor(pattern), ..Scan::default() };
    while let Some(first) = scan.at.peek() {
        let before = scan.at;
        let repeats = scan.step(first)?;
        scan.repeated = repeats.then_some(before);
    }
    if scan.outer.is_empty() {
        Ok(scan.out)
    } else {
        Err(PatternError::new(Fault::MissingParen, pattern))
    }
}

/// What is still to be read.
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor<'a>(pub(super) &'a str);

impl<'a> Cursor<'a> {
    pub(super) fn peek(self) -> Option<char> {
        self.0.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let next = chars.next();
        self.0 = chars.as_str();
        next
    }

    /// Goes past `text` if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Goes past `end`, and gives what is before it.
    pub(super) fn until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.0.split_once(end)?;
        self.0 = rest;
        Some(before)
    }

    /// What was read since `start`, which is a place before this one.
    pub(super) fn since(self, start: Self) -> &'a str {
        start.0.get(..start.0.len() - self.0.len()).unwrap_or(start.0)
    }
}

/// The alternatives of a group, as far as they were read.
#[derive(Default)]
struct Level {
    /// How often the most repeated part is, of all parts but the last.
    most: u64,
    /// The same of the last part, which an operator would repeat; none at the beginning.
    last: Option<u64>,
}

#[derive(Default)]
struct Scan<'a> {
    whole: &'a str,
    at: Cursor<'a>,
    out: String,
    /// Flags that were read and not written: an operator behind them repeats what is before them.
    flags: String,
    level: Level,
    outer: Vec<Level>,
    /// Where the operator began that was read last, if nothing else was since.
    repeated: Option<Cursor<'a>>,
}

impl<'a> Scan<'a> {
    /// The next part; true if it was an operator that repeats.
    fn step(&mut self, first: char) -> Result<bool> {
        match first {
            '(' => self.group()?,
            ')' => self.close()?,
            '[' => {
                let class = class::bracketed(&mut self.at)?;
                self.part(&class);
            }
            '\\' => self.escape()?,
            '*' | '+' | '?' => {
                let before = self.at;
                self.at.next();
                let sign = self.at.since(before);
                self.repeat(before, sign, 1, false)?;
                return Ok(true);
            }
            '{' => return self.braces(),
            '|' => {
                self.at.next();
                self.write("|");
                self.level = Level { most: self.level.heaviest(), last: None };
            }
            '^' | '$' | '.' => {
                let before = self.at;
                self.at.next();
                self.part(self.at.since(before));
            }
            literal => {
                self.at.next();
                self.literal(u32::from(literal));
            }
        }
        Ok(false)
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(&std::mem::take(&mut self.flags));
        self.out.push_str(text);
    }

    /// One part, which may be repeated.
    fn part(&mut self, text: &str) {
        self.write(text);
        self.level = Level { most: self.level.heaviest(), last: Some(1) };
    }

    fn literal(&mut self, point: u32) {
        let mut text = String::new();
        match char::from_u32(point) {
            Some(c) => class::write_char(&mut text, c),
            None => text.push_str(class::NOTHING),
        }
        self.part(&text);
    }

    fn group(&mut self) -> Result<()> {
        let start = self.at;
        self.at.next();
        if !self.at.eat("?") {
            self.open("(?:");
            return Ok(());
        }
        // Go reads a name only where something follows `<`.
        let length = start.0.len();
        if (length > 4 && self.at.eat("P<")) || (length > 3 && self.at.eat("<")) {
            let refuse = |text| PatternError::new(Fault::NamedCapture, text);
            let name = self.at.until(">").ok_or_else(|| refuse(start.0))?;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(refuse(self.at.since(start)));
            }
            self.open("(?:");
            return Ok(());
        }
        self.flagged(start)
    }

    /// Behind `(?`: flags, and a group that has them or the end of those for the rest of this one.
    fn flagged(&mut self, start: Cursor<'a>) -> Result<()> {
        let mut set = [('i', None), ('m', None), ('s', None), ('U', None)];
        let (mut on, mut seen) = (true, false);
        while let Some(c) = self.at.next() {
            match c {
                '-' if on => (on, seen) = (false, false),
                ':' | ')' if on || seen => {
                    let flags = written(set);
                    if c == ':' {
                        self.open(&format!("(?{flags}:"));
                    } else if !flags.is_empty() {
                        let _ = write!(self.flags, "(?{flags})");
                    }
                    return Ok(());
                }
                flag => match set.iter_mut().find(|(known, _)| *known == flag) {
                    Some((_, state)) => (*state, seen) = (Some(on), true),
                    None => break,
                },
            }
        }
        Err(PatternError::new(Fault::Perl, self.at.since(start)))
    }

    fn open(&mut self, text: &str) {
        self.write(text);
        self.outer.push(std::mem::take(&mut self.level));
    }

    fn close(&mut self) -> Result<()> {
        self.at.next();
        let Some(outer) = self.outer.pop() else {
            return Err(PatternError::new(Fault::UnexpectedParen, self.whole));
        };
        self.write(")");
        let inner = std::mem::replace(&mut self.level, outer);
        self.level = Level { most: self.level.heaviest(), last: Some(inner.heaviest()) };
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        let mut behind = self.at;
        behind.next();
        let start = std::mem::replace(&mut self.at, behind);
        match self.at.next() {
            Some('A') => self.part(r"\A"),
            Some('z') => self.part(r"\z"),
            Some('b') => self.part(r"(?-u:\b)"),
            Some('B') => self.part(r"(?-u:\B)"),
            Some('Q') => {
                let literals = match self.at.until(r"\E") {
                    Some(literals) => literals,
                    None => std::mem::take(&mut self.at.0),
                };
                literals.chars().for_each(|c| self.literal(u32::from(c)));
            }
            Some(_) | None => {
                self.at = start;
                if let Some(named) = class::named(&mut self.at)? {
                    self.part(&named);
                } else {
                    let point = class::escaped(&mut self.at)?;
                    self.literal(point);
                }
            }
        }
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,4}`; a brace that opens nothing of the kind is a literal.
    fn braces(&mut self) -> Result<bool> {
        let before = self.at;
        self.at.next();
        let Some(count) = Count::read(&mut self.at) else {
            self.at = before;
            self.at.next();
            self.literal(u32::from('{'));
            return Ok(false);
        };
        let sign = self.at.since(before);
        let most = count.most.unwrap_or(count.least);
        if count.least > REPEATS || most > REPEATS || most < count.least {
            return Err(PatternError::new(Fault::RepeatCount, sign));
        }
        let times = if count.most == Some(0) { 0 } else { most.max(1) };
        self.repeat(before, sign, times, most >= 2)?;
        Ok(true)
    }

    /// Repeats the last part. `times` counts towards what is repeated around it, which has an end
    /// if this is a `bounded` number of times.
    fn repeat(&mut self, before: Cursor<'a>, sign: &str, times: u64, bounded: bool) -> Result<()> {
        // Lazy or not: what matches is the same.
        self.at.eat("?");
        if let Some(last) = self.repeated {
            return Err(PatternError::new(Fault::NestedRepetition, self.at.since(last)));
        }
        let Some(last) = &mut self.level.last else {
            return Err(PatternError::new(Fault::MissingArgument, self.at.since(before)));
        };
        *last = if times == 0 { 1 } else { last.saturating_mul(times) };
        if bounded && *last > REPEATS {
            return Err(PatternError::new(Fault::RepeatCount, self.at.since(before)));
        }
        self.out.push_str(sign);
        Ok(())
    }
}

impl Level {
    fn heaviest(&self) -> u64 {
        self.most.max(self.last.unwrap_or(1))
    }
}

/// Flags as the crate takes them, which refuses one that comes twice.
fn written(set: [(char, Option<bool>); 4]) -> String {
    let of = |wanted| set.iter().filter(move |(_, on)| *on == Some(wanted)).map(|(flag, _)| *flag);
    let mut flags: String = of(true).collect();
    if of(false).next().is_some() {
        flags.push('-');
        flags.extend(of(false));
    }
    flags
}

/// How often braces say that something is repeated.
struct Count {
    least: u64,
    /// None for any number of times.
    most: Option<u64>,
}

impl Count {
    /// Behind `{`.
    fn read(at: &mut Cursor<'_>) -> Option<Self> {
        let least = number(at)?;
        let most = match (at.eat(","), at.peek()) {
            (false, _) => Some(least),
            (true, Some('}')) => None,
            (true, _) => Some(number(at)?),
        };
        at.eat("}").then_some(Self { least, most })
    }
}

/// A number without leading zeros; one that is too big for all purposes is the biggest there is.
fn number(at: &mut Cursor<'_>) -> Option<u64> {
    let end = at.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(at.0.len());
    let (digits, rest) = at.0.split_at_checked(end)?;
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    at.0 = rest;
    Some(digits.parse().unwrap_or(u64::MAX))
}
