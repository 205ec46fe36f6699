//! Records: what the disk has.

use watchbell::domain::entity::Entity;
use watchbell::domain::event::Event;
use watchbell::record::{self, RecordError};

use super::chosen;

/// Any bytes are a record or are refused; a record that is read is written as what is read again.
pub(super) fn record(data: &[u8]) {
    let (kind, bytes) = chosen(data);
    if kind % 2 == 0 {
        entity(record::decode(bytes));
    } else {
        event(record::decode_event(bytes));
    }
}

fn entity(read: Result<Entity, RecordError>) {
    match read {
        Ok(entity) => {
            assert_eq!(record::decode(&record::encode(&entity)).as_ref(), Ok(&entity));
            assert!(record::encode_key(entity.key()).len() > 1);
            // Deadlines are asked for of everything that is loaded.
            let _ = (entity.due(), entity.touched());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn event(read: Result<Event, RecordError>) {
    match read {
        Ok(event) => {
            assert_eq!(record::decode_event(&record::encode_event(&event)).as_ref(), Ok(&event));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
