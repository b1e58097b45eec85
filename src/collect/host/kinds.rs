//! What the host collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const LOG_FILE: &str = "log-file";
pub(super) const LOG_DIRECTORY: &str = "log-directory";
pub(super) const LOG_PATH: &str = "log-path";
pub(super) const LOG_ROTATION: &str = "log-rotation";
pub(super) const ACCOUNT: &str = "account";
pub(super) const SSH_KEY: &str = "ssh-key";
pub(super) const SUDO_RULE: &str = "sudo-rule";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: LOG_FILE,
        subject: "log:PATH",
        en: "one log file of the host, rotated ones included",
        ja: "ホスト上のログファイル(ローテーション済みを含む)",
        fields: &[
            field("mode", Text, "permission bits, octal", "権限(8進)"),
            field("mode_excess", Integer, "bits beyond 0640 (mode & 0137)", "0640を超える権限ビット"),
            field(
                "other_access",
                Bool,
                "others than owner and group have any permission",
                "所有者・グループ以外に権限がある",
            ),
            field("group_read", Bool, "the group may read", "グループが読める"),
            field("owner", Text, "owner's name", "所有者"),
            field("group", Text, "group's name", "グループ"),
            field(
                "rotated",
                Bool,
                "a rotated or compressed file, no longer written",
                "ローテーション済みで書込みが終わっている",
            ),
            field("modified", Time, "when the content last changed: the newest entry is not younger", "最終更新日時"),
        ],
    },
    KindSpec {
        name: LOG_DIRECTORY,
        subject: "log:PATH",
        en: "one directory that holds logs",
        ja: "ログを格納するディレクトリ",
        fields: &[
            field("mode", Text, "permission bits, octal", "権限(8進)"),
            field(
                "other_access",
                Bool,
                "others than owner and group have any permission",
                "所有者・グループ以外に権限がある",
            ),
            field("other_enter", Bool, "others may enter it (search permission)", "所有者・グループ以外が入れる"),
            field("group_enter", Bool, "the group may enter it", "グループが入れる"),
            field("owner", Text, "owner's name", "所有者"),
            field("group", Text, "group's name", "グループ"),
        ],
    },
    KindSpec {
        name: LOG_PATH,
        subject: "log:PATH",
        en: "the path that leads to a log directory, parent by parent",
        ja: "ログディレクトリに至る経路(上位ディレクトリごと)",
        fields: &[
            field(
                "writable_by_others",
                Texts,
                "components that group or others may write, without sticky bit",
                "スティッキービットなしでグループ・他者が書ける要素",
            ),
            field(
                "links_out",
                Texts,
                "components that are links out of the log tree",
                "ログ領域の外へのリンクである要素",
            ),
        ],
    },
    KindSpec {
        name: LOG_ROTATION,
        subject: "log:PATH",
        en: "one active log and the rotation rule in force for it",
        ja: "使用中のログと、適用されるローテーション規則",
        fields: &[
            field("covered", Bool, "a rotation rule names it", "ローテーション規則の対象である"),
            field(
                "days_kept",
                Integer,
                "days: rotations times period, cut by maxage; unknown where size decides",
                "保存日数(回数×周期、maxageで制限)",
            ),
            field(
                "create_mode_excess",
                Integer,
                "bits beyond 0640 of the file that rotation creates or leaves",
                "ローテーション後のファイルの0640を超える権限ビット",
            ),
            field("shreds", Bool, "removed files are overwritten", "削除時に上書き消去する"),
        ],
    },
    KindSpec {
        name: ACCOUNT,
        subject: "account:HOST/USER",
        en: "one account of the host",
        ja: "ホストのアカウント",
        fields: &[
            field("user", Text, "user name", "ユーザ名"),
            field("uid", Integer, "user number", "ユーザ番号"),
            field("login_shell", Bool, "the shell lets a person in", "ログイン可能なシェルである"),
            field(
                "password",
                Text,
                "usable, locked or empty; unknown where shadow cannot be read",
                "パスワードの状態(usable/locked/empty)",
            ),
            field("keys", Integer, "SSH keys that open the account", "登録されたSSH鍵の数"),
            field("usable", Bool, "a login shell, and a usable password or a key", "ログインに使用できる"),
            field("groups", Texts, "groups, primary and supplementary", "所属グループ(主・副)"),
            field(
                "root_equivalent_by",
                Texts,
                "groups or uid that are as good as root: uid 0, sudo, wheel, docker, lxd, disk, shadow",
                "管理者権限相当とみなす根拠",
            ),
        ],
    },
    KindSpec {
        name: SSH_KEY,
        subject: "key:FINGERPRINT#USER",
        en: "one SSH key that opens one account",
        ja: "アカウントを開くSSH鍵",
        fields: &[
            field("user", Text, "user whose account it opens", "対象アカウント"),
            field("fingerprint", Text, "SHA256 fingerprint", "SHA256フィンガープリント"),
            field("key_type", Text, "rsa, dsa, ecdsa, ed25519 or other", "鍵の種類"),
            field("bits", Integer, "size in bits", "鍵長(ビット)"),
            field("expires", Time, "the value of expiry-time; absent where there is none", "有効期限"),
            field("has_expiry", Bool, "expiry-time is set", "有効期限が設定されている"),
            field("authority", Bool, "it signs certificates that open accounts", "証明書の発行元である"),
            field("principals", Texts, "principals that the line limits certificates to", "証明書の利用者名の限定"),
        ],
    },
    KindSpec {
        name: SUDO_RULE,
        subject: "file:PATH#rule[WHO]",
        en: "all that sudo lets one user do, groups and aliases resolved",
        ja: "sudoで許可された内容(グループ・別名を展開)",
        fields: &[
            field("user", Text, "user name", "ユーザ名"),
            field("commands", Texts, "commands, aliases resolved", "コマンド"),
            field("any_command", Bool, "any command", "全コマンド"),
            field(
                "opens_logs",
                Bool,
                "a command from which any log can be read: a shell, editor, pager, wildcard",
                "ログを読めるコマンド(シェル・エディタ・ページャ・ワイルドカード)がある",
            ),
            field("nopasswd", Bool, "without a password", "パスワード不要"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
