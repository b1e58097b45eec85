//! Accounts of host and CMS against register and people file, both ways: who answers for each account and by which ways it
//! still opens (J1), and which registered accounts are nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::holders::{self, state_holders};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{
    Evidence, FieldSpec, FieldType, KindSpec, Observation, Related, Strength, Subject, SubjectKind, Value,
};

const ACCOUNT_OWNER: &str = "account-owner";
const CMS_OWNER: &str = "cms-owner";
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
            field(
                "ways_in",
                Texts,
                "ways by which it still opens or reaches root: password, keys, root-equivalent groups, sudo",
                "使用できる経路(パスワード・鍵・管理者グループ・sudo)",
            ),
            field("ever_used", Bool, "it was used at least once", "利用されたことがある"),
            field("last_used_on", Time, "when it was last used; absent where never", "最終利用日"),
        ],
    },
    KindSpec {
        name: CMS_OWNER,
        subject: "account:cms/USER",
        en: "one user of the CMS, and who answers for it by register and people file",
        ja: "CMSの利用者と、台帳・職員名簿上の保有者",
        fields: &[
            field("active", Bool, "the user is not blocked", "有効である"),
            field("administrator", Bool, "a role that administers", "管理者権限である"),
            field("registered", Bool, "the register or the people file names it", "台帳または職員名簿に記載がある"),
            field("owners", Texts, "contractor or person ids", "保有者"),
            field(
                "contractor_status",
                Text,
                "planned, active or ended; none where no contractor answers for it",
                "委託先の状態",
            ),
            field("contract_to", Time, "last day of the contract; absent for staff", "契約終了日"),
        ],
    },
    KindSpec {
        name: REGISTER_ACCOUNT_USE,
        subject: "account:SYSTEM/USER#CONTRACTOR",
        en: "one account of the register, and whether host or CMS has it: the other direction",
        ja: "台帳上のアカウントと、実際の有無(逆方向の突合)",
        fields: &[
            field("present", Bool, "the host or the CMS has the account", "実在する"),
            field("contractor_status", Text, "planned, active or ended", "委託先の状態"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let of_system = |system: &'static str| {
        holders::by(evidence, "register-account", "person-account", "user", move |entry| {
            entry.text("system") == Some(system)
        })
    };
    let (by_user, by_cms_user) = (of_system("os"), of_system("cms"));
    let administrators: Option<BTreeSet<&str>> = evidence
        .of_kind("declared-list")
        .find(|list| list.text("name") == Some("administrators"))
        .map(|list| list.texts("items").into_iter().collect());
    let mut rules: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for rule in evidence.of_kind("sudo-rule") {
        rules.entry(rule.text("user").unwrap_or_default()).or_default().push(rule);
    }
    let logins: BTreeMap<&str, &Observation> =
        evidence.of_kind("last-login").filter_map(|login| Some((login.text("user")?, login))).collect();
    let logins_known =
        evidence.census_of("last-login").any(|census| census.state == crate::model::CensusState::Complete);
    let mut derived = Evidence::default();
    let mut present: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for account in evidence.of_kind("account") {
        let Some(user) = account.text("user") else { continue };
        present.entry("os").or_default().insert(user);
        if user == "root" {
            continue;
        }
        let mut seen = Observation::new(
            ACCOUNT_OWNER,
            account.subject.clone(),
            account.source.clone(),
            "accounts against register",
        );
        state_holders(&mut seen, by_user.get(user));
        state_usable(&mut seen, account);
        state_administrator(&mut seen, account, administrators.as_ref());
        state_ways(&mut seen, account, rules.get(user).map_or(&[][..], Vec::as_slice));
        state_last_use(&mut seen, logins.get(user).copied(), logins_known);
        derived.observations.push(seen);
    }
    for account in evidence.of_kind("cms-account") {
        let Some(user) = account.text("user") else { continue };
        present.entry("cms").or_default().insert(user);
        let mut seen =
            Observation::new(CMS_OWNER, account.subject.clone(), account.source.clone(), "CMS users against register");
        state_holders(&mut seen, by_cms_user.get(user));
        for field in ["active", "administrator"] {
            seen.set(field, account.flag(field) == Some(true));
        }
        derived.observations.push(seen);
    }
    let asked = |kind: &str| {
        evidence.census_of(kind).all(|census| census.state == crate::model::CensusState::Complete)
            && evidence.census_of(kind).next().is_some()
    };
    let systems = [("os", asked("account")), ("cms", asked("cms-account"))];
    for entry in evidence.of_kind("register-account") {
        let (Some(user), Some(contractor), Some(system)) =
            (entry.text("user"), entry.text("contractor"), entry.text("system"))
        else {
            continue;
        };
        // Of clouds, repositories and DNS consoles no export is read, and of a system that was not seen nothing is missing.
        if !systems.iter().any(|(name, is_known)| *name == system && *is_known) {
            continue;
        }
        let subject = Subject::new(SubjectKind::Account, format!("{system}/{user}#{contractor}"));
        let mut seen =
            Observation::new(REGISTER_ACCOUNT_USE, subject, entry.source.clone(), "register against accounts");
        seen.strength = Strength::Joined;
        seen.set("present", present.get(system).is_some_and(|users| users.contains(user)));
        seen.set("contractor_status", entry.text("contractor_status").unwrap_or_default());
        derived.observations.push(seen);
    }
    let count = |kind: &str| derived.observations.iter().filter(|seen| seen.kind == kind).count();
    let sources = ["account", "register-account", "person-account"];
    let cms_sources = ["cms-account", "register-account", "person-account"];
    derived.census = vec![
        joined_census(evidence, &sources, ACCOUNT_OWNER, "accounts", count(ACCOUNT_OWNER)),
        joined_census(evidence, &cms_sources, CMS_OWNER, "CMS users", count(CMS_OWNER)),
        joined_census(
            evidence,
            &["account", "register-account"],
            REGISTER_ACCOUNT_USE,
            "accounts",
            count(REGISTER_ACCOUNT_USE),
        ),
    ];
    // Without register and people file nobody can be known; the accounts are then not asked for rather than unregistered.
    retain_asked(&mut derived);
    derived
}

fn state_usable(seen: &mut Observation, account: &Observation) {
    match account.flag("usable") {
        Some(usable) => {
            seen.set("usable", usable);
        }
        None => {
            seen.unknown("usable", "password or keys are not known");
        }
    }
}

fn state_administrator(seen: &mut Observation, account: &Observation, administrators: Option<&BTreeSet<&str>>) {
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
}

/// What a locked password leaves open: a key opens an account whose password is locked, and sudo or a group reaches root.
fn state_ways(seen: &mut Observation, account: &Observation, rules: &[&Observation]) {
    let mut ways = Vec::new();
    if account.flag("login_shell") == Some(true) && matches!(account.text("password"), Some("usable" | "empty")) {
        ways.push("password".to_owned());
    }
    if let Some(keys) = account.integer("keys").filter(|keys| *keys > 0) {
        ways.push(format!("{keys} SSH keys"));
    }
    ways.extend(account.texts("root_equivalent_by").into_iter().map(str::to_owned));
    for rule in rules {
        ways.push("sudo".to_owned());
        seen.related.push(Related { location: rule.source.clone(), note: "sudo lets it run commands".to_owned() });
    }
    ways.dedup();
    let not_known = account.text("password").is_none() || account.integer("keys").is_none();
    if ways.is_empty() && not_known {
        seen.unknown("ways_in", "password or keys are not known");
    } else {
        seen.set("ways_in", Value::texts(ways));
    }
}

fn state_last_use(seen: &mut Observation, login: Option<&Observation>, logins_known: bool) {
    match login {
        Some(login) => {
            seen.set("ever_used", login.flag("ever") == Some(true));
            match login.fields.get("last_on") {
                Some(day) => {
                    seen.set("last_used_on", day.clone());
                }
                None => {
                    seen.unknown("last_used_on", "it was never used");
                }
            }
            seen.related.push(Related { location: login.source.clone(), note: "last use".to_owned() });
        }
        None => {
            let reason = if logins_known {
                "the export of last logins does not name it"
            } else {
                "no export of last logins is named (site file: accounts: lastlog)"
            };
            seen.unknown("ever_used", reason).unknown("last_used_on", reason);
        }
    }
}
