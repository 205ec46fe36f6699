//! The way to the service for whoever shows it or asks something of it: console and verbs.
//!
//! Whether a process is the owner is decided by the data file's lock and by nothing else; the
//! socket only says who the owner is, and takes orders for it.

mod local;
mod owner;
mod remote;
mod secret;
mod socket;
mod source;

pub use local::Local;
pub use owner::{Found, OwnerError, Reached, find, reach};
pub use remote::{Remote, RemoteError};
pub use secret::Secret;
pub use socket::{SocketPathError, bind_socket, owner_pid, socket_path};
pub use source::{AskError, ListedToken, NewToken, NewTokenError, Source};
