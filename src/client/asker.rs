//! Who asks something of the service on the command line.

use crate::domain::actor::{Actor, Person, Via};
use crate::domain::id::AccountId;

/// Who asks. An owner that is another process looks for itself who that is; this is for a service
/// in this process, and says for whom the asker wants to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The user who runs the verb.
    pub uid: u32,
    /// As whom that user acts.
    pub actor: Actor,
    /// For whom they speak, where they do (`--as`).
    pub speaks_for: Option<Person>,
}

impl Asker {
    /// In whose name things are done.
    pub fn actor(&self) -> Actor {
        self.speaks_for.clone().map_or_else(|| self.actor.clone(), Actor::Account)
    }

    /// From where.
    pub fn via(&self) -> Via {
        let uid = self.uid;
        if self.speaks_for.is_some() { Via::As { uid } } else { Via::Verb { uid } }
    }

    /// Who `me` is in a filter.
    pub fn me(&self) -> Option<AccountId> {
        self.actor().person().map(|person| person.id)
    }
}
