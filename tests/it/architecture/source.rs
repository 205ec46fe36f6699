//! Rust read as text: just enough of it to say which paths a file names, on which line, and
//! which of its lines are tests. Knows no rule.

use std::path::{Path, PathBuf};

/// One file.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root of the repository, with slashes.
    pub(super) file: String,
    /// Its module path below the crate: `http::edge`, `main`; empty for `lib.rs`.
    pub(super) module: String,
    /// Its text.
    pub(super) text: String,
    /// The text without comments and without what stands in quotes; same lines.
    code: String,
    part: Part,
    /// The first line of `mod tests { .. }`, where the file has one.
    tests_from: usize,
}

/// What a whole file is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Production,
    Tests,
}

/// The root of the repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
pub(super) fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Whether `path` is `ancestor` or lies in it.
pub(super) fn is_in(path: &str, ancestor: &str) -> bool {
    path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The names under `[dependencies]`, as code spells them.
pub(super) fn dependencies(manifest: &str) -> impl Iterator<Item = String> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let named = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    named.filter_map(|line| line.split([' ', '=', '.']).next()).map(|name| name.replace('-', "_"))
}

impl Source {
    /// Every Rust file under a folder of the repository, in order.
    pub(super) fn all(folder: &str) -> Vec<Self> {
        let mut files = Vec::new();
        collect(&root().join(folder), &mut files);
        files.sort();
        let mut sources: Vec<Self> = files
            .iter()
            .map(|path| {
                let file = path.strip_prefix(root()).unwrap().to_str().unwrap();
                let text = std::fs::read_to_string(path).unwrap();
                let part = if folder == "src" { Part::Production } else { Part::Tests };
                Self::new(file, &text, part)
            })
            .collect();
        let tests: Vec<String> = sources.iter().flat_map(Self::declares_for_tests).collect();
        for source in &mut sources {
            if tests.iter().any(|test| is_in(&source.module, test)) {
                source.part = Part::Tests;
            }
        }
        sources
    }

    /// A file of that name and text.
    pub(super) fn new(file: &str, text: &str, part: Part) -> Self {
        let name = file.strip_prefix("src/").unwrap_or(file).trim_end_matches(".rs");
        let module = if name == "lib" { String::new() } else { name.replace('/', "::") };
        let code = blank(text);
        let tests_from = code
            .lines()
            .zip(code.lines().skip(1))
            .position(|(line, next)| line == "#[cfg(test)]" && next.ends_with('{'))
            .map_or(usize::MAX, |before| before + 1);
        Self { file: file.to_owned(), module, text: text.to_owned(), code, part, tests_from }
    }

    /// The top module it lies in; none for `lib.rs`.
    pub(super) fn top(&self) -> Option<&str> {
        self.module.split("::").next().filter(|top| !top.is_empty())
    }

    pub(super) fn is_root(&self) -> bool {
        self.module.is_empty() || self.module == "main"
    }

    /// Numbered lines, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// A line without comments and quotes.
    pub(super) fn code_of(&self, line: usize) -> &str {
        self.code.lines().nth(line - 1).unwrap_or_default()
    }

    /// Whether a line belongs to tests.
    pub(super) fn is_test(&self, line: usize) -> bool {
        self.part == Part::Tests || line >= self.tests_from
    }

    /// How many lines are not tests.
    pub(super) fn production_lines(&self) -> usize {
        self.lines().filter(|(line, _)| !self.is_test(*line)).count()
    }

    /// The modules that its `mod` lines lead to.
    pub(super) fn declares(&self) -> Vec<String> {
        self.declarations().map(|(_, module)| module).collect()
    }

    fn declares_for_tests(&self) -> Vec<String> {
        let lines: Vec<&str> = self.code.lines().collect();
        let after_cfg = |line: usize| line >= 2 && lines[line - 2].trim() == "#[cfg(test)]";
        self.declarations().filter(|(line, _)| after_cfg(*line)).map(|(_, module)| module).collect()
    }

    fn declarations(&self) -> impl Iterator<Item = (usize, String)> {
        (1..)
            .zip(self.code.lines())
            .filter_map(|(line, code)| {
                let name = code.strip_suffix(';')?.split("mod ").nth(1)?;
                let before = code.split("mod ").next()?;
                let declares = before.is_empty() || before.starts_with("pub");
                declares.then(|| (line, [&self.module, name].map(String::from).join("::")))
            })
            .map(|(line, module)| (line, module.trim_start_matches("::").to_owned()))
    }

    /// Every path in production code that begins with `crate`, `super`, the crate's own name,
    /// `std`, or stands in such a `use`; written from the root, `crate::` for ours.
    pub(super) fn paths(&self) -> impl Iterator<Item = (usize, String)> {
        let mut paths = Vec::new();
        for (at, _) in self.code.match_indices("::") {
            let start = self.code[..at].rfind(|c: char| !is_word(c)).map_or(0, |before| before + 1);
            if self.code[..start].ends_with("::") {
                continue;
            }
            let line = self.code[..start].matches('\n').count() + 1;
            if self.is_test(line) {
                continue;
            }
            let mut found = Vec::new();
            tree(&self.code[start..], "", &mut found);
            paths.extend(found.into_iter().filter_map(|path| Some((line, self.absolute(&path)?))));
        }
        paths.into_iter()
    }

    /// The paths into this crate, without `crate::`. What begins with a module that was imported
    /// is written from the root, too.
    pub(super) fn own_paths(&self) -> Vec<(usize, String)> {
        let paths: Vec<(usize, String)> = self.paths().collect();
        let imported = |name: &str| {
            let imports = paths.iter().filter_map(|(_, path)| path.strip_prefix("crate::"));
            imports.into_iter().any(|module| module == name)
        };
        let own = |path: &str| {
            let first = path.split("::").next().unwrap_or_default();
            path.strip_prefix("crate::")
                .or_else(|| imported(first).then_some(path))
                .map(String::from)
        };
        paths.iter().filter_map(|(line, path)| Some((*line, own(path)?))).collect()
    }

    /// Where production code names one of those crates.
    pub(super) fn crates<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
        let names: Vec<&str> = names.collect();
        self.paths()
            .filter_map(|(line, path)| {
                let first = path.split("::").next()?;
                Some((line, *names.iter().find(|name| **name == first)?))
            })
            .collect()
    }

    /// Lines with a doc comment that has no words at all.
    pub(super) fn empty_docs(&self) -> Vec<usize> {
        let doc = |line: &str| {
            let line = line.trim_start();
            line.strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"))
                .map(str::trim)
                .map(String::from)
        };
        let lines: Vec<Option<String>> = self.text.lines().map(doc).collect();
        let says = |at: Option<usize>| {
            at.and_then(|at| lines.get(at))
                .is_some_and(|line| line.as_ref().is_some_and(|words| !words.is_empty()))
        };
        (0..lines.len())
            .filter(|at| lines[*at].as_ref().is_some_and(String::is_empty))
            .filter(|at| !(says(at.checked_sub(1)) && says(Some(at + 1))))
            .map(|at| at + 1)
            .collect()
    }

    /// A path as written, from the root; none for what is named relative to this module.
    fn absolute(&self, path: &str) -> Option<String> {
        let mut words: Vec<&str> = path.split("::").collect();
        match words[0] {
            "crate" | "watchbell" => words[0] = "crate",
            "super" => {
                let up = words.iter().take_while(|word| **word == "super").count();
                let here: Vec<&str> = self.module.split("::").collect();
                let kept = here.len().saturating_sub(up);
                let from = std::iter::once("crate").chain(here.into_iter().take(kept));
                return Some(from.chain(words.into_iter().skip(up)).collect::<Vec<_>>().join("::"));
            }
            "self" | "Self" | "" => return None,
            _ => {}
        }
        Some(words.join("::"))
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The paths that the `use` tree or the path at the start of `code` stands for.
fn tree(code: &str, before: &str, found: &mut Vec<String>) {
    let code = code.trim_start();
    if let Some(inside) = code.strip_prefix('{') {
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    if !inside[start..at].trim().is_empty() {
                        tree(&inside[start..at], before, found);
                    }
                    start = at + 1;
                    if c == '}' {
                        return;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return;
    }
    let word = &code[..code.find(|c: char| !is_word(c)).unwrap_or(code.len())];
    let path = match (before, word) {
        ("", _) => word.to_owned(),
        (_, "" | "self") => before.to_owned(),
        _ => format!("{before}::{word}"),
    };
    match code[word.len()..].strip_prefix("::") {
        Some(rest) if !word.is_empty() => tree(rest, &path, found),
        Some(_) | None => found.push(path),
    }
}

/// Blanks comments and everything in quotes; keeps every line where it is.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden(rest, code.chars().next_back());
        if hidden == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[hidden..];
        }
    }
    code
}

/// How many bytes of a comment, string or character begin here.
fn hidden(rest: &str, before: Option<char>) -> usize {
    let until = |from: usize, end: &str| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until(2, "*/");
    }
    let in_word = before.is_some_and(is_word);
    let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r')).filter(|_| !in_word);
    if let Some(after) = raw {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') {
            let from = rest.len() - after.len() + hashes + 1;
            return until(from, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    if rest.starts_with('"') {
        return quoted(rest);
    }
    // A character, not a lifetime: closed after one character or an escape.
    let mut characters = rest.chars();
    if characters.next() == Some('\'') {
        let second = characters.next();
        if second == Some('\\') {
            return until(3, "'");
        }
        if characters.next() == Some('\'') {
            return 2 + second.map_or(0, char::len_utf8);
        }
    }
    0
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
