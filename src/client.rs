//! The way to the service for whoever shows it or asks something of it: console and verbs.
//!
//! Whether a process is the owner is decided by the data file's lock and by nothing else; the
//! socket only says who the owner is, and takes orders for it.

mod asker;
mod attached;
pub mod care;
pub mod export;
mod import;
mod lines;
mod live;
mod local;
mod mirror;
mod owner;
pub mod reading;
mod remote;
mod secret;
mod socket;
mod source;
mod stream;
mod view;
mod vital;

pub use crate::engine::data_file;
pub use asker::Asker;
pub use attached::{Attached, Looks, Site};
pub use import::{ImportError, Imported};
pub use live::{Following, Heard, Live, LiveError, News};
pub use local::{Local, LocalError, NotAllowed};
pub use owner::{Beginning, Found, OwnerError, Reached, find, reach};
pub use remote::{Remote, RemoteError};
pub use secret::Secret;
pub use socket::{SocketPathError, Users, bind_socket, owner_pid, share_socket, socket_path};
pub use source::{AskError, Kind, ListedToken, NewToken, Source};
pub use stream::Exported;
pub use view::{
    Explained, ListedAccount, ListedService, Listing, Previewed, Shown, ShownSilence, Silences,
    Whole,
};
