//! The draft: a copy of the table in which one turn decides its orders, before anything is kept.

use std::sync::Arc;

use super::actor::{Actor, Via};
use super::alert::Standing;
use super::change::{Change, Keep};
use super::command::{Answer, Order};
use super::decide::decide;
use super::entity::{Entity, Key};
use super::event::{Event, What};
use super::id::{Ids, Revision};
use super::policy::Policy;
use super::refusal::Refusal;
use super::table::{Grant, Table};
use super::time::{SignedDuration, Timestamp, after};

/// What a turn decides with: one time, one revision, one source of ids.
#[derive(Clone, Debug)]
pub struct Tick {
    /// Now.
    pub now: Timestamp,
    /// The commit that is being decided.
    pub revision: Revision,
    /// New ids.
    pub ids: Ids,
    /// What does not time out for a while, because we could not have heard of it.
    pub granted: Option<Grant>,
}

/// A table in the making. Later orders see what earlier ones did; `put` is the only way in.
#[derive(Debug)]
pub struct Draft {
    /// What it began with. No other copy is kept meanwhile: whatever two copies share is copied
    /// before it changes.
    base: Table,
    table: Table,
    changes: Vec<Change>,
    /// From where the order came that is being decided.
    via: Via,
    /// What this turn decides with.
    pub tick: Tick,
}

/// How a draft stood, to go back to.
#[derive(Clone, Debug)]
pub struct Mark {
    table: Table,
    changes: usize,
    tick: Tick,
}

impl Draft {
    /// A draft of what comes after `table`.
    pub fn new(table: Table, tick: Tick) -> Self {
        Self { base: table.clone(), table, changes: Vec::new(), via: Via::Watchbell, tick }
    }

    /// Decides one order. A refused one leaves the draft as it was.
    pub fn attempt(&mut self, order: &Order) -> Result<Answer, Refusal> {
        self.via = order.via;
        self.or_restore(|draft| decide(draft, order))
    }

    /// Does `work`; what it put is taken back if it is refused.
    pub fn or_restore<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let changes = self.changes.len();
        let result = work(self);
        // Nearly everything that is refused is refused before it put anything.
        if result.is_err() && self.changes.len() > changes {
            self.changes.truncate(changes);
            self.replay();
        }
        result
    }

    /// How it stands. To be taken sparingly: what the draft and a mark share is copied before it
    /// changes.
    pub fn mark(&self) -> Mark {
        Mark { table: self.table.clone(), changes: self.changes.len(), tick: self.tick.clone() }
    }

    /// Takes back all that was done since `mark`, whatever it was and wherever it broke off.
    pub fn back_to(&mut self, mark: Mark) {
        self.table = mark.table;
        self.changes.truncate(mark.changes);
        self.tick = mark.tick;
    }

    /// Makes the table again from what it began with and the changes that count. Nothing that
    /// replaces the policy or grants time is refused.
    fn replay(&mut self) {
        let mut table = self.base.clone();
        table.adopt(Arc::clone(self.table.policy()));
        if let Some(grant) = self.table.granted() {
            table.grant(grant);
        }
        self.changes.iter().for_each(|change| table.put(change));
        self.table = table;
    }

    /// The table as it would be.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Puts an entity's new state, with the line that explains it.
    pub fn put(&mut self, entity: Entity, event: Option<Arc<Event>>) {
        self.change(Change { key: entity.key(), next: Some(entity), event, keep: Keep::Now });
    }

    /// Puts an entity's new state, which differs in what its source repeats.
    pub fn put_soon(&mut self, entity: Entity) {
        let key = entity.key();
        self.change(Change { key, next: Some(entity), event: None, keep: Keep::Soon });
    }

    /// Ends an entity, with the line that explains it.
    pub fn end(&mut self, key: Key, event: Option<Arc<Event>>) {
        self.change(Change { key, next: None, event, keep: Keep::Now });
    }

    /// Lets nothing time out for a while: for as long as a source may take to be heard again.
    pub fn grant(&mut self) {
        const AT_LEAST: SignedDuration = SignedDuration::from_mins(5);
        let long = self.table.policy().resolve_timeout.max(AT_LEAST);
        let heard_from = self.tick.now;
        self.table.grant(Grant { heard_from, until: after(heard_from, long) });
        self.tick.granted = self.table.granted();
    }

    /// Replaces the policy. It is no entity: the configuration file keeps it.
    pub fn adopt(&mut self, policy: Arc<Policy>) {
        self.table.adopt(policy);
    }

    /// A line of the timeline of `subject`, of this turn.
    pub fn event(
        &self,
        actor: &Actor,
        subject: Key,
        what: What,
        before: Option<&Standing>,
    ) -> Arc<Event> {
        Arc::new(Event {
            at: self.tick.now,
            revision: self.tick.revision,
            actor: actor.clone(),
            via: self.via,
            subject,
            what,
            before: before.cloned().map(Box::new),
        })
    }

    /// What came of it: the new table, the changes that led to it, and the ids not yet drawn.
    pub fn finish(self) -> (Table, Vec<Change>, Ids) {
        (self.table, self.changes, self.tick.ids)
    }

    fn change(&mut self, change: Change) {
        self.table.put(&change);
        self.changes.push(change);
    }
}
