//! The TTYOps API: a client written for it works here with only endpoint and token changed.

mod document;
mod wire;
