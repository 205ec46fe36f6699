//! The rules themselves: what each must notice, and what it must leave alone.

use super::source::{Part, Source};
use super::{
    Finding, is_told_named_and_short, names_crates_where_they_belong, names_nothing_absent,
    names_only_those_before, says_something,
};

/// A file, its text, and words of what is said about it; none where it is as it should be.
type Case = (&'static str, &'static str, Option<&'static str>);

fn hold(cases: &[Case], check: fn(&Source, &mut Vec<Finding>)) {
    for (path, text, expected) in cases {
        let source = Source::new(&format!("src/{path}.rs"), text, Part::Production);
        let mut findings = Vec::new();
        check(&source, &mut findings);
        let as_expected = match expected {
            Some(words) => findings.iter().any(|found| found.rule.contains(words)),
            None => findings.is_empty(),
        };
        assert!(as_expected, "{path}: {text}\nexpected: {expected:?}\nfound: {findings:?}");
    }
}

#[test]
fn a_name_of_a_later_module_is_noticed_however_it_is_written() {
    let cases: &[Case] = &[
        ("http/edge", "use crate::store::Store;", Some("http names store::Store")),
        ("http/edge", "use crate::{domain::id, store};", Some("http names store")),
        ("http/edge", "fn f() { crate::engine::start() }", Some("http names engine::start")),
        ("http/edge", "use super::super::store::Store;", Some("http names store::Store")),
        ("http", "use super::store;", Some("http names store")),
        ("http", "use crate::engine;\nfn f() { engine::start() }", Some("engine::start")),
        ("http", "use crate::engine::{self, Handle};\ntype A = engine::Refused;", None),
        ("http/edge", "use crate::engine::{Handle, SubmitError};", None),
        ("http/edge", "// use crate::store::Store;", None),
        ("http/edge", "const A: &str = \"crate::store\";", None),
        ("http/edge", "#[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}", None),
        ("http/ttyops", "use crate::record::v1;", Some("http names record::v1")),
        ("http/own/feed", "use crate::record::v1;", None),
    ];
    hold(cases, names_only_those_before);
}

#[test]
fn a_dependency_out_of_place_is_noticed_in_imports_and_paths() {
    let cases: &[Case] = &[
        ("domain/id", "use serde::Serialize;", Some("domain names the crate serde")),
        ("domain/id", "#[derive(serde::Serialize)]", Some("domain names the crate serde")),
        ("engine/inbox", "use redb::Database;", Some("engine names the crate redb")),
        ("domain/id", "use imbl::OrdMap;", None),
    ];
    hold(cases, names_crates_where_they_belong);
}

#[test]
fn what_must_be_absent_is_noticed() {
    let cases: &[Case] = &[
        ("domain/id", "use std::fs::File;", Some("std::fs")),
        ("domain/id", "use std::{fmt, fs};", Some("std::fs")),
        ("domain/id", "use std::fmt;", None),
    ];
    hold(cases, names_nothing_absent);
}

#[test]
fn a_file_without_words_or_with_an_empty_name_is_noticed() {
    let long = "//! It.\n".repeat(601).leak();
    let cases: &[Case] = &[
        ("http/util", "//! It.", Some("the name says nothing")),
        ("http/edge", "use std::fmt;", Some("opens with `//!`")),
        ("http/edge", long, Some("601 lines")),
        ("http/edge", "//! It.", None),
    ];
    hold(cases, is_told_named_and_short);
}

#[test]
fn comments_that_say_nothing_and_debts_without_an_issue_are_noticed() {
    let cases: &[Case] = &[
        ("http/edge", "use super::*;", Some("glob")),
        ("http/edge", "///\nfn f() {}", Some("empty doc comment")),
        ("http/edge", "/// A.\n///\n/// B.\nfn f() {}", None),
        ("http/edge", "// TODO: more", Some("TODO")),
        ("http/edge", "// TODO(http): more, see issue #3", None),
    ];
    hold(cases, says_something);
}
