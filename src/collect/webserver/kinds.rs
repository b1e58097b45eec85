//! What the web server collector states.

use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const SERVER: &str = "web-server";
pub(super) const LOCATION: &str = "web-location";
pub(super) const LOG: &str = "web-log";
pub(super) const LOG_TARGET: &str = "log-target";
pub(super) const SENSITIVE_PATH: &str = "web-sensitive-path";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: SERVER,
        subject: "file:PATH#server[NAME]",
        en: "one virtual server of the configuration",
        ja: "設定中の仮想サーバ",
        fields: &[
            field("names", FieldType::Texts, "server_name values", "server_nameの値"),
            field("listens", FieldType::Texts, "listen values", "listenの値"),
            field("tls", FieldType::Bool, "a listen has the ssl parameter", "sslを指定したlistenがある"),
        ],
    },
    KindSpec {
        name: LOCATION,
        subject: "file:PATH#server[NAME]/location[MODIFIER PATH]",
        en: "one level that answers requests: a server or a location, with its effective directives",
        ja: "要求に応答する階層(サーバまたはロケーション)と、その有効な設定",
        fields: &[
            field(
                "logging",
                FieldType::Bool,
                "requests answered here are written to an access log",
                "ここで応答した要求がアクセスログに記録される",
            ),
            field("logs", FieldType::Texts, "effective access log targets", "有効なアクセスログの出力先"),
            field(
                "static_assets",
                FieldType::Bool,
                "only files such as style sheets, images and icons are answered here",
                "CSS・画像・アイコン等の静的ファイルのみを応答する",
            ),
            field(
                "lost_logs",
                FieldType::Texts,
                "access logs of the server that requests answered here are not written to, though they are to another",
                "別のログへの記録により、ここでは記録されないサーバのアクセスログ",
            ),
            field("root", FieldType::Text, "effective root or alias", "有効なrootまたはalias"),
        ],
    },
    KindSpec {
        name: LOG,
        subject: "log:PATH",
        en: "one access log target with the format that writes it",
        ja: "アクセスログの出力先と書式",
        fields: &[
            field("formats", FieldType::Texts, "names of the formats in use", "使用中の書式名"),
            field("variables", FieldType::Texts, "variables recorded, maps expanded", "記録される変数(mapを展開)"),
            field(
                "classes",
                FieldType::Texts,
                "classes of information recorded: domain_name ip_address access_info query_data identity cookie body authorization derived_location device_id",
                "記録される情報の区分",
            ),
            field(
                "missing_minimum",
                FieldType::Texts,
                "of time, client_address, request_line, status, bytes: those that a format leaves out",
                "時刻・接続元・要求行・状態・バイト数のうち記録されない項目",
            ),
            field(
                "in_web_root",
                FieldType::Bool,
                "the path is inside a served directory",
                "公開ディレクトリの配下にある",
            ),
            field("conditional", FieldType::Bool, "written only under a condition (if=)", "条件付き(if=)で記録される"),
        ],
    },
    KindSpec {
        name: LOG_TARGET,
        subject: "log:TARGET#ROLE",
        en: "one configured stream of entries",
        ja: "設定されたログの出力",
        fields: &[
            field("role", FieldType::Text, "access or error", "種別(access・error)"),
            field("enabled", FieldType::Bool, "it is not thrown away (/dev/null)", "破棄されていない"),
            field("level", FieldType::Text, "level of an error log", "エラーログのレベル"),
            field(
                "client_address",
                FieldType::Text,
                "full, shortened or none",
                "接続元アドレス(full・shortened・none)",
            ),
            field(
                "shortening_declared",
                FieldType::Bool,
                "the declared acquisition names ip_address_shortened in place of ip_address",
                "取得の宣言がip_addressではなくip_address_shortenedである",
            ),
        ],
    },
    KindSpec {
        name: SENSITIVE_PATH,
        subject: "file:PATH#server[NAME]/path[PATH]",
        en: "one declared sensitive path on one server, and how it is logged",
        ja: "宣言された機微なパスと、その記録方法",
        fields: &[
            field("path", FieldType::Text, "the declared path", "宣言されたパス"),
            field("location", FieldType::Text, "the location that answers it", "応答するロケーション"),
            field(
                "query_logged",
                FieldType::Bool,
                "a log in force holds the query string, the whole request line or the referrer",
                "クエリ文字列・要求行全体・リファラのいずれかが記録される",
            ),
            field("formats", FieldType::Texts, "formats in force", "有効な書式"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
