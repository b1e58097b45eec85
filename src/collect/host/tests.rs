//! The collector on recorded hosts.

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::collect::world::FileKind;
use crate::model::{Bilingual, CensusState, Declaration, LogFile, LogKind, Policy, Site, Time};

const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";

const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 uname=root gname=root mode=0644
. type=dir mode=0755
./etc type=dir mode=0755
./etc/group
./etc/audit type=dir mode=0755
./etc/audit/rules.d type=dir mode=0755
./etc/audit/rules.d/logs.rules
./etc/chrony.conf
./etc/cron.d type=dir mode=0755
./etc/cron.d/copy
./etc/fstab
./etc/logrotate.conf
./etc/machine-id time=1690000000
./etc/os-release
./etc/passwd
./etc/rsyslog.conf
./etc/shadow
./etc/sudoers
./etc/systemd type=dir mode=0755
./etc/systemd/journald.conf
./home type=dir mode=0755
./home/webops type=dir mode=0755
./home/webops/.ssh type=dir mode=0755
./home/webops/.ssh/authorized_keys
./srv type=dir mode=0755
./srv/www type=dir mode=0755
./srv/www/index.html
./srv/www/new.html
./srv/www/up type=dir mode=0755
./srv/www/up/a.php
./usr type=dir mode=0755
./usr/bin type=dir mode=0755
./usr/bin/peek mode=0750 gname=adm
./var type=dir mode=0755
./var/log type=dir mode=0775 gname=syslog
./var/log/nginx type=dir mode=0750 gname=adm gid=4
./var/log/nginx/access.log mode=0640 uname=www-data gname=adm time=1700000000
./var/log/nginx/access.log.1 mode=0644 uname=www-data gname=adm time=1690000000
";

const ROTATION: &str = "./etc/logrotate.d type=dir mode=0755\n./etc/logrotate.d/nginx mode=0644\n";

/// What getfacl prints for paths whose modes say all.
fn plain_lists(listing: &str) -> String {
    let paths = listing.lines().filter(|line| line.starts_with('.')).filter_map(|line| line.split(' ').next());
    paths.map(|path| format!("# file: {path}\nuser::rwx\ngroup::r-x\nother::---\n\n")).collect()
}

fn plain_flags(listing: &str) -> String {
    let paths = listing.lines().filter(|line| line.starts_with('.')).filter_map(|line| line.split(' ').next());
    paths.map(|path| format!("--------------e------- {path}\n")).collect()
}

fn world() -> RecordedWorld {
    world_of(LISTING)
}

fn world_of(listing: &str) -> RecordedWorld {
    RecordedWorld::new()
        .file("root.mtree", listing)
        .file("root.facl", plain_lists(listing))
        .file("root.lsattr", plain_flags(listing))
        .file("release.sha256", format!("{}  ./index.html\n{}  ./gone.html\n", "0".repeat(64), "0".repeat(64)))
        .file("root/srv/www/index.html", "x")
        .file("root/srv/www/new.html", "x")
        .file("root/srv/www/up/a.php", "x")
        .file("root.getcap", "/usr/bin/peek cap_dac_read_search=ep\n")
        .file("root/etc/passwd", "root:x:0:0::/root:/bin/bash\nwebops:x:1001:1001::/home/webops:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n")
        .file("root/etc/group", "root:x:0:\nadm:x:4:webops\nsudo:x:27:\nwebops:x:1001:\n")
        .file("root/etc/machine-id", "x\n")
        .file("root/etc/systemd/journald.conf", "[Journal]\nStorage=persistent\nMaxRetentionSec=1month\n")
        .file("root/etc/shadow", "root:*:1\nwebops:!:1\n")
        .file("root/etc/sudoers", "webops ALL=(root) NOPASSWD: /usr/bin/less\n")
        .file("root/home/webops/.ssh/authorized_keys", format!("expiry-time=\"20270101\",cert-authority,principals=\"duty-desk\" ssh-ed25519 {KEY} x\n"))
        .file("root/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
        .file("root/etc/fstab", "/dev/sda1 / ext4 defaults 0 1\n")
        .file("root/etc/chrony.conf", "server a.example.jp\nserver b.example.jp\n")
        .file("root/etc/cron.d/copy", "5 4 * * * root rsync -a /var/log/nginx/ backup@b.example.jp:/logs/\n")
        .file(
            "root/etc/audit/rules.d/logs.rules",
            "-a never,exit -F dir=/var/log/nginx/old\n-w /var/log/nginx -p rwa -k logs\n-e 2\n",
        )
        .file(
            "root/etc/rsyslog.conf",
            "module(load=\"imfile\")\ninput(type=\"imfile\" file=\"/var/log/nginx/*.log\")\n:programname, isequal, \"nginx\" stop\n*.* @@logs.example.jp:514\n",
        )
        .file("root/etc/logrotate.conf", "weekly\nrotate 4\ninclude /etc/logrotate.d\n")
}

fn declaration(root: &str, logs: &[&str]) -> Declaration {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.host_root = Some(HostRoot { path: root.to_owned(), name: "www".to_owned() });
    site.logs = logs.iter().map(|path| LogFile { path: (*path).to_owned(), kind: LogKind::Access }).collect();
    site.release = Some(crate::model::Release {
        manifest: "release.sha256".to_owned(),
        root: "srv/www".to_owned(),
        uploads: vec!["up".to_owned()],
    });
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
    let task = Task { declaration: &declaration, offline: true, now: Time::from_unix_seconds(0), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(HostCollector.collect(world, &task))
}

fn one<'a>(evidence: &'a Evidence, kind: &str, subject: &str) -> &'a Observation {
    let found = evidence.observations.iter().find(|seen| seen.kind == kind && seen.subject.to_string() == subject);
    found.unwrap_or_else(|| panic!("no {kind} {subject}"))
}

fn listed() -> RecordedWorld {
    world_of(&format!("{LISTING}{ROTATION}")).file(
        "root/etc/logrotate.d/nginx",
        "/var/log/nginx/*.log {\n daily\n rotate 400\n create 0640 www-data adm\n shred\n}\n",
    )
}

#[test]
fn logs_accounts_keys_sudo_and_rotation_are_stated() {
    let evidence = look_at(&listed(), "root", &[]);
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
    let evidence = look_at(&listed(), "root", &[]);
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
    assert_eq!(log.unknown_fields["acl"], "the archive keeps no access control lists (tar --acls)");
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

#[test]
fn lists_flags_and_capabilities_come_from_the_listings_beside_the_root() {
    let lists = plain_lists(LISTING).replace(
        "# file: ./var/log/nginx/access.log\nuser::rwx\n",
        "# file: ./var/log/nginx/access.log\nuser::rw-\nuser:1001:r--\nmask::r--\n",
    );
    let lists = lists.replace("# file: ./var/log/nginx\n", "# file: ./var/log/nginx\ndefault:group:sudo:r--\n");
    let flags = "-----a--------e------- ./var/log/nginx/access.log\n";
    let world = world().file("root.facl", lists).file("root.lsattr", flags);
    let evidence = look_at(&world, "root", &[]);
    let log = one(&evidence, "log-file", "log:/var/log/nginx/access.log");
    assert!(log.texts("acl").contains(&"user:webops:r--"), "{:?}", log.texts("acl"));
    assert_eq!(log.texts("protected_by"), ["append-only"]);
    assert_eq!(log.texts("directories"), ["/", "/var", "/var/log", "/var/log/nginx"]);
    let older = one(&evidence, "log-file", "log:/var/log/nginx/access.log.1");
    assert_eq!(older.unknown_fields["protected_by"], "the listing of lsattr does not name it");
    assert_eq!(one(&evidence, "log-directory", "log:/var/log/nginx").texts("acl_principals"), ["group:sudo"]);
    assert_eq!(one(&evidence, "reading-program", "file:root/usr/bin/peek").text("by"), Some("capability"));
}

#[test]
fn what_the_listing_does_not_name_is_a_gap_and_a_link_on_disk_is_not_followed() {
    let link = FileKind::Symlink("/etc/shadow".to_owned());
    let world = world().file("root/etc/extra", "x").entry("root/etc/sudoers", link, 0o777, 0, 0, "");
    let evidence = look_at(&world, "root", &[]);
    let reasons: Vec<&str> = evidence.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert!(reasons.contains(&"root/etc/extra: the listing does not name it"), "{reasons:?}");
    assert!(reasons.contains(&"a link that the listing does not name"), "{reasons:?}");
}

#[test]
fn links_are_followed_inside_the_root_and_a_loop_is_a_gap() {
    let listing = format!(
        "{LISTING}./var/log/nginx/error.log type=link link=/data/error.log\n./data type=dir mode=0700\n./data/error.log mode=0600\n\
         ./var/log/nginx/a type=link link=b\n./var/log/nginx/b type=link link=../nginx/a\n./var/log/nginx/pipe type=fifo\n"
    );
    let evidence = look_at(&world_of(&listing), "root", &[]);
    let log = one(&evidence, "log-file", "log:/var/log/nginx/error.log");
    assert_eq!((log.text("mode"), log.texts("directories")), (Some("0600"), vec!["/", "/data"]));
    let loops = evidence.gaps.iter().filter(|gap| gap.reason == "a loop of links").count();
    assert_eq!(loops, 2);
}

fn layer(entries: &[(&str, u32, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, mode, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(*mode);
        header.set_uid(0);
        header.set_gid(0);
        builder.append_data(&mut header, path, content.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn of_an_image_the_last_layer_decides_and_whiteouts_take_away() {
    let below = layer(&[
        ("etc/passwd", 0o644, "root:x:0:0::/root:/bin/bash\nold:x:1:1::/home/old:/bin/sh\n"),
        ("etc/sudoers", 0o440, "old ALL=ALL\n"),
        ("var/log/nginx/access.log", 0o644, "x"),
        ("var/log/nginx/gone.log", 0o644, "x"),
    ]);
    let above = layer(&[
        ("etc/passwd", 0o644, "root:x:0:0::/root:/bin/bash\n"),
        ("etc/.wh.sudoers", 0, ""),
        ("var/log/nginx/access.log", 0o600, ""),
        ("var/log/nginx/.wh..wh..opq", 0, ""),
    ]);
    let mut builder = tar::Builder::new(Vec::new());
    let manifest = br#"[{"Config":"c.json","Layers":["a/layer.tar","b/layer.tar"]}]"#;
    // The upper layer is packed, as registries keep layers.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &above).unwrap();
    let above = packed.finish().unwrap();
    for (path, content) in [("b/layer.tar", above.as_slice()), ("a/layer.tar", &below), ("manifest.json", manifest)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        builder.append_data(&mut header, path, content).unwrap();
    }
    let world = RecordedWorld::new().file("image.tar", builder.into_inner().unwrap());
    let evidence = look_at(&world, "image.tar", &[]);
    let accounts: Vec<&str> = evidence.of_kind("account").filter_map(|account| account.text("user")).collect();
    assert_eq!(accounts, ["root"]);
    assert_eq!(evidence.of_kind("sudo-rule").count(), 0);
    let logs: Vec<_> = evidence.of_kind("log-file").map(|log| (log.subject.to_string(), log.text("mode"))).collect();
    assert_eq!(logs, [("log:/var/log/nginx/access.log".to_owned(), Some("0600"))]);
}

#[test]
fn shipping_auditing_time_and_release_are_stated() {
    let evidence = look_at(&listed(), "root", &[]);
    let forward = evidence.of_kind("log-forward").next().unwrap();
    assert_eq!(
        (forward.text("destination"), forward.text("transport"), forward.flag("encrypted")),
        (Some("logs.example.jp"), Some("tcp"), Some(false))
    );
    let shipping = one(&evidence, "log-shipping", "host:www");
    assert_eq!(shipping.texts("follows"), ["/var/log/nginx/*.log"]);
    assert_eq!(shipping.texts("copies"), ["rsync in root/etc/cron.d/copy"]);
    assert_eq!(evidence.of_kind("log-discard").count(), 1);
    let audit = one(&evidence, "log-audit", "log:/var/log/nginx");
    assert_eq!((audit.texts("unwatched"), audit.flag("at_boot")), (Vec::new(), Some(false)));
    assert_eq!(audit.texts("excluded_by"), ["root/etc/audit/rules.d/logs.rules:1"]);
    assert_eq!(one(&evidence, "audit-rule", "host:www").flag("locked"), Some(true));
    let time = one(&evidence, "time-sync", "host:www");
    assert_eq!(
        (time.text("service"), time.integer("sources"), time.flag("enabled")),
        (Some("chrony"), Some(2), Some(false))
    );
    assert_eq!(
        one(&evidence, "host-component", "host:www/debian").fields["support_ends"],
        crate::model::Value::Time(Time::parse("2028-06-30").unwrap())
    );
    let entry = evidence.of_kind("logrotate-entry").next().unwrap();
    assert_eq!((entry.flag("needs_su"), entry.flag("reopens")), (Some(false), Some(false)));
}

#[test]
fn a_release_is_held_against_its_manifest_file_by_file() {
    let evidence = look_at(&world(), "root", &[]);
    let release = one(&evidence, "release", "file:release.sha256");
    assert_eq!(release.texts("added"), ["new.html"]);
    assert_eq!(release.texts("changed"), ["index.html"]);
    assert_eq!(release.texts("removed"), ["gone.html"]);
    assert_eq!(release.texts("executable_uploads"), ["up/a.php"]);
}
