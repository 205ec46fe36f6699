//! Alerts: who they are, how they stand, and what may happen to them.

mod call;
mod episode;
mod identity;
pub mod lifecycle;
mod source;
mod state;
mod suppression;

pub use call::{Call, Calling, Pause};
pub use episode::{Alert, Marks, Note, Seen, Worded};
pub use identity::{Identity, Namespace, Naming};
pub use source::{Ends, Interval, Moving, Over, Source, Stray, Told};
pub use state::{Acknowledgement, Ending, Hold, Resolution, Standing, State};
pub use suppression::{Suppression, Suppressor};
