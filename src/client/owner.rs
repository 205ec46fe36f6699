//! Who owns the data: this process, or another one that answers on the socket.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::local::Local;
use super::remote::{Remote, RemoteError};
use super::socket::{Users, owner_pid, users_without_us};
use super::source::Source;
use crate::domain::policy::Policy;
use crate::engine::{
    self, Handle, Notifier, OpenError, StartError, SubmitError, Writer, WriterError,
};

/// An owner may be starting, or be a verb that is done in a moment: this long it is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Who owns the data.
#[derive(Debug)]
pub enum Found {
    /// This process does now.
    Us(Handle, Writer),
    /// The process of this id does.
    Other(i32),
}

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The engine cannot be started over the data.
    #[error(transparent)]
    Start(#[from] StartError),
    /// There is no data, and the verb does not begin any.
    #[error(
        "no data in {directory}: watchbell has never run there; name its directory with --data, or \
         start it first"
    )]
    NoData {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// Somebody has the data and says nothing.
    #[error(
        "{path} belongs to another watchbell, which does not answer on {socket}; try again in a \
         moment, or end it"
    )]
    Silent {
        /// The data file.
        path: PathBuf,
        /// Where it should answer.
        socket: PathBuf,
    },
    /// Somebody has the data, and nothing to be asked on.
    #[error(
        "{path} belongs to another watchbell, and there is no socket {socket}; a service makes it \
         again within seconds, and a verb ends: try again then"
    )]
    NoSocket {
        /// The data file.
        path: PathBuf,
        /// Where it lay.
        socket: PathBuf,
    },
    /// The data is another user's, and so is its socket.
    #[error("you may not use {socket}; ask whoever runs watchbell there")]
    Shut {
        /// The socket.
        socket: PathBuf,
        /// Who may.
        users: Users,
    },
    /// The owner cannot be asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// What was opened cannot be used.
    #[error(transparent)]
    Submit(SubmitError),
    /// Opening ended in a panic.
    #[error("opening the data file panicked; the log says where")]
    Panicked,
}

/// Opens the data in the directory `data` under `policy` as the service, or finds who has it. Waits
/// a moment for an owner that has the data and does not answer yet.
pub async fn find(data: &Path, socket: &Path, policy: Policy) -> Result<Found, OwnerError> {
    open_or_find(data, socket, policy, Notifier::Runs).await
}

async fn open_or_find(
    data: &Path,
    socket: &Path,
    policy: Policy,
    notifier: Notifier,
) -> Result<Found, OwnerError> {
    let policy = Arc::new(policy);
    let mut path = None;
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        let (data, policy) = (data.to_owned(), Arc::clone(&policy));
        let opened = tokio::task::spawn_blocking(move || engine::open(&data, policy, notifier));
        match opened.await.map_err(|_| OwnerError::Panicked)? {
            Ok((handle, writer)) => return Ok(Found::Us(handle, writer)),
            Err(StartError::Unsaved(error)) => return Err(OwnerError::Submit(error)),
            Err(StartError::Open(OpenError::Owned { path: owned })) => path = Some(owned),
            // Whoever may use the socket alone, as a member of its group, cannot even look.
            Err(StartError::Open(error)) if is_shut(&error) => {
                return match (owner_pid(socket).await, users_without_us(socket).await) {
                    (Some(pid), _) => Ok(Found::Other(pid)),
                    (None, Some(users)) => {
                        Err(OwnerError::Shut { socket: socket.to_owned(), users })
                    }
                    (None, None) => Err(StartError::Open(error).into()),
                };
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(pid) = owner_pid(socket).await {
            return Ok(Found::Other(pid));
        }
        tokio::time::sleep(PAUSE).await;
    }
    let path = path.unwrap_or_else(|| data.to_owned());
    let socket = socket.to_owned();
    Err(match std::fs::exists(&socket) {
        Ok(false) => OwnerError::NoSocket { path, socket },
        Ok(true) | Err(_) => OwnerError::Silent { path, socket },
    })
}

/// Whether it is another user's.
fn is_shut(error: &OpenError) -> bool {
    match error {
        OpenError::OfAnother { .. } => true,
        OpenError::Unwritable { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
        OpenError::Owned { .. }
        | OpenError::OpenToOthers { .. }
        | OpenError::NewerFormat { .. }
        | OpenError::Strange { .. }
        | OpenError::Foreign { .. }
        | OpenError::Damaged { .. } => false,
    }
}

/// Whether a verb may begin the data where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// It makes something that is to be kept.
    Allowed,
    /// It asks about what is there.
    Refused,
}

/// The service as a verb reaches it.
#[derive(Debug)]
pub struct Reached {
    /// What to ask.
    pub source: Source,
    writer: Option<Writer>,
}

/// Reaches the service for one verb: the owner, or else the data itself, opened without
/// listeners and under `policy`, to be closed with [`Reached::close`]. Where there is none only a
/// verb with `beginning` makes it: any other would read of an empty service, and believe it.
pub async fn reach(
    data: &Path,
    socket: &Path,
    policy: Policy,
    beginning: Beginning,
) -> Result<Reached, OwnerError> {
    let nothing = matches!(std::fs::exists(engine::data_file(data)), Ok(false));
    if beginning == Beginning::Refused && nothing && owner_pid(socket).await.is_none() {
        return Err(OwnerError::NoData { directory: data.to_owned() });
    }
    match open_or_find(data, socket, policy, Notifier::Absent).await? {
        Found::Us(handle, writer) => {
            Ok(Reached { source: Source::Local(Local::new(handle)), writer: Some(writer) })
        }
        Found::Other(_) => {
            Ok(Reached { source: Source::Remote(Remote::new(socket)?), writer: None })
        }
    }
}

impl Reached {
    /// Closes what was opened. Blocks.
    pub fn close(self) -> Result<(), WriterError> {
        self.writer.map_or(Ok(()), Writer::stop)
    }
}
