//! Names in SSH certificates that open accounts, against register and people file, both ways: who answers for each (J2, for
//! authorities in place of keys), and whether it is somebody whom the account is registered for.

use super::holders::{Holders, state_holders};
use super::{Join, joined_census, retain_asked};
use crate::model::FieldType::{Bool, Text, Texts, Time};
use crate::model::{Evidence, FieldSpec, FieldType, KindSpec, Observation, Value};

const PRINCIPAL_OWNER: &str = "principal-owner";

/// The join.
pub(super) const PRINCIPAL_OWNERS: Join = Join { name: "principal-owners", kinds: KINDS, join };

const KINDS: &[KindSpec] = &[KindSpec {
    name: PRINCIPAL_OWNER,
    subject: "account:HOST/USER#principal[NAME]",
    en: "one name in certificates of a trusted authority that opens an account, and who answers for it",
    ja: "証明書の利用者名(プリンシパル)と、台帳・職員名簿上の保有者",
    fields: &[
        field("user", Text, "user whose account it opens", "対象アカウント"),
        field(
            "registered",
            Bool,
            "an account, a person or a contractor of register or people file has this name",
            "台帳または職員名簿に該当する名前がある",
        ),
        field("owners", Texts, "contractor or person ids", "保有者"),
        field("contractor_status", Text, "planned, active or ended; none where no contractor answers", "委託先の状態"),
        field("contract_to", Time, "last day of the contract; absent for staff", "契約終了日"),
        field(
            "account_of_others",
            Texts,
            "whom the account is registered for, where that is nobody of the owners: the other direction",
            "アカウントの登録上の保有者(プリンシパルの保有者と異なる場合)",
        ),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

fn join(evidence: &Evidence) -> Evidence {
    let (mut by_name, mut by_account) = (Holders::new(), Holders::new());
    let entries = evidence.of_kind("register-account").chain(evidence.of_kind("person-account"));
    for entry in entries.filter(|entry| entry.text("system") == Some("os")) {
        for name in ["user", "person_id", "person", "contractor"].iter().filter_map(|field| entry.text(field)) {
            by_name.entry(name).or_default().push(entry);
        }
        by_account.entry(entry.text("user").unwrap_or_default()).or_default().push(entry);
    }
    let mut derived = Evidence::default();
    for principal in evidence.of_kind("ssh-principal") {
        let (Some(user), Some(name)) = (principal.text("user"), principal.text("principal")) else { continue };
        let mut seen = Observation::new(
            PRINCIPAL_OWNER,
            principal.subject.clone(),
            principal.source.clone(),
            "principals against register",
        );
        state_holders(&mut seen, by_name.get(name));
        seen.set("user", user);
        let ids =
            |holder: &&Observation| holder.text("contractor").or_else(|| holder.text("person")).map(str::to_owned);
        let others: Vec<String> = by_account.get(user).into_iter().flatten().filter_map(ids).collect();
        let owners = seen.texts("owners");
        let shares = others.is_empty() || owners.is_empty() || others.iter().any(|id| owners.contains(&id.as_str()));
        seen.set("account_of_others", Value::texts(if shares { Vec::new() } else { others }));
        derived.observations.push(seen);
    }
    let count = derived.observations.len();
    let sources = ["ssh-principal", "register-account", "person-account"];
    derived.census = vec![joined_census(evidence, &sources, PRINCIPAL_OWNER, "principals", count)];
    retain_asked(&mut derived);
    derived
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Census, Location, Subject};

    fn told(principal: &str, user: &str) -> Observation {
        let new = |kind: &str, subject: &str, fields: &[(&str, &str)]| {
            let mut one = Observation::new(kind, Subject::parse(subject).unwrap(), Location::default(), "x");
            for (field, value) in fields {
                one.set(field, *value);
            }
            one
        };
        let observations = vec![
            new("ssh-principal", "account:www/x#principal[y]", &[("user", user), ("principal", principal)]),
            new(
                "register-account",
                "account:os/ops#firm",
                &[
                    ("system", "os"),
                    ("user", "ops"),
                    ("contractor", "firm"),
                    ("person_id", "sato"),
                    ("contractor_status", "active"),
                ],
            ),
            new(
                "person-account",
                "account:os/staff#clerk",
                &[("system", "os"), ("user", "staff"), ("person", "clerk")],
            ),
        ];
        let kinds = ["ssh-principal", "register-account", "person-account"];
        let census = kinds.iter().map(|kind| Census::complete(kind, "x", 1)).collect();
        join(&Evidence { observations, census, ..Evidence::default() }).observations.remove(0)
    }

    #[test]
    fn a_principal_is_an_account_a_person_or_a_firm_and_fits_the_account() {
        for (principal, user, registered, others) in [
            ("ops", "ops", true, 0),
            ("sato", "ops", true, 0),
            ("clerk", "staff", true, 0),
            ("firm", "staff", true, 1),
            ("stranger", "staff", false, 0),
        ] {
            let seen = told(principal, user);
            assert_eq!(seen.flag("registered"), Some(registered), "{principal}");
            assert_eq!(seen.texts("account_of_others").len(), others, "{principal}");
        }
    }
}
