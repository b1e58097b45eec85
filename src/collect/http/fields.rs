//! The kinds whose facts are read off the head of an answer: responses, cookies, redirects.

use crate::model::FieldType::{Bool, Integer, Text, Texts};
use crate::model::{FieldSpec, FieldType, KindSpec};

/// Of `http-response`.
pub(super) const RESPONSE_FIELDS: &[FieldSpec] = &[
    field("over_tls", Bool, "it came over TLS", "TLSで受信した"),
    field("role", Text, "page, redirect, error, asset, or plain for anything over plain HTTP", "応答の種類"),
    field("host", Text, "host that answered", "応答したホスト"),
    field("status", Integer, "status code", "状態コード"),
    field("protections", Texts, "of hsts, csp, nosniff, framing and referrer those in force", "有効な保護ヘッダ"),
    field("hsts.fields", Integer, "Strict-Transport-Security fields", "HSTSヘッダの個数"),
    field(
        "hsts.valid",
        Bool,
        "the first Strict-Transport-Security field is valid (RFC 6797 section 6.1)",
        "HSTSが有効である",
    ),
    field("hsts.max_age_seconds", Integer, "its max-age", "HSTSの有効秒数"),
    field("hsts.include_subdomains", Bool, "includeSubDomains is set", "サブドメインを含む"),
    field(
        "framing_refused",
        Bool,
        "strangers may not frame it: frame-ancestors, else X-Frame-Options",
        "他サイトの枠内表示が拒否される",
    ),
    field("nosniff", Bool, "X-Content-Type-Options is nosniff", "MIMEスニッフィングが無効"),
    field(
        "repeated",
        Texts,
        "of X-Frame-Options and X-Content-Type-Options those that came with more than one value",
        "値が複数あるヘッダ",
    ),
    field("referrer_policy", Text, "policy in force, header then meta; default where none is set", "参照元ポリシー"),
    field("permissions.state", Text, "Permissions-Policy: valid, unreadable or absent", "Permissions-Policyの状態"),
    field("permissions.open", Texts, "features that it opens to other origins", "他オリジンに開放された機能"),
    field(
        "permissions.left",
        Texts,
        "of camera, geolocation and microphone those that it does not close",
        "閉じられていない主要な機能",
    ),
    field("coop", Text, "Cross-Origin-Opener-Policy; absent where missing or unreadable", "COOPの値"),
    field("coep", Text, "Cross-Origin-Embedder-Policy; absent where missing or unreadable", "COEPの値"),
    field("corp", Text, "Cross-Origin-Resource-Policy; absent where missing or no known word", "CORPの値"),
    field("server_version", Bool, "the Server field names a version", "Serverヘッダにバージョンがある"),
    field("technology_fields", Texts, "fields that name a framework or its version", "技術名を示すヘッダ"),
    field("no_store", Bool, "Cache-Control has no-store", "no-storeが指定されている"),
    field(
        "shared_storage",
        Text,
        "what shared caches may store: refused, explicit or guessed (RFC 9111 section 3)",
        "共有キャッシュへの保存",
    ),
    field("sets_cookie", Bool, "it has a Set-Cookie field", "Cookieを設定する"),
    field("personal", Bool, "the page holds a form that takes personal information", "個人情報の入力フォームがある"),
    field(
        "foreign_reports",
        Texts,
        "hosts of others that browsers are told to send reports to",
        "他者のレポート送信先",
    ),
    field(
        "probed",
        Bool,
        "the questions about origins and methods were put to this URL",
        "オリジンとメソッドの確認を行った",
    ),
    field(
        "cors.credentialed",
        Texts,
        "of foreign, null, same-beginning and same-end the origins that may read with credentials",
        "資格情報付きの読取りを許可されたオリジン",
    ),
    field("trace_echoes", Bool, "TRACE gives the request back", "TRACEが要求を返す"),
    field("methods_named", Bool, "the answer to OPTIONS has an Allow field", "Allowヘッダがある"),
    field("methods", Texts, "methods that it names", "提示されたメソッド"),
    field("error.page_protections", Texts, "protections of the site's first page", "通常ページの保護ヘッダ"),
    field("error.missing", Texts, "those of them that this error lacks", "エラー応答にない保護ヘッダ"),
    field(
        "error.details",
        Texts,
        "of stack-trace, file-path, software-version and database-error what its text shows",
        "エラーページに表示された内部情報",
    ),
];

/// Of `http-cookie`.
pub(super) const COOKIE_FIELDS: &[FieldSpec] = &[
    field("by", Text, "header, or script for what scripts may store unseen", "設定の方法"),
    field("name", Text, "its name", "名称"),
    field("host", Text, "host that sets it", "設定したホスト"),
    field("secure", Bool, "Secure is set", "Secure属性"),
    field("http_only", Bool, "HttpOnly is set", "HttpOnly属性"),
    field("same_site", Text, "strict, lax, none, absent or invalid", "SameSite属性"),
    field("session_like", Bool, "name or value has the shape of a session identifier", "セッションIDらしい"),
    field("prefixed", Bool, "its name begins with __Host- or __Secure-", "接頭辞がある"),
    field("prefix_kept", Bool, "it keeps the rules of its prefix, or has none", "接頭辞の規則を満たす"),
    field("kept", Bool, "browsers keep it", "ブラウザに保存される"),
    field(
        "dropped_for",
        Text,
        "why not: too-long, domain, secure-over-plain-http, none-without-secure, prefix; else nothing",
        "保存されない理由",
    ),
    field("wide", Bool, "Domain sends it to hosts below a domain", "Domain属性がある"),
    field("domain", Text, "that domain, or host-only", "送信先ドメイン"),
    field("persistent", Bool, "it outlives the browser's session", "永続する"),
    field("lifetime_days", Integer, "days that it lives, at most 400; 0 without an end date", "有効日数"),
    field("identifier", Bool, "it lives a day or more and tells visitors apart", "訪問者を識別する"),
];

/// Of `http-redirect`.
pub(super) const REDIRECT_FIELDS: &[FieldSpec] = &[
    field("steps", Integer, "redirects up to where it ends", "転送の回数"),
    field("by", Texts, "of 3xx, refresh-header and meta-refresh those in use", "転送の方法"),
    field("ends", Text, "answer, loop, too-long or no-url", "終わり方"),
    field("downgrades", Bool, "a step leads from https to http", "httpsからhttpへ戻る"),
    field("foreign_hosts", Texts, "hosts of others on the way", "経由する他者のホスト"),
];

/// `http-redirect`.
pub(super) const REDIRECT_KIND: KindSpec = KindSpec {
    name: super::kinds::REDIRECT,
    subject: "page:URL",
    en: "one URL that sends visitors on, followed on its own host",
    ja: "転送を行うURL(同一ホスト内で追跡)",
    fields: REDIRECT_FIELDS,
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
