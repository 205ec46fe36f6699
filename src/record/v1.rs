//! Version 1 of the records: a twin for every entity, event and key, with conversions both ways.
//!
//! Conversions cannot fail: what could be wrong is found while a leaf is read. Field order is the
//! format; `tests/golden/records-v1.txt` fails when it moves.

mod actor;
mod alert;
mod entity;
mod event;
mod leaf;
mod token;

pub use actor::{ActorV1, PersonV1};
pub use alert::{
    AcknowledgementV1, AlertV1, EndingV1, IdentityV1, NamingV1, NoteV1, ResolutionV1, StandingV1,
    StateV1,
};
pub use entity::{EntityV1, KeyV1, OnceV1, ServiceV1};
pub use event::{DifferenceV1, EventV1, WhatV1};
pub use leaf::{DigestV1, IdV1, LabelsV1, SeverityV1, TextV1, TimeV1};
pub use token::{ScopeV1, ScopesV1, TokenShownV1, TokenV1};
