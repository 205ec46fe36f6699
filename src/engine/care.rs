//! The care for data files, for those who may not name the store: words alone.

pub use crate::store::{
    Build, BuildError, CareError, Checkup, Compacted, DataDir, FORMAT, LastBackup, OpenError, Over,
    PlaceError, Restored, Step, Walk, check, compact, part_of, place, restore,
};
