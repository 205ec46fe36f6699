//! `[[account]]`: the people, and which users of this host they are.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::error::ConfigError;
use super::name::new_name;
use super::section::Section;
use crate::domain::id::AccountId;
use crate::domain::policy::Account;

/// The people.
#[derive(Debug)]
pub(super) struct People {
    /// Their accounts, at least one.
    pub(super) accounts: Vec<Account>,
    /// Who is which user of this host, where the file says so.
    pub(super) unix_users: BTreeMap<Box<str>, AccountId>,
}

/// What means somebody else, or nobody, where an account is named.
const WORDS: [&str; 2] = ["me", "nobody"];

/// Reads the people. Without any, `user` is the only one.
pub(super) fn read(top: &mut Section<'_>, user: &str) -> Result<People, ConfigError> {
    let mut known = BTreeSet::new();
    let mut people = People { accounts: Vec::new(), unix_users: BTreeMap::new() };
    for mut section in top.sections("account")? {
        let name = new_name("account", &mut section, &mut known, &WORDS)?;
        let email = email(&mut section)?;
        let account = Account::new(name.as_str(), &email);
        unix_user(&mut section, account.id, &mut people.unix_users)?;
        people.accounts.push(account);
        section.finish()?;
    }
    if people.accounts.is_empty() {
        people.accounts.push(Account::new(user, ""));
    }
    Ok(people)
}

fn email<'t>(section: &mut Section<'t>) -> Result<Cow<'t, str>, ConfigError> {
    let Some(email) = section.text("email", "\"alice@example.org\"")? else {
        return Ok(Cow::Borrowed(""));
    };
    if is_mail_address(&email.value) {
        return Ok(email.value);
    }
    Err(email.error(
        format!("{:?} is no mail address", email.value),
        "write one such as \"alice@example.org\", or leave email out",
    ))
}

/// A user of the host is one person: what they do must not have two names.
fn unix_user(
    section: &mut Section<'_>,
    account: AccountId,
    known: &mut BTreeMap<Box<str>, AccountId>,
) -> Result<(), ConfigError> {
    let Some(user) = section.text("unix_user", "\"alice\"")? else {
        return Ok(());
    };
    if user.value.trim().is_empty() {
        return Err(user.error("unix_user is empty", "write the name of a user of this host"));
    }
    if known.insert(user.value.as_ref().into(), account).is_some() {
        return Err(user.error(
            format!("the unix_user {:?} is two accounts", user.value),
            "give it to one of them",
        ));
    }
    Ok(())
}

/// Only what would surely be a slip: an address is proved by a mail that arrives.
fn is_mail_address(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.split_once('@');
    plain && parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
}
