//! The report as Markdown: on stdout, or in its place in a file of documentation.

use std::path::Path;

use anyhow::{Context as _, bail};

use crate::alerts;

/// The day, in UTC.
pub(crate) fn today() -> String {
    let now = jiff::Timestamp::try_from(alerts::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    now.strftime("%F").to_string()
}

/// Puts `text` between the two marks of `name` in `file`, in the place of what stands there; or
/// prints it.
#[expect(clippy::print_stdout, reason = "the report is what it is for")]
pub(crate) fn put(text: &str, name: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let Some(file) = file else {
        println!("{text}");
        return Ok(());
    };
    let page = read(file)?;
    let (before, _, after) = split(&page, name, file)?;
    std::fs::write(file, format!("{before}\n{}\n\n{after}", text.trim_end()))?;
    Ok(())
}

/// Fails if `put` would: what is measured for long must find its place.
pub(crate) fn check(name: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let Some(file) = file else { return Ok(()) };
    split(&read(file)?, name, file).map(drop)
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// What stands before the text, with its mark; the text; and what comes after it.
fn split<'a>(
    page: &'a str,
    name: &str,
    file: &Path,
) -> anyhow::Result<(&'a str, &'a str, &'a str)> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let from = page.find(&begin).map(|at| at + begin.len());
    let to = page.find(&end);
    match (from, to) {
        (Some(from), Some(to)) if from <= to => {
            let (before, rest) = page.split_at(from);
            let (text, after) = rest.split_at(to - from);
            Ok((before, text, after))
        }
        _ => bail!("{} has no lines {begin:?} and {end:?} for it", file.display()),
    }
}
