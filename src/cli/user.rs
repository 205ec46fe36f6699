//! The Unix user who started the program.

use nix::unistd::{Uid, User};

/// Who started the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnixUser {
    /// The name of the real user; `uid-1000` where the system has none.
    pub name: String,
    /// Whose rights the program has: what the system says of us to others.
    pub uid: u32,
}

impl UnixUser {
    /// Asks the system.
    pub fn find() -> Self {
        let real = Uid::current();
        let name = match User::from_uid(real) {
            Ok(Some(user)) => user.name,
            Ok(None) | Err(_) => format!("uid-{real}"),
        };
        Self { name, uid: Uid::effective().as_raw() }
    }
}
