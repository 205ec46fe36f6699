//! What the fuzzer kept, once more without it: every parser still takes or refuses all of it.

#[path = "../fuzz/targets/all.rs"]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use targets::TARGETS;

/// More would make every clone slow.
const MOST_BYTES: usize = 1_500_000;

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

#[test]
fn every_input_that_the_fuzzer_kept_is_taken_or_refused() {
    let (mut bytes, mut failed) = (0, Vec::new());
    for (name, target) in TARGETS {
        let files = files(&corpus().join(name));
        assert!(!files.is_empty(), "{name} has no inputs");
        for file in files {
            let input = fs::read(&file).unwrap();
            bytes += input.len();
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                failed.push(file);
            }
        }
    }
    assert_eq!(failed, [] as [PathBuf; 0], "what each says stands above");
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

#[test]
fn every_folder_of_inputs_has_a_target() {
    let folders = files(&corpus());
    let folders = folders.iter().map(|folder| folder.file_name().unwrap().to_str().unwrap());
    let targets = TARGETS.iter().map(|(name, _)| *name);
    // Read where it is known: in the module of the certificate.
    let targets = targets.chain(["certificate"]);
    assert_eq!(folders.collect::<BTreeSet<_>>(), targets.collect::<BTreeSet<_>>());
}
