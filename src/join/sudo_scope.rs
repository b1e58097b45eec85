//! What sudo lets contractor accounts do against what their contracts allow, both ways (J11).

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const SUDO_SCOPE: &str = "sudo-scope";

/// The join.
pub(super) const SUDO_SCOPES: Join = Join { name: "sudo-scopes", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: SUDO_SCOPE,
    subject: "account:USER#CONTRACTOR",
    en: "what sudo lets a contractor account do, against what its contract allows",
    ja: "委託先アカウントのsudo権限と、契約上許された範囲",
    fields: &[
        field("any_command", Bool, "any command", "全コマンド"),
        field("outside", Texts, "commands that the register does not allow", "台帳で許可されていないコマンド"),
        field(
            "unused",
            Texts,
            "commands that the register allows and sudo does not: the other direction",
            "許可されているが設定のないコマンド",
        ),
        field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let mut rules: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for rule in evidence.of_kind("sudo-rule") {
        rules.entry(rule.text("user").unwrap_or_default()).or_default().push(rule);
    }
    let mut derived = Evidence::default();
    for entry in evidence.of_kind("register-account").filter(|entry| entry.text("system") == Some("os")) {
        let (Some(user), Some(contractor)) = (entry.text("user"), entry.text("contractor")) else { continue };
        let of_user = rules.get(user).map_or(&[][..], Vec::as_slice);
        let allowed: BTreeSet<&str> = entry.texts("allowed_commands").into_iter().collect();
        if of_user.is_empty() && allowed.is_empty() {
            continue;
        }
        let place = of_user.first().map_or_else(|| entry.source.clone(), |rule| rule.source.clone());
        let subject = Subject::new(SubjectKind::Account, format!("{user}#{contractor}"));
        let mut seen = Observation::new(SUDO_SCOPE, subject, place, "sudo against register");
        seen.strength = Strength::Joined;
        seen.related.push(Related { location: entry.source.clone(), note: "what the contract allows".to_owned() });
        let granted: BTreeSet<&str> = of_user.iter().flat_map(|rule| rule.texts("commands")).collect();
        let any = of_user.iter().any(|rule| rule.flag("any_command") == Some(true));
        let outside = granted.iter().filter(|command| !allowed.iter().any(|wide| covers(wide, command)));
        let unused = allowed.iter().filter(|command| !any && !granted.iter().any(|narrow| covers(command, narrow)));
        seen.set("any_command", any);
        seen.set("outside", Value::texts(outside.copied())).set("unused", Value::texts(unused.copied()));
        seen.set("contractor_status", entry.text("contractor_status").unwrap_or_default());
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    derived.census = vec![joined_census(evidence, &["sudo-rule", "register-account"], SUDO_SCOPE, "accounts", count)];
    retain_asked(&mut derived);
    derived
}

/// Whether a command of the contract covers one of sudo: the same, or the contract names the program without arguments,
/// which means any (sudoers(5), Cmnd_Spec). A wildcard of sudo is wider than any words of a contract but the same.
fn covers(allowed: &str, granted: &str) -> bool {
    let bare = !allowed.contains(char::is_whitespace) && !granted.contains(['*', '?', '[']);
    allowed == granted || (bare && granted.strip_prefix(allowed).is_some_and(|rest| rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location};

    fn told(allowed: &[&str], granted: &[&str]) -> (Vec<String>, Vec<String>) {
        let new = |kind: &str, subject: SubjectKind, name: &str| {
            Observation::new(kind, Subject::new(subject, name), Location::default(), "x")
        };
        let mut entry = new("register-account", SubjectKind::Account, "os/ops#c");
        entry.set("system", "os").set("user", "ops").set("contractor", "c").set("contractor_status", "active");
        entry.set("allowed_commands", Value::texts(allowed.iter().copied()));
        let mut rule = new("sudo-rule", SubjectKind::File, "etc/sudoers#rule[ops]");
        rule.set("user", "ops").set("commands", Value::texts(granted.iter().copied())).set("any_command", false);
        let census = ["register-account", "sudo-rule"].map(|kind| Census::complete(kind, "x", 1)).to_vec();
        let evidence = Evidence { observations: vec![entry, rule], census, ..Evidence::default() };
        let derived = join(&evidence);
        let list = |field: &str| derived.observations[0].texts(field).into_iter().map(str::to_owned).collect();
        (list("outside"), list("unused"))
    }

    #[test]
    fn a_program_without_arguments_covers_each_use_of_it_and_a_wildcard_nothing_but_itself() {
        let none = || (Vec::<String>::new(), Vec::<String>::new());
        assert_eq!(told(&["/bin/a"], &["/bin/a x"]), none());
        assert_eq!(told(&["/bin/a x"], &["/bin/a x"]), none());
        assert_eq!(told(&["/bin/a x"], &["/bin/a"]), (vec!["/bin/a".to_owned()], vec!["/bin/a x".to_owned()]));
        assert_eq!(told(&["/bin/a"], &["/bin/ab x"]).0, ["/bin/ab x"]);
        assert_eq!(told(&["/bin/a"], &["/bin/a *"]).0, ["/bin/a *"]);
    }
}
