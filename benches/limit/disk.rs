//! What the disk could do: pages written in place, and bytes appended, each synced before the next.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::stop;

/// A page of the disk's cache, and of the store.
pub(crate) const PAGE: usize = 4096;

/// How often a second one page can be written in its place and synced.
pub(crate) fn pages(dir: &Path, span: Duration) -> anyhow::Result<f64> {
    let mut file = tempfile::tempfile_in(dir)?;
    file.write_all(&[7; PAGE])?;
    file.sync_all()?;
    again_and_again(&mut file, span, |file, count| {
        file.rewind()?;
        file.write_all(&[count; PAGE])
    })
}

/// How often a second so many bytes can be put behind the others and synced. The file grows, as
/// a log does.
pub(crate) fn appends(dir: &Path, bytes: usize, span: Duration) -> anyhow::Result<f64> {
    let mut file = tempfile::tempfile_in(dir)?;
    let mut piece = vec![0; bytes];
    again_and_again(&mut file, span, |file, count| {
        piece.fill(count);
        file.write_all(&piece)
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn again_and_again(
    file: &mut File,
    span: Duration,
    mut write: impl FnMut(&mut File, u8) -> std::io::Result<()>,
) -> anyhow::Result<f64> {
    let (mut times, began) = (0_u64, Instant::now());
    while began.elapsed() < span {
        stop::check()?;
        write(file, u8::try_from(times % 251)?)?;
        file.sync_data()?;
        times += 1;
    }
    Ok(times as f64 / began.elapsed().as_secs_f64())
}
