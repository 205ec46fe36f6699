//! The service in this process.

use std::sync::Arc;

use super::reading::{self, FindError, Wanted};
use crate::domain::command::Order;
use crate::domain::id::{AccountId, OpId};
use crate::domain::query::Filter;
use crate::domain::time::Timestamp;
use crate::engine::{Feed, Handle, Published, Receipt, SubmitError, Vitals};
use crate::record::shown::{AccountV1, ExplanationV1, FoundV1, ListingV1, ServiceShownV1};
use crate::record::v1::TokenShownV1;

/// The service in this process: the engine behind its handle. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Local(Handle);

impl Local {
    /// The service that `handle` leads to.
    pub fn new(handle: Handle) -> Self {
        Self(handle)
    }

    /// Has an order carried out.
    pub async fn submit(&self, order: Order) -> Result<Receipt, SubmitError> {
        self.0.submit(order).await
    }

    /// The newest published table.
    pub fn latest(&self) -> Arc<Published> {
        self.0.latest()
    }

    /// The newest published table, and a feed of everything after it.
    pub fn follow(&self) -> (Arc<Published>, Feed) {
        self.0.follow()
    }

    /// The alerts that match, in no order.
    pub(super) fn alerts(
        &self,
        filter: &Filter,
        wanted: Wanted,
        me: Option<AccountId>,
    ) -> ListingV1 {
        reading::listing(&self.0, filter, wanted, me)
    }

    /// The alert whose id begins so.
    pub(super) async fn alert(&self, beginning: &str) -> Result<FoundV1, FindError> {
        reading::found(&self.0, beginning).await
    }

    /// Why the alert whose id begins so calls people, or does not.
    pub(super) fn explain(&self, beginning: &str) -> Result<ExplanationV1, FindError> {
        reading::explained(&self.0, beginning)
    }

    /// All services, by name.
    pub(super) fn services(&self) -> Vec<ServiceShownV1> {
        reading::services(&self.0)
    }

    /// All accounts.
    pub(super) fn accounts(&self) -> Vec<AccountV1> {
        reading::accounts(&self.0)
    }

    /// All tokens, by name.
    pub(super) fn tokens(&self) -> Vec<TokenShownV1> {
        reading::tokens(&self.0)
    }

    /// How the program is.
    pub fn vitals(&self) -> &Vitals {
        self.0.vitals()
    }

    /// Now, by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// An id for a new order.
    pub fn op(&self) -> OpId {
        self.0.op()
    }
}
