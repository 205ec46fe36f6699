//! The caller: who a request comes from, and what they may do.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::door::Door;
use super::edge::{self, Peer};
use super::error::ApiError;
use super::guard;
use crate::domain::actor::{Actor, Via};
use crate::domain::alert::Namespace;
use crate::domain::command::{Command, Order};
use crate::domain::id::TokenId;
use crate::domain::policy::Policy;
use crate::domain::text::Text;
use crate::domain::token::{Scope, Scopes, Token};
use crate::engine::{Handle, Receipt};

/// Whoever holds a token, or is let in without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// As whom they act: the token's person, or the machine of its name.
    pub(super) actor: Actor,
    /// From where they call.
    via: Via,
    /// Whose alerts their reports touch.
    pub(super) namespace: Namespace,
    /// The token; of those who have none, one that no token has.
    pub(super) token: TokenId,
    /// Its name, where there is one.
    name: Option<Text>,
    scopes: Scopes,
}

/// Who is let in without a token, as a timeline names them. It says from where, which is all that
/// is known, and is no word that a person would be called by.
const THIS_HOST: &str = "localhost";

impl Caller {
    /// The holder of `token`. A person who is no account any more is no person: the token then
    /// acts in its own name.
    pub(super) fn holding(token: &Token, policy: &Policy, via: Via) -> Self {
        let account = token.account.and_then(|id| policy.account(id));
        let actor = account.map_or_else(
            || Actor::Machine(token.name.clone()),
            |account| Actor::Account(account.person()),
        );
        Self {
            actor,
            via,
            namespace: token.namespace.clone(),
            token: token.id,
            name: Some(token.name.clone()),
            scopes: token.scopes,
        }
    }

    /// Something on this host, of which nothing more is known: it may do what a monitoring system
    /// and a dashboard do.
    pub(super) fn of_this_host(via: Via) -> Self {
        Self {
            actor: Actor::Machine(THIS_HOST.into()),
            via,
            namespace: Namespace::default(),
            token: TokenId(Uuid::nil()),
            name: None,
            scopes: [Scope::Ingest, Scope::Read, Scope::Silence].into_iter().collect(),
        }
    }

    /// Refuses, naming the scope, if it is not theirs.
    pub(super) fn may(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        Err(match self.name.clone() {
            Some(token) => ApiError::Forbidden { token, missing: scope },
            None => ApiError::NeedsToken(scope),
        })
    }

    /// Has `command` carried out in the caller's name, if they may.
    pub(super) async fn submit(
        &self,
        handle: &Handle,
        command: Command,
    ) -> Result<Receipt, ApiError> {
        self.may(command.scope())?;
        let (op, actor) = (handle.op(), self.actor.clone());
        let order = Order { op, actor, via: self.via, seen: None, command };
        Ok(handle.submit(order).await?)
    }
}

impl FromRequestParts<Door> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, ApiError> {
        let via = via(parts)?;
        let caller = guard::admit(&door.handle()?.latest().table, &parts.headers, via)?;
        edge::let_in(&parts.extensions);
        Ok(caller)
    }
}

/// From where a request comes.
pub(super) fn via(parts: &Parts) -> Result<Via, ApiError> {
    match parts.extensions.get::<Peer>() {
        Some(Peer::Net(address)) => Ok(Via::Http { peer: address.ip().to_canonical() }),
        Some(Peer::User(uid)) => Ok(Via::Verb { uid: *uid }),
        None => Err(ApiError::Internal("a request from nowhere".to_owned())),
    }
}
