//! Who did it, from where, and who may: over the socket, HTTP and the command line.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use nix::unistd::{Gid, Group, Uid};
use serde_json::Value;

use crate::alert::{create, with_people};
use crate::support::{Home, Service, http};

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
