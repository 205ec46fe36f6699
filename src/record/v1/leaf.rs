//! Leaves of the records: values with a form of their own for people (JSON) and one for the disk.

use std::fmt;
use std::str::FromStr;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::domain::labels::{Labels, Packing};
use crate::domain::severity::Severity;
use crate::domain::text::Text;
use crate::domain::time::{Moment, SignedDuration, Timestamp};
use crate::domain::token::Digest;

/// A time: RFC 3339 for people, nanoseconds since 1970 on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeV1(pub Timestamp);

impl Serialize for TimeV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            self.0.as_nanosecond().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for TimeV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return parsed(deserializer, "a time as RFC 3339 writes it").map(Self);
        }
        let nanoseconds = i128::deserialize(deserializer)?;
        Timestamp::from_nanosecond(nanoseconds).map(Self).map_err(D::Error::custom)
    }
}

/// A time as a sender wrote it, with the seconds that it was written east of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MomentV1 {
    pub at: TimeV1,
    pub offset: i32,
}

impl From<Moment> for MomentV1 {
    fn from(Moment { at, offset }: Moment) -> Self {
        Self { at: TimeV1(at), offset }
    }
}

impl From<MomentV1> for Moment {
    fn from(moment: MomentV1) -> Self {
        Self { at: moment.at.0, offset: moment.offset }
    }
}

/// A length of time: as ISO 8601 writes it for people, nanoseconds on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanV1(pub SignedDuration);

impl Serialize for SpanV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            self.0.as_nanos().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for SpanV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return parsed(deserializer, "a length of time as ISO 8601 writes it").map(Self);
        }
        let nanoseconds = i128::deserialize(deserializer)?;
        let possible = SignedDuration::MIN.as_nanos()..=SignedDuration::MAX.as_nanos();
        if !possible.contains(&nanoseconds) {
            return Err(D::Error::custom("a length of time beyond all others"));
        }
        Ok(Self(SignedDuration::from_nanos_i128(nanoseconds)))
    }
}

/// An id of any kind: hyphenated for people, sixteen bytes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdV1(pub Uuid);

impl Serialize for IdV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            self.0.as_bytes().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for IdV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return parsed(deserializer, "an id").map(Self);
        }
        <[u8; 16]>::deserialize(deserializer).map(|bytes| Self(Uuid::from_bytes(bytes)))
    }
}

/// The digest of a secret: hex for people, 32 bytes on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestV1(pub Digest);

impl Serialize for DigestV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&Hex(self.0))
        } else {
            self.0.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for DigestV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let Hex(digest) = parsed(deserializer, "a digest of 64 hex digits")?;
            return Ok(Self(digest));
        }
        <[u8; 32]>::deserialize(deserializer).map(|bytes| Self(Digest(bytes)))
    }
}

struct Hex(Digest);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Hex {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a digest has 64 hex digits";
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
            return Err(WRONG);
        };
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(WRONG)?;
        Ok(Self(Digest(bytes)))
    }
}

/// Text for people. What is read is cleaned again, so that no file can bring a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextV1(pub Text);

impl Serialize for TextV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for TextV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_str(deserializer, "text", |text| Ok(Self(Text::derive(text))))
    }
}

impl From<&Text> for TextV1 {
    fn from(text: &Text) -> Self {
        Self(text.clone())
    }
}

impl From<TextV1> for Text {
    fn from(text: TextV1) -> Self {
        text.0
    }
}

/// A label set, as a map. Its fingerprint is computed when it is read, never believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelsV1(pub Labels);

impl Serialize for LabelsV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

impl<'de> Deserialize<'de> for LabelsV1 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LabelsVisitor)
    }
}

struct LabelsVisitor;

impl<'de> Visitor<'de> for LabelsVisitor {
    type Value = LabelsV1;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of labels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut packing = Packing::default();
        while map.next_key_seed(Onward(|name: &str| packing.name(name)))?.is_some() {
            map.next_value_seed(Onward(|value: &str| packing.value(value)))?;
        }
        Ok(LabelsV1(packing.finish()))
    }
}

/// Hands a text on without keeping it.
struct Onward<F>(F);

impl<'de, F: FnMut(&str)> DeserializeSeed<'de> for Onward<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<F: FnMut(&str)> Visitor<'_> for Onward<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        (self.0)(text);
        Ok(())
    }
}

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Severity`, word for word")]
pub enum SeverityV1 {
    Warning,
    Critical,
}

impl From<Severity> for SeverityV1 {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
        }
    }
}

impl From<SeverityV1> for Severity {
    fn from(severity: SeverityV1) -> Self {
        match severity {
            SeverityV1::Warning => Self::Warning,
            SeverityV1::Critical => Self::Critical,
        }
    }
}

/// Reads a string and parses it.
fn parsed<'de, D, T>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    read_str(deserializer, expected, |text| text.parse().map_err(|error: T::Err| error.to_string()))
}

/// Reads a string without keeping it, and makes a value of it.
fn read_str<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    make: fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(StrVisitor { expected, make })
}

struct StrVisitor<T> {
    expected: &'static str,
    make: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for StrVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.make)(text).map_err(E::custom)
    }
}
