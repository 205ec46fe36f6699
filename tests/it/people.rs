//! Who did it, from where, and who may: over the socket, HTTP and the command line.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use nix::unistd::{Gid, Group, Uid};
use serde_json::Value;

use crate::alert::{create, with_people};
use crate::support::{Home, Said, Service, http, said};

#[tokio::test]
async fn every_line_of_a_timeline_says_who_and_from_where() {
    let home = with_people();
    let service = Service::start(&home);
    let id = create(&home, "disk", &[]);
    home.run(&["alert", "ack", &id, "--as", "bob"]);
    let secret = home.token("ops", "read,resolve");
    let resolve = service.url(&format!("/api/v1/alert/{id}/resolve"));
    let resolved = http().put(resolve).bearer_auth(&secret).send().await.unwrap();
    assert_eq!(resolved.status(), 200);

    let uid = Uid::effective();
    let said = home.run(&["alert", "show", &id, "--output", "json"]);
    let shown: Value = serde_json::from_str(&said.stdout).unwrap();
    let api = http().get(service.url(&format!("/api/v1/alert/{id}"))).bearer_auth(&secret);
    let api: Value = api.send().await.unwrap().json().await.unwrap();
    let lines = |shown: &Value| -> Vec<String> {
        let timeline = shown["timeline"].as_array().unwrap().clone();
        let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
        timeline
            .iter()
            .map(|line| format!("{} | {}", text(line, "text"), text(line, "via")))
            .collect()
    };
    let wanted = [
        format!("fired, sent by alice | command line, uid {uid}"),
        format!("acknowledged by bob (as by uid {uid}), assigned to bob | command line, uid {uid}"),
        "resolved by ops | HTTP, 127.0.0.1".to_owned(),
    ];
    assert_eq!(lines(&shown), wanted);
    assert_eq!(lines(&api), wanted);
}

#[test]
fn the_socket_of_a_group_is_its_group_s_and_reached_through_a_directory_that_is_shut_otherwise() {
    let gid = Gid::effective();
    let Some(group) = Group::from_gid(gid).unwrap() else { return };
    let home = Home::new();
    home.configure(&format!("[socket]\ngroup = \"{}\"\n", group.name));
    let _service = Service::start(&home);
    let facts = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).unwrap();
        (metadata.permissions().mode() & 0o777, metadata.gid())
    };
    assert_eq!(facts(&home.data().join("watchbell.sock")), (0o660, gid.as_raw()));
    assert_eq!(facts(&home.data()), (0o710, gid.as_raw()));
    assert_eq!(facts(&home.data().join("watchbell.redb")).0, 0o600);
    assert_eq!(home.run(&["alert", "list"]).code, Some(0));
}

#[test]
fn a_group_that_nobody_knows_is_refused_with_its_name() {
    let home = Home::new();
    home.configure("[socket]\ngroup = \"no-such-group\"\n");
    let said = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(1));
    let line = "watchbell: no group no-such-group on this host; correct group under [socket] of \
                watchbell.toml";
    assert_eq!(said.stderr.lines().last(), Some(line));
}

/// Runs the program as a user whom the host need not know, in the group `gid`.
fn as_other(home: &Home, gid: u32, args: &[&str]) -> Said {
    let data = home.data();
    let config = home.path().join("none.toml");
    std::fs::write(&config, "").unwrap();
    std::fs::set_permissions(&config, Permissions::from_mode(0o644)).unwrap();
    let places = ["--data", data.to_str().unwrap(), "--config", config.to_str().unwrap()];
    let mut command = home.command(&[args, &places].concat());
    command.uid(OTHER).gid(gid);
    said(command)
}

/// A uid that no host gives to somebody.
const OTHER: u32 = 54_321;
/// Another one, who runs the service.
const OWNER: u32 = 54_320;

#[test]
fn whoever_may_not_use_the_socket_is_told_who_may_and_a_member_is_not_told_to_end_the_service() {
    // Only root can be somebody else.
    let (gid, program) = (Gid::effective(), Path::new(env!("CARGO_BIN_EXE_watchbell")));
    let is_passable =
        |place: &Path| place.metadata().is_ok_and(|about| about.permissions().mode() & 0o001 != 0);
    if !Uid::effective().is_root() || !program.ancestors().all(is_passable) {
        return;
    }
    let Some(group) = Group::from_gid(gid).unwrap() else { return };
    for shared in [false, true] {
        let home = Home::new();
        if shared {
            home.configure(&format!("[socket]\ngroup = \"{}\"\n", group.name));
        }
        let home = home.of(OWNER);
        let service = Service::start(&home);
        for place in home
            .data()
            .parent()
            .unwrap()
            .ancestors()
            .take_while(|place| place.starts_with(home.path()))
        {
            std::fs::set_permissions(place, Permissions::from_mode(0o711)).unwrap();
        }
        let stranger = as_other(&home, OTHER, &["alert", "list"]);
        let may = if shared {
            format!("uid-{OWNER}, root and the group {} may", group.name)
        } else {
            format!("uid-{OWNER} and root may")
        };
        let wanted =
            format!("you may not use HOME/.local/share/watchbell/watchbell.sock: only {may}");
        assert_eq!(stranger.code, Some(1), "{stranger:?}");
        assert!(home.neutral(&stranger.stderr).contains(&wanted), "{stranger:?}");
        assert!(!stranger.stderr.contains("Permission denied"), "{stranger:?}");
        if shared {
            let member = as_other(&home, gid.as_raw(), &["alert", "list"]);
            let answer = format!("the running watchbell refused: uid {OTHER} is no account");
            assert!(member.stderr.contains(&answer), "{member:?}");
            let listen = service.address.to_string();
            for address in [listen.as_str(), "127.0.0.1:0"] {
                let serve = as_other(&home, gid.as_raw(), &["serve", "--listen", address]);
                assert_eq!(serve.code, Some(1), "{serve:?}");
                assert!(!serve.stderr.contains("kill"), "{serve:?}");
                assert!(
                    serve.stderr.contains("use that one: watchbell alert list --data"),
                    "{serve:?}"
                );
            }
        }
    }
}

#[test]
fn a_unix_user_that_nobody_is_is_warned_of_at_the_start() {
    let home = Home::new();
    home.configure("[[account]]\nname = \"alice\"\nunix_user = \"no-such-user\"\n");
    let line = Service::start(&home).logs("level=warn");
    assert!(line.contains("unix_user=no-such-user"), "{line}");
}

#[test]
fn a_configuration_that_others_may_write_is_refused_and_one_with_secrets_that_they_may_read_told() {
    let home = Home::new();
    let file = home.path().join(".config/watchbell/watchbell.toml");
    let mode = |mode| std::fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    let url = "url = \"http://127.0.0.1:1/secret\"";
    home.configure(&format!("[[channel]]\nname = \"ops\"\nkind = \"webhook\"\n{url}\n"));
    for writable in [0o602, 0o620] {
        mode(writable);
        let said = home.run(&["alert", "list"]);
        let told = "watchbell: HOME/.config/watchbell/watchbell.toml: other users may write to it; \
                    run: chmod go-w 'HOME/.config/watchbell/watchbell.toml'\n";
        assert_eq!((said.code, home.neutral(&said.stderr).as_str()), (Some(1), told));
    }
    mode(0o644);
    let line = Service::start(&home).logs("level=warn");
    assert!(
        home.neutral(&line).contains("chmod o-r 'HOME/.config/watchbell/watchbell.toml'"),
        "{line}"
    );
    assert!(!line.contains("secret/"), "{line}");
    mode(0o640);
    let service = Service::start(&home);
    assert!(!service.log_so_far().contains("level=warn"), "{}", service.log_so_far());
}
