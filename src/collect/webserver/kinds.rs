//! What the web server collector states.

use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const SERVER: &str = "web-server";
pub(super) const SOCKET: &str = "web-socket";
pub(super) const UPSTREAM: &str = "web-upstream";
pub(super) const NGINX_SERVER: &str = "nginx-server";
pub(super) const NGINX_LOCATION: &str = "nginx-location";
pub(super) const LOCATION: &str = "web-location";
pub(super) const APACHE_SECTION: &str = "apache-section";
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
            field("assumed_version", FieldType::Text, "version whose rules were followed", "前提としたバージョン"),
            field("plain", FieldType::Bool, "a listen has no TLS", "TLSなしのlistenがある"),
            field(
                "plain_only_redirects",
                FieldType::Bool,
                "every answer is a redirect to HTTPS or a refusal; of a server that listens without TLS",
                "HTTPSへの転送または拒否のみを行う(TLSなしで待ち受ける場合)",
            ),
            field("protocols", FieldType::Texts, "TLS protocols in force", "有効なTLSプロトコル"),
            field("protocols_old", FieldType::Texts, "of these, SSL and TLS below 1.2", "うちTLS 1.2未満のもの"),
            field(
                "ciphers_weak",
                FieldType::Texts,
                "items of the cipher list that let weak suites in",
                "弱い暗号スイートを含む指定",
            ),
            field("session_tickets", FieldType::Bool, "session tickets are on", "セッションチケットが有効である"),
            field(
                "ticket_keys_rotated",
                FieldType::Bool,
                "their keys change by themselves",
                "チケットの鍵が定期的に更新される",
            ),
            field("stapling", FieldType::Bool, "OCSP stapling is on", "OCSPステープリングが有効である"),
            field(
                "stapling_complete",
                FieldType::Bool,
                "with what it needs: a resolver or a file",
                "必要な設定(resolver等)がそろっている",
            ),
            field(
                "real_ip_open",
                FieldType::Texts,
                "networks of everybody from which the client address is taken",
                "接続元アドレスを無条件に受け入れる指定",
            ),
            field("version_hidden", FieldType::Bool, "the version is not told", "バージョンを表示しない"),
            field(
                "methods_open",
                FieldType::Texts,
                "methods that are switched on beyond GET, HEAD and POST",
                "追加で有効化されたメソッド",
            ),
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
            field(
                "whole_server",
                FieldType::Bool,
                "it is the server itself, not a location in it",
                "ロケーションではなくサーバ全体である",
            ),
            field("answers", FieldType::Bool, "a request can end here", "要求がここで応答されうる"),
            field("tls", FieldType::Bool, "its server listens with TLS", "TLSで待ち受けるサーバに属する"),
            field(
                "serves_pages",
                FieldType::Bool,
                "pages are answered here, not only redirects or static files",
                "ページを応答する",
            ),
            field(
                "headers_without_always",
                FieldType::Texts,
                "security headers that error answers lack",
                "エラー応答に付かないセキュリティヘッダ",
            ),
            field(
                "headers_missing",
                FieldType::Texts,
                "security headers that no level sets",
                "設定されていないセキュリティヘッダ",
            ),
            field(
                "headers_twice",
                FieldType::Texts,
                "security headers that are set twice",
                "重複したセキュリティヘッダ",
            ),
            field(
                "headers_with_line_break",
                FieldType::Texts,
                "headers whose value holds a line break",
                "値に改行を含むヘッダ",
            ),
            field(
                "hsts_max_age_seconds",
                FieldType::Integer,
                "time of HSTS; 0 where it is not set or void",
                "HSTSの秒数(未設定・無効は0)",
            ),
            field("csp", FieldType::Bool, "a Content-Security-Policy is set", "CSPが設定されている"),
            field(
                "csp_unsafe",
                FieldType::Texts,
                "words for scripts that let anything run",
                "任意のスクリプトを許すCSPの指定",
            ),
            field(
                "cors",
                FieldType::Text,
                "none fixed any reflected: who may read answers from elsewhere",
                "他サイトからの読取り許可(none fixed any reflected)",
            ),
            field("cors_credentials", FieldType::Bool, "with cookies", "資格情報付きの許可"),
            field(
                "restricted",
                FieldType::Bool,
                "limited by address or password",
                "アドレスまたは認証で制限されている",
            ),
            field(
                "rules_unreachable",
                FieldType::Texts,
                "access rules that never take effect",
                "効力を持たないアクセス規則",
            ),
            field(
                "allow_without_deny",
                FieldType::Bool,
                "some are allowed and nobody is denied",
                "許可のみで拒否の指定がない",
            ),
            field(
                "password_skipped",
                FieldType::Bool,
                "an open rule with satisfy any makes the password optional",
                "satisfy anyにより認証が省略される",
            ),
            field(
                "exact_only",
                FieldType::Bool,
                "limits hold for the exact path and not below it",
                "制限が完全一致のパスにしか及ばない",
            ),
            field(
                "redirect_hosts_of_client",
                FieldType::Texts,
                "variables of the client that choose the host of a redirect",
                "転送先ホストを決める利用者由来の変数",
            ),
            field(
                "line_breaks_of_client",
                FieldType::Texts,
                "variables that may carry a line break into a header",
                "ヘッダに改行を持ち込みうる変数",
            ),
            field("listing", FieldType::Bool, "directory listing is on", "ディレクトリ一覧が有効である"),
            field(
                "backtracking",
                FieldType::Bool,
                "its regular expression can be made to backtrack without bound",
                "正規表現が過剰に後戻りしうる",
            ),
            field("status_endpoint", FieldType::Bool, "it answers the server's status", "サーバの状態を表示する"),
            field(
                "body_limit_bytes",
                FieldType::Integer,
                "largest request body; 0 for no limit",
                "要求本文の上限(0は無制限)",
            ),
            field(
                "leftovers_served",
                FieldType::Texts,
                "of the whole server: hidden files and backups that it would hand out",
                "隠しファイル等で応答してしまうもの(サーバ全体)",
            ),
        ],
    },
    KindSpec {
        name: LOG,
        subject: "log:PATH",
        en: "one access log target with the format that writes it",
        ja: "アクセスログの出力先と書式",
        fields: &[
            field("formats", FieldType::Texts, "names of the formats in use", "使用中の書式名"),
            field("columns", FieldType::Texts, "what each column of an entry holds", "記録の各列の内容"),
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
    super::admin_path::KIND,
    KindSpec {
        name: SOCKET,
        subject: "file:PATH#socket[ADDRESS:PORT]",
        en: "one address and port with its servers",
        ja: "待受けアドレスとポート",
        fields: &[
            field("tls", FieldType::Bool, "TLS is spoken", "TLSで待ち受ける"),
            field("servers", FieldType::Texts, "its servers in order", "属するサーバ"),
            field("default", FieldType::Text, "the server that answers unknown names", "未知の名前に応答するサーバ"),
            field(
                "unknown_names",
                FieldType::Text,
                "refused redirected served: what an unknown name gets; redirected is to a fixed name",
                "未知の名前への対応(refused redirected served)",
            ),
        ],
    },
    KindSpec {
        name: UPSTREAM,
        subject: "file:PATH#server[NAME]/location[…]/upstream",
        en: "where one level passes requests on to",
        ja: "要求の転送先",
        fields: &[
            field("host", FieldType::Text, "host or address of the other machine", "転送先のホスト"),
            field("tls", FieldType::Bool, "over TLS", "TLSで転送する"),
            field("verified", FieldType::Bool, "the upstream's certificate is verified", "転送先の証明書を検証する"),
            field(
                "chosen_by_client",
                FieldType::Texts,
                "variables of the client that choose the upstream",
                "転送先を決める利用者由来の変数",
            ),
        ],
    },
    KindSpec {
        name: NGINX_SERVER,
        subject: "file:PATH#server[NAME]",
        en: "what nginx alone has of a server",
        ja: "サーバに関するnginx固有の事実",
        fields: &[
            field(
                "settings_without_effect",
                FieldType::Texts,
                "TLS settings that nginx passes over",
                "効力のないTLS設定",
            ),
            field(
                "slashes_open",
                FieldType::Bool,
                "slashes are not merged though prefixes are guarded",
                "制限があるのに連続スラッシュを統合しない",
            ),
        ],
    },
    KindSpec {
        name: NGINX_LOCATION,
        subject: "file:PATH#server[NAME]/location[MODIFIER PATH]",
        en: "what nginx alone has of a level: what its rules of inheritance lose",
        ja: "階層に関するnginx固有の事実(継承で失われるもの等)",
        fields: &[
            field(
                "headers_lost",
                FieldType::Texts,
                "response headers of the outer level that this one drops",
                "失われる応答ヘッダ",
            ),
            field(
                "request_headers_lost",
                FieldType::Texts,
                "request headers to the upstream that this one drops",
                "失われる転送先への要求ヘッダ",
            ),
            field("alias_traversal", FieldType::Bool, "a path can climb out of the alias", "aliasから上位へ到達できる"),
            field(
                "bypasses",
                FieldType::Texts,
                "regular expressions that answer below it without its limits",
                "制限を回避する正規表現",
            ),
            field(
                "return_before_rules",
                FieldType::Bool,
                "a return answers before its access rules",
                "アクセス規則より先に応答する",
            ),
            field(
                "rules_weakened",
                FieldType::Bool,
                "its own rules let in whom the outer ones refuse",
                "上位の制限を弱めている",
            ),
            field(
                "directives_in_if",
                FieldType::Texts,
                "directives inside if that may do what nobody expects",
                "if内の想定外の挙動をする設定",
            ),
        ],
    },
    super::apache::SECTION,
    super::remark::REMARK_KIND,
    super::admin_endpoint::KIND,
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
