//! What can be wrong with a body, one thing at a time, and the check and subject that must say so.

use super::{Account, Body, Contractor, Key, Random};

/// One sort of defect: its name, and how it is planted. It gives the check that must fail and what its subject holds.
pub struct Defect {
    pub name: &'static str,
    pub plant: fn(&mut Body, &mut Random) -> Option<(&'static str, String)>,
}

fn working<'a>(body: &'a mut Body, random: &mut Random) -> &'a mut Contractor {
    let count = body.contractors.len() - 1;
    let at = random.below(count);
    &mut body.contractors[at]
}

/// A contractor with its account that no other defect has changed; `None` where there is none left.
fn with_account<'a>(body: &'a mut Body, random: &mut Random) -> Option<(&'a mut Contractor, &'a mut Account)> {
    let start = random.below(3);
    let at = (0..3).map(|step| (start + step) % 3).find(|at| !body.used.contains(at))?;
    body.used.insert(at);
    let contractor = &mut body.contractors[at];
    let user = contractor.user.clone()?;
    let account = body.accounts.iter_mut().find(|account| account.user == user)?;
    Some((contractor, account))
}

fn set(contractor: &mut Contractor, key: &'static str, value: &str) -> String {
    contractor.parts.insert(key, value.to_owned());
    format!("contractor:{}", contractor.id)
}

/// Changes a part of a working contractor that no other defect has changed; `None` where there is none left.
fn replace(body: &mut Body, random: &mut Random, key: &'static str, from: &str, to: &str) -> Option<String> {
    let (count, start) = (body.contractors.len() - 1, random.below(body.contractors.len() - 1));
    let at = (0..count)
        .map(|step| (start + step) % count)
        .find(|at| body.contractors[*at].parts.get(key).is_some_and(|part| part.contains(from)))?;
    let contractor = &mut body.contractors[at];
    let part = contractor.parts.get_mut(key)?;
    *part = part.replace(from, to);
    Some(format!("contractor:{}", contractor.id))
}

fn add_account(contractor: &mut Contractor, entry: &str) {
    let part = contractor.parts.entry("accounts").or_insert_with(|| "[]".to_owned());
    let inner = part.strip_suffix(']').unwrap();
    *part = if inner == "[" { format!("[{entry}]") } else { format!("{inner}, {entry}]") };
}

fn stranger(user: &str, keys: Vec<String>) -> Account {
    Account {
        user: user.to_owned(),
        shell: "/bin/bash",
        password: "!",
        keys,
        groups: Vec::new(),
        forward: None,
        sieve: None,
        last: Some("2026-11-21T09:00:00+09:00"),
    }
}

macro_rules! defects {
    ($($name:literal => |$body:ident, $random:ident| $plant:expr),* $(,)?) => {
        /// Every sort.
        pub const DEFECTS: &[Defect] = &[$(Defect { name: $name, plant: |$body, $random| $plant }),*];
    };
}

defects! {
    "a contract that is over and said to be active" => |body, random| Some(("ctr-contract-current", replace(body, random, "contract", "to: 2029-03-31", "to: 2026-09-30")?)),
    "a contract that ends soon without a plan" => |body, random| Some(("ctr-expiring", replace(body, random, "contract", "to: 2029-03-31", "to: 2027-01-31")?)),
    "no confidentiality" => |body, random| Some(("ctr-confidentiality", replace(body, random, "clauses", "confidentiality: { document_ref: article 0 }, ", "")?)),
    "no clause on audits" => |body, random| Some(("ctr-personal-clauses", replace(body, random, "clauses", ", audit: { document_ref: article 10 }", "")?)),
    "a certification that ran out" => |body, random| Some(("ctr-certified", replace(body, random, "certifications", "2029-03-31", "2026-06-30")?)),
    "an assessment of 2023" => |body, random| Some(("ctr-assessed", set(working(body, random), "assessments", "[{ on: 2023-06-01, method: document }]"))),
    "no incident contact" => |body, random| Some(("ctr-incident-contact", set(working(body, random), "incident", "{ notice_hours: 24 }"))),
    "72 hours of notice" => |body, random| Some(("ctr-incident-contact", set(working(body, random), "incident", "{ contact_24h: desk, notice_hours: 72 }"))),
    "processing abroad without a basis" => |body, random| Some(("ctr-location", set(working(body, random), "country", "US"))),
    "a tier that does not fit" => |body, random| Some(("ctr-tier", set(working(body, random), "tier", "4"))),
    "no proof of deletion" => |body, _random| {
        let contractor = body.contractors.iter_mut().find(|contractor| contractor.ended).unwrap();
        contractor.parts.remove("end_of_contract");
        Some(("ctr-exit-proof", format!("contractor:{}", contractor.id)))
    },
    "subcontracting without approval" => |body, random| {
        let at = 3 + random.below(2);
        let contractor = &mut body.contractors[at];
        contractor.parts.remove("subcontract_approval");
        Some(("ctr-subcontract-approved", set(contractor, "subcontractor_of", "c0")))
    },
    "a prime contractor that has ended" => |body, random| {
        let ended = body.ended().id.clone();
        let contractor = &mut body.contractors[random.below(3)];
        contractor.parts.insert("subcontract_approval", "{ by: head, on: 2026-03-01 }".to_owned());
        Some(("ctr-subcontract-chain", set(contractor, "subcontractor_of", &ended)))
    },
    "a token that nobody answers for" => |body, random| {
        let contractor = working(body, random);
        set(contractor, "tokens", "[{ purpose: deploy, created: 2026-04-01 }]");
        Some(("acc-deploy-token", format!("record:token/deploy#{}", contractor.id)))
    },
    "a token of 2023" => |body, random| {
        let contractor = working(body, random);
        set(contractor, "tokens", "[{ purpose: deploy, owner: lead, created: 2023-04-01 }]");
        Some(("acc-deploy-token", format!("record:token/deploy#{}", contractor.id)))
    },
    "a contractor that nothing shows" => |body, _random| {
        let id = format!("x{}", body.contractors.len());
        let mut copy = body.contractors[0].clone();
        copy.id.clone_from(&id);
        for part in ["accounts", "keys", "tokens", "subcontractor_of", "subcontract_approval"] {
            copy.parts.remove(part);
        }
        copy.parts.insert("services", format!("[{{ id: sx, hosts: [js.{id}.example.org] }}]"));
        copy.parts.insert("certifications", "[{ kind: ISMS, scope: [sx], valid_to: 2029-03-31 }]".to_owned());
        copy.user = None;
        let last = body.contractors.len() - 1;
        body.contractors.insert(last, copy);
        Some(("ctr-entry-unused", format!("contractor:{id}")))
    },
    "an ended contract whose key still opens" => |body, _random| {
        let ended = body.contractors.iter_mut().find(|contractor| contractor.ended).unwrap();
        add_account(ended, "{ system: os, user: former }");
        ended.parts.insert("keys", format!("[{{ fingerprint: '{}', user: former }}]", ended.key.fingerprint));
        let line = ended.key.line.clone();
        body.accounts.push(stranger("former", vec![line]));
        Some(("acc-ended-contract", "account:www/former".to_owned()))
    },
    "an ended contract with sudo" => |body, _random| {
        let ended = body.contractors.iter_mut().find(|contractor| contractor.ended).unwrap();
        add_account(ended, "{ system: os, user: former2, allowed_commands: [/bin/true] }");
        body.accounts.push(Account { shell: "/usr/sbin/nologin", ..stranger("former2", Vec::new()) });
        body.sudo.push("former2 ALL=(root) /bin/true".to_owned());
        Some(("acc-ended-contract", "account:www/former2".to_owned()))
    },
    "an account that nobody answers for" => |body, _random| {
        body.accounts.push(Account { password: "$y$x", ..stranger("ghost", Vec::new()) });
        Some(("acc-unregistered", "account:www/ghost".to_owned()))
    },
    "a key that nobody answers for" => |body, random| {
        let key = Key::new(random);
        body.accounts.iter_mut().find(|account| account.user == "staff1").unwrap().keys.push(key.line);
        Some(("acc-key-unregistered", format!("key:{}#staff1", key.fingerprint)))
    },
    "a contractor's key without an end" => |body, random| {
        let (contractor, account) = with_account(body, random)?;
        account.keys = vec![contractor.key.line.clone()];
        Some(("acc-key-expiry", format!("key:{}#{}", contractor.key.fingerprint, account.user)))
    },
    "a key that outlives its contract" => |body, random| {
        let (contractor, account) = with_account(body, random)?;
        account.keys = vec![format!("expiry-time=\"20391231\" {}", contractor.key.line)];
        Some(("acc-key-expiry", format!("key:{}#{}", contractor.key.fingerprint, account.user)))
    },
    "a registered key that was replaced" => |body, random| {
        let (contractor, account) = with_account(body, random)?;
        account.keys.clear();
        account.password = "$y$x";
        Some(("acc-key-unused", format!("key:{}#{}", contractor.key.fingerprint, contractor.id)))
    },
    "a registered account that is not there" => |body, _random| {
        let contractor = &mut body.contractors[3];
        add_account(contractor, "{ system: os, user: nowhere }");
        Some(("acc-account-unused", format!("account:os/nowhere#{}", contractor.id)))
    },
    "one key for two companies" => |body, random| {
        let taken = body.contractors[random.below(3)].key.fingerprint.clone();
        let other = &mut body.contractors[3];
        other.parts.insert("keys", format!("[{{ fingerprint: '{taken}', user: x }}]"));
        Some(("acc-shared", format!("key:{taken}")))
    },
    "one account for two persons" => |body, _random| {
        body.people[1].1.push("staff0".to_owned());
        Some(("acc-shared", "account:os/staff0".to_owned()))
    },
    "an account unused for a year" => |body, random| {
        let (_, account) = with_account(body, random)?;
        account.last = Some("2025-10-01T09:00:00+09:00");
        Some(("acc-dormant", format!("account:www/{}", account.user)))
    },
    "an undeclared administrator" => |body, _random| {
        let account = body.accounts.iter_mut().find(|account| account.user == "staff2").unwrap();
        account.groups.push("docker");
        Some(("acc-root-equivalent", "account:www/staff2".to_owned()))
    },
    "sudo beyond the contract" => |body, random| {
        let (contractor, account) = with_account(body, random)?;
        let (user, id) = (account.user.clone(), contractor.id.clone());
        body.sudo.push(format!("{user} ALL=(root) /usr/bin/less"));
        Some(("acc-contractor-sudo", format!("account:{user}#{id}")))
    },
    "a CMS administrator that nobody answers for" => |body, _random| {
        body.cms.push(("oldadmin".to_owned(), "administrator"));
        Some(("acc-cms-admins", "account:cms/oldadmin".to_owned()))
    },
    "a CMS administrator of an ended contract" => |body, _random| {
        let ended = body.contractors.iter_mut().find(|contractor| contractor.ended).unwrap();
        add_account(ended, "{ system: cms, user: gone }");
        body.cms.push(("gone".to_owned(), "administrator"));
        Some(("acc-cms-admins", "account:cms/gone".to_owned()))
    },
    "root may log in" => |body, _random| {
        body.sshd = body.sshd.replace("PermitRootLogin no", "PermitRootLogin yes");
        Some(("acc-ssh-hardening", "etc/ssh/sshd_config".to_owned()))
    },
    "a Match block with passwords" => |body, _random| {
        body.sshd_match.push_str("Match User ops0\n  PasswordAuthentication yes\n");
        Some(("acc-ssh-hardening", "etc/ssh/sshd_config#match[User ops0]".to_owned()))
    },
    "a Match block with empty passwords" => |body, _random| {
        body.sshd_match.push_str("Match User ops1\n  PasswordAuthentication yes\n  PermitEmptyPasswords yes\n");
        Some(("acc-empty-passwords", "etc/ssh/sshd_config#match[User ops1]".to_owned()))
    },
    "a Match block with forwarding" => |body, _random| {
        body.sshd_match.push_str("Match Address 192.0.2.0/24\n  AllowTcpForwarding yes\n");
        Some(("acc-ssh-forwarding", "etc/ssh/sshd_config#match[Address 192.0.2.0/24]".to_owned()))
    },
    "an alias that leads outside" => |body, _random| {
        body.aliases.push("enquiry: collect@inbox.example.com".to_owned());
        Some(("mail-forward-internal", "mailbox:enquiry".to_owned()))
    },
    "an alias of an alias that leads outside" => |body, _random| {
        body.aliases.extend(["front: back".to_owned(), "back: somebody@inbox.example.org".to_owned()]);
        Some(("mail-forward-internal", "mailbox:front".to_owned()))
    },
    "a .forward that leads outside" => |body, _random| {
        body.accounts.iter_mut().find(|account| account.user == "staff1").unwrap().forward = Some("\\staff1, me@home.example.com\n".to_owned());
        Some(("mail-forward-internal", "mailbox:staff1".to_owned()))
    },
    "a Sieve script that leads outside" => |body, _random| {
        body.accounts.iter_mut().find(|account| account.user == "staff0").unwrap().sieve = Some("require [\"copy\"];\nredirect :copy \"me@phone.example.com\";\n".to_owned());
        Some(("mail-forward-internal", "mailbox:staff0".to_owned()))
    },
    "a virtual alias to a contractor that has ended" => |body, _random| {
        let host = body.ended().host.clone();
        body.virtual_table.push(format!("form@city.example.jp desk@mx.{host}"));
        Some(("mail-forward-internal", "mailbox:form@city.example.jp".to_owned()))
    },
    "an unknown mail server" => |body, _random| {
        body.dns.push(("mx.unknown.example.org".to_owned(), "mail-host", true));
        Some(("ctr-mail-operator", "host:mx.unknown.example.org#mail-host".to_owned()))
    },
    "an unknown sender in SPF" => |body, _random| {
        body.dns.push(("_spf.unknown.example.org".to_owned(), "spf-include", true));
        Some(("ctr-mail-operator", "host:_spf.unknown.example.org#spf-include".to_owned()))
    },
    "an unknown name server" => |body, _random| {
        body.dns.push(("ns.unknown.example.org".to_owned(), "name-server", true));
        Some(("ctr-dns-operator", "host:ns.unknown.example.org#name-server".to_owned()))
    },
    "an unknown CDN" => |body, _random| {
        body.dns.push(("x.cdn.example.org".to_owned(), "alias", true));
        Some(("ctr-hosting", "host:x.cdn.example.org#alias".to_owned()))
    },
    "an alias of an ended contract" => |body, _random| {
        let host = format!("old.edge.{}", body.ended().host);
        body.dns.push((host.clone(), "alias", true));
        Some(("ctr-dangling-dns", format!("host:{host}#alias")))
    },
    "a name that is gone" => |body, _random| {
        let host = format!("gone.edge.{}", body.contractors[1].host);
        body.dns.push((host.clone(), "alias", false));
        Some(("ctr-dangling-dns", format!("host:{host}#alias")))
    },
    "a script of an unknown host" => |body, _random| {
        body.loads.push("tracker.example.org".to_owned());
        Some(("ctr-page-hosts", "host:tracker.example.org".to_owned()))
    },
    "a script of an ended contract" => |body, _random| {
        let host = format!("js.{}", body.ended().host);
        body.loads.push(host.clone());
        Some(("ctr-page-hosts", format!("host:{host}")))
    },
    "an ended contract that DNS still names" => |body, _random| {
        let (host, id) = (body.ended().host.clone(), body.ended().id.clone());
        body.dns.push((format!("ns1.{host}"), "name-server", true));
        Some(("ctr-ended-names", format!("contractor:{id}")))
    },
    "a sender that SPF no longer names" => |body, _random| {
        let host = body.contractors[2].host.clone();
        let part = body.contractors[2].parts.get_mut("services").unwrap();
        *part = part.replace(&format!("[_spf.{host}]"), &format!("[_spf.{host}, _old.{host}]"));
        Some(("ctr-service-unused", "service:s2#spf_includes".to_owned()))
    },
    "logs that go to a stranger" => |body, _random| {
        body.rsyslog.push("*.* @@collector.example.org".to_owned());
        Some(("log-forward-registered", "etc/rsyslog.conf#forward[tcp collector.example.org *.*]".to_owned()))
    },
    "logs for a contract that does not speak of logs" => |body, _random| {
        let contractor = &mut body.contractors[4];
        let part = contractor.parts.get_mut("contract").unwrap();
        *part = part.replace("[access_info, personal]", "[personal]");
        Some(("ctr-log-operator", format!("host:logs.{}#log", contractor.host)))
    },
    "logs to a host that is registered for pages" => |body, _random| {
        let host = format!("js.{}", body.contractors[0].host);
        body.rsyslog.push(format!("*.* @@{host}"));
        Some(("ctr-log-operator", format!("host:{host}#log")))
    },
    "a receiver of logs that gets none" => |body, _random| {
        let part = body.contractors[4].parts.get_mut("services").unwrap();
        *part = part.replace("log_endpoints: [", "log_endpoints: [spare.example.net, ");
        Some(("ctr-service-unused", "service:s4#log_endpoints".to_owned()))
    },
    "a backup to a stranger" => |body, _random| {
        body.cron.push("5 3 * * * root rsync -a /srv/ b@copies.example.org:/x".to_owned());
        Some(("ctr-backup-destination", "etc/cron.d/backup#transfer[rsync copies.example.org]".to_owned()))
    },
    "a backup to an ended contract" => |body, _random| {
        let host = format!("vault.{}", body.ended().host);
        body.cron.push(format!("5 4 * * * root scp /srv/x.tar b@{host}:/x"));
        Some(("ctr-backup-destination", format!("etc/cron.d/backup#transfer[scp {host}]")))
    },
    "pages from a stranger's repository" => |body, _random| {
        body.repository.push("url = git@repository.example.org:city/www.git".to_owned());
        Some(("ctr-backup-destination", "opt/site/.git/config#transfer[git repository.example.org]".to_owned()))
    },
    "a vault that nothing goes to" => |body, _random| {
        let part = body.contractors[5].parts.get_mut("services").unwrap();
        *part = part.replace("backup_endpoints: [", "backup_endpoints: [spare-vault.example.net, ");
        Some(("ctr-service-unused", "service:s5#backup_endpoints".to_owned()))
    },
    "a certificate of an unregistered authority" => |body, _random| {
        body.issuer = "DigiCert Inc".to_owned();
        Some(("ctr-certificate-issuer", "host:www.city.example.jp#issuer[DigiCert Inc]".to_owned()))
    },
    "a certificate that is shared with a stranger" => |body, _random| {
        body.certificate_names.push("shop.example.org".to_owned());
        Some(("ctr-certificate-names", "endpoint:192.0.2.80:443/www.city.example.jp".to_owned()))
    },
    "an authority that CAA still permits" => |body, _random| {
        body.caa.push("sectigo.com".to_owned());
        Some(("ctr-caa-unused", "host:www.city.example.jp#caa".to_owned()))
    },
    "a name in certificates that nobody answers for" => |body, _random| {
        body.principals.push(("staff1".to_owned(), "anybody".to_owned()));
        Some(("acc-principal-unregistered", "account:www/staff1#principal[anybody]".to_owned()))
    },
    "a name in certificates that opens somebody else's account" => |body, _random| {
        body.principals.push(("staff2".to_owned(), "c0".to_owned()));
        Some(("acc-principal-unregistered", "account:www/staff2#principal[c0]".to_owned()))
    },
    "a command of the contract that sudo does not have" => |body, random| {
        let (contractor, _) = with_account(body, random)?;
        let part = contractor.parts.get_mut("accounts").unwrap();
        *part = part.replace("allowed_commands: [", "allowed_commands: [/usr/bin/certbot renew, ");
        let (user, id) = (contractor.user.clone()?, contractor.id.clone());
        Some(("acc-sudo-unused", format!("account:{user}#{id}")))
    },
    "administration that is open to strangers" => |body, _random| {
        body.admin_answer = "page";
        Some(("acc-admin-sources", "record:admin//manage/".to_owned()))
    },
    "a declared form that is gone" => |body, _random| {
        body.declared_forms.push("/old-form");
        Some(("pol-form-unused", "record:form//old-form".to_owned()))
    },
    "a form that goes to a stranger" => |body, _random| {
        body.form_host = "forms.example.org".to_owned();
        Some(("ctr-form-processor", "contact#form[0]".to_owned()))
    },
}
