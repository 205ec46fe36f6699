//! Twins of what an alert is known by.

use serde::{Deserialize, Serialize};

use super::leaf::{LabelsV1, TextV1};
use crate::domain::alert::{Identity, Namespace, Naming};

/// What an alert is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the twin of `Identity`, field by field")]
pub struct IdentityV1 {
    pub namespace: TextV1,
    pub naming: NamingV1,
}

/// The two kinds of names. A label set is kept whole, and its fingerprint not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the twin of `Naming`, word for word")]
pub enum NamingV1 {
    Labels(LabelsV1),
    Given(Box<str>),
}

impl From<&Identity> for IdentityV1 {
    fn from(identity: &Identity) -> Self {
        let Identity { namespace, naming } = identity;
        Self {
            namespace: (&namespace.0).into(),
            naming: match naming {
                Naming::Labels { labels, fingerprint: _ } => {
                    NamingV1::Labels(LabelsV1(labels.clone()))
                }
                Naming::Given(given) => NamingV1::Given(given.clone()),
            },
        }
    }
}

impl From<IdentityV1> for Identity {
    fn from(identity: IdentityV1) -> Self {
        Self {
            namespace: Namespace(identity.namespace.into()),
            naming: match identity.naming {
                NamingV1::Labels(labels) => Naming::of_labels(labels.0),
                NamingV1::Given(given) => Naming::Given(given),
            },
        }
    }
}
