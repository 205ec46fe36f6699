//! The README's table of keys is made from the console's own table.

use std::fmt::Write as _;

use watchbell::console::action::{ACTIONS, Action, Context, Entry, Group, HelpLine};

use super::page;

const BEGIN: &str =
    "<!-- keys: made from the table of actions; tests/it/docs/keys.rs holds them equal -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn the_readme_shows_the_keys_of_the_list_as_they_are() {
    let readme = page("README.md");
    let shown = readme.split(BEGIN).nth(1).and_then(|rest| rest.split(END).next());
    let table = table();
    assert_eq!(shown, Some(table.as_str()), "put this between the two comments:\n{table}");
}

/// A row for each line of the help page that is about the list or about everywhere: acts first.
fn table() -> String {
    let groups = [Group::Act, Group::Look, Group::Move, Group::Program];
    let rows = rows();
    let sorted = groups.iter().flat_map(|group| rows.iter().filter(move |row| row.group == *group));
    sorted.fold("| key | |\n|---|---|\n".to_owned(), |mut table, row| {
        let _ = writeln!(table, "| {} | {} |", row.keys, row.words);
        table
    })
}

struct Row {
    group: Group,
    keys: String,
    words: &'static str,
}

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let of_list = |entry: &&Entry| matches!(entry.context, Context::List | Context::Any);
    for entry in ACTIONS.iter().filter(of_list) {
        match (entry.help, rows.last_mut()) {
            // The help page calls itself so; here it is another page.
            (HelpLine::Own(group, _), _) if entry.action == Action::Help => {
                rows.push(Row { group, keys: keys(entry), words: "all keys, and the words" });
            }
            (HelpLine::Own(group, words), _) => rows.push(Row { group, keys: keys(entry), words }),
            (HelpLine::WithAbove, Some(above)) => {
                let _ = write!(above.keys, " {}", keys(entry));
            }
            (HelpLine::WithAbove | HelpLine::Elsewhere, _) => {}
        }
    }
    rows
}

fn keys(entry: &Entry) -> String {
    let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(" ")
}
