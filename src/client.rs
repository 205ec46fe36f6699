//! The way to the service for whoever shows it or asks something of it: console and verbs.

mod socket;

pub use self::socket::{SocketPathError, socket_path};
