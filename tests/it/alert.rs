//! The verbs about alerts, with the real program: the same words beside a running owner and
//! without one.

use std::collections::BTreeMap;

use crate::support::{Home, Said, Service};

/// A home in which the user of the tests is alice.
pub(crate) fn with_people() -> Home {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current()).unwrap();
    let user = user.map_or("nobody".to_owned(), |user| user.name);
    let home = Home::new();
    home.configure(&format!(
        "[[account]]\nname = \"alice\"\nunix_user = \"{user}\"\n\n[[account]]\nname = \"bob\"\nemail = \"bob@example.org\"\n"
    ));
    home
}

/// Makes an alert and gives its id.
pub(crate) fn create(home: &Home, title: &str, more: &[&str]) -> String {
    let args = [&["alert", "create", "--title", title, "--service", "web"], more].concat();
    let said = home.run(&args);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{said:?}");
    said.stdout.trim_end().to_owned()
}

/// What is said, with ids named, times left out and the user's number neutral.
#[derive(Default)]
pub(crate) struct Transcript {
    pub(crate) names: BTreeMap<String, &'static str>,
    pub(crate) text: String,
}

impl Transcript {
    pub(crate) fn step(&mut self, home: &Home, args: &[&str]) -> Said {
        let said = home.run(args);
        self.add(args, said)
    }

    /// As `step`, of what prints the id of something new, which is called `name` from then on.
    pub(crate) fn makes(&mut self, home: &Home, args: &[&str], name: &'static str) -> String {
        let said = home.run(args);
        let id = said.stdout.trim_end().to_owned();
        self.names.insert(id.clone(), name);
        self.add(args, said);
        id
    }

    fn add(&mut self, args: &[&str], said: Said) -> Said {
        let line = format!(
            "$ watchbell {}\n{}{}({})\n\n",
            args.join(" "),
            said.stdout,
            said.stderr,
            said.code.unwrap()
        );
        self.text.push_str(&self.neutral(&line));
        said
    }

    fn neutral(&self, text: &str) -> String {
        let mut text = text.replace(&format!("uid {}", nix::unistd::Uid::effective()), "uid UID");
        for (id, name) in &self.names {
            let short = id.split('-').next().unwrap();
            text = text.replace(id.as_str(), name).replace(short, name);
        }
        let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z").unwrap();
        time.replace_all(&text, "TIME").into_owned()
    }
}

fn script(home: &Home) -> String {
    let disk = create(home, "disk full", &["--label", "instance=db1", "--severity", "page"]);
    let cpu = create(home, "cpu hot", &["--severity", "warning", "--as", "bob"]);
    let mut all = Transcript::default();
    all.names.insert(disk.clone(), "disk-id1");
    all.names.insert(cpu.clone(), "cpu-id-2");
    let (d, c) = (disk.as_str(), cpu.as_str());
    let steps: [&[&str]; 40] = [
        &["alert", "list"],
        &["alert", "list", "severity=warn"],
        &["alert", "list", "instance=db1", "--output", "jsonl"],
        &["alert", "list", "nothing"],
        &["alert", "list", "nothing", "--output", "json"],
        &["alert", "list", "state=foo"],
        &["alert", "ack", d, c],
        &["alert", "ack", &disk[..8]],
        &["alert", "list", "assignee=me"],
        &["alert", "list", "assignee=me", "--as", "bob"],
        &["alert", "ack", d, "--as", "bob"],
        &["alert", "ack", d, "--as", "carol"],
        &["alert", "assign", d, "bob"],
        &["alert", "assign", d, "bob"],
        &["alert", "assign", d, "carol"],
        &["alert", "assign", d, c, "nobody"],
        &["alert", "undo", c],
        &["alert", "undo", c],
        &["alert", "unack", d],
        &["alert", "unack", d],
        &["alert", "wake", d],
        &["alert", "snooze", d, "2h"],
        &["alert", "list", "disk"],
        &["explain", d],
        &["alert", "wake", d],
        &["alert", "snooze", d, "soon"],
        &["alert", "note", d, "bob", "restarts", "it"],
        &["alert", "resolve", d, "--note", "restarted"],
        &["alert", "resolve", d],
        &["alert", "ack", d, c],
        &["alert", "reopen", d],
        &["alert", "reopen", d],
        &["alert", "show", d],
        &["alert", "show", c, "--output", "json"],
        &["alert", "ack", "ffffffff-ffff"],
        &["alert", "ack", d, "-"],
        &["alert", "ack", ""],
        &["alert", "show", ""],
        &["account", "list"],
        &["account", "list", "--output", "jsonl"],
    ];
    for step in steps {
        all.step(home, step);
    }
    all.text
}

#[test]
fn a_night_on_the_command_line_reads_the_same_beside_an_owner_and_without_one() {
    let alone = script(&with_people());
    insta::assert_snapshot!(alone);
    let home = with_people();
    let _owner = Service::start(&home);
    assert_eq!(script(&home), alone);
}

#[test]
fn services_are_listed_with_what_is_open() {
    let home = with_people();
    create(&home, "one", &[]);
    let two = create(&home, "two", &[]);
    home.run(&["alert", "resolve", &two]);
    let said = home.run(&["service", "list", "--output", "json"]);
    let services: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let shown: Vec<_> = services
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (service["name"].as_str().unwrap(), service["open"].as_u64().unwrap()))
        .collect();
    assert_eq!(shown, [("default", 0), ("web", 1)]);
}

#[test]
fn a_beginning_of_several_ids_names_them_and_does_nothing() {
    let home = with_people();
    let _owner = Service::start(&home);
    // Seventeen ids have sixteen first digits.
    let ids: Vec<String> = (0..17).map(|n| create(&home, &format!("a{n}"), &[])).collect();
    let shared = ids
        .iter()
        .map(|id| &id[..1])
        .find(|digit| ids.iter().filter(|id| id.starts_with(digit)).count() > 1)
        .unwrap();
    let said = home.run(&["alert", "show", shared]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    let begins = format!("watchbell: {shared} is the beginning of ");
    assert!(said.stderr.starts_with(&begins), "{said:?}");
    assert!(said.stderr.ends_with("; write more of it\n"), "{said:?}");
    assert_eq!(home.run(&["alert", "ack", shared]).code, Some(2));
    let listed = home.run(&["alert", "list", "state=ack"]);
    assert_eq!(listed.stdout, "");
}

#[test]
fn one_unknown_alert_among_several_keeps_all_of_them_as_they_were() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    let said = home.run(&["alert", "resolve", &id, "00000000-0000-0000"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    assert_eq!(home.run(&["alert", "list", "state=firing"]).stdout.lines().count(), 2);
}

#[test]
fn what_a_terminal_obeys_is_not_printed() {
    let home = with_people();
    let id = create(&home, "red \u{1b}[31malert\u{7}", &["--label", "x=\u{1b}]0;owned\u{7}y"]);
    for args in [&["alert", "list"][..], &["alert", "show", &id], &["explain", &id]] {
        let said = home.run(args);
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!said.stdout.contains(obeyed), "{args:?}: {:?}", said.stdout);
        assert!(said.stdout.contains("red alert"), "{args:?}: {:?}", said.stdout);
    }
}

#[test]
fn a_service_that_cannot_be_asked_now_ends_with_another_code_than_a_refusal() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    assert_eq!(home.run(&["alert", "snooze", &id, "soon"]).code, Some(2));
    assert_eq!(home.run(&["alert", "ack", "zzzz"]).code, Some(3));
    home.run(&["alert", "resolve", &id]);
    assert_eq!(home.run(&["alert", "ack", &id]).code, Some(1));
}

#[test]
fn a_verb_that_only_asks_says_that_there_is_no_data_and_makes_none() {
    let home = Home::new();
    let elsewhere = home.path().join("elsewhere");
    let data = elsewhere.to_str().unwrap();
    for verb in [&["alert", "list"][..], &["explain", "1"], &["alert", "ack", "1"]] {
        let said = home.run(&[verb, &["--data", data]].concat());
        assert_eq!(said.code, Some(1), "{verb:?}: {said:?}");
        assert!(said.stderr.contains(&format!("no data in {data}")), "{said:?}");
        assert!(!elsewhere.exists(), "{verb:?} made it");
    }
    let create = ["alert", "create", "--title", "full", "--service", "web", "--data", data];
    assert_eq!(home.run(&create).code, Some(0));
    assert_eq!(home.run(&["alert", "list", "--data", data]).code, Some(0));
}

#[test]
fn an_alert_taken_over_says_from_whom() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    home.run(&["alert", "ack", &id, "--as", "bob"]);
    let taken = home.run(&["alert", "ack", &id]);
    let wanted = format!("{} disk: acknowledged, taken over from bob\n", &id[..8]);
    assert_eq!(taken.stdout, wanted);
}

#[test]
fn a_note_that_would_be_cut_is_refused_with_its_length_before_anything_is_done() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    let (longest, longer) = ("é".repeat(1_000), "é".repeat(1_001));
    let refused =
        "watchbell: a note has 1000 characters at most and this one has 1001; shorten it\n";
    for args in
        [&["alert", "note", &id, &longer][..], &["alert", "resolve", &id, "--note", &longer]]
    {
        let said = home.run(args);
        assert_eq!((said.code, said.stderr.as_str()), (Some(2), refused), "{}", args[1]);
    }
    assert_eq!(home.run(&["alert", "list", "state=firing"]).stdout.lines().count(), 2);
    assert_eq!(home.run(&["alert", "note", &id, &longest]).code, Some(0));
    let shown = home.run(&["alert", "show", &id]).stdout;
    assert!(shown.contains(&format!("\"{longest}\"")), "{shown}");
}

#[test]
fn whatever_was_not_told_is_logged_with_its_channel_and_its_alert() {
    let home = Home::new();
    let far = "name = \"ops\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/hook\"";
    home.configure(&format!("[[channel]]\n{far}\n"));
    let service = Service::start(&home);
    let id = create(&home, "disk\u{1b}[31m full", &[]);
    let line = service.logs("Not told yet");
    let named = format!(" channel=ops alert={} title=\"disk full\"", &id[..8]);
    assert!(line.contains(&named), "{line:?}");
}

#[test]
fn an_undo_says_what_is_undone() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    home.run(&["alert", "ack", &id, "--as", "bob"]);
    home.run(&["alert", "ack", &id]);
    let undone = home.run(&["alert", "undo", &id]);
    let act = "acknowledged by alice, taking over from bob";
    assert_eq!(undone.stdout, format!("{} disk: undone: {act}\n", &id[..8]));
}

#[test]
fn acts_need_four_characters_of_an_id_however_it_is_written_and_reads_need_not() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    let told = "is too short to act upon; write at least 4 characters of the id";
    for short in [&id[..1], &id[..3], "-"] {
        let said = home.run(&["alert", "ack", short]);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert_eq!(said.stderr, format!("watchbell: {short} {told}\n"));
    }
    assert_eq!(home.run(&["alert", "show", &id[..1]]).code, Some(0));
    assert_eq!(home.run(&["explain", &id[..1]]).code, Some(0));
    let (capitals, bare) = (id[..4].to_uppercase(), id.replace('-', "").to_uppercase());
    assert_eq!(home.run(&["alert", "ack", &capitals]).code, Some(0));
    assert_eq!(home.run(&["alert", "unack", &bare]).code, Some(0));
}

#[test]
fn a_snooze_ends_after_a_length_or_at_the_next_such_time_of_the_configured_zone() {
    let home = Home::new();
    home.configure("[console]\ntime_zone = \"Asia/Kolkata\"\n");
    let id = create(&home, "disk", &[]);
    let said = home.run(&["alert", "snooze", &id, "08:00"]);
    assert!(said.stdout.ends_with("T02:30:00Z\n"), "{said:?}");
    let long = home.run(&["alert", "snooze", &id, "31d"]);
    let refused = "watchbell: a snooze lasts 30 days at most; name an earlier time\n";
    assert_eq!((long.code, long.stderr.as_str()), (Some(1), refused));
    for past in [&["-5m"][..], &["--", "-5m"], &["24:00"], &["0m"]] {
        let said = home.run(&[&["alert", "snooze", &id], past].concat());
        assert_eq!(said.code, Some(2), "{said:?}");
        let told =
            "write a length of time such as 30m, 2h or 1d, or a time of the clock such as 08:00";
        assert!(said.stderr.contains(told), "{said:?}");
    }
}

#[test]
fn a_label_that_an_option_sets_or_that_is_given_twice_is_refused() {
    let home = with_people();
    for (labels, told) in [
        (&["severity=warning"][..], "use --severity for it"),
        (&["service=db"], "use --service for it"),
        (&["alertname=x"], "use --title for it"),
        (&["a=", "a="], "--label a is given twice; take one out"),
        (&["a=1", "a=2"], "--label a is given twice; take one out"),
    ] {
        let mut args = vec!["alert", "create", "--title", "disk", "--service", "web"];
        args.extend(labels.iter().flat_map(|label| ["--label", label]));
        let said = home.run(&args);
        assert_eq!(said.code, Some(2), "{said:?}");
        assert!(said.stderr.contains(told), "{said:?}");
    }
    create(&home, "disk", &["--label", "a=", "--label", "b="]);
}

#[test]
fn a_snooze_on_what_has_ended_is_told_by_show_and_by_reopen() {
    let home = with_people();
    let id = create(&home, "disk", &[]);
    home.run(&["alert", "snooze", &id, "2h"]);
    home.run(&["alert", "resolve", &id]);
    let shown = home.run(&["alert", "show", &id]).stdout;
    assert!(shown.contains("; stays so if it fires again\n"), "{shown}");
    let said = home.run(&["alert", "reopen", &id]).stdout;
    assert!(said.contains(": reopened; stays snoozed until 20"), "{said}");
    home.run(&["alert", "wake", &id]);
    home.run(&["alert", "resolve", &id]);
    assert_eq!(
        home.run(&["alert", "reopen", &id]).stdout,
        format!("{} disk: reopened\n", &id[..8])
    );
}
