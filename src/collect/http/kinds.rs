//! What the HTTP collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const HOST: &str = "http-host";
pub(super) const RESPONSE: &str = "http-response";
pub(super) const COOKIE: &str = "http-cookie";
pub(super) const PAGE: &str = "http-page";
pub(super) const LOAD: &str = "http-load";
pub(super) const FORM: &str = "http-form";
pub(super) const PATH: &str = "http-path";
pub(super) const SECURITY_TXT: &str = "http-security-txt";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: HOST,
        subject: "host:NAME",
        en: "one host: what plain HTTP answers, and whether HTTP/2 is spoken",
        ja: "ホストごとの平文HTTPの応答とHTTP/2対応",
        fields: &[
            field("plain_http", Text, "closed, redirect-to-https, redirect-elsewhere or content", "平文HTTPの応答"),
            field("permanent", Bool, "the redirect is a 301 or 308", "恒久的な転送である"),
            field("http2", Bool, "HTTP/2 is spoken", "HTTP/2に対応している"),
        ],
    },
    KindSpec {
        name: RESPONSE,
        subject: "page:URL",
        en: "one answer over HTTPS and its headers by their effect",
        ja: "HTTPS応答と、ヘッダの効果",
        fields: &[
            field("over_tls", Bool, "it came over TLS", "TLSで受信した"),
            field("status", Integer, "status code", "状態コード"),
            field("is_html", Bool, "the content type is HTML", "HTMLである"),
            field(
                "hsts.valid",
                Bool,
                "the first Strict-Transport-Security field is valid (RFC 6797 section 6.1)",
                "HSTSが有効である",
            ),
            field("hsts.max_age_seconds", Integer, "its max-age", "HSTSの有効秒数"),
            field("hsts.include_subdomains", Bool, "includeSubDomains is set", "サブドメインを含む"),
            field("csp.enforced", Bool, "a policy with a known directive is enforced by header", "CSPが適用されている"),
            field(
                "csp.inline_script_allowed",
                Bool,
                "all policies together allow an injected inline script",
                "埋込みスクリプトが許可される",
            ),
            field(
                "csp.any_script_allowed",
                Bool,
                "all policies together allow scripts from any host, data: or http:",
                "任意のスクリプト元が許可される",
            ),
            field(
                "framing_refused",
                Bool,
                "strangers may not frame it: frame-ancestors, else X-Frame-Options",
                "他サイトの枠内表示が拒否される",
            ),
            field("nosniff", Bool, "X-Content-Type-Options is nosniff", "MIMEスニッフィングが無効"),
            field("referrer_policy", Text, "policy in force; default where none is set", "参照元ポリシー"),
        ],
    },
    KindSpec {
        name: COOKIE,
        subject: "host:NAME#cookie[NAME]",
        en: "one cookie that is set on a first visit, without its value",
        ja: "初回訪問で設定されるCookie(値は保持しない)",
        fields: &[
            field("name", Text, "its name", "名称"),
            field("secure", Bool, "Secure is set", "Secure属性"),
            field("http_only", Bool, "HttpOnly is set", "HttpOnly属性"),
            field("same_site", Text, "strict, lax, none or absent", "SameSite属性"),
            field("session_like", Bool, "name or length is that of a session identifier", "セッションIDらしい"),
        ],
    },
    KindSpec {
        name: PAGE,
        subject: "page:URL",
        en: "one page as the HTML standard reads it",
        ja: "ページ(HTML規格に従い解析)",
        fields: &[
            field("policy_link", Bool, "it links to a declared policy page, or is one", "方針のページへのリンクがある"),
            field("insecure", Texts, "kinds of loads, links and forms that go over plain http", "平文httpを用いる要素"),
            field("personal_form", Bool, "it holds a form with a personal field", "個人情報を入力するフォームがある"),
            field(
                "foreign_scripts",
                Texts,
                "hosts of another site whose scripts or frames it loads",
                "外部スクリプト・フレームのホスト",
            ),
            field(
                "unpinned",
                Texts,
                "hosts of another site whose scripts or styles carry no integrity",
                "SRIのない外部スクリプト・スタイルのホスト",
            ),
        ],
    },
    KindSpec {
        name: LOAD,
        subject: "host:NAME",
        en: "one host that pages load from",
        ja: "ページが読み込むホスト",
        fields: &[
            field("host", Text, "the host", "ホスト"),
            field("kinds", Texts, "kinds of load", "読込みの種類"),
            field("pages", Texts, "pages that load from it", "読み込むページ"),
            field(
                "same_site",
                Bool,
                "its registrable domain is that of the page (public suffix list)",
                "登録ドメインが同一である",
            ),
        ],
    },
    KindSpec {
        name: FORM,
        subject: "page:URL#form[NAME]",
        en: "one form that takes personal information",
        ja: "個人情報を入力させるフォーム",
        fields: &[
            field("categories", Texts, "categories of its fields", "項目の区分"),
            field("post", Bool, "sent by POST", "POSTで送信する"),
            field("action_https", Bool, "sent over https", "httpsで送信する"),
            field("action_host", Text, "host that it is sent to", "送信先ホスト"),
            field("page", Text, "path of its page", "ページのパス"),
        ],
    },
    KindSpec {
        name: PATH,
        subject: "page:URL",
        en: "one path that must not be open, asked for by name",
        ja: "公開されてはならないパス",
        fields: &[
            field("category", Text, "leftover, log or stats", "区分"),
            field(
                "exposed",
                Bool,
                "it answers 200 with the content that its name promises",
                "名称どおりの内容が公開されている",
            ),
        ],
    },
    KindSpec {
        name: SECURITY_TXT,
        subject: "host:NAME",
        en: "security.txt of one host (RFC 9116)",
        ja: "security.txt(RFC 9116)",
        fields: &[
            field("present", Bool, "/.well-known/security.txt answers 200 as text", "公開されている"),
            field("has_contact", Bool, "it has a Contact field", "Contact項目がある"),
            field("expires", Time, "its Expires field; absent where it has none", "Expires項目"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
