//! How what Alertmanager serves is reached: under which prefix, from which pages, by how many at one
//! time and for how long. Settings alone: nothing here answers a request.

mod external;
mod origin;
mod prefix;

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

pub use external::{ExternalUrl, NoExternalUrl};
pub use origin::{NoOrigin, Origin};
pub(super) use prefix::Place;
pub use prefix::{NoPrefix, Prefix};

/// The settings of Alertmanager's `--web.*`, and which pages may do more than read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Web {
    /// How many GETs are answered at one time; where it is not said, as many as Alertmanager does.
    pub get_concurrency: Option<NonZero<usize>>,
    /// How long a request may take until its answer begins, if there is an end to it.
    pub timeout: Option<Duration>,
    /// What stands before every path.
    pub prefix: Prefix,
    /// Where people find us, if that is another place than the listener's.
    pub external_url: Option<ExternalUrl>,
    /// The pages that may post and delete, too.
    pub origins: Arc<[Origin]>,
}

impl Web {
    /// Whether the page that a request says it is from may do what programs may.
    pub(super) fn trusts(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known.as_str() == origin)
    }
}
