//! Private keys that server configurations name, against owner, mode and access list on the host: who can read them but root and the
//! server itself.

use std::collections::{BTreeMap, BTreeSet};

use super::collector::{Collector, LocalFuture, Task};
use super::host::tree::{HostTree, Kind};
use super::limits::cut;
use super::webserver::{Keys, keys_of};
use super::world::World;
use crate::model::{
    Census, Evidence, FieldSpec, FieldType, Gap, KindSpec, Location, Observation, Related, Subject, SubjectKind, Value,
};
use crate::syntax::accounts;
use crate::syntax::acl::Tag;

const KEY_FILE: &str = "key-file";
const NAME: &str = "key-file";

/// The kind.
pub const KINDS: &[KindSpec] = &[KindSpec {
    name: KEY_FILE,
    subject: "file:PATH",
    en: "one private key that a server's configuration names, on the host",
    ja: "サーバの設定が指定する秘密鍵ファイル(ホスト上)",
    fields: &[
        field(
            "readable_by",
            FieldType::Texts,
            "who can read it besides root and the server's own account and group",
            "root・サーバ自身のアカウントとグループ以外で読み取れる者",
        ),
        field("mode", FieldType::Text, "its mode, octal", "モード(8進)"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Groups that hold nobody but those who may read keys, by the convention of distributions (Debian's ssl-cert).
const KEY_GROUPS: [&str; 1] = ["ssl-cert"];

/// The collector.
#[derive(Debug)]
pub struct KeyFileCollector;

impl Collector for KeyFileCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn is_of_host(&self, _kind: &str) -> bool {
        true
    }

    fn collect<'a>(&'a self, world: &'a dyn World, task: &'a Task<'a>) -> LocalFuture<'a, Evidence> {
        Box::pin(async move {
            let site = &task.declaration.site;
            let not_asked = |reason: &str| Evidence {
                census: vec![Census::not_asked(KEY_FILE, &site.name, reason)],
                ..Evidence::default()
            };
            let Some(root) = &site.host_root else {
                return not_asked("no host root is named (site file: host)");
            };
            if site.web_servers.is_empty() {
                return not_asked("no server configuration is named (site file: configuration)");
            }
            let mut seen = Seen::default();
            match HostTree::open(world, &root.path, None) {
                Ok(tree) => {
                    let host = Host::of(&tree);
                    for server in &site.web_servers {
                        seen.look(&host, keys_of(world, server));
                    }
                }
                Err(reason) => seen.faults.push((root.path.clone(), reason)),
            }
            seen.evidence(&root.path)
        })
    }
}

/// The host's files and its names of accounts.
struct Host<'a, 'w> {
    tree: &'a HostTree<'w>,
    users: Vec<accounts::User>,
    groups: Vec<accounts::Group>,
}

impl<'a, 'w> Host<'a, 'w> {
    fn of(tree: &'a HostTree<'w>) -> Self {
        let text = |path: &str| tree.text(path).unwrap_or_default();
        Self { tree, users: accounts::passwd(&text("etc/passwd")).0, groups: accounts::group(&text("etc/group")).0 }
    }
}

#[derive(Default)]
struct Seen {
    observations: BTreeMap<Subject, Observation>,
    faults: Vec<(String, String)>,
}

impl Seen {
    fn look(&mut self, host: &Host<'_, '_>, keys: Keys) {
        for (path, place) in &keys.files {
            let bare = path.trim_start_matches('/');
            // HAProxy takes a folder of certificates with their keys.
            let is_folder = host.tree.entry(bare).is_some_and(|entry| entry.kind == Some(Kind::Directory));
            let inner = if is_folder { host.tree.list(bare) } else { Ok(Vec::new()) };
            match inner {
                Ok(names) if is_folder => {
                    for name in names {
                        self.one(host, &keys, &format!("{bare}/{name}"), place);
                    }
                }
                Ok(_) => self.one(host, &keys, bare, place),
                Err(refusal) => self.faults.push((host.tree.shown(bare), refusal.to_string())),
            }
        }
        self.faults.extend(keys.faults);
    }

    fn one(&mut self, host: &Host<'_, '_>, keys: &Keys, path: &str, place: &Location) {
        let shown = host.tree.shown(path);
        let resolved = match host.tree.resolved(path) {
            Ok(resolved) => resolved,
            Err(refusal) => return self.faults.push((shown, refusal.to_string())),
        };
        let Some(entry) = host.tree.entry(&resolved) else {
            return self.faults.push((shown, "a key that the configuration names is not on the host".to_owned()));
        };
        let subject = Subject::new(SubjectKind::File, cut(&shown));
        let mut one =
            Observation::new(KEY_FILE, subject.clone(), Location::whole_file(shown), "owner, mode and access list");
        one.related.push(Related { location: place.clone(), note: "named here".to_owned() });
        let (Some(mode), Some(uid)) = (entry.mode, entry.uid) else {
            for name in ["mode", "readable_by"] {
                one.unknown(name, "the mode is not known");
            }
            self.observations.insert(subject, one);
            return;
        };
        one.set("mode", format!("{mode:04o}"));
        let user = |uid: u32| {
            let name = host.users.iter().find(|user| user.uid == uid).map(|user| user.name.clone());
            name.unwrap_or_else(|| uid.to_string())
        };
        let group = |gid: u32| {
            let name = host.groups.iter().find(|group| group.gid == gid).map(|group| group.name.clone());
            name.unwrap_or_else(|| gid.to_string())
        };
        let is_own_user = |name: &str| name == "root" || keys.users.iter().any(|own| own == name);
        let is_own_group =
            |name: &str| name == "root" || KEY_GROUPS.contains(&name) || keys.groups.iter().any(|own| own == name);
        let mut readers: BTreeSet<String> = BTreeSet::new();
        if mode & 0o004 != 0 {
            readers.insert("everybody".to_owned());
        }
        let owner = entry.owner.clone().unwrap_or_else(|| user(uid));
        if uid != 0 && !is_own_user(&owner) {
            readers.insert(format!("account {}", cut(&owner)));
        }
        if mode & 0o040 != 0 {
            match entry.gid {
                Some(0) => {}
                Some(gid) => {
                    let name = entry.group.clone().unwrap_or_else(|| group(gid));
                    if !is_own_group(&name) {
                        readers.insert(format!("group {}", cut(&name)));
                    }
                }
                None => {
                    readers.insert("a group that is not known".to_owned());
                }
            }
        }
        let acl = host.tree.extra(&resolved).acl;
        for entry in acl.iter().flat_map(|lists| &lists.access).filter(|entry| entry.bits & 4 != 0) {
            match &entry.tag {
                Tag::User(name) => {
                    let name = name.parse().map_or_else(|_| name.clone(), user);
                    if !is_own_user(&name) {
                        readers.insert(format!("account {}", cut(&name)));
                    }
                }
                Tag::NamedGroup(name) => {
                    let name = name.parse().map_or_else(|_| name.clone(), group);
                    if !is_own_group(&name) {
                        readers.insert(format!("group {}", cut(&name)));
                    }
                }
                Tag::Owner | Tag::Group | Tag::Mask | Tag::Other => {}
            }
        }
        match acl {
            // Without a list nothing more is known, but what the mode shows stands.
            Err(reason) if readers.is_empty() => one.unknown("readable_by", reason),
            _ => one.set("readable_by", Value::texts(readers)),
        };
        self.observations.insert(subject, one);
    }

    fn evidence(self, scope: &str) -> Evidence {
        let count = self.observations.len();
        let census = match self.faults.first() {
            Some((subject, reason)) => Census::incomplete(KEY_FILE, scope, count, format!("{subject}: {reason}")),
            None => Census::complete(KEY_FILE, scope, count),
        };
        let gap =
            |(subject, reason)| Gap { collector: NAME.to_owned(), kinds: vec![KEY_FILE.to_owned()], subject, reason };
        Evidence {
            observations: self.observations.into_values().collect(),
            census: vec![census],
            gaps: self.faults.into_iter().map(gap).collect(),
            ..Evidence::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;
    use crate::collect::world::FileKind;
    use crate::model::{WebServer, WebServerKind};

    fn readers(configuration: &str, kind: WebServerKind, listing: &str) -> (BTreeMap<String, String>, usize) {
        let world = RecordedWorld::new()
            .file("x.conf", configuration)
            .entry("root", FileKind::Directory, 0o755, 0, 0, "")
            .file("root/etc/passwd", "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/bin/false\nbob:x:1000:1000::/:/bin/sh\n")
            .file("root/etc/group", "root:x:0:\nwww-data:x:33:\nssl-cert:x:110:\nstaff:x:50:\n")
            .file("root.mtree", format!("#mtree\n/set type=file uid=0 gid=0 mode=0644\n. type=dir mode=0755\n./etc type=dir mode=0755\n./etc/passwd\n./etc/group\n{listing}"))
            .file("root.facl", "# file: k\nuser::rw-\n");
        let tree = HostTree::open(&world, "root", None).unwrap();
        let server = WebServer { kind, path: "x.conf".to_owned(), version: None, root: None };
        let mut seen = Seen::default();
        seen.look(&Host::of(&tree), keys_of(&world, &server));
        let faults = seen.faults.len();
        let shown = seen.observations.into_values().map(|one| {
            let unknown = one.unknown_fields.contains_key("readable_by");
            let text = if unknown { "unknown".to_owned() } else { one.texts("readable_by").join(" ") };
            (one.subject.name().to_owned(), text)
        });
        (shown.collect(), faults)
    }

    fn nginx(listing: &str) -> String {
        const SERVER: &str = "user www-data;\nhttp { server { listen 443 ssl; ssl_certificate_key /k; } }\n";
        let (found, faults) = readers(SERVER, WebServerKind::Nginx, listing);
        if faults > 0 { "fault".to_owned() } else { found.into_values().collect::<Vec<_>>().join(";") }
    }

    #[test]
    fn a_key_is_for_root_and_the_server() {
        for (listing, wanted) in [
            ("./k mode=0600\n", "unknown"),
            ("./k mode=0640 gid=33\n", "unknown"),
            ("./k mode=0640 gid=110\n", "unknown"),
            ("./k mode=0644\n", "everybody"),
            ("./k mode=0640 gid=50\n", "group staff"),
            ("./k mode=0600 uid=1000\n", "account bob"),
            ("./etc/x\n", "fault"),
            ("./k type=link link=etc/real\n./etc/real mode=0604\n", "everybody"),
        ] {
            let found = nginx(listing);
            // The list beside the root has one key; of the others only the mode is known.
            let wanted = if wanted == "unknown" && found.is_empty() { "" } else { wanted };
            assert_eq!(found, wanted, "{listing}");
        }
    }

    #[test]
    fn every_server_names_its_keys() {
        let listing = "./etc/h type=dir mode=0755\n./etc/h/a.pem mode=0644\n./etc/h/b.pem mode=0604\n./k mode=0644\n";
        let haproxy = "frontend a\n  bind :443 ssl crt /etc/h\n";
        assert_eq!(readers(haproxy, WebServerKind::Haproxy, listing).0.len(), 2);
        let apache = "LoadModule ssl_module x\nListen 443\n<VirtualHost *:443>\nSSLEngine on\nSSLCertificateFile /k\n</VirtualHost>\n";
        assert_eq!(
            readers(apache, WebServerKind::Apache, listing),
            (BTreeMap::from([("root/k".to_owned(), "everybody".to_owned())]), 0)
        );
        assert_eq!(
            readers("http { server { ssl_certificate_key /etc/$ssl_server_name; } }", WebServerKind::Nginx, listing).1,
            1
        );
    }
}
