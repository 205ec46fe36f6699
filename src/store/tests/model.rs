//! The store against a model: random changes, random reopenings, the same content.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::Config;
use uuid::Uuid;

use super::*;
use crate::domain::alert::Alert;
use crate::domain::id::{AlertId, TokenId};
use crate::domain::token::Token;
use crate::record::samples;
use crate::rounds::rounds;
use crate::store::platter::{Plan, Platter};

/// What is kept, and every timeline, oldest line first.
#[derive(Debug, Default)]
struct Model {
    states: BTreeMap<Key, Entity>,
    lines: BTreeMap<Key, Vec<Arc<Event>>>,
}

impl Model {
    fn put(&mut self, change: &Change) {
        match &change.next {
            Some(entity) => self.states.insert(change.key, entity.clone()),
            None => self.states.remove(&change.key),
        };
        if let Some(event) = &change.event {
            self.lines.entry(change.key).or_default().push(Arc::clone(event));
        }
    }

    /// As a start reads it: alerts with their recent lines.
    fn entities(&self) -> Vec<Entity> {
        let states = self.states.iter();
        states
            .map(|(key, entity)| match entity {
                Entity::Alert(alert) => {
                    let mut alert = alert.as_ref().clone();
                    let lines = self.lines.get(key).map_or(&[][..], Vec::as_slice);
                    alert.recent = lines[lines.len().saturating_sub(Alert::RECENT)..].into();
                    Entity::Alert(Arc::new(alert))
                }
                Entity::Service(_)
                | Entity::Token(_)
                | Entity::Once(_)
                | Entity::Source(_)
                | Entity::Delivery(_)
                | Entity::Silence(_)
                | Entity::Maintenance(_) => entity.clone(),
            })
            .collect()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Commit(Vec<Pick>),
    Reopen,
    /// One operation of the disk fails, so many on, in a commit.
    Fail(u64, Vec<Pick>),
    /// The journal is folded.
    Fold,
}

/// A change before it is known which commit it is of.
#[derive(Clone, Debug)]
struct Pick {
    key: Key,
    next: Option<Entity>,
    told: bool,
}

impl Pick {
    fn change(self, revision: Revision) -> Change {
        let Self { key, next, told } = self;
        let event = told.then(|| Arc::new(said(revision.0, key, "told")));
        Change { key, next, event, keep: Keep::Now }
    }
}

/// A change of one of three alerts.
fn alert() -> impl Strategy<Value = (Key, Option<Entity>)> {
    (0..3_u128, option::of(samples::alert())).prop_map(|(slot, alert)| {
        let id = AlertId(Uuid::from_u128(slot));
        let next = alert.map(|alert| Entity::Alert(Arc::new(Alert { id, ..alert })));
        (Key::Alert(id), next)
    })
}

/// A change of one of three tokens.
fn token() -> impl Strategy<Value = (Key, Option<Entity>)> {
    (0..3_u128, option::of(samples::token())).prop_map(|(slot, token)| {
        let id = TokenId(Uuid::from_u128(slot));
        let next = token.map(|token| Entity::Token(Arc::new(Token { id, ..token })));
        (Key::Token(id), next)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let pick = (prop_oneof![alert(), token()], any::<bool>());
    let pick = pick.prop_map(|((key, next), told)| Pick { key, next, told });
    prop_oneof![
        4 => vec(pick.clone(), 0..12).prop_map(Step::Commit),
        1 => (0..12_u64, vec(pick, 0..12)).prop_map(|(n, picks)| Step::Fail(n, picks)),
        1 => Just(Step::Reopen),
        1 => Just(Step::Fold),
    ]
}

proptest! {
    // With `WATCHBELL_ROUNDS=20` it is 480 of them.
    #![proptest_config(Config::with_cases(u32::try_from(rounds(24)).unwrap()))]

    #[test]
    fn the_store_keeps_what_a_map_keeps(steps in vec(step(), 1..16)) {
        let disk = Platter::default();
        let (mut store, loaded) = Store::open(disk.clone()).unwrap();
        let mut model = Model::default();
        let mut revision = loaded.revision;
        for step in steps {
            match step {
                Step::Commit(picks) => {
                    revision = revision.next();
                    let picks = picks.into_iter();
                    let changes: Vec<Change> = picks.map(|pick| pick.change(revision)).collect();
                    store.commit(revision, &changes).unwrap();
                    for change in &changes {
                        model.put(change);
                    }
                }
                Step::Fail(n, picks) => {
                    let next = revision.next();
                    let picks = picks.into_iter();
                    let changes: Vec<Change> = picks.map(|pick| pick.change(next)).collect();
                    disk.follow(Plan::FailAt(n, ErrorKind::Other));
                    let kept = store.commit(next, &changes);
                    disk.follow(Plan::Well);
                    let at = match kept {
                        Ok(()) => next,
                        // Whole or not at all: which of the two, the disk says.
                        Err(_) => store.reopen().unwrap().revision,
                    };
                    prop_assert!(at == revision || at == next);
                    if at == next {
                        for change in &changes {
                            model.put(change);
                        }
                    }
                    revision = at;
                }
                Step::Fold => store.fold_slice().unwrap(),
                Step::Reopen => {
                    let loaded = store.reopen().unwrap();
                    prop_assert_eq!(loaded.revision, revision);
                    prop_assert_eq!(loaded.entities, model.entities());
                }
            }
        }
        prop_assert_eq!(store.reopen().unwrap().entities, model.entities());
        for (key, lines) in &model.lines {
            let page = store.archive().timeline(*key, PageRequest::newest(500)).unwrap();
            let newest_first: Vec<Event> = lines.iter().rev().map(|line| (**line).clone()).collect();
            prop_assert_eq!(page.items, newest_first);
        }
    }
}
