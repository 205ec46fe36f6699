//! Where a silence stands among others. The order is API v2's (`SortSilences`), wherever they are listed.

use super::{Silence, SilenceState};
use crate::domain::id::SilenceId;

/// Sorts as the silences stand: what is in force by its end, what is to come by its beginning, what is
/// over by its end, the last one first; those that are alike by their ids.
pub type Place = (SilenceState, i128, SilenceId);

impl Silence {
    /// Its place among others, if it is in this state.
    pub fn place(&self, state: SilenceState) -> Place {
        let next = match state {
            SilenceState::Active => self.terms.ends.as_nanosecond(),
            SilenceState::Pending => self.terms.starts.as_nanosecond(),
            SilenceState::Expired => -self.terms.ends.as_nanosecond(),
        };
        (state, next, self.id)
    }
}
