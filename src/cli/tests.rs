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
    let pages: [&[&str]; 18] = [
        &["--help"],
        &["serve", "--help"],
        &["alert", "--help"],
        &["alert", "list", "--help"],
        &["alert", "create", "--help"],
        &["alert", "snooze", "--help"],
        &["silence", "--help"],
        &["silence", "add", "--help"],
        &["silence", "query", "--help"],
        &["silence", "expire", "--help"],
        &["silence", "update", "--help"],
        &["silence", "import", "--help"],
        &["silence", "preview", "--help"],
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
fn a_demo_and_a_read_only_console_go_with_no_verb_and_a_demo_with_no_data_of_its_own() {
    let read = |line: &str| {
        let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
        Cli::read(&words).map_err(|error| (error.exit_code(), error.to_string()))
    };
    assert!(read("watchbell --demo --read-only").is_ok());
    let refused = [
        "watchbell --demo --data /d",
        "watchbell --listen 127.0.0.1:0 --demo",
        "watchbell --demo serve",
        "watchbell --read-only alert list",
    ];
    let said = refused.map(|line| {
        let (code, told) = read(line).unwrap_err();
        assert_eq!(code, 2, "{line}");
        format!("{line}\n{}", told.lines().next().unwrap_or_default())
    });
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_token_without_a_known_scope_is_not_understood() {
    for scope in ["all", "", ","] {
        let args = ["watchbell", "token", "create", "x", "--scope", scope];
        assert_eq!(Cli::try_parse_from(args).unwrap_err().exit_code(), 2, "{scope:?}");
    }
}

#[test]
fn every_verb_is_completed_in_every_shell_and_described_in_the_manual() {
    let first = |bytes: Vec<u8>, lines: usize| {
        let text = String::from_utf8(bytes).unwrap();
        assert!(["alert", "snooze", "silence", "explain"].iter().all(|verb| text.contains(verb)));
        text.lines().take(lines).collect::<Vec<_>>().join("\n")
    };
    let texts = [
        first(completions(Shell::Bash), 8),
        first(completions(Shell::Zsh), 8),
        first(completions(Shell::Fish), 8),
        first(manual().unwrap(), 8),
    ];
    insta::assert_snapshot!(texts.join("\n----\n"));
}

#[test]
fn ids_come_before_what_is_done_with_them() {
    let parse = |line: &str| Cli::try_parse_from(line.split(' '));
    for line in [
        "watchbell alert ack 1a 2b",
        "watchbell alert assign 1a 2b alice",
        "watchbell alert snooze 1a 2b 2h --as bob",
        "watchbell alert --as bob note 1a it is bad",
        "watchbell alert resolve 1a --note done",
        "watchbell silence add DiskFull a=b --duration 1d12h -c why -a alice --annotation x=y=z",
        "watchbell silence add a!~b --start 22:00 --end 2026-11-24T08:00:00+01:00 --as bob",
        "watchbell silence --as bob query -q --active --expired --pending --id 1a --id 2b",
        "watchbell silence update 1a2b 3c4d --until-resolved --for 2h",
        "watchbell silence update 1a2b --until-resolved=false",
        "watchbell silence import",
        "watchbell silence import - --force",
    ] {
        parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    for line in [
        "watchbell alert",
        "watchbell alert ack",
        "watchbell alert assign 1a",
        "watchbell alert snooze 1a",
        "watchbell alert snooze 1a soon",
        "watchbell alert note 1a",
        "watchbell alert create --title x",
        "watchbell alert create --title x --service y --label z",
        "watchbell silence",
        "watchbell silence add a=b --for soon",
        "watchbell silence add a=b --for -2h",
        "watchbell silence add a=b --for 0s",
        "watchbell silence add a=b --for 2h --until 08:00",
        "watchbell silence add a=b --until 2h",
        "watchbell silence add a=b --annotation x",
        "watchbell silence update 1a --until-resolved=perhaps",
        "watchbell completions tcsh",
    ] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
    }
}
