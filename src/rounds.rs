//! How long tests go on that could go on for ever: power cuts, random operations, kills.
//!
//! `cargo test` takes a short while. `WATCHBELL_ROUNDS=20 cargo test` has each of them go on twenty
//! times as long. Must not be read outside tests.

/// So many rounds as `usual`, as often as `WATCHBELL_ROUNDS` says; once, where it says nothing.
#[expect(clippy::disallowed_methods, reason = "tests have no command line of their own")]
pub(crate) fn rounds(usual: u64) -> u64 {
    let times = std::env::var("WATCHBELL_ROUNDS").map_or(1, |times| {
        times.parse::<u64>().unwrap_or_else(|_| panic!("WATCHBELL_ROUNDS={times} is no number"))
    });
    usual * times.max(1)
}
