//! The site file that `tenken init` writes: what was seen is filled in, each with what showed it; what a person must decide
//! is marked `decide`, and nothing that could be seen is asked.

use std::collections::BTreeSet;

use serde_json::json;

use crate::model::{Evidence, Value};

/// What is known before anything was looked at.
#[derive(Debug, Clone, Default)]
pub struct SiteFacts {
    /// URL of the site.
    pub url: Option<String>,
    /// Its host.
    pub host: Option<String>,
    /// nginx's main file, as the site file is to name it.
    pub configuration: Option<String>,
    /// The folder or archive with the host's files.
    pub root: Option<String>,
}

impl SiteFacts {
    /// The site file of these facts alone, by which is looked.
    #[must_use]
    pub fn site(&self) -> serde_json::Value {
        let mut site = json!({ "site": self.host.as_deref().unwrap_or("draft") });
        if let Some(url) = &self.url {
            site["url"] = json!(url);
        }
        if let Some(path) = &self.configuration {
            site["configuration"] = json!({ "nginx": path });
            if let Some(root) = &self.root {
                site["configuration"]["root"] = json!(root);
            }
        }
        if let Some(root) = &self.root {
            site["host"] = json!({ "root": root });
        }
        if let Some(domain) = self.host.as_deref().and_then(psl::domain_str) {
            site["declared"] = json!({ "first_parties": [domain] });
        }
        site
    }
}

/// The site file, filled in from evidence.
#[must_use]
pub fn site_draft(facts: &SiteFacts, evidence: &Evidence) -> String {
    let mut out = "# yaml-language-server: $schema=.tenken/schema/site.json\n".to_owned();
    let name = facts.host.as_deref().unwrap_or("decide: name of the body");
    out.push_str(&format!("site: {}\n", json!(name)));
    out.push_str(&match &facts.url {
        Some(url) => format!("url: {url}\n"),
        None => "# url: https://www.example.jp\n".to_owned(),
    });
    out.push_str(
        "# policy: tokyo-labor-commission              # decide: your own policy file; without it, four-principles\n",
    );
    parameters(&mut out, evidence);
    let root = facts.root.as_ref();
    out.push_str(&match (&facts.configuration, root) {
        (Some(path), Some(root)) => format!("configuration: {{ nginx: {}, root: {} }}\n", json!(path), json!(root)),
        (Some(path), None) => format!("configuration: {{ nginx: {} }}\n", json!(path)),
        (None, _) => "# configuration: { nginx: nginx.conf, server_version: \"1.26\", root: rootfs }\n".to_owned(),
    });
    out.push_str(&match root {
        Some(root) => format!("host: {{ root: {} }}\n", json!(root)),
        None => {
            "# host: { root: rootfs.tar }                  # the host's files: a tar, a folder with an mtree listing, or /\n"
                .to_owned()
        }
    });
    logs(&mut out, evidence);
    out.push_str("declared:\n");
    hosts(&mut out, facts, evidence);
    acquisition(&mut out, evidence);
    readers(&mut out, evidence);
    pages(&mut out, evidence);
    out.push_str("contractors: contractors.yml\npeople: people.yml\nrecords: records.yml\nwaivers: waivers.yml\n");
    out
}

fn all<'a>(evidence: &'a Evidence, kind: &'a str, field: &str) -> BTreeSet<&'a str> {
    evidence.of_kind(kind).flat_map(|seen| seen.texts(field).into_iter().chain(seen.text(field))).collect()
}

/// How long logs are kept by rotation: what the longest rule keeps.
fn parameters(out: &mut String, evidence: &Evidence) {
    let kept = evidence.of_kind("log-rotation").filter_map(|rule| rule.integer("days_kept")).max();
    match kept {
        Some(days) => out.push_str(&format!(
            "# seen: rotation keeps logs for {days} days at most\nparameters: {{ log_retention_max_days: {days} }}   # decide: what the purpose needs\n"
        )),
        None => out.push_str("# parameters: { log_retention_max_days: 400 }   # decide: what the purpose needs\n"),
    }
}

fn logs(out: &mut String, evidence: &Evidence) {
    let files: BTreeSet<&str> = evidence
        .of_kind("web-log")
        .map(|log| log.subject.name())
        .filter(|path| path.starts_with('/') && !path.contains(['$', '|', ' ']) && *path != "/dev/null")
        .collect();
    if files.is_empty() {
        out.push_str("# logs: [ { path: var/log/nginx/access.log*, kind: access } ]\n");
        return;
    }
    out.push_str("# seen: the access logs that the configuration writes\n");
    let entries = files.iter().map(|path| format!("{{ path: {}, kind: access }}", json!(format!("{}*", &path[1..]))));
    out.push_str(&format!("logs: [{}]\n", entries.collect::<Vec<_>>().join(", ")));
}

fn hosts(out: &mut String, facts: &SiteFacts, evidence: &Evidence) {
    let mut scope: BTreeSet<&str> = facts.host.as_deref().into_iter().collect();
    let is_name =
        |name: &&str| name.contains('.') && !name.contains(['*', '~', '$', '"', ' ']) && !name.starts_with('.');
    scope.extend(all(evidence, "web-server", "names").into_iter().filter(is_name));
    if scope.is_empty() {
        out.push_str("  # scope_hosts: [www.example.jp]          # decide: hosts inside the policy's scope\n");
    } else {
        out.push_str(&format!(
            "  scope_hosts: {}          # decide: all hosts inside the policy's scope\n",
            json!(scope)
        ));
    }
    let domains: BTreeSet<&str> = scope.iter().filter_map(|host| psl::domain_str(host)).collect();
    if !domains.is_empty() {
        out.push_str(&format!("  first_parties: {}\n", json!(domains)));
    }
    let third: BTreeSet<&str> = evidence
        .of_kind("http-load")
        .filter(|load| load.text("party") != Some("first"))
        .filter_map(|load| load.text("host"))
        .collect();
    if !third.is_empty() {
        out.push_str(&format!("  # seen: pages load from {}\n", json!(third)));
        out.push_str("  # third_parties: []                      # decide: which of them the published notice names\n");
    }
}

/// Classes of information that the log formats record; each needs a purpose, which no machine knows.
fn acquisition(out: &mut String, evidence: &Evidence) {
    let classes = all(evidence, "web-log", "classes");
    if classes.is_empty() {
        out.push_str("  # acquisition: [ { class: ip_address, purpose: \"decide\" } ]   # decide: what the policy says is acquired\n");
        return;
    }
    let formats = all(evidence, "web-log", "formats").into_iter().collect::<Vec<_>>().join(", ");
    out.push_str(&format!("  # seen: recorded by the log formats {}\n", shown(&formats)));
    out.push_str("  # acquisition:                           # decide: the purpose of each, or record less\n");
    for class in classes {
        out.push_str(&format!("  #   - {{ class: {class}, purpose: \"decide\" }}\n"));
    }
}

fn readers(out: &mut String, evidence: &Evidence) {
    let readers = all(evidence, "log-reader", "readers");
    if readers.is_empty() {
        out.push_str("  # log_readers: [logadmin]                 # decide: accounts that may read logs\n");
    } else {
        out.push_str(&format!("  # seen: these accounts can read the logs: {}\n", json!(readers)));
        out.push_str(&format!("  log_readers: {}          # decide: who of them may\n", json!(readers)));
    }
    let administrators: BTreeSet<&str> = evidence
        .of_kind("account")
        .filter(|account| !account.texts("root_equivalent_by").is_empty() && account.flag("usable") != Some(false))
        .filter_map(|account| account.text("user"))
        .filter(|user| *user != "root")
        .collect();
    if !administrators.is_empty() {
        out.push_str(&format!("  administrators: {}          # decide: who of them may\n", json!(administrators)));
    }
}

fn pages(out: &mut String, evidence: &Evidence) {
    out.push_str("  # policy_pages: { ja: /policy.html, en: /en/policy.html, security: /security.html }\n");
    let domains: BTreeSet<&str> = evidence
        .of_kind("mail-domain")
        .filter(|domain| domain.flag("receives_mail") == Some(true))
        .map(|domain| domain.subject.name())
        .collect();
    if !domains.is_empty() {
        out.push_str(&format!("  mail_domains: {}\n", json!(domains)));
    }
    for form in evidence.of_kind("http-form").filter(|form| form.flag("personal") == Some(true)) {
        let categories = form.fields.get("categories").cloned().unwrap_or_else(|| Value::texts(Vec::<String>::new()));
        let page = form.text("page").unwrap_or_default();
        out.push_str(&format!(
            "  # seen: a form on {} that asks for {}\n",
            shown(page),
            shown(&categories.to_string())
        ));
    }
    let cookies: BTreeSet<String> =
        evidence.of_kind("http-cookie").map(|cookie| shown(cookie.subject.name())).collect();
    for cookie in cookies {
        out.push_str(&format!("  # seen: a cookie, {cookie}\n"));
    }
}

/// Text of the site in a comment: one line, and not long.
fn shown(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(160).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::{load_draft, tree_from_yaml};
    use crate::model::{Location, Observation, Subject, SubjectKind};

    fn facts() -> SiteFacts {
        SiteFacts {
            host: Some("www.example.jp".to_owned()),
            url: Some("https://www.example.jp/".to_owned()),
            ..SiteFacts::default()
        }
    }

    #[test]
    fn what_was_seen_is_filled_in_and_what_was_not_is_marked() {
        let new = |kind: &str, subject: SubjectKind, name: &str| {
            Observation::new(kind, Subject::new(subject, name), Location::default(), "x")
        };
        let mut log = new("web-log", SubjectKind::Log, "/var/log/nginx/access.log");
        log.set("classes", Value::texts(["ip_address", "cookie"])).set("formats", Value::texts(["privacy"]));
        let mut reader = new("log-reader", SubjectKind::Log, "/var/log/nginx/access.log");
        reader.set("readers", Value::texts(["ops", "logadmin"]));
        let mut rotation = new("log-rotation", SubjectKind::Log, "/var/log/nginx/access.log");
        rotation.set("days_kept", 366);
        let mut account = new("account", SubjectKind::Account, "www/logadmin");
        account.set("user", "logadmin").set("usable", true).set("root_equivalent_by", Value::texts(["sudo"]));
        let evidence = Evidence { observations: vec![log, reader, rotation, account], ..Evidence::default() };
        let draft = site_draft(&facts(), &evidence);
        let json = tree_from_yaml("tenken.yml", &draft).unwrap().json;
        assert_eq!(json["declared"]["log_readers"], json!(["logadmin", "ops"]));
        assert_eq!(json["declared"]["administrators"], json!(["logadmin"]));
        assert_eq!(json["parameters"]["log_retention_max_days"], 366);
        assert_eq!(json["logs"][0]["path"], "var/log/nginx/access.log*");
        assert!(
            draft.contains("#   - { class: cookie, purpose: \"decide\" }") && draft.contains("decide: who of them may")
        );
        assert!(load_draft(json, std::path::Path::new("/nowhere")).is_err(), "the files beside it are not there yet");
        let bare = site_draft(&SiteFacts::default(), &Evidence::default());
        assert!(bare.contains("# log_readers: [logadmin]") && tree_from_yaml("x", &bare).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_a_host_is_called_the_draft_is_yaml(name in "\\PC{0,30}") {
            let facts = SiteFacts { host: Some(name.clone()), configuration: Some(name), ..SiteFacts::default() };
            let draft = site_draft(&facts, &Evidence::default());
            prop_assert!(tree_from_yaml("x", &draft).is_ok(), "{}", draft);
        }
    }
}
