//! `[silences]`: how long and how many of them are kept, and how large one may be.

use super::error::ConfigError;
use super::section::Section;
use crate::domain::policy::Policy;
use crate::domain::time::SignedDuration;

/// What the table says, where it says something.
#[derive(Debug, Default)]
pub(super) struct Silences {
    pub(super) retention: Option<SignedDuration>,
    pub(super) max: Option<usize>,
    pub(super) max_bytes: Option<usize>,
}

/// Reads the table.
pub(super) fn read(top: &mut Section<'_>) -> Result<Silences, ConfigError> {
    let Some(mut section) = top.section("silences")? else { return Ok(Silences::default()) };
    let retention = section.length("retention", "\"5d\"", "write one such as \"5d\"")?;
    let max = section.count("max", "1000")?;
    let max_bytes = section.count("max_bytes", "16384")?;
    if let Some(limit) = &max_bytes
        && limit.value > Policy::MOST_SILENCE_SIZE
    {
        return Err(limit.error(
            format!("max_bytes is {}, and a silence is kept in memory", limit.value),
            format!("write {} at most", Policy::MOST_SILENCE_SIZE),
        ));
    }
    section.finish()?;
    Ok(Silences {
        retention: retention.map(|length| length.value),
        max: max.map(|count| count.value),
        max_bytes: max_bytes.map(|count| count.value),
    })
}
