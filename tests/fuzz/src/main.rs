//! The fuzzer: LLVM's libFuzzer around the targets of `targets/`. `WATCHBELL_FUZZ_TARGET` names the
//! one that is run; `.ci/fuzz` runs one after the other. Must not judge anything itself.

#![no_main]

/// It has no public door but a listener with files on disk; what it names of its crate is this.
#[path = "../../../src/app/certificate/der.rs"]
mod der;
#[path = "../targets/all.rs"]
mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};
use watchbell::domain;

/// Its inputs are read again by the tests of its module.
const CERTIFICATE: (&str, Target) = ("certificate", |data| {
    let _ = der::Facts::of(data);
});

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<Target> = OnceLock::new();
    TARGET.get_or_init(wanted)(data);
});

fn wanted() -> Target {
    let wanted = std::env::var("WATCHBELL_FUZZ_TARGET").unwrap_or_default();
    let targets = || TARGETS.iter().chain([&CERTIFICATE]);
    let target = targets().find(|(name, _)| *name == wanted);
    let names = targets().map(|(name, _)| *name).collect::<Vec<_>>();
    target.unwrap_or_else(|| panic!("WATCHBELL_FUZZ_TARGET must be one of {}", names.join(" "))).1
}
