//! Links between the pages, and from them to files, lead to something that is there.

use std::path::Path;

use super::pages;

#[test]
fn every_link_leads_to_a_file_and_to_a_heading_that_are_there() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in targets(&text).filter(|target| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            if !leads(&file, heading) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_file_that_a_page_names_is_there() {
    const FOLDERS: [&str; 5] = ["src/", "tests/", "docs/", "assets/", ".ci/"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let named = text.split('`').skip(1).step_by(2);
        let files = named.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)));
        let missed = files.filter(|name| !root.join(name).exists());
        missing.extend(missed.map(|name| format!("{}: {name}", page.display())));
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// What stands in the parentheses of `[words](target)`, and in the quotes of `src="target"`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pictures = text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.chain(pictures)
}

fn leads(file: &Path, heading: &str) -> bool {
    let folder = heading.is_empty() && file.is_dir();
    let has = |text: String| heading.is_empty() || text.lines().any(|line| slug(line) == heading);
    folder || std::fs::read(file).is_ok_and(|text| has(String::from_utf8_lossy(&text).into_owned()))
}

/// A heading, as links name it; nothing of a line that is none.
fn slug(line: &str) -> String {
    let words = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim());
    let kept =
        words.unwrap_or_default().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
