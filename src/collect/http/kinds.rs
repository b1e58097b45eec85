//! What the HTTP collector states.

use super::fields::{ADDRESS_KIND, COOKIE_FIELDS, REDIRECT_KIND, RESPONSE_FIELDS};
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
pub(super) const REDIRECT: &str = "http-redirect";
pub(super) const ADDRESS: &str = "http-address";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    REDIRECT_KIND,
    ADDRESS_KIND,
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
        fields: RESPONSE_FIELDS,
    },
    KindSpec {
        name: COOKIE,
        subject: "host:NAME#cookie[NAME]",
        en: "one cookie that is set on a first visit, without its value",
        ja: "初回訪問で設定されるCookie(値は保持しない)",
        fields: COOKIE_FIELDS,
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
            // What its content security policies, header and head together, allow and prove.
            field("csp.enforced", Bool, "a policy is enforced, by header or in the head", "CSPが適用されている"),
            field("csp.report_only", Bool, "policies are only reported", "CSPが報告のみである"),
            field(
                "csp.script_holes",
                Texts,
                "of inline, handler, javascript-url, any-host, plain-http, data and blob the ways in which an injected script runs",
                "不正なスクリプトが動作しうる経路",
            ),
            field("csp.unsafe_eval", Bool, "eval is allowed", "evalが許可されている"),
            field("csp.object", Text, "plug-in content: absent, none, self, hosts or anyone", "プラグインの読込元"),
            field("csp.base_uri", Text, "base element: absent, none, self, hosts or anyone", "base要素の範囲"),
            field("csp.form_action", Text, "targets of forms: absent, none, self, hosts or anyone", "フォームの送信先"),
            field(
                "csp.trusts_by_nonce",
                Bool,
                "scripts are trusted by nonce, digest or 'strict-dynamic'",
                "nonce等で許可している",
            ),
            field("csp.loose_hosts", Texts, "script hosts with a wildcard, or known to run anything", "緩い許可先"),
            field("csp.oddities", Texts, "what in the policies does not do what it seems to", "CSPの記述の不備"),
            field("csp.connect_foreign", Texts, "hosts of others that scripts may contact; * for any", "他者の通信先"),
            field("csp.nonce_used", Bool, "a policy has a nonce", "nonceを使用している"),
            field(
                "csp.nonce_bits",
                Integer,
                "bits of chance that the shortest nonce has at most",
                "nonceの最大ビット数",
            ),
            field("csp.nonce_reused", Bool, "a second fetch had the same nonce", "nonceが再利用されている"),
            field(
                "closed_world",
                Text,
                "whether loading it can tell strangers of the visit: proved (it cannot), refuted (it does), open",
                "閲覧が第三者に知られないことの証明",
            ),
            field(
                "open_channels",
                Texts,
                "kinds of load that no policy bounds, where it is open",
                "制限のない読込みの種類",
            ),
            field(
                "told_hosts",
                Texts,
                "hosts of strangers that are told, where it is refuted",
                "閲覧を知る第三者のホスト",
            ),
            field("scripts_run", Bool, "it holds scripts that its policies do not all forbid", "スクリプトが動作する"),
            field(
                "fingerprinting",
                Bool,
                "a script is one that tells browsers apart",
                "ブラウザを識別するスクリプトがある",
            ),
            field("generator_version", Bool, "a meta generator names a version", "生成ツールのバージョンがある"),
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
