//! The store on real files: what was committed is there, and what is not ours is refused.

use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::entity::Key;
use crate::domain::event::{Event, What};
use crate::domain::id::ServiceId;
use crate::domain::service::Service;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

fn service(name: &str) -> Entity {
    Entity::Service(Arc::new(Service {
        id: ServiceId::of(name),
        name: name.into(),
        created: Timestamp::UNIX_EPOCH,
    }))
}

fn named(revision: u64, name: &str, what: &str) -> Change {
    let entity = service(name);
    let event = Event {
        at: Timestamp::UNIX_EPOCH,
        revision: Revision(revision),
        actor: Actor::Watchbell,
        subject: entity.key(),
        what: What::Noted(Text::derive(what)),
        before: None,
    };
    Change { key: entity.key(), next: Some(entity), event: Some(Arc::new(event)) }
}

#[test]
fn what_was_committed_is_there_after_the_next_start() {
    let home = TempDir::new().unwrap();
    let disk = DataDir(home.path().join("data"));
    let (mut store, loaded) = Store::open(disk.clone()).unwrap();
    assert_eq!((loaded.revision, loaded.entities), (Revision(0), vec![]));
    store.commit(Revision(1), &[named(1, "web", "one"), named(1, "db", "two")]).unwrap();
    store.close().unwrap();
    let (store, loaded) = Store::open(disk).unwrap();
    assert_eq!(loaded.revision, Revision(1));
    assert_eq!(loaded.entities.len(), 2);
    let page = store
        .archive()
        .timeline(Key::Service(ServiceId::of("web")), PageRequest::newest(10))
        .unwrap();
    assert_eq!(page.items.len(), 1);
}
