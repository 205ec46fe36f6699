//! Walking through JSON whatever its types: objects entry by entry, lists item by item, and each
//! value told by its shape. Knows nothing of alerts.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `null`.
    Null,
    /// A text.
    Text,
    /// A number or a truth value.
    Bare,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Shape {
    /// A raw value is valid JSON without space around it, so that its first byte tells.
    pub(super) fn of(value: &RawValue) -> Self {
        match value.get().as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::List,
            Some(b'"') => Self::Text,
            Some(b'n') => Self::Null,
            Some(_) | None => Self::Bare,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Text => "text",
            Self::Bare => "a number or truth value",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

/// Reads an object entry by entry; of several of one name each is seen, in order. Values are
/// skipped over without recursion, so that no depth of nesting can hurt.
pub(super) fn each_entry<'a>(
    object: &'a str,
    each: impl FnMut(&str, &'a RawValue) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    struct Entries<F>(F);

    impl<'de, F> Visitor<'de> for Entries<F>
    where
        F: FnMut(&str, &'de RawValue) -> serde_json::Result<()>,
    {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                (self.0)(&name, value).map_err(Error::custom)?;
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(object);
    deserializer.deserialize_map(Entries(each))?;
    deserializer.end()
}

/// Reads a list item by item.
pub(super) fn each_item<'a>(
    list: &'a str,
    each: impl FnMut(&'a RawValue) -> serde_json::Result<()>,
) -> serde_json::Result<()> {
    struct Items<F>(F);

    impl<'de, F> Visitor<'de> for Items<F>
    where
        F: FnMut(&'de RawValue) -> serde_json::Result<()>,
    {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
            while let Some(value) = list.next_element::<&RawValue>()? {
                (self.0)(value).map_err(Error::custom)?;
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(list);
    deserializer.deserialize_seq(Items(each))?;
    deserializer.end()
}

/// Makes `\uFFFD` of each escaped half of a surrogate pair that has no other half: a string cannot
/// hold it. Nothing moves, since both are six bytes long.
pub(super) fn mend_surrogates(json: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = next_backslash(json, at) {
        let Some(unit) = escaped_unit(json, found) else {
            at = found + 2;
            continue;
        };
        let low = |unit: u16| (0xdc00..0xe000).contains(&unit);
        let high = (0xd800..0xdc00).contains(&unit);
        if high && escaped_unit(json, found + 6).is_some_and(low) {
            at = found + 12;
            continue;
        }
        if let Some(digits) = json.get_mut(found + 2..found + 6)
            && (high || low(unit))
        {
            digits.copy_from_slice(b"FFFD");
        }
        at = found + 6;
    }
}

fn next_backslash(json: &[u8], from: usize) -> Option<usize> {
    let rest = json.get(from..)?;
    Some(from + rest.iter().position(|byte| *byte == b'\\')?)
}

/// The unit that a `\uXXXX` at `at` stands for.
fn escaped_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
