//! The pictures on the console's page are those of the snapshots: the program as it is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/console.md";
/// Stands before each picture, with its name.
const MARK: &str = "<!-- picture: ";
const BEGIN: &str = " -->\n```text\n";
const END: &str = "\n```\n";

#[test]
fn the_page_shows_the_console_as_it_is() {
    let path = root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let drawn = drawn(&page);
    if std::env::var_os("WATCHBELL_PAGE").is_some() {
        std::fs::write(&path, &drawn).unwrap();
        return;
    }
    assert!(page == drawn, "{PAGE} shows another console; run .ci/picture");
    let shown: BTreeSet<&str> =
        page.split(MARK).skip(1).filter_map(|it| it.split(' ').next()).collect();
    assert!(shown.len() >= 12, "only {shown:?}");
}

/// The page with every picture as its snapshot has it.
fn drawn(page: &str) -> String {
    let mut parts = page.split(MARK);
    let mut drawn = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(BEGIN).expect("a block of text comes after its mark");
        let (_, after) = rest.split_once(END).expect("the block has an end");
        for piece in [MARK, name, BEGIN, &snapshot(name), END, after] {
            drawn.push_str(piece);
        }
    }
    drawn
}

fn snapshot(name: &str) -> String {
    let path = root().join(format!("tests/it/picture/snapshots/{name}.snap"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (_, screen) = text.split_once("\n---\n").expect("a snapshot has a head");
    screen.trim_end().to_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
