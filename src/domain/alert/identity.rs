//! Identity: which reports speak of the same alert.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::domain::id::SourceId;
use crate::domain::labels::{Fingerprint, Labels};
use crate::domain::text::Text;

/// Whose alerts: belongs to the token. Reports touch only their own namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(pub Text);

impl Namespace {
    /// The one of alerts that are our own: no token has it, so nobody else speaks of them.
    pub fn own() -> Self {
        Self(Text::derive(Self::OWN))
    }

    /// Whether alerts of it are our own.
    pub fn is_own(&self) -> bool {
        self.0.as_str() == Self::OWN
    }

    const OWN: &str = "watchbell";
}

/// What an alert is known by: a namespace and the source's name for it within.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The sender's namespace; empty is the shared one.
    pub namespace: Namespace,
    /// The name within it.
    pub naming: Naming,
}

impl Identity {
    /// The id of what its sources have told. Made from the label set itself, for its hash can be
    /// forged.
    pub fn source(&self) -> SourceId {
        // No UTF-8 has this byte, and a label set is an odd number of texts with its namespace.
        const END: u8 = 0xff;
        let Self { namespace, naming } = self;
        let mut name = Vec::with_capacity(512);
        let mut add = |text: &str| {
            name.extend_from_slice(text.as_bytes());
            name.push(END);
        };
        add(namespace.0.as_str());
        match naming {
            Naming::Labels { labels, .. } => {
                for (label, value) in labels.iter() {
                    add(label);
                    add(value);
                }
            }
            Naming::Given(given) => add(given),
        }
        SourceId::of(&name)
    }
}

/// The two kinds of names. They never meet: a given name that looks like a hash is still given.
#[derive(Clone, Debug)]
pub enum Naming {
    /// The label set itself. Its hash only finds it: two sets under one hash are two alerts.
    Labels {
        /// The hash of the set, kept because it is asked for at every look-up.
        fingerprint: Fingerprint,
        /// The set.
        labels: Labels,
    },
    /// Any string of a sender's own, as it came.
    Given(Box<str>),
}

impl Naming {
    /// A label set as a name.
    pub fn of_labels(labels: Labels) -> Self {
        Self::Labels { fingerprint: labels.fingerprint(), labels }
    }

    /// What a sender means who calls an alert `given` and sends `labels` with it: the label set
    /// where `given` is its fingerprint, so that one alert by two roads is one alert.
    pub fn of_report(given: &str, labels: &Labels) -> Self {
        let fingerprint = labels.fingerprint();
        if fingerprint.to_string() == given {
            Self::Labels { fingerprint, labels: labels.clone() }
        } else {
            Self::Given(given.into())
        }
    }
}

/// As the wire gives it: the hash in hex, or the given string.
impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Labels { fingerprint, .. } => fingerprint.fmt(f),
            Self::Given(given) => f.write_str(given),
        }
    }
}

impl PartialEq for Naming {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Labels { labels: ours, .. }, Self::Labels { labels: theirs, .. }) => {
                ours == theirs
            }
            (Self::Given(ours), Self::Given(theirs)) => ours == theirs,
            (Self::Labels { .. }, Self::Given(_)) | (Self::Given(_), Self::Labels { .. }) => false,
        }
    }
}

impl Eq for Naming {}

impl Hash for Naming {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Labels { fingerprint, .. } => fingerprint.hash(state),
            Self::Given(given) => given.hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(name: &str) -> Labels {
        [("alertname", name)].into_iter().collect()
    }

    #[test]
    fn a_given_fingerprint_that_is_the_hash_of_its_labels_names_the_label_set() {
        let named = Naming::of_report("d17de6d8a6ed224c", &labels("HighLoad"));
        assert_eq!(named, Naming::of_labels(labels("HighLoad")));
        assert_eq!(named.to_string(), "d17de6d8a6ed224c");
    }

    #[test]
    fn a_given_fingerprint_that_is_the_hash_of_other_labels_stays_a_given_one() {
        let named = Naming::of_report("d17de6d8a6ed224c", &labels("Other"));
        assert_eq!(named, Naming::Given("d17de6d8a6ed224c".into()));
        assert_ne!(named, Naming::of_labels(labels("HighLoad")));
    }

    #[test]
    fn two_label_sets_under_one_hash_are_two_names() {
        let fingerprint = Fingerprint(1);
        let one = Naming::Labels { fingerprint, labels: labels("One") };
        let other = Naming::Labels { fingerprint, labels: labels("Other") };
        assert_ne!(one, other);
    }
}
