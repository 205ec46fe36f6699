//! The data looked after with the real program: backups of a running service under load, exports,
//! imports, restoring, and what is said to who stands before damaged data.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use nix::sys::signal::Signal;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::support::{Home, Said, Service};

/// The program in `home`, with the data directory `data` of it.
fn on(home: &Home, data: &str, args: &[&str]) -> Said {
    let data = home.path().join(data);
    let args: Vec<&str> = args.iter().copied().chain(["--data", data.to_str().unwrap()]).collect();
    home.run(&args)
}

fn done(said: Said) -> Said {
    assert_eq!(said.code, Some(0), "{said:?}");
    said
}

fn path(home: &Home, name: &str) -> String {
    home.path().join(name).to_str().unwrap().to_owned()
}

/// The lines of an export but for its first and its last, in order.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    assert!(lines.first().unwrap().starts_with("{\"head\":"), "{text}");
    assert!(lines.last().unwrap().starts_with("{\"end\":"), "{text}");
    lines.pop();
    lines.remove(0);
    lines.sort_unstable();
    lines
}

/// Titles of alerts, as a listing gives them.
fn titles(said: &Said) -> BTreeSet<String> {
    let rows: Vec<Value> = serde_json::from_str(&said.stdout).unwrap();
    rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

async fn post(api: &Api, title: &str) {
    let alert = format!(
        r#"{{"alerts": [{{"fingerprint": "{title}", "status": "firing", "title": "{title}", "service": "web"}}]}}"#
    );
    let (status, answer) = api.send("POST", "/api/v1/alert", &alert).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_all_that_was_answered_before_it() {
    let home = Arc::new(Home::new());
    let secret = home.token("stream", "ingest,read");
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    let (answered, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
    let mut senders = JoinSet::new();
    for sender in 0..2 {
        let (api, answered, stop) = (api.clone(), Arc::clone(&answered), Arc::clone(&stop));
        senders.spawn(async move {
            for number in 0.. {
                let title = format!("alert {number} of sender {sender}");
                post(&api, &title).await;
                answered.lock().unwrap().push(title);
                if stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
    }
    let mut rounds = Vec::new();
    for round in 0..3 {
        // Something is answered before each.
        post(&api, &format!("mark {round}")).await;
        let mut before = answered.lock().unwrap().clone();
        before.extend((0..=round).map(|round| format!("mark {round}")));
        let (name, program) = (format!("backup-{round}"), Arc::clone(&home));
        let made =
            tokio::task::spawn_blocking(move || program.run(&["backup", &path(&program, &name)]));
        done(made.await.unwrap());
        rounds.push(before);
    }
    stop.store(true, Ordering::SeqCst);
    senders.join_all().await;
    service.signal(Signal::SIGTERM);
    assert!(service.ended().success());
    for (round, before) in rounds.into_iter().enumerate() {
        let data = format!("restored-{round}");
        done(on(&home, &data, &["restore", &path(&home, &format!("backup-{round}"))]));
        done(on(&home, &data, &["check"]));
        let there =
            titles(&done(on(&home, &data, &["alert", "list", "--all", "--output", "json"])));
        let lost: Vec<_> = before.iter().filter(|title| !there.contains(*title)).collect();
        assert!(lost.is_empty(), "backup {round} lost {lost:?} of {}", before.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_exported_is_the_same_after_an_import_and_after_a_backup() {
    let home = Home::new();
    let secret = home.token("stream", "ingest,read");
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    for number in 0..20 {
        post(&api, &format!("alert {number}")).await;
    }
    let listed = home.run(&["alert", "list", "--output", "json"]);
    let rows: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    let id = rows[0]["id"].as_str().unwrap();
    done(home.run(&["alert", "ack", id]));
    done(home.run(&["alert", "note", id, "so it is"]));
    let exported = done(home.run(&["export"]));
    let (file, backup) = (path(&home, "export.jsonl"), path(&home, "backup"));
    let said = done(home.run(&["export", &file]));
    assert_eq!(said.stdout, format!("{file}\n"));
    done(home.run(&["backup", &backup]));
    service.signal(Signal::SIGTERM);
    assert!(service.ended().success());

    assert_eq!(lines(&fs::read_to_string(&file).unwrap()), lines(&exported.stdout));
    done(on(&home, "imported", &["import", &file]));
    done(on(&home, "restored", &["restore", &backup]));
    for data in ["imported", "restored"] {
        let again = done(on(&home, data, &["export"]));
        assert_eq!(lines(&again.stdout), lines(&exported.stdout), "{data}");
        let well = done(on(&home, data, &["check", "--output", "json"]));
        let found: Value = serde_json::from_str(&well.stdout).unwrap();
        assert_eq!((&found["well"], &found["alerts"]), (&true.into(), &20.into()), "{found}");
    }
    let all = fs::read_to_string(&file).unwrap();
    let refused = |name: &str, text: &str| {
        fs::write(home.path().join("wrong.jsonl"), text).unwrap();
        let said = on(&home, name, &["import", &path(&home, "wrong.jsonl")]);
        assert_eq!(said.code, Some(1), "{said:?}");
        let left = fs::read_dir(home.path().join(name)).map_or(0, Iterator::count);
        assert!(left == 0 || name == "imported", "{name}: nothing is left behind");
        home.neutral(&said.stderr)
    };
    let (head, rest) = all.split_once('\n').unwrap();
    let cut = all.lines().take(9).collect::<Vec<_>>().join("\n") + "\n";
    let told = [
        refused("a", &cut),
        refused("a", &all[..all.len() - 9]),
        refused("a", &all.replace("so it is", "so it was")),
        refused("a", &format!("{all}{{}}\n")),
        refused("a", rest),
        refused("a", &format!("{}\n{rest}", head.replace("\"export\":1", "\"export\":9"))),
        refused("a", "words"),
        refused("a", ""),
        refused("imported", &all),
    ];
    insta::assert_snapshot!(told.concat());
}

#[test]
fn nothing_is_done_to_the_data_of_a_running_service_and_no_file_is_replaced_unasked() {
    let home = Home::new();
    let service = Service::start(&home);
    let backup = path(&home, "backup");
    done(home.run(&["backup", &backup]));
    let before = fs::read(&backup).unwrap();
    let mut told = String::new();
    let verbs: [&[&str]; 6] = [
        &["check"],
        &["compact"],
        &["restore", &backup],
        &["import", &backup],
        &["backup", &backup],
        &["export", &backup],
    ];
    for verb in verbs {
        let said = home.run(verb);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{verb:?}: {said:?}");
        write!(told, "{}: {}", verb[0], home.neutral(&said.stderr)).unwrap();
    }
    insta::assert_snapshot!(told);
    assert_eq!(fs::read(&backup).unwrap(), before);
    let data = home.data().join("watchbell.redb");
    let itself = home.run(&["backup", "--force", data.to_str().unwrap()]);
    assert!(itself.stderr.ends_with("is the data itself; name another file\n"), "{itself:?}");
    let other = Home::new();
    let another = Service::start(&other);
    let theirs = other.data().join("watchbell.redb");
    for verb in ["backup", "export"] {
        let used = home.run(&[verb, "--force", theirs.to_str().unwrap()]);
        let why = "belongs to a running watchbell; name another file\n";
        assert!(used.stderr.ends_with(why), "{used:?}");
    }
    drop(another);
    done(home.run(&["backup", "--force", &backup]));
    done(home.run(&["check", &backup]));
    let mode = |path: &Path| {
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
    };
    assert_eq!(mode(Path::new(&backup)), 0o600);
    assert_eq!(mode(&home.data().join("last-backup")), 0o600);
    drop(service);
}

#[test]
fn damaged_data_is_refused_with_the_last_backup_which_then_brings_it_back() {
    let home = Home::new();
    home.token("before", "read");
    let backup = path(&home, "backup");
    done(home.run(&["backup", &backup]));
    home.token("after", "read");
    let file = home.data().join("watchbell.redb");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    for verb in [["token", "list"], ["serve", "--listen=127.0.0.1:0"]] {
        let said = home.run(&verb);
        assert_eq!(said.code, Some(1), "{said:?}");
        let last = format!("the last one is {backup} of ");
        assert!(said.stderr.contains(&last), "{said:?}");
        assert!(said.stderr.contains("watchbell check --data"), "{said:?}");
    }
    let checked = home.run(&["check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(1), ""), "{checked:?}");
    assert!(checked.stderr.contains("is damaged"), "{checked:?}");
    assert_eq!(checked.stderr.lines().count(), 1, "one sentence: {checked:?}");
    let restored = done(home.run(&["restore", &backup]));
    assert!(restored.stderr.contains("what was there before is"), "{restored:?}");
    let tokens = done(home.run(&["token", "list", "--output", "jsonl"]));
    assert!(tokens.stdout.contains("before") && !tokens.stdout.contains("after"), "{tokens:?}");
    let compacted = done(home.run(&["compact"]));
    assert!(compacted.stderr.contains(" before, "), "{compacted:?}");
    done(home.run(&["check"]));
}

#[test]
fn of_a_file_that_is_named_the_answer_speaks_of_that_file_and_not_of_the_data() {
    let home = Home::new();
    done(home.run(&["alert", "create", "--title", "disk", "--service", "db"]));
    let foreign = path(&home, "foreign");
    fs::write(&foreign, "a file of somebody else's").unwrap();
    let nowhere = path(&home, "nowhere/backup");
    let told = |args: &[&str]| {
        let said = home.run(args);
        assert_eq!(said.code, Some(1), "{args:?}: {said:?}");
        said.stderr
    };
    let check = told(&["check", &foreign]);
    assert!(check.ends_with("is no data file of watchbell; name a backup\n"), "{check}");
    let backup = told(&["backup", &nowhere]);
    assert!(backup.contains("No such file or directory"), "{backup}");
    assert!(!backup.contains("data file"), "{backup}");
}
