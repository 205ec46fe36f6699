//! Who did it, from where, and who may: over the socket, HTTP and the command line.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;

use nix::unistd::{Gid, Group, Uid, User};
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
    // Whom this host does not know is nobody's account.
    let me = match User::from_uid(uid).unwrap() {
        Some(_) => "alice".to_owned(),
        None => format!("uid-{uid}"),
    };
    let wanted = [
        format!("fired, sent by {me} | command line, uid {uid}"),
        format!("acknowledged by bob (as by uid {uid}), assigned to bob | command line, uid {uid}"),
        "resolved by ops | HTTP, 127.0.0.1".to_owned(),
    ];
    assert_eq!(lines(&shown), wanted);
    assert_eq!(lines(&api), wanted);
}

/// A group that has a name and whose member who runs the tests is.
fn own_group() -> Option<Group> {
    let others = nix::unistd::getgroups().unwrap();
    let ids = [Gid::effective()].into_iter().chain(others);
    ids.map(Group::from_gid).find_map(Result::unwrap)
}

#[test]
fn the_socket_of_a_group_is_its_group_s_and_reached_through_a_directory_that_is_shut_otherwise() {
    let home = Home::new();
    let Some(group) = own_group() else {
        // Who is in no group that has a name can give the socket to none.
        home.configure("[socket]\ngroup = \"root\"\n");
        let said = home.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(said.code, Some(1));
        assert!(said.stderr.contains("cannot be given to the group root"), "{said:?}");
        return;
    };
    let gid = group.gid.as_raw();
    home.configure(&format!("[socket]\ngroup = \"{}\"\n", group.name));
    let _service = Service::start(&home);
    let facts = |path: &std::path::Path| {
        let metadata = std::fs::metadata(path).unwrap();
        (metadata.permissions().mode() & 0o777, metadata.gid())
    };
    assert_eq!(facts(&home.data().join("watchbell.sock")), (0o660, gid));
    assert_eq!(facts(&home.data()), (0o710, gid));
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

/// A uid that no host gives to somebody.
const OTHER: u32 = 54_321;
/// Another one, who runs the service.
const OWNER: u32 = 54_320;

/// A running service, and somebody whom it need not let in.
///
/// Root runs the service as one user and asks as another. Nobody else can be two users, so that
/// they shut their own files to themselves: the system then says the same to who asks.
struct Shut {
    home: Home,
    /// The running service.
    service: Service,
    /// The name of who runs it.
    owner: String,
}

impl Shut {
    fn start(group: Option<&Group>) -> Self {
        let home = Home::new();
        if let Some(group) = group {
            home.configure(&format!("[socket]\ngroup = \"{}\"\n", group.name));
        }
        if Uid::effective().is_root() {
            let home = home.of(OWNER);
            let service = Service::start(&home);
            let (data, inside) = (home.data(), |place: &&Path| place.starts_with(home.path()));
            for place in data.parent().unwrap().ancestors().take_while(inside) {
                std::fs::set_permissions(place, Permissions::from_mode(0o711)).unwrap();
            }
            return Self { home, service, owner: format!("uid-{OWNER}") };
        }
        let service = Service::start(&home);
        let shut = |file, mode| {
            std::fs::set_permissions(home.data().join(file), Permissions::from_mode(mode)).unwrap();
        };
        shut("watchbell.redb", 0o000);
        shut("watchbell.sock", if group.is_some() { 0o060 } else { 0o000 });
        let user = User::from_uid(Uid::effective()).unwrap();
        let owner = user.map_or(format!("uid-{}", Uid::effective()), |user| user.name);
        Self { home, service, owner }
    }

    /// What is told to somebody who may not use the socket.
    fn tells_stranger(&self, args: &[&str]) -> Said {
        if Uid::effective().is_root() { self.tells(OTHER, args) } else { self.home.run(args) }
    }

    /// What is told to a user whom the host need not know, in the group `gid`. Only root can ask.
    fn tells(&self, gid: u32, args: &[&str]) -> Said {
        let data = self.home.data();
        let config = self.home.path().join("none.toml");
        std::fs::write(&config, "").unwrap();
        std::fs::set_permissions(&config, Permissions::from_mode(0o644)).unwrap();
        let places = ["--data", data.to_str().unwrap(), "--config", config.to_str().unwrap()];
        let mut command = self.home.command(&[args, &places].concat());
        command.uid(OTHER).gid(gid);
        said(command)
    }
}

#[test]
fn whoever_may_not_use_the_socket_is_told_who_may() {
    let group = own_group();
    for group in std::iter::once(None).chain(group.as_ref().map(Some)) {
        let shut = Shut::start(group);
        let stranger = shut.tells_stranger(&["alert", "list"]);
        let may = match group {
            Some(group) => format!("{}, root and the group {} may", shut.owner, group.name),
            None => format!("{} and root may", shut.owner),
        };
        let wanted =
            format!("you may not use HOME/.local/share/watchbell/watchbell.sock: only {may}");
        assert_eq!(stranger.code, Some(1), "{stranger:?}");
        assert!(shut.home.neutral(&stranger.stderr).contains(&wanted), "{stranger:?}");
        assert!(!stranger.stderr.contains("Permission denied"), "{stranger:?}");
    }
}

#[test]
fn who_runs_the_service_is_told_how_to_end_it_and_a_member_of_its_group_is_not() {
    let (Some(group), true) = (own_group(), Uid::effective().is_root()) else {
        // Who cannot be somebody else asks as who runs it.
        let home = Home::new();
        let service = Service::start(&home);
        let serve = home.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(serve.code, Some(1), "{serve:?}");
        assert!(serve.stderr.contains(&format!("kill {}", service.pid())), "{serve:?}");
        return;
    };
    let shut = Shut::start(Some(&group));
    let gid = group.gid.as_raw();
    let member = shut.tells(gid, &["alert", "list"]);
    let answer = format!("the running watchbell refused: uid {OTHER} is no account");
    assert!(member.stderr.contains(&answer), "{member:?}");
    let listen = shut.service.address.to_string();
    for address in [listen.as_str(), "127.0.0.1:0"] {
        let serve = shut.tells(gid, &["serve", "--listen", address]);
        assert_eq!(serve.code, Some(1), "{serve:?}");
        assert!(!serve.stderr.contains("kill"), "{serve:?}");
        assert!(serve.stderr.contains("use that one: watchbell alert list --data"), "{serve:?}");
    }
    let owner = shut.home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(owner.stderr.contains(&format!("kill {}", shut.service.pid())), "{owner:?}");
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
