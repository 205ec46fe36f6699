//! The service in this process.

use std::sync::Arc;

use crate::domain::actor::Actor;
use crate::domain::command::{Command, Order};
use crate::domain::id::OpId;
use crate::domain::policy::Policy;
use crate::domain::time::Timestamp;
use crate::engine::{Feed, Handle, Published, Receipt, SubmitError, Vitals};

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

    /// Has a configuration taken over.
    pub async fn adopt(&self, policy: Policy) -> Result<(), SubmitError> {
        let command = Command::Adopt(Arc::new(policy));
        let order = Order { op: self.op(), actor: Actor::Watchbell, seen: None, command };
        self.submit(order).await.map(|_| ())
    }

    /// The newest published table.
    pub fn latest(&self) -> Arc<Published> {
        self.0.latest()
    }

    /// The newest published table, and a feed of everything after it.
    pub fn follow(&self) -> (Arc<Published>, Feed) {
        self.0.follow()
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
