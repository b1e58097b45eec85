//! The collector on recorded hosts and exports.

use std::collections::BTreeSet;

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{CensusState, Declaration, HostRoot, Policy, Site, Time};

const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 uname=root gname=root mode=0644
./etc type=dir mode=0755
./etc/ssh type=dir mode=0755
./etc/ssh/sshd_config
./etc/ssh/sshd_config.d type=dir mode=0755
./etc/ssh/sshd_config.d/10-vendor.conf
./etc/nginx type=dir mode=0755
./etc/nginx/nginx.conf uid=33 uname=www-data
./etc/nginx/conf.d type=dir mode=0775 gid=33 gname=www-data
./etc/shadow mode=0644 gid=42 gname=shadow
./etc/aliases
./etc/fstab
./etc/rclone.conf
./etc/cron.d type=dir mode=0755
./etc/cron.d/backup
./etc/cron.daily type=dir mode=0755
./etc/cron.daily/copy mode=0755
./srv type=dir mode=0755
./srv/www type=dir mode=0755
./srv/www/index.html mode=0666
./srv/www/.git type=dir mode=0755
./srv/www/.git/config
./home type=dir mode=0755
./home/desk type=dir mode=0700
./home/desk/.forward mode=0600
";

fn world() -> RecordedWorld {
    RecordedWorld::new()
        .file("root.mtree", LISTING)
        .file("root/etc/passwd", "root:x:0:0::/root:/bin/bash\nvendor:x:1001:1001::/home/vendor:/bin/bash\ndesk:x:1002:1002::/home/desk:/bin/bash\n")
        .file("root/etc/group", "root:x:0:\nvendor:x:1001:\nops:x:50:vendor\n")
        .file("root/etc/ssh/sshd_config", "Include sshd_config.d/*.conf\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin no\nAllowTcpForwarding no\nAllowAgentForwarding no\nAllowStreamLocalForwarding no\n")
        .file("root/etc/ssh/sshd_config.d/10-vendor.conf", "Match Group ops Address 192.0.2.0/24\n  PasswordAuthentication yes\n  AllowTcpForwarding yes\n")
        .file("root/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\nnas.example.net:/export /mnt nfs ro 0 0\n")
        .file("root/etc/rclone.conf", "[vault]\ntype = sftp\nhost = vault.example.net\npass = hunter2\n")
        .file("root/etc/cron.d/backup", "0 3 * * * root restic -r sftp:u:hunter2@restic.example.net:/r backup /srv\n0 4 * * * root rclone sync /srv vault:www\n0 5 * * * root rsync -a /srv 127.0.0.1:/x\n")
        .file("root/etc/cron.daily/copy", "#!/bin/sh\n# rsync /x old.example.net:/x\nscp /etc/hosts $TARGET\n")
        .file("root/srv/www/.git/config", "[remote \"origin\"]\n\turl = https://token:hunter2@git.example.net/city/www.git\n")
        .file("root/etc/aliases", "contact: desk, info\ninfo: contact\nteam: x@partner.example.net, \"|/usr/bin/x\"\n")
        .file("root/home/desk/.forward", "\\desk\nme@mail.example.com\n")
        .file("lastlog.txt", "Username Port From Latest\nroot **Never logged in**\nvendor pts/0 192.0.2.7 Mon Nov 23 09:12:33 +0900 2026\n")
        .file("cms.csv", "user_login,roles\nwebadmin,administrator\neditor,editor\n")
        .file("enquiry.mbox", "From a@example.com Tue Nov 10 09:00:00 2026\n\nx\n\nFrom b@example.com Mon Mar  2 09:00:00 2020\n\nhidden text\n")
        .file("list.csv", "mailbox,target\nsoudan@example.jp,contact\n")
}

fn site() -> Site {
    let mut site = Site { name: "example".to_owned(), ..Site::default() };
    site.host_root = Some(HostRoot { path: "root".to_owned(), name: "www".to_owned() });
    site.accounts.lastlog = Some("lastlog.txt".to_owned());
    site.accounts.cms = Some("cms.csv".to_owned());
    site.mail.lists = vec!["list.csv".to_owned()];
    site.mail.store = vec!["enquiry.mbox".to_owned()];
    site
}

fn look_at(world: &RecordedWorld, site: Site) -> Evidence {
    let declaration = Declaration {
        site,
        policy: Policy::default(),
        parameters: Default::default(),
        register: None,
        people: None,
        records: None,
        attestations: Vec::new(),
        waivers: Vec::new(),
        actions: Vec::new(),
    };
    let task = Task { declaration: &declaration, offline: true, now: Time::from_unix_seconds(0), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(AccessCollector.collect(world, &task))
}

fn one<'a>(evidence: &'a Evidence, kind: &str, subject: &str) -> &'a Observation {
    let found = evidence.observations.iter().find(|seen| seen.kind == kind && seen.subject.to_string() == subject);
    found.unwrap_or_else(|| panic!("no {kind} {subject}: {:#?}", evidence.observations))
}

#[test]
fn every_kind_is_stated_with_all_its_fields() {
    let evidence = look_at(&world(), site());
    for kind in KINDS {
        let declared: BTreeSet<&str> = kind.fields.iter().map(|field| field.name).collect();
        let stated: BTreeSet<&str> = evidence
            .of_kind(kind.name)
            .flat_map(|seen| seen.fields.keys().chain(seen.unknown_fields.keys()).map(String::as_str))
            .collect();
        assert_eq!(stated, declared, "{}", kind.name);
        assert!(evidence.census_of(kind.name).all(|census| census.state == CensusState::Complete), "{}", kind.name);
    }
}

#[test]
fn a_match_block_that_reopens_is_told_with_its_place() {
    let evidence = look_at(&world(), site());
    let all = one(&evidence, "sshd-setting", "file:root/etc/ssh/sshd_config");
    assert_eq!((all.text("root_login"), all.flag("password_alone")), (Some("no"), Some(false)));
    assert_eq!(all.texts("forwarding"), Vec::<&str>::new());
    let block = one(&evidence, "sshd-setting", "file:root/etc/ssh/sshd_config#match[Group ops Address 192.0.2.0/24]");
    assert_eq!((block.flag("password_alone"), block.texts("users")), (Some(true), vec!["vendor"]));
    assert_eq!(block.texts("forwarding_reopened"), ["tcp"]);
    assert_eq!(block.text("root_login"), Some("unreachable"));
    assert_eq!(block.source.file.as_deref(), Some("root/etc/ssh/sshd_config.d/10-vendor.conf"));
}

#[test]
fn where_files_go_is_told_by_hosts_alone() {
    let evidence = look_at(&world(), site());
    let told = |path: &str| {
        let of_file = |seen: &&Observation| seen.source.file.as_deref() == Some(path);
        let seen: Vec<&Observation> = evidence.of_kind("transfer").filter(of_file).collect();
        let one = |seen: &&Observation| (seen.text("purpose").unwrap().to_owned(), seen.texts("hosts").join(","));
        seen.iter().map(one).collect::<Vec<_>>()
    };
    let pair = |purpose: &str, host: &str| (purpose.to_owned(), host.to_owned());
    assert_eq!(
        told("root/etc/cron.d/backup"),
        [pair("backup", "restic.example.net"), pair("copy", "vault.example.net")]
    );
    assert_eq!(told("root/etc/cron.daily/copy"), [pair("copy", "")]);
    assert_eq!(told("root/etc/fstab"), [pair("mount", "nas.example.net")]);
    assert_eq!(told("root/srv/www/.git/config"), [pair("deploy", "git.example.net")]);
    assert!(!format!("{evidence:?}").contains("hunter2"), "a secret was kept");
}

#[test]
fn owners_of_configuration_are_told() {
    let evidence = look_at(&world(), site());
    let nginx = one(&evidence, "config-owner", "file:root/etc/nginx");
    assert_eq!(nginx.texts("foreign_owned"), ["etc/nginx/nginx.conf"]);
    assert_eq!(nginx.texts("writable_by_others"), ["etc/nginx/conf.d"]);
    assert!(one(&evidence, "config-owner", "file:root/etc/ssh").texts("foreign_owned").is_empty());
}

#[test]
fn what_must_not_lie_open_is_told() {
    let evidence = look_at(&world(), site());
    assert_eq!(one(&evidence, "password-file", "file:root/etc/shadow").texts("open_to"), ["everybody"]);
    let served = one(&evidence, "served-folder", "file:root/srv/www");
    assert_eq!(served.texts("writable_by_all"), ["srv/www/index.html"]);
}

/// `sshd -T -C user=vendor` says the same: the block opens for the account that it names, and that is no permission for all.
#[test]
fn a_match_on_a_known_account_reopens_too() {
    let text =
        "Match Group nobodys\n  AllowTcpForwarding no\nMatch User vendor\n  AllowTcpForwarding yes\n  LogLevel QUIET\n";
    let evidence = look_at(&world().file("root/etc/ssh/sshd_config.d/10-vendor.conf", text), site());
    let block = one(&evidence, "sshd-setting", "file:root/etc/ssh/sshd_config#match[User vendor]");
    assert_eq!((block.texts("forwarding_reopened"), block.text("log_level")), (vec!["tcp"], Some("quiet")));
    let all = one(&evidence, "sshd-setting", "file:root/etc/ssh/sshd_config");
    assert_eq!(all.text("log_level"), Some("info"));
}

#[test]
fn mail_is_followed_to_its_leaves_and_only_domains_are_kept() {
    let evidence = look_at(&world(), site());
    let contact = one(&evidence, "mail-forward", "mailbox:contact");
    assert_eq!((contact.texts("leaf_domains"), contact.flag("cycle")), (vec!["mail.example.com"], Some(true)));
    let soudan = one(&evidence, "mail-forward", "mailbox:soudan@example.jp");
    assert_eq!(soudan.texts("leaf_domains"), ["mail.example.com"]);
    let team = one(&evidence, "mail-forward", "mailbox:team");
    assert_eq!((team.texts("leaf_domains"), team.integer("programs")), (vec!["partner.example.net"], Some(1)));
    let printed = format!("{evidence:?}");
    assert!(!printed.contains("me@mail") && !printed.contains("x@partner"), "an address was kept");
}

#[test]
fn of_stored_mail_only_the_number_and_the_oldest_day_are_kept() {
    let evidence = look_at(&world(), site());
    let store = one(&evidence, "mail-store", "file:enquiry.mbox");
    assert_eq!(
        (store.integer("messages"), store.fields.get("oldest")),
        (Some(2), Some(&Time::parse("2020-03-02").unwrap().into()))
    );
    assert!(!format!("{evidence:?}").contains("hidden text") && !format!("{evidence:?}").contains("a@example"));
    let mut maildir = site();
    maildir.mail.store = vec!["box".to_owned()];
    let files = world().file("box/cur/1", "x").file("box/.Old/cur/2", "x").file("box/tmp/3", "x");
    assert_eq!(one(&look_at(&files, maildir.clone()), "mail-store", "file:box").integer("messages"), Some(2));
    let odd = look_at(&world().file("box", "no mail\n"), maildir);
    assert!(odd.gaps.iter().any(|gap| gap.reason == "neither a Maildir nor an mbox"), "{:?}", odd.gaps);
}

#[test]
fn what_nobody_names_is_not_asked_and_what_cannot_be_read_is_a_gap() {
    let evidence = look_at(&RecordedWorld::new(), Site { name: "example".to_owned(), ..Site::default() });
    for kind in KINDS {
        let state = &evidence.census_of(kind.name).next().unwrap().state;
        assert!(matches!(state, CensusState::NotAsked(_)), "{}", kind.name);
    }
    let evidence = look_at(&RecordedWorld::new(), site());
    for kind in KINDS {
        let state = &evidence.census_of(kind.name).next().unwrap().state;
        assert!(matches!(state, CensusState::Incomplete(_)), "{}", kind.name);
    }
    assert_eq!(evidence.gaps.len(), 9, "{:?}", evidence.gaps);
}
