//! Where a demo keeps its data while it runs. It goes with the demo, also when that panics.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

/// A directory of its own, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(in crate::app) struct Place(PathBuf);

impl Place {
    /// Makes it in `parent`, for the user of this process alone. Fails where that may not be
    /// written.
    pub(in crate::app) fn make(parent: &Path) -> Result<Self> {
        let name = format!("watchbell-demo-{}", uuid::Uuid::new_v4().simple());
        let path = parent.join(name.get(..23).unwrap_or(&name));
        // One that is there already is somebody else's.
        fs::create_dir(&path).map_err(|error| {
            anyhow!("{}: {error}; set TMPDIR to a directory that you may write", path.display())
        })?;
        Ok(Self(path))
    }

    /// The directory.
    pub(in crate::app) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "The demo's data was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_all_that_is_in_it_also_in_a_panic() {
        let parent = tempfile::tempdir().unwrap();
        let ended = std::panic::catch_unwind(|| {
            let place = Place::make(parent.path()).unwrap();
            fs::write(place.path().join("watchbell.redb"), "x").unwrap();
            panic!("on purpose");
        });
        assert!(ended.is_err());
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn where_nothing_can_be_made_it_is_said_what_to_do() {
        let said = Place::make(Path::new("/nowhere/at/all")).unwrap_err().to_string();
        assert!(said.ends_with("set TMPDIR to a directory that you may write"), "{said}");
    }
}
