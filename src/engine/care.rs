//! The care for data files, for those who may not name the store: words alone.

pub use crate::store::{
    Build, BuildError, CareError, Checkup, Compacted, DataDir, FORMAT, LastBackup, OpenError, Over,
    Owner, PlaceError, Problem, ProblemKind, Restored, Step, Walk, check, check_data, compact,
    is_in_use, make, part_of, place, restore,
};
