//! What is wrong with a piece of a recurrence, and what to write instead.

/// A piece that is no good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wrong}; {remedy}")]
pub struct RecurrenceError {
    /// Which piece it is.
    pub piece: Piece,
    /// What is wrong.
    pub wrong: String,
    /// What to do.
    pub remedy: String,
}

/// The pieces of a recurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// On which days.
    Days,
    /// From when.
    At,
    /// How long.
    Lasts,
    /// In which zone.
    Zone,
}
