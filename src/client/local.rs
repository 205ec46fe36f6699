//! The service in this process, and what may be asked of it here.

use std::sync::Arc;

use super::export::Export;
use super::reading::{self, FindError, Wanted};
use crate::domain::command::Order;
use crate::domain::id::{AccountId, OpId};
use crate::domain::matcher::Matcher;
use crate::domain::query::Filter;
use crate::domain::time::Timestamp;
use crate::domain::token::{Scope, Scopes};
use crate::engine::{Feed, Handle, Published, Receipt, SubmitError, Vitals};
use crate::record::shown::{
    AccountV1, ExplanationV1, FoundV1, ListingV1, PreviewV1, ServiceShownV1, SilencesV1,
};
use crate::record::v1::TokenShownV1;

/// The service in this process: the engine behind its handle. Cloning is cheap, and a clone may
/// ask no more than its original.
#[derive(Clone, Debug)]
pub struct Local {
    handle: Handle,
    may: Scopes,
}

/// It may not be asked for here. The engine was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not allowed here: it needs the right {0}")]
pub struct NotAllowed(pub Scope);

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// It may not be asked for here.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The engine refused, or could not save it.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl Local {
    /// The service that `handle` leads to, with every right.
    pub fn new(handle: Handle) -> Self {
        Self { handle, may: Scopes::all() }
    }

    /// The same service, of which no order is carried out.
    #[must_use]
    pub fn read_only(self) -> Self {
        Self { may: [Scope::Read].into_iter().collect(), ..self }
    }

    /// Has an order carried out. Refuses one whose scope, by the one table of rights, may not be
    /// used here, whoever made it and by whatever key.
    pub async fn submit(&self, order: Order) -> Result<Receipt, LocalError> {
        let scope = order.command.scope();
        if !self.may.has(scope) {
            return Err(LocalError::NotAllowed(NotAllowed(scope)));
        }
        Ok(self.handle.submit(order).await?)
    }

    /// The newest published table.
    pub fn latest(&self) -> Arc<Published> {
        self.handle.latest()
    }

    /// The newest published table, and a feed of everything after it.
    pub fn follow(&self) -> (Arc<Published>, Feed) {
        self.handle.follow()
    }

    /// The alerts that match, in no order.
    pub(super) fn alerts(
        &self,
        filter: &Filter,
        wanted: Wanted,
        me: Option<AccountId>,
    ) -> ListingV1 {
        reading::listing(&self.handle, filter, wanted, me)
    }

    /// The alert whose id begins so.
    pub(super) async fn alert(&self, beginning: &str) -> Result<FoundV1, FindError> {
        reading::found(&self.handle, beginning).await
    }

    /// Why the alert whose id begins so calls people, or does not.
    pub(super) fn explain(&self, beginning: &str) -> Result<ExplanationV1, FindError> {
        reading::explained(&self.handle, beginning)
    }

    /// All silences, in API v2's order.
    pub(super) fn silences(&self) -> SilencesV1 {
        reading::silences(&self.handle)
    }

    /// What a silence with these matchers would mute.
    pub(super) fn preview(&self, matchers: &[Matcher]) -> PreviewV1 {
        reading::preview(&self.handle, matchers)
    }

    /// All services, by name.
    pub(super) fn services(&self) -> Vec<ServiceShownV1> {
        reading::services(&self.handle)
    }

    /// All accounts.
    pub(super) fn accounts(&self) -> Vec<AccountV1> {
        reading::accounts(&self.handle)
    }

    /// All that is kept, as it is now.
    pub(super) fn export(&self) -> Export {
        Export::of(&self.handle)
    }

    /// All tokens, by name.
    pub(super) fn tokens(&self) -> Vec<TokenShownV1> {
        reading::tokens(&self.handle)
    }

    /// How the program is.
    pub fn vitals(&self) -> &Vitals {
        self.handle.vitals()
    }

    /// Now, by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.handle.now()
    }

    /// An id for a new order.
    pub fn op(&self) -> OpId {
        self.handle.op()
    }
}
