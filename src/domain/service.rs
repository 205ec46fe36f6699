//! Services: what alerts are about.

use super::id::ServiceId;
use super::text::Text;
use super::time::Timestamp;

/// A service, from the configuration or from the first alert that named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Made from the name.
    pub id: ServiceId,
    /// The name.
    pub name: Text,
    /// When it was first known here.
    pub created: Timestamp,
}
