//! Accounts, keys and sudo of the host against the register and the people: who answers for each.

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, joined_census};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const ACCOUNT_OWNER: &str = "account-owner";
const KEY_OWNER: &str = "key-owner";
const SUDO_SCOPE: &str = "sudo-scope";
const REGISTER_ACCOUNT_USE: &str = "register-account-use";

/// The join.
pub(super) const ACCOUNT_OWNERS: Join = Join { name: "account-owners", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[
    KindSpec {
        name: ACCOUNT_OWNER,
        subject: "account:HOST/USER",
        en: "one account of the host that a person could use, and who answers for it by register and people file",
        ja: "使用可能なアカウントと、台帳・職員名簿上の保有者",
        fields: &[
            field("usable", Bool, "the account can be logged into", "ログインに使用できる"),
            field("registered", Bool, "the register or the people file names it", "台帳または職員名簿に記載がある"),
            field("owners", Texts, "contractor or person ids", "保有者"),
            field(
                "contractor_status",
                Text,
                "planned, active or ended; none where no contractor answers for it",
                "委託先の状態",
            ),
            field("contract_to", Time, "last day of the contract; absent for staff", "契約終了日"),
            field("administrator", Bool, "it holds root-equivalent rights by group or uid", "管理者権限相当である"),
            field("administrator_declared", Bool, "it is declared as administrator", "管理者として届出がある"),
        ],
    },
    KindSpec {
        name: KEY_OWNER,
        subject: "key:FINGERPRINT#USER",
        en: "one SSH key of the host, and who answers for it",
        ja: "ホスト上のSSH鍵と、その保有者",
        fields: &[
            field(
                "registered",
                Bool,
                "the register or the people file names its fingerprint",
                "台帳または職員名簿に指紋の記載がある",
            ),
            field("owners", Texts, "contractor or person ids", "保有者"),
            field(
                "contractor_status",
                Text,
                "planned, active or ended; none where no contractor answers for it",
                "委託先の状態",
            ),
        ],
    },
    KindSpec {
        name: SUDO_SCOPE,
        subject: "account:USER#CONTRACTOR",
        en: "what sudo lets a contractor account do, against what its contract allows",
        ja: "委託先アカウントのsudo権限と、契約上許された範囲",
        fields: &[
            field("any_command", Bool, "any command", "全コマンド"),
            field("outside", Texts, "commands that the register does not allow", "台帳で許可されていないコマンド"),
        ],
    },
    KindSpec {
        name: REGISTER_ACCOUNT_USE,
        subject: "account:USER#CONTRACTOR",
        en: "one account of the register, and whether the host has it: the other direction",
        ja: "台帳上のアカウントと、ホスト上の有無(逆方向の突合)",
        fields: &[field("present", Bool, "the host has the account", "ホストに存在する")],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let by_user =
        by(evidence, "register-account", "person-account", "user", |entry| entry.text("system") == Some("os"));
    let by_key = by(evidence, "register-key", "person-key", "fingerprint", |_| true);
    let administrators: Option<BTreeSet<&str>> = evidence
        .of_kind("declared-list")
        .find(|list| list.text("name") == Some("administrators"))
        .map(|list| list.texts("items").into_iter().collect());
    let mut derived = Evidence::default();
    let mut users: BTreeSet<&str> = BTreeSet::new();
    for account in evidence.of_kind("account") {
        let Some(user) = account.text("user") else { continue };
        users.insert(user);
        if user != "root" {
            derived.observations.push(account_owner(account, by_user.get(user), administrators.as_ref()));
        }
    }
    for key in evidence.of_kind("ssh-key") {
        let owners = key.text("fingerprint").and_then(|fingerprint| by_key.get(fingerprint));
        let mut seen =
            Observation::new(KEY_OWNER, key.subject.clone(), key.source.clone(), "authorized_keys against register");
        own(&mut seen, owners);
        derived.observations.push(seen);
    }
    for entry in evidence.of_kind("register-account").filter(|entry| entry.text("system") == Some("os")) {
        let (Some(user), Some(contractor)) = (entry.text("user"), entry.text("contractor")) else { continue };
        let subject = || Subject::new(SubjectKind::Account, format!("{user}#{contractor}"));
        let mut seen =
            Observation::new(REGISTER_ACCOUNT_USE, subject(), entry.source.clone(), "register against accounts");
        seen.strength = Strength::Joined;
        seen.set("present", users.contains(user));
        derived.observations.push(seen);
        for rule in evidence.of_kind("sudo-rule").filter(|rule| rule.text("user") == Some(user)) {
            let allowed: BTreeSet<&str> = entry.texts("allowed_commands").into_iter().collect();
            let outside: Vec<&str> =
                rule.texts("commands").into_iter().filter(|command| !allowed.contains(command)).collect();
            let mut seen = Observation::new(SUDO_SCOPE, subject(), rule.source.clone(), "sudo against register");
            seen.strength = Strength::Joined;
            seen.related.push(Related { location: entry.source.clone(), note: "what the contract allows".to_owned() });
            seen.set("any_command", rule.flag("any_command") == Some(true)).set("outside", Value::texts(outside));
            derived.observations.push(seen);
        }
    }
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    derived.census = vec![
        joined_census(
            evidence,
            &["account", "register-account", "person-account"],
            ACCOUNT_OWNER,
            "accounts",
            count(ACCOUNT_OWNER),
        ),
        joined_census(evidence, &["ssh-key", "register-key", "person-key"], KEY_OWNER, "keys", count(KEY_OWNER)),
        joined_census(evidence, &["sudo-rule", "register-account"], SUDO_SCOPE, "accounts", count(SUDO_SCOPE)),
        joined_census(
            evidence,
            &["account", "register-account"],
            REGISTER_ACCOUNT_USE,
            "accounts",
            count(REGISTER_ACCOUNT_USE),
        ),
    ];
    // Without register and people file nobody can be known; the accounts are then not asked for rather than unregistered.
    derived.observations.retain(|seen| {
        !derived
            .census
            .iter()
            .any(|census| census.kind == seen.kind && matches!(census.state, crate::model::CensusState::NotAsked(_)))
    });
    derived
}

/// Entries of register and people file by the value of a field.
fn by<'a>(
    evidence: &'a Evidence,
    register: &'a str,
    people: &'a str,
    field: &str,
    counts: impl Fn(&Observation) -> bool,
) -> BTreeMap<&'a str, Vec<&'a Observation>> {
    let mut found: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for entry in evidence.of_kind(register).chain(evidence.of_kind(people)).filter(|entry| counts(entry)) {
        if let Some(value) = entry.text(field) {
            found.entry(value).or_default().push(entry);
        }
    }
    found
}

fn account_owner(
    account: &Observation,
    owners: Option<&Vec<&Observation>>,
    administrators: Option<&BTreeSet<&str>>,
) -> Observation {
    let mut seen =
        Observation::new(ACCOUNT_OWNER, account.subject.clone(), account.source.clone(), "accounts against register");
    own(&mut seen, owners);
    match account.flag("usable") {
        Some(usable) => {
            seen.set("usable", usable);
        }
        None => {
            seen.unknown("usable", "password or keys are not known");
        }
    }
    seen.set("administrator", !account.texts("root_equivalent_by").is_empty());
    match (administrators, account.text("user")) {
        (Some(declared), Some(user)) => {
            seen.set("administrator_declared", declared.contains(user));
        }
        _ => {
            seen.unknown(
                "administrator_declared",
                "no administrators are declared (site file: declared: administrators)",
            );
        }
    }
    seen
}

/// States who answers. Of several contractors the one whose contract runs longest decides.
fn own(seen: &mut Observation, owners: Option<&Vec<&Observation>>) {
    seen.strength = Strength::Joined;
    let owners = owners.map_or(&[][..], Vec::as_slice);
    let names: BTreeSet<&str> =
        owners.iter().filter_map(|owner| owner.text("contractor").or_else(|| owner.text("person"))).collect();
    seen.set("registered", !owners.is_empty()).set("owners", Value::texts(names));
    for owner in owners {
        seen.related.push(Related { location: owner.source.clone(), note: "named here".to_owned() });
    }
    let staff = owners.iter().any(|owner| owner.text("person").is_some());
    let contractor = owners
        .iter()
        .filter(|owner| owner.text("contractor").is_some())
        .max_by_key(|owner| owner.fields.get("contract_to").cloned());
    match contractor.filter(|_| !staff) {
        Some(contractor) => {
            if let Some(status) = contractor.text("contractor_status") {
                seen.set("contractor_status", status);
            }
            if seen.kind == ACCOUNT_OWNER
                && let Some(to) = contractor.fields.get("contract_to")
            {
                seen.set("contract_to", to.clone());
            }
        }
        None => {
            seen.set("contractor_status", "none");
        }
    }
}
