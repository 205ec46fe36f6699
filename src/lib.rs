//! watchbell: alerts come in, are kept, are shown, and are acted on.
//!
//! One process: a listener takes alerts in, one writer thread decides and commits, a console
//! draws. The modules stand in the order in which data flows and in which they may know each
//! other: each names only those above it. `docs/architecture.md` has the picture.

pub mod app;
pub mod cli;
pub mod client;
pub mod config;
pub mod console;
pub mod domain;
pub mod engine;
pub mod http;
pub mod notify;
pub mod record;
#[cfg(test)]
mod rounds;
pub mod store;
pub mod telemetry;
