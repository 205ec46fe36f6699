//! The words of the command line, as they are read and as they are explained.

use clap::CommandFactory;

use super::*;

/// A page of help as a terminal of 100 columns shows it, whatever the test runs in.
fn help(args: &[&str]) -> String {
    let words = ["watchbell"].iter().chain(args);
    let command = Cli::command().term_width(100);
    command.try_get_matches_from(words).unwrap_err().to_string()
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn help_says_it_all_in_a_screen() {
    let pages: [&[&str]; 7] = [
        &["--help"],
        &["serve", "--help"],
        &["token", "--help"],
        &["token", "create", "--help"],
        &["token", "list", "--help"],
        &["token", "revoke", "--help"],
        &["paths", "--help"],
    ];
    let pages = pages.map(|args| format!("$ watchbell {}\n{}", args.join(" "), help(args)));
    insta::assert_snapshot!(pages.join("\n"));
}

#[test]
fn options_are_understood_before_and_after_the_verb() {
    for args in [["watchbell", "--data", "/d", "serve"], ["watchbell", "serve", "--data", "/d"]] {
        let cli = Cli::try_parse_from(args).unwrap();
        assert_eq!(cli.common.data, Some(PathBuf::from("/d")));
    }
}

#[test]
fn a_token_without_a_known_scope_is_not_understood() {
    for scope in ["all", "", ","] {
        let args = ["watchbell", "token", "create", "x", "--scope", scope];
        assert_eq!(Cli::try_parse_from(args).unwrap_err().exit_code(), 2, "{scope:?}");
    }
}
