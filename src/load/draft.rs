//! Drafts that `tenken init` writes: a published policy split into quoted clauses, and a register with every party that was
//! seen. A draft says what a person must decide, and what it only suggests.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::block::yaml_text;
use crate::model::Evidence;
use crate::syntax::policy_text::sections;

/// Words of a clause, and the checks that they suggest. The first word list that fits gives the suggestion; all that fit are named.
const SUGGESTIONS: [(&[&str], &[&str]); 12] = [
    (&["適用範囲", "適用される", "applies", "scope"], &["pol-reachable", "pol-scope-hosts"]),
    (
        &["ipアドレス", "ドメイン名", "自動的に", "ip address", "automatically"],
        &["log-format-scope", "trk-cookie-declared"],
    ),
    (&["利用目的", "purpose"], &["pol-purpose-declared", "log-retention-max"]),
    (&["第三者", "third part", "provided to"], &["trk-third-party-declared", "trk-form-page-clean", "hdr-referrer"]),
    (
        &["漏えい", "滅失", "毀損", "leak", "loss or"],
        &["log-effective-readers", "log-file-mode", "ops-backup", "ops-leftovers"],
    ),
    (
        &["委託", "outsourc", "consign", "contractor", "entrust"],
        &["ctr-register", "ctr-contract-current", "ctr-page-hosts", "acc-ended-contract"],
    ),
    (&["電子メール", "メール", "e-mail", "email"], &["mail-forward-internal"]),
    (&["クッキー", "cookie"], &["trk-cookie-declared"]),
    (&["ssl", "tls", "暗号", "encrypt"], &["tls-version", "tls-cert-valid", "tls-https-only"]),
    (
        &["不正なアクセス", "不正アクセス", "改ざん", "unauthori", "unjust access", "alteration"],
        &["acc-ssh-hardening", "acc-unregistered", "hdr-csp", "tls-version"],
    ),
    (&["法令", "遵守", "statute", "law", "observe"], &["law-map", "law-training", "law-breach-plan"]),
    (
        &["見直", "改善", "評価", "improve", "review", "evaluat"],
        &["pol-review-date", "imp-audit", "rsk-current", "imp-overdue"],
    ),
];

/// A policy file out of a published text: every numbered section a clause, `manual` until a person has mapped it, with the
/// checks that its words suggest as comments. `None` where the text holds no numbered section.
#[must_use]
pub fn policy_draft(id: &str, source: &str, text: &str) -> Option<String> {
    let found = sections(text);
    if found.is_empty() {
        return None;
    }
    let is_japanese = text.chars().any(|sign| ('\u{3041}'..='\u{30ff}').contains(&sign));
    let (own, other) = if is_japanese { ("ja", "en") } else { ("en", "ja") };
    let untranslated = if is_japanese { "(not translated yet)" } else { "(未翻訳)" };
    let both = |words: &str| json!({ own: words, other: untranslated });
    let title = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(id);
    let title: String = title.chars().take(120).collect();
    let mut out = format!(
        "# yaml-language-server: $schema=.tenken/schema/policy.json\n\
         # Split out of {}. Each quote is word for word as published.\n\
         # decide: for each clause, take the suggested checks that keep it into `checks`, and remove `manual`; or say why a person must judge it.\n",
        source.replace(['\n', '\r'], " ")
    );
    out.push_str(&yaml_text(&json!({
        "id": id,
        "title": both(&title),
        "source": { "en": source, "ja": source },
        "originals": [own],
    })));
    out.push_str("clauses:\n");
    let (mut part, mut last) = (1, 0_usize);
    for section in found {
        let number: String = section.number.chars().filter(char::is_ascii_digit).collect();
        let number = number.parse::<usize>().unwrap_or(last + 1);
        // A count that begins anew is another part of the document.
        if number <= last {
            part += 1;
        }
        last = number;
        let heading = if section.title.is_empty() { section.text.chars().take(40).collect() } else { section.title };
        let clause = json!([{
            "id": format!("P{part}-{number}"),
            "title": both(&heading),
            "quote": both(&section.text),
            "manual": { "why": { "en": "not yet mapped", "ja": "未対応付け" } },
        }]);
        out.push_str(&yaml_text(&clause).lines().map(|line| format!("  {line}\n")).collect::<String>());
        let lower = section.text.to_lowercase();
        let mut suggested: Vec<&str> = SUGGESTIONS
            .iter()
            .filter(|(words, _)| words.iter().any(|word| lower.contains(word)))
            .flat_map(|(_, checks)| checks.iter().copied())
            .collect();
        suggested.sort_unstable();
        suggested.dedup();
        if !suggested.is_empty() {
            out.push_str(&format!("    # suggestion, to be decided by a person: checks: [{}]\n", suggested.join(", ")));
        }
    }
    Some(out)
}

/// A register with every party that evidence shows: one entry a registrable domain, with the names, why it is thought to
/// work for the body, and what a person must fill in.
#[must_use]
pub fn register_draft(evidence: &Evidence, own: &str) -> String {
    let mut parties: BTreeMap<String, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let own = psl::domain_str(own).unwrap_or(own).to_owned();
    let mut note = |host: &str, list: &'static str, reason: String| {
        let domain = psl::domain_str(host).unwrap_or(host).to_owned();
        if domain == own || host.parse::<std::net::IpAddr>().is_ok() {
            return;
        }
        let names = parties.entry(domain.clone()).or_default().entry(list).or_default();
        if !names.iter().any(|name| name == host) {
            names.push(host.to_owned());
        }
        let said = reasons.entry(domain).or_default();
        if !said.contains(&reason) {
            said.push(reason);
        }
    };
    for load in evidence.of_kind("http-load").filter(|load| load.text("party") != Some("first")) {
        if let Some(host) = load.text("host") {
            note(host, "hosts", format!("pages load from {host} ({})", load.texts("kinds").join(", ")));
        }
    }
    for operator in evidence.of_kind("dns-operator") {
        let (Some(host), Some(role)) = (operator.text("host"), operator.text("role")) else { continue };
        let list = match role {
            "name-server" => "ns_targets",
            "mail-host" => "mx_targets",
            "spf-include" => "spf_includes",
            "alias" => "cname_targets",
            _ => "hosts",
        };
        note(host, list, format!("DNS names {host} ({role}) for {}", operator.texts("of").join(", ")));
    }
    for shipment in evidence.of_kind("log-shipment").filter(|shipment| shipment.flag("loopback") != Some(true)) {
        if let Some(host) = shipment.text("destination") {
            note(host, "log_endpoints", format!("logs are sent to {host} ({})", shipment.subject.name()));
        }
    }
    for upstream in evidence.of_kind("web-upstream") {
        if let Some(host) = upstream.text("host") {
            note(host, "hosts", format!("the web server passes requests on to {host}"));
        }
    }
    for transfer in evidence.of_kind("transfer") {
        for host in transfer.texts("hosts") {
            let (program, purpose) = (transfer.text("program"), transfer.text("purpose"));
            let words = [purpose, program].map(Option::unwrap_or_default).join(", ");
            note(host, "backup_endpoints", format!("files go to or come from {host} ({words})"));
        }
    }
    let mut out = "# yaml-language-server: $schema=.tenken/schema/contractors.json\n\
        # Every party that was seen. decide: contract, clauses, certifications, accounts and keys of each; take out what is not a contractor.\n\
        # decide: who approved this register, and when\n\
        # approval: { by: head of general affairs, on: 2026-04-01 }\n"
        .to_owned();
    if parties.is_empty() {
        out.push_str("contractors: []\n");
        return out;
    }
    out.push_str("contractors:\n");
    for (domain, lists) in parties {
        for reason in reasons.get(&domain).into_iter().flatten() {
            let shown: String = reason.chars().filter(|sign| !sign.is_control()).take(160).collect();
            out.push_str(&format!("  # seen: {shown}\n"));
        }
        let id = domain.replace('.', "-");
        let kind = if lists.contains_key("mx_targets") || lists.contains_key("spf_includes") {
            "mail"
        } else if lists.contains_key("ns_targets") {
            "dns"
        } else if lists.contains_key("cname_targets") {
            "cdn"
        } else if lists.contains_key("log_endpoints") {
            "monitor"
        } else if lists.contains_key("backup_endpoints") {
            "hosting"
        } else {
            "analytics"
        };
        let mut service = serde_json::Map::new();
        service.insert("id".to_owned(), Json::from(format!("{id}-service")));
        service.extend(lists.into_iter().map(|(list, names)| (list.to_owned(), Json::from(names))));
        let entry = json!([{
            "id": id,
            "name": { "en": domain, "ja": domain },
            "kind": kind,
            "status": "active",
            "services": [service],
        }]);
        out.push_str(&yaml_text(&entry).lines().map(|line| format!("  {line}\n")).collect::<String>());
        out.push_str("    # decide: tier, country, contract { id, from, to, allowed_data }, clauses, incident\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::load::{register_from_yaml, tree_from_yaml};
    use crate::model::{Location, Observation, Subject, SubjectKind, Value};

    #[test]
    fn a_published_policy_becomes_quoted_clauses_with_suggestions() {
        let text = "プライバシーポリシー\n1 適用範囲\n当サイトにのみ適用されます。\n2 委託先の管理\n委託先にも措置を講じます。\n情報セキュリティ\n1 安全対策\n改ざんを防ぎます。\n";
        let draft = policy_draft("city", "https://www.example.jp/policy.html", text).unwrap();
        let json = tree_from_yaml("policy.yml", &draft).unwrap().json;
        let ids: Vec<&str> =
            json["clauses"].as_array().unwrap().iter().filter_map(|clause| clause["id"].as_str()).collect();
        assert_eq!(ids, ["P1-1", "P1-2", "P2-1"]);
        assert_eq!(json["clauses"][1]["quote"]["ja"], "2 委託先の管理 委託先にも措置を講じます。");
        assert_eq!(json["clauses"][0]["manual"]["why"]["en"], "not yet mapped");
        assert!(
            draft.contains("# suggestion, to be decided by a person: checks: [acc-ended-contract, ctr-"),
            "{draft}"
        );
        assert_eq!(policy_draft("x", "y", "no numbers here"), None);
    }

    #[test]
    fn every_party_that_was_seen_is_drafted_with_its_reason() {
        let mut evidence = Evidence::default();
        let mut load = Observation::new(
            "http-load",
            Subject::new(SubjectKind::Host, "js.cdn.example.net"),
            Location::default(),
            "x",
        );
        load.set("host", "js.cdn.example.net").set("party", "third").set("kinds", Value::texts(["script"]));
        let mut mail = Observation::new(
            "dns-operator",
            Subject::new(SubjectKind::Host, "mx.mail.example.org#mail-host"),
            Location::default(),
            "x",
        );
        mail.set("host", "mx.mail.example.org").set("role", "mail-host").set("of", Value::texts(["example.jp"]));
        evidence.observations.extend([load, mail]);
        let draft = register_draft(&evidence, "www.example.jp");
        assert!(draft.contains("# seen: pages load from js.cdn.example.net (script)"), "{draft}");
        let register = register_from_yaml("contractors.yml", &draft).unwrap();
        let kinds: Vec<(&str, &str)> =
            register.contractors.iter().map(|entry| (entry.id.as_str(), entry.kind.as_str())).collect();
        assert_eq!(kinds, [("example-net", "analytics"), ("example-org", "mail")]);
        assert_eq!(register.contractors[1].services[0].mx_targets, ["mx.mail.example.org"]);
        assert!(register_draft(&Evidence::default(), "a.jp").ends_with("contractors: []\n"));
    }

    proptest! {
        #[test]
        fn whatever_is_split_is_read_back(text in "(\n[0-9]{1,2}[ .]|[a-zあ-お :#\"'{}\\[\\]-]){0,60}") {
            if let Some(draft) = policy_draft("p", "s", &text) {
                prop_assert!(tree_from_yaml("p.yml", &draft).is_ok(), "{}", draft);
            }
        }
    }
}
