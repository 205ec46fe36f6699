//! The filters of consoles, kept in a file of the person for the next console. Nothing depends on
//! it: what cannot be read is left out, what cannot be kept is only logged. Must not hold a token of
//! watchbell's; of other secrets it cannot tell that they are any.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use nix::fcntl::OFlag;

use crate::console::settings::Filters;
use crate::domain::text::{Text, line_of};

/// What the file begins with. One that begins otherwise is somebody else's, and is left alone.
const HEAD: &str = "# Filters of watchbell's console, the newest last.";
/// How many are given to a console.
const MOST: usize = 50;
/// From so many lines on the file is written anew with the newest alone.
const LINES: usize = 4 * MOST;
/// How many wait to be written. Nobody types faster; what a file system that stands still leaves
/// over is not kept.
const WAITING: usize = 16;
/// A file that is longer was not written here.
const LONGEST: u64 = 1 << 20;

/// The filters of earlier consoles, and where the next ones go. Reads and writes `directory`.
pub(super) fn open(directory: &Path) -> (Filters, Option<Keeper>) {
    let path = directory.join("filters");
    let earlier = match opened(&path, OpenOptions::new().read(true)).and_then(|file| read(&file)) {
        Ok(kept) => kept.told(&path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "Earlier filters are left out");
            Vec::new()
        }
    };
    match keeper(path) {
        Some((keep, keeper)) => (Filters { earlier, keep: Some(keep) }, Some(keeper)),
        None => (Filters { earlier, keep: None }, None),
    }
}

/// What writes them. It ends once no console has anything to keep any more.
#[derive(Debug)]
pub(super) struct Keeper {
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Blocks until the last one is written.
    pub(super) fn finish(self) {
        if self.thread.join().is_err() {
            tracing::error!("Keeping filters panicked");
        }
    }
}

/// A thread that writes what it is sent, so that no file system holds up a screen.
fn keeper(path: PathBuf) -> Option<(SyncSender<String>, Keeper)> {
    let (keep, kept) = mpsc::sync_channel::<String>(WAITING);
    let write = move || {
        for text in kept {
            if let Err(error) = add(&path, &text) {
                tracing::warn!(path = %path.display(), %error, "A filter is not kept");
            }
        }
    };
    let thread = thread::Builder::new().name("filters".to_owned()).spawn(write).ok()?;
    Some((keep, Keeper { thread }))
}

/// What a file held.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kept {
    /// Each once, the newest last.
    filters: Vec<String>,
    /// Lines, with those that are no filters.
    lines: usize,
    /// Those.
    odd: usize,
    /// Whether the last line was written to its end.
    is_whole: bool,
}

impl Kept {
    fn of(bytes: &[u8]) -> io::Result<Self> {
        if bytes.is_empty() {
            return Ok(Self { is_whole: true, ..Self::default() });
        }
        let Some(rest) = bytes.strip_prefix(HEAD.as_bytes()) else {
            return Err(io::Error::other("it is not watchbell's"));
        };
        let mut kept = Self { is_whole: bytes.ends_with(b"\n"), ..Self::default() };
        for line in rest.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            kept.lines += 1;
            match str::from_utf8(line) {
                Ok(text) if may_be_kept(text) => kept.push(text),
                Ok(_) | Err(_) => kept.odd += 1,
            }
        }
        Ok(kept)
    }

    fn push(&mut self, text: &str) {
        self.filters.retain(|known| known != text);
        self.filters.push(text.to_owned());
        let spare = self.filters.len().saturating_sub(MOST);
        self.filters.drain(..spare);
    }

    fn told(self, path: &Path) -> Vec<String> {
        if self.odd > 0 {
            let lines = self.odd;
            tracing::warn!(path = %path.display(), lines, "Lines that are no filters are left out");
        }
        self.filters
    }
}

/// Whether a text is a line that somebody may have typed, and holds nothing that looks like a
/// token: pasted into the wrong place, a secret must not stay.
fn may_be_kept(text: &str) -> bool {
    const SECRET: usize = 20;
    let secret = text.split("wb_").skip(1).any(|rest| {
        let is_of_it = |letter: &char| letter.is_ascii_alphanumeric() || "-_".contains(*letter);
        rest.chars().take_while(is_of_it).count() >= SECRET
    });
    let length = text.chars().count();
    !secret && (1..=Text::LONGEST).contains(&length) && line_of(text) == text
}

fn read(mut file: &File) -> io::Result<Kept> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
        return Err(io::Error::other("it is too long to be watchbell's"));
    }
    Kept::of(&bytes)
}

/// Adds one behind what is there, whoever else adds at the same time.
fn add(path: &Path, text: &str) -> io::Result<()> {
    if !may_be_kept(text) {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let options = OpenOptions::new().read(true).append(true).create(true).mode(0o600).clone();
    let mut file = opened(path, &options)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    // Another console writes for a moment only, and nothing waits for this thread.
    file.lock()?;
    let mut kept = read(&file)?;
    let mut bytes = String::new();
    if kept.lines >= LINES {
        kept.push(text);
        file.set_len(0)?;
        bytes.push_str(HEAD);
        kept.filters.iter().for_each(|filter| bytes.extend(["\n", filter]));
    } else {
        let is_new = file.metadata()?.len() == 0;
        // What a crash left of a line is a line of its own.
        bytes.push_str(if is_new { HEAD } else { "" });
        bytes.push_str(if is_new || !kept.is_whole { "\n" } else { "" });
        bytes.push_str(text);
    }
    bytes.push('\n');
    // Closing it lets go of the lock.
    file.write_all(bytes.as_bytes())
}

/// A regular file of that name; nothing is followed and nothing is waited for.
fn opened(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = options.clone().custom_flags(flags.bits()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("filters");
        (place, path)
    }

    fn earlier(place: &tempfile::TempDir) -> Vec<String> {
        open(place.path()).0.earlier
    }

    #[test]
    fn what_was_kept_last_is_written_once_the_keeper_has_finished() {
        let (place, path) = place();
        let (filters, keeper) = open(place.path());
        let keep = filters.keep.unwrap();
        for number in 0..WAITING {
            keep.send(format!("n{number}")).unwrap();
        }
        drop(keep);
        keeper.unwrap().finish();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), WAITING + 1);
    }

    #[test]
    fn what_is_added_is_there_for_the_next_console_each_once_and_the_newest_last() {
        let (place, path) = place();
        assert_eq!(earlier(&place), [] as [&str; 0]);
        for text in ["db", "state=firing", "db"] {
            add(&path, text).unwrap();
        }
        assert_eq!(earlier(&place), ["state=firing", "db"]);
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_others_could_read_is_closed_to_them() {
        let (_place, path) = place();
        add(&path, "db").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        add(&path, "web").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_file_stays_short_and_keeps_the_newest() {
        let (place, path) = place();
        for number in 0..1_000 {
            add(&path, &format!("n{number}")).unwrap();
        }
        let kept = earlier(&place);
        assert_eq!(kept.len(), MOST);
        assert_eq!((kept[0].as_str(), kept[MOST - 1].as_str()), ("n950", "n999"));
        assert!(std::fs::read_to_string(&path).unwrap().lines().count() <= LINES + 2);
    }

    #[test]
    fn two_consoles_at_once_keep_what_both_were_told() {
        let (place, path) = place();
        thread::scope(|scope| {
            for who in ["alice", "bob"] {
                let path = &path;
                scope.spawn(move || {
                    for number in 0..20 {
                        add(path, &format!("{who}{number}")).unwrap();
                    }
                });
            }
        });
        assert_eq!(earlier(&place).len(), 40);
    }

    #[test]
    fn torn_and_odd_lines_are_left_out_and_what_comes_next_is_whole() {
        let (place, path) = place();
        let odd = [HEAD.as_bytes(), b"\ndb\n\xff\xfe\n\x1b[31mred\n", &[b'x'; 5_000]];
        let odd = [&odd.concat(), &b"\nservice=~\"(pa"[..]].concat();
        std::fs::write(&path, odd).unwrap();
        assert_eq!(earlier(&place), ["db", "service=~\"(pa"]);
        add(&path, "web").unwrap();
        assert_eq!(earlier(&place), ["db", "service=~\"(pa", "web"]);
    }

    #[test]
    fn what_is_not_ours_is_neither_read_nor_written() {
        let (place, path) = place();
        let foreign = [b"root:x:0:0\n".to_vec(), vec![0; 64], vec![b'x'; 2 << 20]];
        for content in foreign {
            std::fs::write(&path, &content).unwrap();
            assert_eq!(earlier(&place), [] as [&str; 0]);
            add(&path, "db").unwrap_err();
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
        std::fs::remove_file(&path).unwrap();
        let other = place.path().join("other");
        std::fs::write(&other, "").unwrap();
        symlink(&other, &path).unwrap();
        add(&path, "db").unwrap_err();
        assert_eq!(std::fs::read(&other).unwrap(), b"");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(earlier(&place), [] as [&str; 0]);
    }

    #[test]
    fn a_secret_that_was_pasted_is_not_kept() {
        let (_place, path) = place();
        for text in ["wb_Vq8sT2mZr4yKp0LxCw6NhJb9DfGa3EuRi7Ok5Ys1Mt", "a=wb_Vq8sT2mZr4yKp0LxCw6N"] {
            add(&path, text).unwrap();
        }
        assert!(!path.exists());
        add(&path, "wb_disk").unwrap();
        assert!(path.exists());
    }
}
