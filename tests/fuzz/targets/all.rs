//! The targets of the fuzzer: what is done with its bytes, and what must hold whatever they are. The
//! fuzzer runs them on what it makes up, `tests/it/corpus.rs` on what it kept.
//!
//! A target must not fail on any bytes; where it fails, a parser is wrong. No target touches
//! a file or the network.

mod config;
mod http;
mod journal;
mod matcher;
mod record;
mod service;
mod terminal;
mod text;

/// What is done with some bytes.
pub(crate) type Target = fn(&[u8]);

/// All targets by name. `tests/fuzz/corpus` has a folder for each.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("config", config::config),
    ("filter", matcher::filter),
    ("host", http::host),
    ("journal", journal::journal),
    ("keys", config::keys),
    ("matcher", matcher::matcher),
    ("order", http::order),
    ("pattern", matcher::pattern),
    ("record", record::record),
    ("request", http::request),
    ("terminal", terminal::terminal),
    ("text", text::text),
    ("theme", config::theme),
    ("time", text::time),
    ("ttyops-post", http::ttyops_post),
    ("ttyops-snooze", http::ttyops_snooze),
    ("v2-post", http::v2_post),
    ("v2-query", http::v2_query),
];

/// The first byte of `data`, for what the rest is to be, and the rest.
fn chosen(data: &[u8]) -> (u8, &[u8]) {
    data.split_first().map_or((0, data), |(first, rest)| (*first, rest))
}
