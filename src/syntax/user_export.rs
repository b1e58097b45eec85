//! CSV exports of users, as content management systems write them: who, with which role, and whether blocked. Pure; of all
//! other columns nothing is kept.

use std::collections::BTreeSet;

/// One user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedUser {
    /// User name.
    pub name: String,
    /// Roles as written.
    pub roles: Vec<String>,
    /// Whether the user is not blocked.
    pub active: bool,
    /// Line, from 1.
    pub line: u32,
}

impl ExportedUser {
    /// Whether one of the roles administers the system.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        const WORDS: [&str; 6] = ["admin", "superuser", "root", "owner", "管理", "システム"];
        self.roles.iter().any(|role| WORDS.iter().any(|word| role.to_lowercase().contains(word)))
    }
}

const NAMES: [&str; 12] = [
    "user_login",
    "username",
    "user",
    "login",
    "name",
    "account",
    "ユーザ名",
    "ユーザー名",
    "ユーザid",
    "ユーザーid",
    "アカウント",
    "ログインid",
];
const ROLES: [&str; 9] = ["roles", "role", "user_role", "group", "groups", "is_superuser", "権限", "役割", "ロール"];
const STATES: [&str; 9] = ["status", "state", "active", "is_active", "enabled", "blocked", "状態", "有効", "停止"];

/// Reads an export in UTF-8 or Shift_JIS; the second part names lines that could not be read. `None` without a column of
/// user names and one of roles.
#[must_use]
pub fn users(bytes: &[u8]) -> Option<(Vec<ExportedUser>, Vec<u32>)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(bytes).0.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut records = reader.records();
    let heads: Vec<String> = records.next()?.ok()?.iter().map(|head| head.trim().to_lowercase()).collect();
    let column = |words: &[&str]| words.iter().find_map(|word| heads.iter().position(|head| head == word));
    let (name, role, state) = (column(&NAMES)?, column(&ROLES)?, column(&STATES));
    let is_superuser_column = heads.get(role).is_some_and(|head| head == "is_superuser");
    let is_blocked_column =
        state.and_then(|state| heads.get(state)).is_some_and(|head| head == "blocked" || head == "停止");
    let (mut found, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for record in records {
        let Ok(record) = record else {
            faults.push(0);
            continue;
        };
        let line = record.position().map_or(0, |place| u32::try_from(place.line()).unwrap_or(u32::MAX));
        let user = record.get(name).map(str::trim).unwrap_or_default();
        if user.is_empty() || !seen.insert(user.to_owned()) {
            faults.push(line);
            continue;
        }
        let cell = record.get(role).unwrap_or_default();
        let roles = if is_superuser_column {
            vec![if is_true(cell) { "superuser".to_owned() } else { "user".to_owned() }]
        } else {
            cell.split([',', ';', '|', '、', '\n'])
                .map(str::trim)
                .filter(|role| !role.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let active = state.is_none_or(|state| {
            let said = record.get(state).unwrap_or_default().trim().to_lowercase();
            if is_blocked_column { !is_true(&said) } else { !is_off(&said) }
        });
        found.push(ExportedUser { name: user.to_owned(), roles, active, line });
    }
    Some((found, faults))
}

fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_lowercase().as_str(),
        "1" | "true" | "yes" | "y" | "on" | "○" | "有効" | "はい" | "blocked" | "停止"
    )
}

fn is_off(text: &str) -> bool {
    let words = [
        "0",
        "false",
        "no",
        "n",
        "off",
        "blocked",
        "disabled",
        "inactive",
        "suspended",
        "locked",
        "×",
        "無効",
        "停止",
        "停止中",
    ];
    words.contains(&text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn exports_of_several_systems_are_read() {
        let (found, faults) = users("\u{feff}ID,user_login,display_name,user_email,roles\n1,webadmin,X,x@example.jp,administrator\n2,ed,Y,y@example.jp,\"editor,author\"\n3,ed,Z,z,editor\n".as_bytes()).unwrap();
        assert_eq!((found.len(), faults), (2, vec![4]));
        assert!(found[0].is_administrator() && !found[1].is_administrator());
        let (found, _) = users(b"username,is_superuser,is_active\nroot,1,0\n").unwrap();
        assert!(found[0].is_administrator() && !found[0].active);
        let text =
            encoding_rs::SHIFT_JIS.encode("ユーザ名,権限,状態\nkanri,管理者,有効\nkyu,管理者,停止\n").0.into_owned();
        let (found, _) = users(&text).unwrap();
        assert!(found[0].active && found[0].is_administrator() && !found[1].active);
        assert_eq!(users(b"a,b\n"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), rows in "[a-z,\"\n管]{0,80}") {
            let _ = users(&bytes);
            let _ = users(format!("user,role,status\n{rows}").as_bytes());
        }
    }
}
