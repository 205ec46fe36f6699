//! What a verb prints: a table for people, cut to their terminal, or JSON for programs.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::exit::VerbError;
use crate::domain::text::is_plain;

/// How a result is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
}

/// The option that says how a result is printed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Output {
    /// Print this: table, json, or jsonl (a JSON object a line)
    #[arg(
        long = "output",
        short = 'o',
        value_name = "FORMAT",
        default_value = "table",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub format: Format,
}

/// The widest cell of a column before the last one where a table does not fit and is cut.
const WIDEST: usize = 24;

impl Output {
    /// A list: `rows` under `head` for people, `items` for programs. Without a width nothing is
    /// cut.
    pub(super) fn list<T: Serialize, const N: usize>(
        self,
        items: &[T],
        head: [&str; N],
        rows: Vec<[String; N]>,
        width: Option<usize>,
    ) -> Result<String, VerbError> {
        Ok(match self.format {
            Format::Table => table(head, rows, width),
            Format::Json => plain(&serde_json::to_string_pretty(items)?),
            Format::Jsonl => {
                let lines = items.iter().map(|item| Ok(plain(&serde_json::to_string(item)?)));
                lines.collect::<Result<_, serde_json::Error>>()?
            }
        })
    }

    /// One thing: `text` for people, `item` for programs.
    pub(super) fn one(self, item: &impl Serialize, text: String) -> Result<String, VerbError> {
        Ok(match self.format {
            Format::Table => text,
            Format::Json => plain(&serde_json::to_string_pretty(item)?),
            Format::Jsonl => plain(&serde_json::to_string(item)?),
        })
    }
}

/// `json` as lines that a terminal only shows: JSON itself escapes no more than the first 32
/// characters. Whatever else is not plain is in a string, where it means the same as its escape.
fn plain(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c == '\n' || is_plain(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text.push('\n');
    text
}

fn table<const N: usize>(
    head: [&str; N],
    mut rows: Vec<[String; N]>,
    width: Option<usize>,
) -> String {
    rows.insert(0, head.map(str::to_owned));
    let whole = columns(&rows);
    let Some(width) = width.filter(|width| whole.lines().any(|line| line.width() > *width)) else {
        return whole;
    };
    for row in &mut rows {
        if let Some((_, others)) = row.split_last_mut() {
            for cell in others {
                *cell = cut(cell, WIDEST);
            }
        }
    }
    columns(&rows).lines().fold(String::new(), |text, line| text + &cut(line, width) + "\n")
}

/// Lines of cells, each column as wide as its widest cell.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// `text`, or as much of it as `width` columns take, with `…` for the rest.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        short.push(c);
    }
    short.truncate(short.trim_end().len());
    if width > 0 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_does_not_fit_is_cut_to_its_terminal_and_else_left_whole() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        let rows = vec![
            row(["8c2f1a34", "payments-and-everything-else", "p99 latency above 2 s for 10 min"]),
            row(["1b", "容量", "ディスク容量がいっぱいです"]),
        ];
        let head = ["ID", "SERVICE", "TITLE"];
        let shown = [None, Some(76), Some(60), Some(40), Some(1), Some(0)]
            .map(|width| table(head, rows.clone(), width))
            .join("--\n");
        insta::assert_snapshot!(shown);
        for width in [0, 1, 2, 12, 40] {
            let text = table(head, rows.clone(), Some(width));
            assert!(text.lines().all(|line| line.width() <= width), "{width}: {text}");
        }
    }

    #[test]
    fn programs_get_a_document_or_a_document_a_line() {
        let print = |format| Output { format }.list(&[1, 2], ["N"], Vec::new(), None).unwrap();
        assert_eq!(print(Format::Json), "[\n  1,\n  2\n]\n");
        assert_eq!(print(Format::Jsonl), "1\n2\n");
    }

    #[test]
    fn json_loses_nothing_and_holds_nothing_that_a_terminal_obeys() {
        let all: Vec<String> = ('\0'..='\u{10ffff}')
            .collect::<Vec<_>>()
            .chunks(4_096)
            .map(String::from_iter)
            .collect();
        let obeyed = |c: char| c != '\n' && !is_plain(c);
        for format in [Format::Json, Format::Jsonl] {
            let output = Output { format };
            let one = output.one(&all, String::new()).unwrap();
            assert!(!one.contains(obeyed), "{format:?}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&one).unwrap(), all, "{format:?}");
            let list = output.list(&all, ["TEXT"], Vec::new(), None).unwrap();
            assert!(!list.contains(obeyed), "{format:?}");
        }
    }
}
