//! What the numbers were measured on, as lines of Markdown.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// The machine and the disk, as lines of a list.
pub(crate) fn lines(dir: &Path) -> anyhow::Result<String> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let (kind, device) = file_system(dir)?;
    let memory = match kind.as_str() {
        "tmpfs" | "ramfs" => {
            ": **memory, not a disk: nothing here is durable; give another --dir**"
        }
        _ => "",
    };
    Ok(format!(
        "- {cores} cores, {}; Linux {}; the load comes from the same cores\n\
         - files on {kind} on {device}{memory}; writing and syncing 4 KiB there takes {:.2?}, the \
         median of 200\n",
        processor(),
        read("/proc/sys/kernel/osrelease"),
        sync_time(dir)?,
    ))
}

/// How busy the machine is, with whatever.
pub(crate) fn load() -> String {
    let load = read("/proc/loadavg");
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).map_or("unknown".to_owned(), |text| text.trim().to_owned())
}

fn processor() -> String {
    let about = read("/proc/cpuinfo");
    let name = about.lines().find_map(|line| line.strip_prefix("model name"));
    name.and_then(|name| name.split_once(": ")).map_or("unknown", |(_, name)| name).to_owned()
}

/// The kind and the device of the file system that `path` lies on.
fn file_system(path: &Path) -> anyhow::Result<(String, String)> {
    let path = path.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/self/mounts")?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (device, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
        path.starts_with(point).then(|| (point.len(), kind.to_owned(), device.to_owned()))
    });
    // Of two mounts on one place the later one is seen.
    let (_, kind, device) = mounts.max_by_key(|(length, ..)| *length).context("no mount")?;
    Ok((kind, device))
}

fn sync_time(dir: &Path) -> anyhow::Result<Duration> {
    const TIMES: usize = 200;
    let mut file: File = tempfile::tempfile_in(dir)?;
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        file.rewind()?;
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(TIMES / 2).copied().unwrap_or_default())
}
