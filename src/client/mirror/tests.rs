//! However the feed breaks, the mirror is the owner's table.

use proptest::prelude::*;

use super::*;
use crate::domain::alert::{Namespace, State};
use crate::domain::command::{AlertCommand, Command, TokenCommand};
use crate::domain::entity::Key;
use crate::domain::id::AlertId;
use crate::domain::report::{Report, Subject};
use crate::domain::samples::{Desk, account, identity, payload};
use crate::domain::time::SignedDuration;
use crate::domain::token::{Digest, Scopes};
use crate::record::attach::{ChangeV1, LineV1, PROTOCOL, SiteV1};
use crate::record::v1::{ActorV1, ScopesV1, TextV1, TimeV1};

/// An owner: a desk whose changes are published, and what a ring would hold of them.
struct Owner {
    desk: Desk,
    epoch: u64,
    /// The state before the first set.
    base: Cursor,
    sets: Vec<(Cursor, Vec<Change>)>,
}

impl Owner {
    fn new() -> Self {
        let desk = Desk::new();
        let base = Cursor { epoch: 1, revision: desk.revision };
        Self { desk, epoch: 1, base, sets: Vec::new() }
    }

    fn cursor(&self) -> Cursor {
        Cursor { epoch: self.epoch, revision: self.desk.revision }
    }

    fn order(&mut self, who: &str, command: Command) {
        let actor = account(who);
        // What is refused changes nothing.
        if let Ok((_, changes)) = self.desk.order_seen(&actor, None, command)
            && !changes.is_empty()
        {
            self.sets.push((self.cursor(), changes));
        }
    }

    /// A source repeats itself: that explains nothing and has no commit of its own.
    fn repeat(&mut self, which: usize) {
        let Some(id) = self.nth(which) else { return };
        let mut alert = self.desk.alert(id).clone();
        alert.seen.count += 1;
        let next = Some(Entity::Alert(Arc::new(alert)));
        let key = Key::Alert(id);
        let change = Change { key, next, event: None, keep: Keep::Soon };
        self.desk.table.put(&change);
        self.sets.push((self.cursor(), vec![change]));
    }

    fn fires(&mut self, which: usize) {
        let name = format!("alert {}", which % 7);
        let report = Report::Firing {
            subject: Subject::Known(identity(&name)),
            payload: Box::new(payload(&name, "critical")),
        };
        self.order("bob", Command::Report(vec![report]));
    }

    fn makes_token(&mut self, name: &str) {
        let token = TokenCommand::Create {
            name: name.into(),
            digest: Digest([7; 32]),
            scopes: Scopes::all(),
            account: None,
            namespace: Namespace::default(),
        };
        self.order("alice", Command::Token(token));
    }

    fn nth(&self, which: usize) -> Option<AlertId> {
        let count = self.desk.table.alert_count().max(1);
        self.desk.table.alerts().nth(which % count).map(|alert| alert.id)
    }

    fn act(&mut self, who: &str, which: usize, command: AlertCommand) {
        if let Some(id) = self.nth(which) {
            self.order(who, Command::Alerts(vec![id], command));
        }
    }

    fn head(&self) -> HeadV1 {
        HeadV1 {
            protocol: PROTOCOL,
            version: String::new(),
            epoch: self.epoch,
            revision: self.desk.revision.0,
            now: TimeV1(self.desk.now),
            granted: self.desk.table.granted().map(Into::into),
            you: ActorV1::Watchbell,
            may: ScopesV1(Vec::new()),
            site: SiteV1 {
                name: TextV1("prod".into()),
                host: TextV1("mon1".into()),
                listening: ([127, 0, 0, 1], 9093).into(),
                tls: false,
                open: false,
                data: TextV1("/data".into()),
            },
        }
    }

    fn snapshot(&self) -> Mirror {
        let mut mirror = Mirror::of(&self.head());
        mirror.adopt(over_the_wire(PolicyV1::from(self.desk.table.policy().as_ref())));
        for entity in self.desk.table.entities() {
            mirror.put(over_the_wire(ShownV1::from(&entity)));
        }
        mirror
    }

    fn line(&self, at: usize) -> ChangesV1 {
        let (cursor, changes) = &self.sets[at];
        over_the_wire(ChangesV1 {
            epoch: cursor.epoch,
            revision: cursor.revision.0,
            now: TimeV1(self.desk.now),
            granted: self.desk.table.granted().map(Into::into),
            changes: changes.iter().map(ChangeV1::from).collect(),
        })
    }

    /// The set after the first one that led to the state of the mirror.
    fn after(&self, cursor: Cursor) -> Option<usize> {
        if cursor == self.base {
            return Some(0);
        }
        let led = self.sets.iter().position(|(led, _)| *led == cursor)?;
        Some(led + 1)
    }
}

fn over_the_wire<T: serde::Serialize + for<'de> serde::Deserialize<'de>>(value: T) -> T {
    serde_json::from_slice(&serde_json::to_vec(&value).unwrap()).unwrap()
}

/// Everything in a table, but for the digests of tokens.
fn entities(table: &Table) -> Vec<Entity> {
    let bare = |entity| match entity {
        Entity::Token(mut token) => {
            Arc::make_mut(&mut token).digest = Digest([0; 32]);
            Entity::Token(token)
        }
        other => other,
    };
    table.entities().map(bare).collect()
}

fn play(steps: &[(u8, usize)]) -> Result<(), TestCaseError> {
    let mut owner = Owner::new();
    let mut mirror = owner.snapshot();
    let mut next = 0;
    for (step, which) in steps {
        let (step, which) = (*step, *which);
        match step {
            0 | 1 => owner.fires(which),
            2 => owner.act("alice", which, AlertCommand::Acknowledge),
            3 => owner.act("bob", which, AlertCommand::Note("looking".into())),
            4 => owner.act("alice", which, AlertCommand::Resolve),
            5 | 6 => owner.repeat(which),
            7 => owner.makes_token(&format!("token {which}")),
            8 => owner.desk.wait(SignedDuration::from_mins(1)),
            // The table is built again from disk, and its changes are told to nobody.
            9 => {
                owner.act("bob", which, AlertCommand::Unacknowledge);
                owner.epoch += 1;
                owner.base = owner.cursor();
                owner.sets.clear();
                next = 0;
            }
            // Some of the feed is read.
            10..=12 => {
                while next < owner.sets.len() && next % 3 != which % 3 {
                    prop_assert_eq!(mirror.take(owner.line(next)).is_ok(), true);
                    next += 1;
                }
            }
            // The connection was lost: from where the mirror is, or from a snapshot.
            13 if owner.after(mirror.cursor()).is_some() => {
                next = owner.after(mirror.cursor()).unwrap();
            }
            _ => (mirror, next) = (owner.snapshot(), owner.sets.len()),
        }
        if mirror.cursor().epoch != owner.epoch {
            (mirror, next) = (owner.snapshot(), owner.sets.len());
        }
    }
    for at in next..owner.sets.len() {
        prop_assert!(mirror.take(owner.line(at)).is_ok());
    }
    prop_assert_eq!(mirror.cursor(), owner.cursor());
    prop_assert_eq!(entities(mirror.table()), entities(&owner.desk.table));
    prop_assert_eq!(&mirror.table().policy().accounts, &owner.desk.table.policy().accounts);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_mirror_is_the_owners_table_however_the_feed_breaks(
        steps in prop::collection::vec((0_u8..15, 0_usize..64), 0..80),
    ) {
        play(&steps)?;
    }
}

#[test]
fn changes_of_another_table_or_of_a_state_before_are_not_taken() {
    let mut owner = Owner::new();
    owner.desk.fires("disk", payload("disk", "critical"));
    let mut mirror = owner.snapshot();
    owner.act("alice", 0, AlertCommand::Acknowledge);
    let line = owner.line(0);
    assert_eq!(
        mirror.take(ChangesV1 { epoch: 2, ..line.clone() }).unwrap_err(),
        Astray,
        "another epoch"
    );
    assert_eq!(mirror.take(ChangesV1 { revision: 0, ..line.clone() }).unwrap_err(), Astray);
    let taken = mirror.take(line).unwrap();
    let alert = mirror.table().alerts().next().unwrap();
    assert!(matches!(alert.standing.state, State::Acknowledged(_)));
    // What calls people is read from the line of the timeline, here as there.
    assert_eq!(taken[0].event.as_ref(), alert.recent.last());
}

#[test]
fn no_digest_of_a_token_is_in_any_line() {
    let mut owner = Owner::new();
    owner.makes_token("ops");
    let entities = owner.desk.table.entities();
    let shown = entities.map(|entity| LineV1::Entity(Box::new(ShownV1::from(&entity))));
    let lines: Vec<LineV1> = shown.chain([LineV1::Changes(owner.line(0))]).collect();
    let written = serde_json::to_string(&lines).unwrap();
    assert!(written.contains("ops") && !written.contains("0707"), "{written}");
}
