//! The collector on recorded hosts.

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::FileKind;
use crate::model::{Bilingual, CensusState, Declaration, LogFile, LogKind, Policy, Site, Time};

const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 uname=root gname=root mode=0644
./etc type=dir mode=0755
./var type=dir mode=0755
./var/log type=dir mode=0775 gname=syslog
./var/log/nginx type=dir mode=0750 gname=adm gid=4
./var/log/nginx/access.log mode=0640 uname=www-data gname=adm time=1700000000
./var/log/nginx/access.log.1 mode=0644 uname=www-data gname=adm time=1690000000
";

fn world() -> RecordedWorld {
    RecordedWorld::new()
        .file("root.mtree", LISTING)
        .file("root/etc/passwd", "root:x:0:0::/root:/bin/bash\nwebops:x:1001:1001::/home/webops:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n")
        .file("root/etc/group", "root:x:0:\nadm:x:4:webops\nsudo:x:27:\nwebops:x:1001:\n")
        .file("root/etc/shadow", "root:*:1\nwebops:!:1\n")
        .file("root/etc/sudoers", "webops ALL=(root) NOPASSWD: /usr/bin/less\n")
        .file("root/home/webops/.ssh/authorized_keys", format!("expiry-time=\"20270101\" ssh-ed25519 {KEY} x\n"))
        .file("root/etc/logrotate.conf", "weekly\nrotate 4\ninclude /etc/logrotate.d\n")
}

fn declaration(root: &str, logs: &[&str]) -> Declaration {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.host_root = Some(HostRoot { path: root.to_owned(), name: "www".to_owned() });
    site.logs = logs.iter().map(|path| LogFile { path: (*path).to_owned(), kind: LogKind::Access }).collect();
    let policy = Policy {
        id: "p".to_owned(),
        title: Bilingual::default(),
        source: Bilingual::default(),
        published_on: None,
        originals: Vec::new(),
        parameters: Default::default(),
        clauses: Vec::new(),
    };
    Declaration {
        site,
        policy,
        parameters: Default::default(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    }
}

fn look_at(world: &RecordedWorld, root: &str, logs: &[&str]) -> Evidence {
    let declaration = declaration(root, logs);
    let task = Task { declaration: &declaration, offline: true, now: Time::from_unix_seconds(0) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(HostCollector.collect(world, &task))
}

fn one<'a>(evidence: &'a Evidence, kind: &str, subject: &str) -> &'a Observation {
    let found = evidence.observations.iter().find(|seen| seen.kind == kind && seen.subject.to_string() == subject);
    found.unwrap_or_else(|| panic!("no {kind} {subject}"))
}

fn listed() -> RecordedWorld {
    world().file(
        "root/etc/logrotate.d/nginx",
        "/var/log/nginx/*.log {\n daily\n rotate 400\n create 0640 www-data adm\n shred\n}\n",
    )
}

#[test]
fn logs_accounts_keys_sudo_and_rotation_are_stated() {
    // The listing decides what is there, so the included folder must be in it.
    let listing = format!("{LISTING}./etc/logrotate.d type=dir mode=0755\n./etc/logrotate.d/nginx mode=0644\n");
    let evidence = look_at(&listed().file("root.mtree", listing), "root", &[]);
    assert_eq!(evidence.gaps, []);
    let log = one(&evidence, "log-file", "log:/var/log/nginx/access.log.1");
    assert_eq!(
        (log.integer("mode_excess"), log.flag("rotated"), log.text("owner")),
        (Some(4), Some(true), Some("www-data"))
    );
    let path = one(&evidence, "log-path", "log:/var/log/nginx");
    assert_eq!(path.texts("writable_by_others"), ["/var/log"]);
    let account = one(&evidence, "account", "account:www/webops");
    assert_eq!(
        (account.flag("usable"), account.integer("keys"), account.text("password")),
        (Some(true), Some(1), Some("locked"))
    );
    assert_eq!(one(&evidence, "account", "account:www/www-data").flag("usable"), Some(false));
    let rule = one(&evidence, "sudo-rule", "file:root/etc/sudoers#rule[webops]");
    assert_eq!(
        (rule.flag("opens_logs"), rule.flag("any_command"), rule.flag("nopasswd")),
        (Some(true), Some(false), Some(true))
    );
    let rotation = one(&evidence, "log-rotation", "log:/var/log/nginx/access.log");
    assert_eq!((rotation.integer("days_kept"), rotation.integer("create_mode_excess")), (Some(400), Some(0)));
}

#[test]
fn what_is_stated_is_what_is_declared() {
    let listing = format!("{LISTING}./etc/logrotate.d type=dir mode=0755\n./etc/logrotate.d/nginx mode=0644\n");
    let evidence = look_at(&listed().file("root.mtree", listing), "root", &[]);
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> =
            evidence.of_kind(kind.name).flat_map(|seen| seen.fields.keys().map(String::as_str)).collect();
        assert_eq!(stated, declared, "{}", kind.name);
    }
}

#[test]
fn an_include_that_is_not_there_is_a_gap() {
    let evidence = look_at(&world(), "root", &[]);
    assert_eq!(evidence.gaps.len(), 1);
    assert!(evidence.gaps[0].reason.contains("not there"));
}

#[test]
fn without_a_listing_modes_are_unknown_and_never_those_of_the_checkout() {
    let world = RecordedWorld::new()
        .file("root/etc/passwd", "root:x:0:0::/root:/bin/bash\n")
        .file("root/etc/group", "root:x:0:\n")
        .file("root/var/log/nginx/access.log", "x");
    let evidence = look_at(&world, "root", &[]);
    let log = one(&evidence, "log-file", "log:/var/log/nginx/access.log");
    assert!(!log.fields.contains_key("mode") && log.unknown_fields.contains_key("mode_excess"));
    assert!(evidence.census.iter().all(|census| matches!(census.state, CensusState::Incomplete(_))));
    assert_eq!(one(&evidence, "account", "account:www/root").unknown_fields["password"], "etc/shadow cannot be read");
}

#[test]
fn a_tar_keeps_owners_and_modes_and_refuses_paths_that_leave_it() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |path: &str, mode: u32, content: &str| {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(4);
        header.set_mtime(1_700_000_000);
        if path.contains("..") {
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        } else {
            header.set_path(path).unwrap();
        }
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    };
    add("etc/passwd", 0o644, "root:x:0:0::/root:/bin/bash\n");
    add("etc/group", 0o644, "adm:x:4:\n");
    add("var/log/nginx/access.log", 0o666, "secret line");
    add("../../etc/shadow", 0o644, "x");
    let world = RecordedWorld::new().file("host.tar", builder.into_inner().unwrap());
    let evidence = look_at(&world, "host.tar", &["var/log/nginx/access.log"]);
    let log = one(&evidence, "log-file", "log:/var/log/nginx/access.log");
    assert_eq!((log.text("mode"), log.text("owner"), log.text("group")), (Some("0666"), Some("root"), Some("adm")));
    assert!(evidence.gaps.iter().any(|gap| gap.reason.contains("leaves the tree")));
    assert!(!format!("{evidence:?}").contains("secret line"));
}

#[test]
fn a_sudoers_loop_a_fifo_and_a_path_out_of_the_root_are_gaps() {
    let world = world().file("root/etc/sudoers", "@include /etc/sudoers\n").entry(
        "root/etc/logrotate.conf",
        FileKind::Other,
        0o644,
        0,
        0,
        "",
    );
    let evidence = look_at(&world, "root", &["../secret/x.log"]);
    let reasons: Vec<&str> = evidence.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert!(reasons.contains(&"it is included twice or includes itself"), "{reasons:?}");
    assert!(reasons.contains(&"not a regular file"), "{reasons:?}");
    assert!(reasons.contains(&"a path that leaves the root"), "{reasons:?}");
}
