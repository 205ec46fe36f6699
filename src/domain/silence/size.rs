//! How large a silence is: the bytes that Alertmanager would keep of it (`MeshSilence` of its
//! `silence.proto`), because its limit is told in those.

use super::Terms;
use crate::domain::matcher::Matcher;
use crate::domain::time::{SignedDuration, Timestamp, after};

/// The bytes of a UUID as text, and of a time that was changed just now.
const ID: usize = 36;
const UPDATED: usize = 12;

impl Terms {
    /// The size, if it is kept for `retention` after its end.
    pub fn size(&self, retention: SignedDuration) -> usize {
        let matchers = self.matchers.iter().map(|one| field(matcher(one)));
        let annotations = self.annotations.iter().map(|(name, value)| field(texts(name, value)));
        let silence = field(ID)
            + matchers.sum::<usize>()
            + field(time(self.starts))
            + field(time(self.ends))
            + field(UPDATED)
            + text(&self.by)
            + text(&self.comment)
            + annotations.sum::<usize>();
        field(silence) + field(time(after(self.ends, retention)))
    }
}

/// A type that is not the first one takes two bytes.
fn matcher(matcher: &Matcher) -> usize {
    let kind = if matcher.condition.operator().sign() == "=" { 0 } else { 2 };
    kind + texts(&matcher.name, matcher.condition.value())
}

fn texts(one: &str, other: &str) -> usize {
    text(one) + text(other)
}

/// A text that is empty is not written.
fn text(text: &str) -> usize {
    if text.is_empty() { 0 } else { field(text.len()) }
}

fn time(time: Timestamp) -> usize {
    let number = |value: i64| {
        let value = u64::from_ne_bytes(value.to_ne_bytes());
        if value == 0 { 0 } else { 1 + varint(value) }
    };
    number(time.as_second()) + number(i64::from(time.subsec_nanosecond()))
}

/// A tag, the length and what is that long.
fn field(length: usize) -> usize {
    1 + varint(u64::try_from(length).unwrap_or(u64::MAX)) + length
}

fn varint(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    usize::try_from(bits.div_ceil(7).max(1)).unwrap_or_default()
}
