//! Version 1 of the records: a twin for every entity, event and key, with conversions both ways.
//!
//! Conversions cannot fail: what could be wrong is found while a leaf is read. Field order is the
//! format; `tests/golden/records-v1.txt` fails when it moves.

mod actor;
mod alert;
mod call;
mod delivery;
mod entity;
mod event;
mod identity;
mod leaf;
mod maintenance;
mod silence;
mod source;
mod standing;
mod suppression;
mod token;

pub use actor::{ActorV1, PersonV1, ViaV1};
pub use alert::{AlertV1, MarksV1, NoteV1};
pub use call::{CallV1, CallingV1, PauseV1};
pub use delivery::{DeliveryV1, ProgressV1, TellV1};
pub use entity::{EntityV1, KeyV1, OnceV1, ServiceV1};
pub use event::{DifferenceV1, EventV1, WhatV1};
pub use identity::{IdentityV1, NamingV1};
pub use leaf::{DigestV1, IdV1, LabelsV1, SeverityV1, SpanV1, TextV1, TimeV1};
pub use maintenance::{MaintenanceV1, RepeatedV1, WindowOfV1};
pub use silence::{
    MatchersV1, OperatorV1, ReachV1, SilenceDeedV1, SilenceToldV1, SilenceV1, TermsV1,
};
pub use source::{EndsV1, IntervalV1, SourceV1};
pub use standing::{AcknowledgementV1, EndingV1, HoldV1, ResolutionV1, StandingV1, StateV1};
pub use suppression::{SuppressionV1, SuppressorV1};
pub use token::{ScopeV1, ScopesV1, TokenShownV1, TokenV1};
