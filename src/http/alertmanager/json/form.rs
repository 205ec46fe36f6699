//! The form of JSON: finds where the first value of a body ends, or says in Go's words what is
//! wrong with it (`scanner.go` of Go's `encoding/json`). Never recurses.

use super::is_space;
use crate::http::alertmanager::quote;

/// How deep values may lie in each other.
const DEEPEST: usize = 10_000;

/// Why a body has no first value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::http::alertmanager) enum Malformed {
    /// There is nothing in it.
    #[error("EOF")]
    Empty,
    /// It ends within the value.
    #[error("unexpected EOF")]
    Unfinished,
    /// Something stands where it does not belong.
    #[error("invalid character {} {place}", quote::go_byte(*.byte))]
    Misplaced {
        /// What.
        byte: u8,
        /// Where, or what ought to stand there.
        place: &'static str,
    },
}

/// The first value of `body`, without the space before it. What follows it does not matter.
pub(in crate::http::alertmanager) fn first_value(body: &[u8]) -> Result<&[u8], Malformed> {
    let start = body.iter().position(|byte| !is_space(*byte)).ok_or(Malformed::Empty)?;
    let mut form = Form { json: body, at: start, open: Vec::new() };
    form.value()?;
    Ok(body.get(start..form.at).unwrap_or_default())
}

/// What a value lies in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    List,
    Object,
}

struct Form<'a> {
    json: &'a [u8],
    at: usize,
    open: Vec<Open>,
}

impl Form<'_> {
    /// Goes past one value and all that lies in it.
    fn value(&mut self) -> Result<(), Malformed> {
        loop {
            if self.begin()? {
                continue;
            }
            // A value has ended; so may those that it lies in.
            loop {
                let Some(open) = self.open.last().copied() else { return Ok(()) };
                match (open, self.past_space()?) {
                    (Open::List, b']') | (Open::Object, b'}') => {
                        self.at += 1;
                        self.open.pop();
                    }
                    (Open::List, b',') => {
                        self.at += 1;
                        self.past_space()?;
                        break;
                    }
                    (Open::Object, b',') => {
                        self.at += 1;
                        self.past_space()?;
                        self.key()?;
                        break;
                    }
                    (Open::List, byte) => return misplaced(byte, "after array element"),
                    (Open::Object, byte) => return misplaced(byte, "after object key:value pair"),
                }
            }
        }
    }

    /// Begins a value; whether another begins within it. Others it goes past.
    fn begin(&mut self) -> Result<bool, Malformed> {
        match self.byte()? {
            byte @ b'{' => {
                self.enter(byte, Open::Object)?;
                if self.past_space()? == b'}' {
                    return Ok(self.leave_empty());
                }
                self.key()?;
                Ok(true)
            }
            byte @ b'[' => {
                self.enter(byte, Open::List)?;
                if self.past_space()? == b']' {
                    return Ok(self.leave_empty());
                }
                Ok(true)
            }
            b'"' => self.text().map(|()| false),
            b't' => self.word("rue", &TRUE).map(|()| false),
            b'f' => self.word("alse", &FALSE).map(|()| false),
            b'n' => self.word("ull", &NULL).map(|()| false),
            b'-' | b'0'..=b'9' => self.number().map(|()| false),
            byte => misplaced(byte, "looking for beginning of value"),
        }
    }

    fn enter(&mut self, byte: u8, open: Open) -> Result<(), Malformed> {
        if self.open.len() >= DEEPEST {
            return misplaced(byte, "exceeded max depth");
        }
        self.open.push(open);
        self.at += 1;
        Ok(())
    }

    fn leave_empty(&mut self) -> bool {
        self.at += 1;
        self.open.pop();
        false
    }

    /// A key, its colon, and the space before its value.
    fn key(&mut self) -> Result<(), Malformed> {
        match self.byte()? {
            b'"' => self.text()?,
            byte => return misplaced(byte, "looking for beginning of object key string"),
        }
        match self.past_space()? {
            b':' => self.at += 1,
            byte => return misplaced(byte, "after object key"),
        }
        self.past_space().map(|_| ())
    }

    fn text(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        loop {
            let rest = self.json.get(self.at..).unwrap_or_default();
            let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..b' ');
            self.at += rest.iter().take_while(|byte| plain(byte)).count();
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => self.escape()?,
                byte @ 0..b' ' => return misplaced(byte, "in string literal"),
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        match self.next()? {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => Ok(()),
            b'u' => (0..4).try_for_each(|_| match self.next()? {
                b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => Ok(()),
                byte => misplaced(byte, "in \\u hexadecimal character escape"),
            }),
            byte => misplaced(byte, "in string escape code"),
        }
    }

    fn word(&mut self, rest: &str, places: &[&'static str]) -> Result<(), Malformed> {
        self.at += 1;
        rest.bytes().zip(places).try_for_each(|(wanted, place)| match self.next()? {
            byte if byte == wanted => Ok(()),
            byte => misplaced(byte, place),
        })
    }

    fn number(&mut self) -> Result<(), Malformed> {
        if self.byte()? == b'-' {
            self.at += 1;
        }
        match self.next()? {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            byte => return misplaced(byte, "in numeric literal"),
        }
        if self.has(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if self.has(b'e') || self.has(b'E') {
            self.at += 1;
            if self.has(b'+') || self.has(b'-') {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn some_digits(&mut self, place: &'static str) -> Result<(), Malformed> {
        match self.next()? {
            b'0'..=b'9' => {
                self.digits();
                Ok(())
            }
            byte => misplaced(byte, place),
        }
    }

    fn digits(&mut self) {
        while self.json.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn has(&self, byte: u8) -> bool {
        self.json.get(self.at) == Some(&byte)
    }

    fn past_space(&mut self) -> Result<u8, Malformed> {
        while self.json.get(self.at).is_some_and(|byte| is_space(*byte)) {
            self.at += 1;
        }
        self.byte()
    }

    fn byte(&self) -> Result<u8, Malformed> {
        self.json.get(self.at).copied().ok_or(Malformed::Unfinished)
    }

    fn next(&mut self) -> Result<u8, Malformed> {
        let byte = self.byte()?;
        self.at += 1;
        Ok(byte)
    }
}

const TRUE: [&str; 3] = [
    "in literal true (expecting 'r')",
    "in literal true (expecting 'u')",
    "in literal true (expecting 'e')",
];

const FALSE: [&str; 4] = [
    "in literal false (expecting 'a')",
    "in literal false (expecting 'l')",
    "in literal false (expecting 's')",
    "in literal false (expecting 'e')",
];

const NULL: [&str; 3] = [
    "in literal null (expecting 'u')",
    "in literal null (expecting 'l')",
    "in literal null (expecting 'l')",
];

fn misplaced<T>(byte: u8, place: &'static str) -> Result<T, Malformed> {
    Err(Malformed::Misplaced { byte, place })
}
