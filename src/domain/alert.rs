//! Alerts: who they are, how they stand, and what may happen to them.

mod episode;
mod identity;
pub mod lifecycle;
mod state;

pub use episode::{Alert, Note, Seen};
pub use identity::{Identity, Namespace, Naming};
pub use state::{Acknowledgement, Ending, Resolution, Standing, State};
