//! The owner's Unix socket: where it lies, who answers on it, and how it is made.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::net::{UnixListener, UnixStream};

/// A socket's path must fit a `sockaddr_un`, which has 108 bytes on Linux and 104 elsewhere.
const LONGEST: usize = 100;

/// Why there is no place for the socket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: too long for a socket; choose a shorter --data, or set XDG_RUNTIME_DIR")]
pub struct SocketPathError {
    path: String,
}

/// Where the socket of the owner of `data` lies: beside the data file, so that whoever names the
/// data finds its owner; in the runtime directory where that path is too long for a socket. All
/// ways to one directory lead to the same path.
pub fn socket_path(data: &Path, runtime: Option<&Path>) -> Result<PathBuf, SocketPathError> {
    let data = real(data);
    let beside = data.join("watchbell.sock");
    if fits(&beside) {
        return Ok(beside);
    }
    let name = format!("watchbell-{}.sock", short_hash(data.as_os_str()));
    runtime
        .map(|runtime| runtime.join(name))
        .filter(|path| fits(path))
        .ok_or_else(|| SocketPathError { path: beside.display().to_string() })
}

fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST
}

/// The one name of a directory that may have several, and that need not exist yet.
fn real(directory: &Path) -> PathBuf {
    let known = directory.ancestors().find_map(|ancestor| {
        let real = fs::canonicalize(ancestor).ok()?;
        // Component by component: joining an empty rest would add a slash.
        Some(real.components().chain(directory.strip_prefix(ancestor).ok()?.components()).collect())
    });
    known.unwrap_or_else(|| directory.to_owned())
}

fn short_hash(text: &OsStr) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let short = digest.iter().take(8).fold(0_u64, |hash, byte| (hash << 8) | u64::from(*byte));
    format!("{short:016x}")
}

/// Makes the socket, open to the owner's uid alone. Only who holds the data file's lock may call
/// this: what lies there is then left from a process that is gone, and is removed.
pub fn bind_socket(path: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Opens the socket to a group of this host, and its directory as far as reaching it needs: what
/// else lies there stays shut, because members may neither list nor write it.
pub fn share_socket(path: &Path, group: u32) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        let mode = fs::metadata(directory)?.permissions().mode() & 0o777;
        std::os::unix::fs::chown(directory, None, Some(group))?;
        fs::set_permissions(directory, fs::Permissions::from_mode(mode & !0o060 | 0o010))?;
    }
    std::os::unix::fs::chown(path, None, Some(group))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))
}

/// The process that answers on the socket; nothing if none does.
pub async fn owner_pid(path: &Path) -> Option<i32> {
    let stream = UnixStream::connect(path).await.ok()?;
    stream.peer_cred().ok()?.pid()
}

/// Who may use a socket that we may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Users {
    /// Whose it is, as far as we can see.
    pub owner: Option<u32>,
    /// To which group it is open, as far as we can see.
    pub group: Option<u32>,
}

/// Who may use the socket, where we may not; nothing where we may, or where there is none.
pub(super) async fn users_without_us(path: &Path) -> Option<Users> {
    let error = UnixStream::connect(path).await.err()?;
    if error.kind() != io::ErrorKind::PermissionDenied {
        return None;
    }
    // Where nobody else may even look at it, its directory tells, as `share_socket` leaves it.
    let seen = |path: &Path, mask: u32, open: u32| {
        let about = fs::metadata(path).ok()?;
        let is_open = about.permissions().mode() & mask == open;
        Some(Users { owner: Some(about.uid()), group: is_open.then_some(about.gid()) })
    };
    let users = seen(path, 0o060, 0o060);
    let users = users.or_else(|| seen(path.parent()?, 0o070, 0o010));
    Some(users.unwrap_or(Users { owner: None, group: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_lies_beside_the_data_while_its_path_fits() {
        let path = socket_path(Path::new("/data"), Some(Path::new("/run/user/7")));
        assert_eq!(path, Ok(PathBuf::from("/data/watchbell.sock")));
    }

    #[test]
    fn a_long_path_moves_to_the_runtime_directory_under_a_name_of_its_own() {
        let runtime = Path::new("/run/user/7");
        let long = |letter: &str| PathBuf::from(format!("/{}", letter.repeat(100)));
        let path = |letter| socket_path(&long(letter), Some(runtime)).unwrap();
        assert_eq!(path("a").parent(), Some(runtime));
        assert_eq!(path("a"), path("a"));
        assert_ne!(path("a"), path("b"));
        let nowhere = socket_path(&long("a"), None).unwrap_err().to_string();
        assert!(nowhere.ends_with("choose a shorter --data, or set XDG_RUNTIME_DIR"), "{nowhere}");
        assert!(socket_path(&long("a"), Some(&long("b"))).is_err());
    }

    #[test]
    fn two_ways_to_one_directory_lead_to_one_socket_before_and_after_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let (there, link) = (folder.path().join("there"), folder.path().join("link"));
        fs::create_dir(&there).unwrap();
        std::os::unix::fs::symlink(&there, &link).unwrap();
        let long = "x".repeat(100);
        let path = |way: &Path| socket_path(&way.join(&long), Some(Path::new("/run"))).unwrap();
        let before = path(&link);
        assert_eq!(before, path(&there));
        fs::create_dir(there.join(&long)).unwrap();
        assert_eq!((path(&link), path(&there)), (before.clone(), before));
    }

    #[test]
    fn a_short_way_to_a_long_place_and_the_long_way_lead_to_one_socket() {
        let folder = tempfile::tempdir().unwrap();
        let (there, link) = (folder.path().join("x".repeat(100)), folder.path().join("link"));
        fs::create_dir(&there).unwrap();
        std::os::unix::fs::symlink(&there, &link).unwrap();
        let path = |way: &Path| socket_path(way, Some(Path::new("/run"))).unwrap();
        assert_eq!(path(&link), path(&there));
        // And the other way round.
        let (there, link) = (folder.path().join("there"), folder.path().join("y".repeat(100)));
        fs::create_dir(&there).unwrap();
        std::os::unix::fs::symlink(&there, &link).unwrap();
        assert_eq!(path(&link), path(&there));
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_who_answers_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watchbell.sock");
        drop(bind_socket(&path).unwrap());
        assert_eq!(owner_pid(&path).await, None);
        let _owner = bind_socket(&path).unwrap();
        assert_eq!(owner_pid(&path).await, i32::try_from(std::process::id()).ok());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
