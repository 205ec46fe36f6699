//! Who is at the other end of the Unix socket, and what they may do there: known by the user that
//! the system names, never by what they say.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::domain::actor::{Actor, Person, Via};
use crate::domain::id::AccountId;
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;
use crate::domain::token::{Scope, Scopes};
use crate::http::edge::{self, Peer};
use crate::http::error::ApiError;

/// Whose data it is, and who else may use its socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user that the service runs as.
    pub uid: u32,
    /// As whom that user acts.
    pub actor: Actor,
    /// Which users of this host are which people.
    pub people: BTreeMap<u32, Person>,
    /// Who may use the socket.
    pub open_to: OpenTo,
}

/// Who may use the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenTo {
    /// Its owner and root.
    Owner,
    /// The people in its group too, with fewer rights. The system keeps others from the socket.
    Group,
}

/// Whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    uid: u32,
    actor: Actor,
    standing: Standing,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Everything: they could read the data file, or be any user.
    Master,
    /// What those on call do.
    Member,
}

impl Owner {
    /// The user of this uid, or why they may not use the socket.
    fn caller(&self, uid: u32) -> Result<Caller, ApiError> {
        let person = self.people.get(&uid).cloned().map(Actor::Account);
        let (actor, standing) = match (uid, self.open_to, person) {
            (uid, _, _) if uid == self.uid => (self.actor.clone(), Standing::Master),
            (0, _, root) => {
                let nameless = || Actor::User(Text::derive("root"));
                (root.unwrap_or_else(nameless), Standing::Master)
            }
            (_, OpenTo::Group, Some(person)) => (person, Standing::Member),
            (uid, OpenTo::Group, None) => return Err(ApiError::UserWithoutAccount(uid)),
            (uid, OpenTo::Owner, _) => return Err(ApiError::ForeignUser(uid)),
        };
        Ok(Caller { uid, actor, standing })
    }
}

impl Caller {
    /// Refuses, saying what to do, if they may not.
    pub(super) fn may(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes().has(scope) { Ok(()) } else { Err(ApiError::OwnerOnly(scope)) }
    }

    /// What they may do.
    pub(super) fn scopes(&self) -> Scopes {
        match self.standing {
            Standing::Master => Scopes::all(),
            Standing::Member => {
                use Scope::{Ack, Assign, Read, Resolve, Silence};
                [Read, Ack, Assign, Resolve, Silence].into_iter().collect()
            }
        }
    }

    /// As whom they act for themselves.
    pub(super) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// As whom they act, and from where: themselves, or the account that they want to speak for,
    /// if they may.
    pub(super) fn acting(
        &self,
        speaks_for: Option<AccountId>,
        policy: &Policy,
    ) -> Result<(Actor, Via), ApiError> {
        let uid = self.uid;
        let Some(id) = speaks_for else { return Ok((self.actor.clone(), Via::Verb { uid })) };
        match self.standing {
            Standing::Master => {
                let account = policy.account(id).ok_or(Refusal::UnknownAccount(id))?;
                Ok((Actor::Account(account.person()), Via::As { uid }))
            }
            Standing::Member => Err(ApiError::MayNotSpeak),
        }
    }
}

/// Lets those through who may use the socket.
pub(in crate::http) async fn admit(
    State(owner): State<Arc<Owner>>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match request.extensions().get::<Peer>() {
        Some(Peer::User(uid)) => owner.caller(*uid),
        Some(Peer::Net(_)) | None => Err(ApiError::NoUser),
    };
    match caller {
        Ok(caller) => {
            edge::let_in(request.extensions());
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}
