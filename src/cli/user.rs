//! The Unix user who started the program, and others of this host by name.

use nix::unistd::{Gid, Group, Uid, User};

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
        Self { name: user_name(Uid::current().as_raw()), uid: Uid::effective().as_raw() }
    }
}

/// The name of this user; `uid-1000` where the system has none.
pub fn user_name(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid-{uid}"),
    }
}

/// The name of this group; `gid-1000` where the system has none.
pub fn group_name(gid: u32) -> String {
    match Group::from_gid(Gid::from_raw(gid)) {
        Ok(Some(group)) => group.name,
        Ok(None) | Err(_) => format!("gid-{gid}"),
    }
}

/// The uid of the user of this name; nothing where the system knows none.
pub fn user_id(name: &str) -> Option<u32> {
    User::from_name(name).ok().flatten().map(|user| user.uid.as_raw())
}

/// The gid of the group of this name; nothing where the system knows none.
pub fn group_id(name: &str) -> Option<u32> {
    Group::from_name(name).ok().flatten().map(|group| group.gid.as_raw())
}
