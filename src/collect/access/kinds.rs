//! What the access collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const SSHD_SETTING: &str = "sshd-setting";
pub(super) const CONFIG_OWNER: &str = "config-owner";
pub(super) const PASSWORD_FILE: &str = "password-file";
pub(super) const SERVED_FOLDER: &str = "served-folder";
pub(super) const LAST_LOGIN: &str = "last-login";
pub(super) const CMS_ACCOUNT: &str = "cms-account";
pub(super) const MAIL_FORWARD: &str = "mail-forward";
pub(super) const MAIL_STORE: &str = "mail-store";
pub(super) const TRANSFER: &str = "transfer";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: SSHD_SETTING,
        subject: "file:PATH#match[CRITERIA]",
        en: "what sshd allows to one set of connections: everyone, or those of one Match block, includes resolved",
        ja: "sshdの有効な設定(全体、またはMatchごと。Includeを展開)",
        fields: &[
            field("context", Text, "everyone, or the criteria of the Match block", "対象(全体またはMatch条件)"),
            field("is_match", Bool, "it is a Match block", "Matchブロックである"),
            field("users", Texts, "accounts of the host that it can concern", "対象となり得るアカウント"),
            field(
                "root_login",
                Text,
                "PermitRootLogin in force for root; unreachable where root never meets the block",
                "rootに対するPermitRootLogin",
            ),
            field(
                "password_alone",
                Bool,
                "a password, or keyboard-interactive through PAM, opens an account without a second factor",
                "パスワードのみ(PAMの対話認証を含む)で認証できる",
            ),
            field(
                "empty_passwords",
                Bool,
                "PermitEmptyPasswords is in force with passwords",
                "空のパスワードが許可される",
            ),
            field("log_level", Text, "LogLevel in force, in lower case", "有効なLogLevel"),
            field("forwarding", Texts, "kinds of forwarding that are allowed", "許可されている転送"),
            field(
                "forwarding_reopened",
                Texts,
                "kinds of forwarding that are refused to everyone and allowed here",
                "全体では禁止され、ここで許可されている転送",
            ),
        ],
    },
    KindSpec {
        name: CONFIG_OWNER,
        subject: "file:PATH",
        en: "one tree of configuration on the host, and who can change it",
        ja: "ホスト上の設定ファイル群と、変更できる者",
        fields: &[
            field("files", Integer, "files and folders that were looked at", "確認したファイル・フォルダー数"),
            field(
                "foreign_owned",
                Texts,
                "paths that belong to neither root nor a declared administrator",
                "root・届出済み管理者以外が所有するもの",
            ),
            field(
                "writable_by_others",
                Texts,
                "paths that others, or a group but root's, may write",
                "第三者が書き込めるもの",
            ),
        ],
    },
    KindSpec {
        name: PASSWORD_FILE,
        subject: "file:PATH",
        en: "one file of the host with password hashes, and who may read it",
        ja: "パスワードハッシュを含むファイルと、閲覧できる者",
        fields: &[field("open_to", Texts, "who but its owner may read or change it", "所有者以外に閲覧・変更できる者")],
    },
    KindSpec {
        name: SERVED_FOLDER,
        subject: "file:PATH",
        en: "one folder whose files are published, and what of it every account of the host may change",
        ja: "公開フォルダーと、全アカウントが変更できるもの",
        fields: &[field(
            "writable_by_all",
            Texts,
            "paths that every account may write",
            "全アカウントが書き込めるもの",
        )],
    },
    KindSpec {
        name: TRANSFER,
        subject: "file:PATH#transfer[PROGRAM HOST]",
        en: "one way by which files of the host are copied to, mounted from or deployed from another machine",
        ja: "ホストのファイルの複製・マウント・配備に関わる他の機器",
        fields: &[
            field("program", Text, "the program, or the kind of file system", "プログラムまたはファイルシステムの種類"),
            field(
                "purpose",
                Text,
                "backup, deploy, mount or copy, by the words around it",
                "目的(backup・deploy・mount・copy)",
            ),
            field("hosts", Texts, "the other machine; unknown where the command does not tell it", "相手のホスト"),
        ],
    },
    KindSpec {
        name: LAST_LOGIN,
        subject: "account:HOST/USER",
        en: "when one account was last used, by the export that the site file names",
        ja: "アカウントの最終利用日(届け出たエクスポートによる)",
        fields: &[
            field("user", Text, "user name", "ユーザ名"),
            field("ever", Bool, "it was used at least once", "利用されたことがある"),
            field("last_on", Time, "when; absent where never", "最終利用日"),
        ],
    },
    KindSpec {
        name: CMS_ACCOUNT,
        subject: "account:cms/USER",
        en: "one user of the content management system, by its export",
        ja: "CMSの利用者(エクスポートによる)",
        fields: &[
            field("user", Text, "user name", "ユーザ名"),
            field("roles", Texts, "roles as the system names them", "権限"),
            field("administrator", Bool, "a role that administers", "管理者権限である"),
            field("active", Bool, "the user is not blocked", "有効である"),
        ],
    },
    KindSpec {
        name: MAIL_FORWARD,
        subject: "mailbox:NAME",
        en: "where mail to one name ends, aliases followed to their leaves; of a leaf only its domain is kept",
        ja: "メールの最終転送先(別名を末端まで展開。宛先はドメインのみ保持)",
        fields: &[
            field("leaf_domains", Texts, "domains of the leaves outside this host", "末端の宛先のドメイン"),
            field("local", Bool, "some mail stays on this host", "このホストに届くものがある"),
            field("programs", Integer, "programs that mail is handed to", "メールを渡すプログラムの数"),
            field("unresolved", Texts, "files, scripts or patterns that could not be followed", "展開できなかったもの"),
            field("cycle", Bool, "an alias leads back to itself", "別名が循環している"),
        ],
    },
    KindSpec {
        name: MAIL_STORE,
        subject: "file:PATH",
        en: "one store of messages from visitors: a Maildir or an mbox; nothing of a message is kept but its time",
        ja: "問合せメールの保管先(Maildirまたはmbox)。保持するのは日時のみ",
        fields: &[
            field("messages", Integer, "messages in it", "メールの件数"),
            field("oldest", Time, "when the oldest came", "最も古いメールの日時"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
