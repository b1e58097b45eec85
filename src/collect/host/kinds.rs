//! What the host collector states.

mod keeping;

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) use keeping::{HOST_AGE, JOURNAL};

pub(super) const LOG_FILE: &str = "log-file";
pub(super) const LOG_DIRECTORY: &str = "log-directory";
pub(super) const LOG_PATH: &str = "log-path";
pub(super) const LOG_ROTATION: &str = "log-rotation";
pub(super) const ACCOUNT: &str = "account";
pub(super) const SSH_KEY: &str = "ssh-key";
pub(super) const SSH_PRINCIPAL: &str = "ssh-principal";
pub(super) const LOG_PARENT: &str = "log-parent";
pub(super) const READING_PROGRAM: &str = "reading-program";
pub(super) const LOGROTATE_ENTRY: &str = "logrotate-entry";
pub(super) const LOG_FORWARD: &str = "log-forward";
pub(super) const LOG_SHIPPING: &str = "log-shipping";
pub(super) const LOG_DISCARD: &str = "log-discard";
pub(super) const LOG_AUDIT: &str = "log-audit";
pub(super) const AUDIT_LOCK: &str = "audit-rule";
pub(super) const TIME_SYNC: &str = "time-sync";
pub(super) const RELEASE: &str = "release";
pub(super) const COMPONENT: &str = "host-component";
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
                "acl",
                Texts,
                "access control list as getfacl prints it; empty where the mode says all",
                "アクセス制御リスト(なければ空)",
            ),
            field(
                "directories",
                Texts,
                "directories on the way to it, links resolved, from / on",
                "そこに至るディレクトリ(リンク解決済み)",
            ),
            field(
                "protected_by",
                Texts,
                "append-only, immutable: attributes that stand against alteration",
                "改ざんを防ぐ属性(追記専用・変更不可)",
            ),
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
            field(
                "acl_principals",
                Texts,
                "users and groups (group:NAME) that its access or default list names",
                "アクセス制御リスト(既定を含む)に記載された利用者・グループ",
            ),
        ],
    },
    KindSpec {
        name: LOG_PARENT,
        subject: "log:PATH",
        en: "one directory that must be entered on the way to a log",
        ja: "ログに至る途中で通過するディレクトリ",
        fields: &[
            field("mode", Text, "permission bits, octal", "権限(8進)"),
            field("owner", Text, "owner's name", "所有者"),
            field("group", Text, "group's name", "グループ"),
            field(
                "acl",
                Texts,
                "access control list as getfacl prints it; empty where the mode says all",
                "アクセス制御リスト(なければ空)",
            ),
        ],
    },
    KindSpec {
        name: READING_PROGRAM,
        subject: "file:PATH",
        en: "one program that reads every file for whoever may start it",
        ja: "実行者が全ファイルを読めるプログラム",
        fields: &[
            field("by", Text, "capability, or setuid root", "根拠(ケーパビリティまたはsetuid root)"),
            field("mode", Text, "permission bits, octal", "権限(8進)"),
            field("owner", Text, "owner's name", "所有者"),
            field("group", Text, "group's name", "グループ"),
            field(
                "acl",
                Texts,
                "access control list as getfacl prints it; empty where the mode says all",
                "アクセス制御リスト(なければ空)",
            ),
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
            field("keeps_forever", Bool, "rotated files never go: rotate -1 without maxage", "無期限に保存される"),
            field(
                "create_owner",
                Text,
                "owner of the file that rotation creates or leaves",
                "ローテーション後の所有者",
            ),
            field(
                "create_group",
                Text,
                "group of the file that rotation creates or leaves",
                "ローテーション後のグループ",
            ),
            field("shreds", Bool, "removed files are overwritten", "削除時に上書き消去する"),
            field(
                "encrypted_volume",
                Bool,
                "the volume below it is encrypted (crypttab and fstab)",
                "暗号化ボリューム上にある(crypttabとfstab)",
            ),
        ],
    },
    KindSpec {
        name: LOGROTATE_ENTRY,
        subject: "file:PATH#entry[GLOBS]",
        en: "one rotation entry that names logs of the site",
        ja: "サイトのログを対象とするローテーション設定",
        fields: &[
            field("logs", Texts, "active logs that it names", "対象の使用中のログ"),
            field("mails", Bool, "expiring files are sent by mail", "期限切れのログをメールで送信する"),
            field("compresses", Bool, "rotated files are compressed", "ローテーション済みファイルを圧縮する"),
            field("su", Bool, "it names the user as whom rotation works", "su指定がある"),
            field(
                "needs_su",
                Bool,
                "others, or a group other than root, may write the folder, so that logrotate refuses without su",
                "格納先を他者またはroot以外のグループが書けるため、su指定がないと実行されない",
            ),
            field(
                "reopens",
                Bool,
                "a script makes the writer open its log again, or the log is copied and cut",
                "スクリプトで出力元に再オープンさせる、またはcopytruncateである",
            ),
        ],
    },
    KindSpec {
        name: LOG_FORWARD,
        subject: "file:PATH#forward[TRANSPORT TARGET SELECTOR]",
        en: "one action of a logging program that sends entries to another machine",
        ja: "ログを他の機器へ送る設定",
        fields: &[
            field("program", Text, "the program that sends", "送信するプログラム"),
            field("destination", Text, "host or address", "送信先のホストまたはアドレス"),
            field("transport", Text, "udp, tcp, relp, tls or http", "転送方式"),
            field("encrypted", Bool, "TLS on the way", "TLSで暗号化される"),
            field("peer_verified", Bool, "the receiver must prove its name", "受信先の名前を検証する"),
            field("selector", Text, "what is sent, as written", "送信対象(記載のまま)"),
        ],
    },
    KindSpec {
        name: LOG_SHIPPING,
        subject: "host:NAME",
        en: "all ways by which logs are followed and copied on one host",
        ja: "ホスト上でログを取り込み・複製する仕組み",
        fields: &[
            field("programs", Texts, "logging programs and agents that have settings", "設定のあるログ関連プログラム"),
            field("unread", Texts, "agents whose settings are not read", "設定を読み取れないエージェント"),
            field("follows", Texts, "files that they follow, as globs", "取り込み対象のファイル"),
            field("copies", Texts, "jobs of cron that take logs elsewhere", "ログを他所へ複製するcronジョブ"),
        ],
    },
    KindSpec {
        name: LOG_DISCARD,
        subject: "file:PATH#discard[RULE]",
        en: "one rule that throws log entries away",
        ja: "ログを破棄する規則",
        fields: &[field("what", Text, "what is thrown away, as written", "破棄対象(記載のまま)")],
    },
    KindSpec {
        name: LOG_AUDIT,
        subject: "log:PATH",
        en: "one log directory and what the audit system records of access to it",
        ja: "ログディレクトリへの操作の監査記録",
        fields: &[
            field(
                "unwatched",
                Texts,
                "of read, write, attribute: what no rule watches",
                "監視対象外の操作(read・write・attribute)",
            ),
            field("excluded_by", Texts, "rules that leave it out again", "監視から除外する規則"),
            field("at_boot", Bool, "auditing starts with the machine", "起動時に監査が有効になる"),
        ],
    },
    KindSpec {
        name: AUDIT_LOCK,
        subject: "host:NAME",
        en: "the audit rules of one host as a whole",
        ja: "ホストの監査ルール全体",
        fields: &[
            field("rules", Integer, "rules in force", "有効な規則の数"),
            field("locked", Bool, "they cannot be changed until the next boot (-e 2)", "再起動まで変更できない(-e 2)"),
        ],
    },
    KindSpec {
        name: TIME_SYNC,
        subject: "host:NAME",
        en: "how one host keeps its time",
        ja: "ホストの時刻同期",
        fields: &[
            field("service", Text, "chrony, ntp, timesyncd or none", "サービス"),
            field("enabled", Bool, "it starts with the machine", "起動時に有効になる"),
            field("sources", Integer, "servers, a pool counted as four", "同期元の数(プールは4と数える)"),
        ],
    },
    KindSpec {
        name: RELEASE,
        subject: "file:MANIFEST",
        en: "deployed files against the manifest of the approved release",
        ja: "公開中のファイルと承認済みの版との比較",
        fields: &[
            field("added", Texts, "files that the manifest does not name", "マニフェストにないファイル"),
            field("changed", Texts, "files of another content", "内容の異なるファイル"),
            field("removed", Texts, "files that are named and not there", "存在しないファイル"),
            field("executable_uploads", Texts, "programs below the upload paths", "アップロード先にあるプログラム"),
        ],
    },
    KindSpec {
        name: COMPONENT,
        subject: "host:NAME/COMPONENT",
        en: "one component of the host whose support ends some day",
        ja: "サポート期限のあるホストの構成要素",
        fields: &[
            field("component", Text, "the component", "構成要素"),
            field("version", Text, "its version", "版"),
            field("support_ends", Time, "last day of support in the table of this edition of tenken", "サポート終了日"),
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
        name: SSH_PRINCIPAL,
        subject: "account:HOST/USER#principal[NAME]",
        en: "one name in certificates of a trusted authority that opens one account",
        ja: "信頼する発行元の証明書のうち、アカウントを開く利用者名(プリンシパル)",
        fields: &[
            field("user", Text, "user whose account it opens", "対象アカウント"),
            field("principal", Text, "the name that a certificate must hold", "証明書の利用者名"),
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
            field(
                "escapes",
                Texts,
                "commands that lead to a shell or to other files: shells, editors, pagers, wildcards",
                "シェルや他のファイルへ到達できるコマンド",
            ),
            field("negated", Texts, "commands that are taken out with !", "否定形で除外されたコマンド"),
        ],
    },
    keeping::JOURNAL_KIND,
    keeping::HOST_AGE_KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
