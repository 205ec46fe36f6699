//! The process: what the system says of it. Linux's `/proc`; elsewhere, and where that cannot be
//! read, nothing is known.

use std::fs;

/// What the system says of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Process {
    /// When it was started, in seconds since 1970.
    pub started: Option<f64>,
    /// How long it has been on a processor, in seconds.
    pub busy: Option<f64>,
    /// The bytes that it has in memory.
    pub resident: Option<u64>,
    /// The bytes that it has addresses for.
    pub addressed: Option<u64>,
    /// The files and connections that it has open.
    pub open: Option<u64>,
    /// How many it may have.
    pub may_open: Option<u64>,
}

/// In how many ticks a second is told by `/proc` (`USER_HZ`), whatever the kernel counts by.
const TICKS: f64 = 100.0;

impl Process {
    /// As it is now. Reads a few files that are no files of any disk.
    pub fn now() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let open = fs::read_dir("/proc/self/fd").map(Iterator::count).ok();
        Self {
            // The one by which it is read is among them.
            open: open.and_then(|open| u64::try_from(open).ok()?.checked_sub(1)),
            ..Self::parse(
                &read("/proc/self/stat"),
                &read("/proc/stat"),
                &read("/proc/self/status"),
                &read("/proc/self/limits"),
            )
        }
    }

    /// From the texts of `proc_pid_stat(5)` and its kin.
    fn parse(stat: &str, system: &str, status: &str, limits: &str) -> Self {
        // Its name comes second, in brackets, and may hold anything; what follows has no names.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = |field: usize| {
            // The first after the name is field 3 of the manual.
            let text = fields.split_whitespace().nth(field.checked_sub(3)?)?;
            Some(text.parse::<f64>().ok()? / TICKS)
        };
        let booted = value(system, "btime").and_then(|text| text.parse::<f64>().ok());
        let kilobytes = |name: &str| value(status, name)?.parse::<u64>().ok()?.checked_mul(1024);
        Self {
            started: booted.zip(ticks(22)).map(|(booted, after)| booted + after),
            busy: ticks(14).zip(ticks(15)).map(|(own, kernel)| own + kernel),
            resident: kilobytes("VmRSS:"),
            addressed: kilobytes("VmSize:"),
            open: None,
            may_open: value(limits, "Max open files").and_then(|text| text.parse().ok()),
        }
    }
}

/// The first word after `name`, which begins a line.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells_is_understood_whatever_the_name_of_the_program_is() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 4 0 1234 9 9 18";
        let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 9\n";
        let status = "Name:\twatchbell\nVmSize:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        let limits = "Limit Soft Hard Units\nMax open files            1024   4096   files\n";
        let told = Process {
            started: Some(1_700_000_012.34),
            busy: Some(3.0),
            resident: Some(1_048_576),
            addressed: Some(2_097_152),
            open: None,
            may_open: Some(1024),
        };
        assert_eq!(Process::parse(stat, system, status, limits), told);
    }

    #[test]
    fn what_cannot_be_read_is_not_known() {
        assert_eq!(Process::parse("", "btime x", "VmRSS:", "unlimited"), Process::default());
    }

    #[test]
    fn this_process_has_memory_and_files() {
        let now = Process::now();
        assert!(now.resident.is_some_and(|bytes| bytes > 0), "{now:?}");
        assert!(now.open.is_some() && now.started.is_some() && now.busy.is_some(), "{now:?}");
    }
}
