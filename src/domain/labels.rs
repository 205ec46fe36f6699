//! Label sets, as they came: sorted by name, hashed as Alertmanager hashes them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A set of labels (or of annotations): names with their values, sorted by name, bytewise.
///
/// Values are kept exactly as they came. Cloning is cheap.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Labels(Arc<Packed>);

/// All texts of a set in one: most of what is kept is label sets, and a text of its own costs more
/// than its bytes.
#[derive(Default, PartialEq, Eq, Hash)]
struct Packed {
    /// Names, each with its value.
    text: Box<str>,
    /// Where in it each name ends, and each value.
    ends: Box<[(u32, u32)]>,
}

impl Packed {
    /// The pair at `at`, which must be one of those there are.
    fn pair(&self, at: usize) -> (&str, &str) {
        let before = at.checked_sub(1).and_then(|at| self.ends.get(at)).map_or(0, |(_, end)| *end);
        let (name, value) = self.ends.get(at).copied().unwrap_or_default();
        let part = |from: u32, to: u32| {
            let whole = usize::try_from(from).ok().zip(usize::try_from(to).ok());
            whole.and_then(|(from, to)| self.text.get(from..to)).unwrap_or_default()
        };
        (part(before, name), part(name, value))
    }
}

impl Labels {
    /// The value of the label called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let (held, value) = self.0.pair(middle);
            match held.cmp(name) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(value),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The labels in order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        (0..self.len()).map(|at| self.0.pair(at))
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.0.ends.len()
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.ends.is_empty()
    }

    /// These labels and, where they have none of the name, those of `more` that are not empty.
    #[must_use]
    pub fn with_missing<const N: usize>(&self, more: [(&str, &str); N]) -> Self {
        let absent = |(name, value): &(&str, &str)| !value.is_empty() && self.get(name).is_none();
        self.iter().chain(more.into_iter().filter(absent)).collect()
    }

    /// How Alertmanager sorts label sets (`model.LabelSet.Before` of prometheus/common): fewer
    /// labels first; then, name by name of both, absent before present, and by value.
    pub fn as_sets(&self, other: &Self) -> Ordering {
        // Where the names differ for the first time, the lesser of both is absent in the other set.
        let pair = |((ours, our_value), (theirs, their_value)): ((&str, &str), (&str, &str))| {
            theirs.cmp(ours).then_with(|| our_value.cmp(their_value))
        };
        let pairs = || self.iter().zip(other.iter()).map(pair);
        self.len()
            .cmp(&other.len())
            .then_with(|| pairs().find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal))
    }

    /// Alertmanager's fingerprint of the set: FNV-1a, 64 bit, over each name, 0xFF, value, 0xFF
    /// in order of the names (`model.LabelSet.Fingerprint` of prometheus/common).
    pub fn fingerprint(&self) -> Fingerprint {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let feed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        let hash = self.iter().fold(OFFSET, |hash, (name, value)| {
            let hash = feed(name.bytes().fold(hash, feed), 0xff);
            feed(value.bytes().fold(hash, feed), 0xff)
        });
        Fingerprint(hash)
    }
}

/// Later pairs win over earlier ones of the same name.
impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Labels {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut packing = Packing::default();
        for (name, value) in pairs {
            packing.name(name.as_ref());
            packing.value(value.as_ref());
        }
        packing.finish()
    }
}

/// A set of labels in the making: their texts go where they stay, one after the other.
#[derive(Debug, Default)]
pub struct Packing {
    text: String,
    ends: Vec<(u32, u32)>,
    /// Where the name before the last one begins and ends; only while all are in order.
    before: Option<(usize, usize)>,
    unsorted: bool,
}

impl Packing {
    /// The name of the next label. Its value must follow.
    pub fn name(&mut self, name: &str) {
        if let Some((begin, end)) = self.before {
            let before = self.text.get(begin..end).unwrap_or_default();
            self.unsorted |= before >= name;
        }
        let begin = self.text.len();
        self.text.push_str(name);
        self.before = Some((begin, self.text.len()));
    }

    /// The value of the label that was named last.
    pub fn value(&mut self, value: &str) {
        // No body is so long that this would not hold it.
        let end = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let name = end(&self.text);
        self.text.push_str(value);
        self.ends.push((name, end(&self.text)));
    }

    /// The set. Of labels of one name the last one counts.
    pub fn finish(self) -> Labels {
        let Self { text, ends, before: _, unsorted } = self;
        let packed = Packed { text: text.into(), ends: ends.into() };
        if unsorted { packed.sorted() } else { Labels(Arc::new(packed)) }
    }
}

impl Packed {
    fn sorted(&self) -> Labels {
        let mut pairs: Vec<(&str, &str)> = (0..self.ends.len()).map(|at| self.pair(at)).collect();
        // What is equal stays in order, so that of one name the last one comes last.
        pairs.sort_by_key(|(name, _)| *name);
        let next = pairs.iter().skip(1).map(|(name, _)| Some(*name)).chain([None]);
        let last = pairs.iter().zip(next).filter(|((name, _), next)| Some(*name) != *next);
        last.map(|(pair, _)| *pair).collect()
    }
}

/// Pair by pair.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The hash of a label set; printed as 16 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

/// Reads what is printed, and nothing else.
impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let hash = u64::from_str_radix(text, 16).map(Self).map_err(|_| NoFingerprint)?;
        if hash.to_string() == text { Ok(hash) } else { Err(NoFingerprint) }
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoFingerprint;

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().copied().collect()
    }

    #[test]
    fn fingerprints_are_alertmanagers_own() {
        let table: &[(&[(&str, &str)], &str)] = &[
            (&[], "cbf29ce484222325"),
            (&[("alertname", "HighLoad")], "d17de6d8a6ed224c"),
            (
                &[("severity", "critical"), ("alertname", "DiskFull"), ("instance", "db-1:9100")],
                "bafaf1f2a64a6f67",
            ),
            (&[("b", "2"), ("alertname", "Ünïcode 🙂"), ("a", "1")], "66c4fb83b40caede"),
            (&[("a", "bc")], "a0a3542c19b900ab"),
            (&[("ab", "c")], "20ba9b3025a8b421"),
        ];
        for (pairs, hex) in table {
            assert_eq!(labels(pairs).fingerprint().to_string(), *hex, "of {pairs:?}");
        }
    }

    #[test]
    fn of_labels_in_any_order_the_last_of_a_name_counts() {
        type Pairs = [(&'static str, &'static str)];
        let table: &[(&Pairs, &Pairs)] = &[
            (&[("b", "1"), ("a", "2")], &[("a", "2"), ("b", "1")]),
            (&[("a", "1"), ("a", "2")], &[("a", "2")]),
            (&[("a", "1"), ("b", "3"), ("a", "2")], &[("a", "2"), ("b", "3")]),
            (&[("", ""), ("a", "")], &[("", ""), ("a", "")]),
            (&[("a", "b"), ("", "c")], &[("", "c"), ("a", "b")]),
        ];
        for (given, wanted) in table {
            let set = labels(given);
            assert_eq!(set.iter().collect::<Vec<_>>(), *wanted, "of {given:?}");
            assert_eq!(set, labels(wanted), "of {given:?}");
        }
    }

    #[test]
    fn sets_stand_in_alertmanagers_order() {
        let sorted: &[&[(&str, &str)]] = &[
            &[],
            &[("b", "0")],
            &[("a", "1")],
            &[("a", "2")],
            &[("a", "ä")],
            &[("b", "1"), ("c", "0")],
            &[("a", "0"), ("c", "9")],
            &[("a", "0"), ("b", "1")],
            &[("a", "1"), ("b", "0")],
            &[("a", "0"), ("b", "0"), ("c", "0")],
        ];
        for (place, one) in sorted.iter().enumerate() {
            for (other_place, other) in sorted.iter().enumerate() {
                let ordering = labels(one).as_sets(&labels(other));
                assert_eq!(ordering, place.cmp(&other_place), "{one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn missing_labels_are_added_and_given_ones_stay() {
        let given = labels(&[("service", "web"), ("alertname", "Down")]);
        let whole = given.with_missing([("service", "db"), ("severity", "critical"), ("x", "")]);
        let wanted = labels(&[("alertname", "Down"), ("service", "web"), ("severity", "critical")]);
        assert_eq!(whole, wanted);
    }
}
