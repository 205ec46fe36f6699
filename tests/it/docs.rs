//! The documentation against the program: links lead somewhere, keys and examples are true.

mod examples;
mod keys;
mod links;
mod samples;
mod snippets;

use std::path::{Path, PathBuf};

/// Every Markdown file for people: `README.md`, `CHANGELOG.md` and all under `docs/`.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A fenced block of a page.
#[derive(Debug)]
struct Block {
    /// The line it begins on, from 1.
    line: usize,
    /// What stands after the fence: `json 200`.
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = (1..).zip(page.lines());
    while let Some((line, fence)) = lines.next() {
        let Some(info) = fence.strip_prefix("```") else { continue };
        let inside = lines.by_ref().map(|(_, text)| text).take_while(|text| *text != "```");
        let text = inside.flat_map(|text| [text, "\n"]).collect();
        blocks.push(Block { line, info: info.to_owned(), text });
    }
    blocks
}
