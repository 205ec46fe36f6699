//! Whose data it is, and who else may use the socket.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow, bail};

use crate::cli::{Places, group_id, group_name, user_id, user_name};
use crate::client::{OwnerError, Users, share_socket};
use crate::config::Config;
use crate::domain::actor::{Actor, Person};
use crate::http::{OpenTo, Owner};

/// The owner: the user of this uid, who acts as `actor`.
pub(super) fn of(config: &Config, uid: u32, actor: Actor) -> Owner {
    let open_to = if config.socket.group.is_some() { OpenTo::Group } else { OpenTo::Owner };
    Owner { uid, actor, people: people(config), open_to }
}

/// Which users of this host are which people. Who is made a user later is known after a restart.
fn people(config: &Config) -> BTreeMap<u32, Person> {
    let said = config.unix_users.keys().map(AsRef::as_ref);
    let named = config.policy.accounts.iter().map(|account| account.name.as_str());
    let known = |user: &str| Some((user_id(user)?, config.account_of(user)?.person()));
    said.chain(named).filter_map(known).collect()
}

/// The users whom the configuration names and this host does not know. They may come later.
pub(super) fn unknown(config: &Config) -> impl Iterator<Item = &str> {
    config.unix_users.keys().map(AsRef::as_ref).filter(|user| user_id(user).is_none())
}

/// Why the data and its owner are out of reach, with the names that this host knows.
pub(super) fn out_of_reach(error: OwnerError) -> anyhow::Error {
    let OwnerError::Shut { socket, users } = error else { return error.into() };
    let Users { owner, group } = users;
    let owner = owner.map(user_name);
    let stranger = owner.clone().filter(|owner| owner != "root");
    let mut may: Vec<String> = stranger.into_iter().chain(["root".to_owned()]).collect();
    let group = group.map(group_name);
    may.extend(group.iter().map(|group| format!("the group {group}")));
    let may = match may.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    let ask = match (owner, group) {
        (Some(_), Some(group)) => format!("have yourself added to {group}"),
        (Some(owner), None) => format!("ask {owner} to set group under [socket] of watchbell.toml"),
        (None, _) => "ask whoever runs watchbell there".to_owned(),
    };
    anyhow!(
        "you may not use {}: only {may} may; {ask}, or name another directory with --data",
        socket.display()
    )
}

/// Opens the socket to the group of the configuration, where it names one.
pub(super) fn share(places: &Places, group: Option<&str>) -> Result<()> {
    let Some(group) = group else { return Ok(()) };
    let Some(id) = group_id(group) else {
        bail!("no group {group} on this host; correct group under [socket] of watchbell.toml");
    };
    let socket = &places.socket;
    if socket.parent() != Some(&places.data) {
        bail!(
            "{}: a socket for the group {group} must lie beside the data; choose a shorter --data",
            socket.display()
        );
    }
    share_socket(socket, id).map_err(|error| {
        anyhow!(
            "{}: cannot be given to the group {group}: {error}; run the service as a member of it",
            socket.display()
        )
    })
}
