//! The verbs about silences, with the real program: the same words beside a running owner and
//! without one; what they make outlives it, and amtool reads it.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::alert::{Transcript, create, with_people};
use crate::daemon::{Daemon, ONE_ROUTE, amtool};
use crate::support::{Home, Said, Service, said};

fn script(home: &Home) -> String {
    let disk = create(home, "disk full", &["--label", "instance=db1", "--severity", "page"]);
    let cpu = create(home, "cpu hot", &["--severity", "warning"]);
    let mut all = Transcript::default();
    all.names.insert(disk.clone(), "disk-id1");
    all.names.insert(cpu, "cpu-id-2");
    before_any(home, &mut all);
    let why = ["--for", "2h", "--comment", "a new disk", "--annotation", "ticket=OPS-7"];
    let add = [&["silence", "add", "disk full", "instance=db1"], &why[..]].concat();
    let d = all.makes(home, &add, "silence1");
    let add = ["silence", "add", "service=~w.*", "--as", "bob", "--until-resolved"];
    let w = all.makes(home, &add, "silence2");
    let night = ["--start", "2099-01-01T00:00:00Z", "--until", "2099-01-01T04:00:00Z"];
    let add = [&["silence", "add", "nothing=here", "--by", "carol"], &night[..]].concat();
    let n = all.makes(home, &add, "silence3");
    for step in [&["alert", "list"][..], &["explain", &disk]] {
        all.step(home, step);
    }
    while_they_are(home, &mut all, [&d, &w, &n]);
    end(home, &mut all, [&d, &w, &n]);
    all.text
}

fn before_any(home: &Home, all: &mut Transcript) {
    let (first, second) = ("2099-01-01T00:00:00Z", "2099-01-02T00:00:00Z");
    let steps: [&[&str]; 16] = [
        &["silence", "query"],
        &["silence", "query", "-o", "json"],
        &["silence", "query", "-q"],
        &["silence", "preview", "disk full"],
        &["silence", "preview", "service=web"],
        &["silence", "preview", "disk full", "instance=db1", "-o", "json"],
        &["silence", "preview", "nothing"],
        &["silence", "preview"],
        &["silence", "add"],
        &["silence", "add", "disk full", "instance"],
        &["silence", "add", "host=~("],
        &["silence", "add", "nothing="],
        &["silence", "add", "disk full", "--until", "2020-01-01T00:00:00Z"],
        &["silence", "add", "a=b", "--start", second, "--until", first],
        &["silence", "add", "a=b", "--annotation", "x=1", "--annotation", "x=2"],
        &["silence", "add", "a=b", "--as", "carol"],
    ];
    for step in steps {
        all.step(home, step);
    }
}

fn while_they_are(home: &Home, all: &mut Transcript, [d, w, n]: [&str; 3]) {
    let steps: [&[&str]; 16] = [
        &["silence", "query"],
        &["silence", "query", "-q"],
        &["silence", "query", "disk full", "-o", "json"],
        &["silence", "query", "service=web"],
        &["silence", "query", "--pending"],
        &["silence", "query", "--within", "90m"],
        &["silence", "query", "--created-by", "bob"],
        &["silence", "query", "--id", &d[..8], "--id", n, "-q"],
        &["silence", "query", "--id", "ffffffff-ffff"],
        &["silence", "update", d],
        &["silence", "update"],
        &["silence", "update", d, "--for", "3h", "--comment", "the disk is late", "--by", "bob"],
        &["silence", "update", w, "--until-resolved=false", "--as", "bob"],
        &["silence", "update", n, "--until", "2098-01-01T00:00:00Z"],
        &["silence", "query", "-o", "jsonl"],
        &["silence", "expire"],
    ];
    for step in steps {
        all.step(home, step);
    }
}

fn end(home: &Home, all: &mut Transcript, [d, w, n]: [&str; 3]) {
    let earlier = ["silence", "update", d, "--start", "2020-01-01T00:00:00Z"];
    let other = all.makes(home, &earlier, "silence4");
    let steps: [&[&str]; 7] = [
        &["silence", "expire", "ab"],
        &["silence", "expire", w, "ffffffff-ffff"],
        &["silence", "expire", w, n, d],
        &["silence", "expire", w],
        &["silence", "query", "--expired"],
        &["silence", "update", w, "--comment", "too late"],
        &["silence", "expire", &other[..8]],
    ];
    for step in steps {
        all.step(home, step);
    }
    all.makes(home, &["silence", "update", w, "--for", "1h"], "silence5");
}

#[test]
fn silences_on_the_command_line_read_the_same_beside_an_owner_and_without_one() {
    let alone = script(&with_people());
    insta::assert_snapshot!(alone);
    let home = with_people();
    let _owner = Service::start(&home);
    assert_eq!(script(&home), alone);
}

#[test]
fn a_silence_is_there_after_a_kill_however_soon_it_came_and_mutes_as_before() {
    let home = with_people();
    let service = Service::start(&home);
    create(&home, "disk", &[]);
    let id = home.run(&["silence", "add", "service=web", "--comment", "a move"]).stdout;
    service.crash();
    for _owner in [None, Some(Service::start(&home))] {
        assert_eq!(home.run(&["silence", "query", "-q"]).stdout, id);
        let listed = listed(&home, &[]);
        assert_eq!((&listed[0]["comment"], &listed[0]["mutes"]), (&json!("a move"), &json!(1)));
        assert!(home.run(&["alert", "list"]).stdout.contains("firing,quiet"));
    }
}

#[test]
fn all_silences_end_by_what_query_prints_and_their_alerts_call_again() {
    let home = with_people();
    let _owner = Service::start(&home);
    create(&home, "disk", &[]);
    for matcher in ["disk", "service=web", "nothing=here"] {
        assert_eq!(home.run(&["silence", "add", matcher]).code, Some(0));
    }
    let ids = home.run(&["silence", "query", "-q"]).stdout;
    let args: Vec<&str> = ["silence", "expire"].into_iter().chain(ids.split_whitespace()).collect();
    let said = home.run(&args);
    assert_eq!((said.code, said.stdout.lines().count(), said.stderr.as_str()), (Some(0), 3, ""));
    assert_eq!(home.run(&["silence", "query", "-q"]).stdout, "");
    assert!(!home.run(&["alert", "list"]).stdout.contains("quiet"));
}

/// The silences that `query` prints.
fn listed(home: &Home, more: &[&str]) -> Vec<Value> {
    let said = home.run(&[&["silence", "query", "-o", "json"], more].concat());
    serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// Imports `text`, from a file or from stdin.
fn import(home: &Home, text: &str, more: &[&str]) -> Said {
    let file = home.path().join("silences.json");
    std::fs::write(&file, text).unwrap();
    if !more.is_empty() {
        return home.run(&[&["silence", "import", file.to_str().unwrap()], more].concat());
    }
    let mut command = home.command(&["silence", "import"]);
    command.stdin(Stdio::from(std::fs::File::open(&file).unwrap()));
    said(command)
}

#[test]
fn an_import_takes_what_it_can_and_tells_of_each_that_it_cannot() {
    let home = with_people();
    let _owner = Service::start(&home);
    let known = home.run(&["silence", "add", "disk", "--for", "1h"]).stdout;
    let unknown = "5d2a1c3e-0000-4000-8000-000000000000";
    let matcher = |value: &str| json!({"name": "a", "value": value, "isRegex": false});
    let ends = "2099-01-01T00:00:00.000Z";
    let mut change = listed(&home, &[])[0].clone();
    change["comment"] = json!("longer");
    let items = json!([
        change,
        {"id": unknown, "matchers": [matcher("1")], "endsAt": ends, "createdBy": "x", "comment": ""},
        {"matchers": [{"name": "a", "value": "(", "isRegex": true}], "endsAt": ends},
        {"matchers": [], "endsAt": ends},
        {"matchers": [matcher("2")], "endsAt": "2020-01-01T00:00:00Z"},
        {"matchers": [matcher("3")], "endsAt": "soon\u{1b}[31m"},
        {"matchers": [matcher("")], "endsAt": ends},
        {"matchers": [matcher("4")], "endsAt": ends, "startsAt": "2099-02-01T00:00:00Z"},
        {"matchers": [{"name": "", "value": "x"}], "endsAt": ends},
        {"matchers": 7},
        "nothing",
        {"matchers": [{"name": "b", "value": "c.*", "isRegex": true, "isEqual": false}],
            "startsAt": "2098-12-31T00:00:00+01:00", "endsAt": ends, "endsWhenResolved": true,
            "annotations": {"ticket": "OPS-7"}},
    ]);
    let said = import(&home, &items.to_string(), &[]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let id = regex::Regex::new("[0-9a-f]{8}-[0-9a-f-]{27}").unwrap();
    let neutral = said.stdout.replace(known.trim_end(), "KNOWN");
    let neutral = format!("{}{}", id.replace_all(&neutral, "NEW"), said.stderr);
    insta::assert_snapshot!(neutral);
    let all = listed(&home, &[]);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().all(|silence| silence["id"] != unknown));
    // What it printed it takes, and there is nothing to be done.
    let again = import(&home, &Value::from(all.clone()).to_string(), &["--as", "bob"]);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again:?}");
    assert!(again.stderr.ends_with("3 silences: 0 made, 0 changed, 3 as they were, 0 failed\n"));
    // A silence a line, and all of them anew.
    let lines = home.run(&["silence", "query", "-o", "jsonl"]).stdout;
    assert_eq!(import(&home, &lines, &["--force"]).stdout.matches(" made: ").count(), 3);
    assert_eq!(listed(&home, &[]).len(), 6);
}

#[test]
fn what_is_no_list_of_silences_is_refused_before_anything_is_done() {
    let home = with_people();
    for text in ["[{\"matchers\":", "silences", "[] x"] {
        let said = import(&home, text, &[]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{said:?}");
        assert!(said.stderr.starts_with("watchbell: stdin: "), "{said:?}");
    }
    assert!(!home.data().exists());
    let said = home.run(&["silence", "import", "/nowhere"]);
    assert_eq!(said.code, Some(1));
    let empty = import(&home, "[]", &[]);
    assert_eq!((empty.code, empty.stdout.as_str()), (Some(0), ""), "{empty:?}");
}

#[test]
fn one_verb_may_write_what_another_reads_where_nobody_owns_the_data() {
    let home = with_people();
    home.run(&["silence", "add", "disk"]);
    let mut query = home.command(&["silence", "query", "-o", "json"]);
    let mut import = home.command(&["silence", "import", "--force"]);
    let mut query = query.stdout(Stdio::piped()).spawn().unwrap();
    import.stdin(query.stdout.take().unwrap());
    let said = said(import);
    assert!(query.wait().unwrap().success());
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(listed(&home, &[]).len(), 2);
}

/// What each of the two programs has, but for ids and when it was changed.
fn told(silences: &str) -> Vec<String> {
    let silences: Vec<Value> = serde_json::from_str(silences).unwrap();
    let mut told: Vec<String> = silences
        .iter()
        .map(|one| {
            let seconds = |field: &str| one[field].as_str().unwrap()[..19].to_owned();
            let (starts, ends) = (seconds("startsAt"), seconds("endsAt"));
            let (by, why) = (&one["createdBy"], &one["comment"]);
            format!("{} {starts} {ends} {by} {why}", one["matchers"])
        })
        .collect();
    told.sort();
    told
}

#[test]
fn silences_move_from_a_real_alertmanager_to_here_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let real = Daemon::alertmanager(folder.path(), ONE_ROUTE);
    let later = ["--start=2098-01-01T00:00:00Z", "--end=2099-01-01T00:00:00Z"];
    let matchers: [&[&str]; 3] =
        [&["Disk", "instance=~db.*"], &["text=a \\\"b\\\"", "x!=y"], &["z!~(a|b)"]];
    for matchers in matchers {
        let add = [&["silence", "add", "-c", "a <move>", "-a", "alice"], &later[..], matchers];
        let said = amtool(&real.address, &add.concat());
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let theirs = amtool(&real.address, &["silence", "query", "-o", "json"]).stdout;
    let home = with_people();
    let said = import(&home, &theirs, &[]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let ours = home.run(&["silence", "query", "-o", "json"]).stdout;
    assert_eq!(told(&ours), told(&theirs));
    let file = home.path().join("ours.json");
    std::fs::write(&file, &ours).unwrap();
    let back = empty(folder.path());
    let said = amtool(&back.address, &["silence", "import", file.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let there = amtool(&back.address, &["silence", "query", "-o", "json"]).stdout;
    assert_eq!(told(&there), told(&ours));
}

/// Another Alertmanager.
fn empty(folder: &Path) -> Daemon {
    let folder = folder.join("other");
    std::fs::create_dir(&folder).unwrap();
    Daemon::alertmanager(&folder, ONE_ROUTE)
}
