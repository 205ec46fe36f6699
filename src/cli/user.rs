//! The Unix user who started the program.

use nix::unistd::{Uid, User};

/// The name of the real user; `uid-1000` where the system has none for it.
pub fn user() -> String {
    let uid = Uid::current();
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid-{uid}"),
    }
}
