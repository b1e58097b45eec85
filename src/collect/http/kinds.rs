//! What the HTTP collector states.

use super::fields::{COOKIE_FIELDS, REDIRECT_KIND, RESPONSE_FIELDS};
use super::heads::{ASKED_KIND, HEAD_KIND};
use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const HOST: &str = "http-host";
pub(super) const RESPONSE: &str = "http-response";
pub(super) const COOKIE: &str = "http-cookie";
pub(super) const PAGE: &str = "http-page";
pub(super) const LOAD: &str = "http-load";
pub(super) const FORM: &str = "http-form";
pub(super) const PATH: &str = "http-wellknown";
pub(super) const CRAWL: &str = "http-crawl";
pub(super) const REDIRECT: &str = "http-redirect";
pub(super) const ADMIN_PATH: &str = "http-admin-path";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    REDIRECT_KIND,
    HEAD_KIND,
    ASKED_KIND,
    KindSpec {
        name: HOST,
        subject: "host:NAME",
        en: "one host: what plain HTTP answers, and whether HTTP/2 is spoken",
        ja: "ホストごとの平文HTTPの応答とHTTP/2対応",
        fields: &[
            field("plain_http", Text, "closed, redirect-to-https, redirect-elsewhere or content", "平文HTTPの応答"),
            field("permanent", Bool, "the redirect is a 301 or 308", "恒久的な転送である"),
            field("http2", Bool, "HTTP/2 is spoken", "HTTP/2に対応している"),
            field(
                "compared.views",
                Integer,
                "answers that were compared: addresses of this host and declared hosts",
                "比較した応答の数(アドレスとホスト)",
            ),
            field("compared.addresses", Integer, "addresses of this host that were asked", "問い合わせたアドレスの数"),
            field(
                "compared.address_differences",
                Texts,
                "addresses whose root answers otherwise, each with the fact that differs",
                "応答の異なるアドレスとその項目",
            ),
            field(
                "compared.host_differences",
                Texts,
                "facts of its root that are not those of the first declared host",
                "最初のホストと異なる応答の項目",
            ),
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
        name: CRAWL,
        subject: "host:NAME",
        en: "the walk through one host: what was read, what was not and why, at most 200 of each",
        ja: "ホストの巡回(閲覧したもの、しなかったものとその理由。各200件まで)",
        fields: &[
            field("read", Texts, "paths that were asked for and answered", "閲覧したパス"),
            field("unread", Texts, "paths and URLs that were not, each with the reason", "閲覧しなかったものと理由"),
            field(
                "sent_on",
                Texts,
                "paths that lead on to a third party by themselves, each with its host",
                "第三者へ自動転送するパスと転送先",
            ),
        ],
    },
    KindSpec {
        name: PAGE,
        subject: "page:URL",
        en: "one page as the HTML standard reads it",
        ja: "ページ(HTML規格に従い解析)",
        fields: &[
            field("encoding", Text, "the encoding by its standard name", "文字符号化方式"),
            field(
                "policy_link",
                Bool,
                "it links to a declared policy page that answers 200 over one redirect at most, or is one",
                "方針のページへ到達できる",
            ),
            field("policy_page", Bool, "it is a declared policy page", "方針のページである"),
            field(
                "policy_text",
                Text,
                "as declared where the page holds the declared text word for word, else differs",
                "届出済みの本文との一致(as declared または differs)",
            ),
            field("insecure", Texts, "kinds of loads and forms that go over plain http", "平文httpを用いる要素"),
            field(
                "insecure_active",
                Texts,
                "those of them that browsers do not upgrade by themselves",
                "ブラウザが自動でhttpsに切り替えない要素",
            ),
            field("personal_form", Bool, "it holds a form with a personal field", "個人情報を入力するフォームがある"),
            field(
                "foreign_scripts",
                Texts,
                "hosts whose scripts, frames, plug-ins or pings it uses and that may not have personal information",
                "個人情報を扱えない者のスクリプト・フレーム等のホスト",
            ),
            field(
                "foreign_scripts_allowed",
                Texts,
                "those of them that its content security policies do not stop",
                "そのうちCSPで遮断されないホスト",
            ),
            field(
                "unpinned",
                Texts,
                "hosts of other parties whose scripts or styles carry no digest",
                "SRIのない外部スクリプト・スタイルのホスト",
            ),
            field(
                "wrong_digest",
                Texts,
                "hosts of loads whose digest is not that of the body",
                "SRIの値が内容と一致しないホスト",
            ),
            field(
                "foreign_hints",
                Texts,
                "hints to hosts of other parties, each with its kind",
                "他者のホストへの事前接続とその種類",
            ),
            field("mail.links", Integer, "recipients of mail links", "メールリンクの宛先数"),
            field(
                "mail.domains",
                Texts,
                "domains of recipients of mail links, cc and bcc included",
                "メールリンクの宛先ドメイン",
            ),
            field(
                "mail.outside",
                Texts,
                "those of them that are not in a declared mail domain",
                "宣言したメールドメイン以外の宛先ドメイン",
            ),
            field(
                "mail.all_domains",
                Texts,
                "the same and domains of addresses in texts",
                "本文中も含めたメールアドレスのドメイン",
            ),
            field(
                "outbound.lets_back",
                Texts,
                "hosts of other parties that links open in a window that may reach back",
                "noopenerなしで別ウィンドウを開く外部ホスト",
            ),
            field(
                "outbound.unmarked",
                Texts,
                "hosts of other parties whose links do not say that they leave",
                "外部サイトと明示されていないリンク先",
            ),
            field(
                "proof",
                Text,
                "what opening it tells third parties: proved (nothing), refuted (a load is allowed) or open",
                "閲覧が第三者に伝わるか(proved・refuted・open)",
            ),
            field(
                "proof_because",
                Texts,
                "hosts that are told, or kinds of load that nothing bounds",
                "その根拠(伝わるホスト、または制限されていない読込みの種類)",
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
            field("pages", Texts, "pages that load from it, at most 20", "読み込むページ(20件まで)"),
            field(
                "party",
                Text,
                "first (declared first parties, else the public suffix list), declared (in the register) or third",
                "first(自組織)・declared(台帳に記載)・third(その他)",
            ),
            field(
                "blocked",
                Bool,
                "the pages' content security policies stop every load from it",
                "すべての読込みがCSPで遮断される",
            ),
            field("noscript_only", Bool, "it is used only where scripts are off", "スクリプト無効時にのみ使用される"),
        ],
    },
    KindSpec {
        name: FORM,
        subject: "page:URL#form[NAME]",
        en: "one form",
        ja: "フォーム",
        fields: &[
            field("categories", Texts, "categories of personal information of its fields", "個人情報の項目の区分"),
            field("personal", Bool, "it has such a field", "個人情報の項目がある"),
            field("secret", Bool, "it has a password or card field", "パスワードまたはカード番号の項目がある"),
            field(
                "unfitting",
                Texts,
                "password and card fields without a fitting autocomplete",
                "autocompleteが適切でないパスワード・カード番号の項目",
            ),
            field("https_only", Bool, "plain HTTP does not serve its page", "平文のHTTPでは提供されない"),
            field("post", Bool, "every way to send it is a POST", "すべての送信方法がPOSTである"),
            field("targets_https", Bool, "every way to send it goes over https", "すべての送信先がhttpsである"),
            field("target_hosts", Texts, "hosts that it may be sent to", "送信先ホスト"),
            field(
                "foreign_targets",
                Texts,
                "those of them that are not the body's own and not registered to process personal information",
                "自組織でも個人情報を扱える委託先でもない送信先",
            ),
            field("page", Text, "path of its page", "ページのパス"),
        ],
    },
    KindSpec {
        name: ADMIN_PATH,
        subject: "page:URL",
        en: "one declared path of administration, asked for from where tenken runs",
        ja: "宣言された管理用パスの応答(点検の実行元から確認)",
        fields: &[
            field("path", Text, "as declared", "宣言されたパス"),
            field("host", Text, "the host", "ホスト"),
            field(
                "answer",
                Text,
                "page, password (401), redirect, refused (403, 444), absent (404, 410, or what the site says to any path) or other",
                "応答(page・password・redirect・refused・absent・other)",
            ),
        ],
    },
    KindSpec {
        name: PATH,
        subject: "page:URL, or host:NAME#paths[CATEGORY] for those of a category that are not open",
        en: "paths that are asked for by name",
        ja: "名称を指定して確認したパス",
        fields: &[
            field(
                "category",
                Text,
                "leftover, log, stats, debug, listing, robots or security-txt",
                "区分(leftover・log・stats・debug・listing・robots・security-txt)",
            ),
            field("asked", Texts, "paths that are not open", "公開されていないことを確認したパス"),
            field(
                "exposed",
                Bool,
                "it answers 200 with the content that its name promises, and not what the site says to any path",
                "名称どおりの内容が公開されている",
            ),
            field("sign", Text, "by what its content was recognised", "内容の判定根拠"),
            field(
                "excerpt",
                Text,
                "the first 64 bytes, every letter and digit covered",
                "先頭64バイト(文字と数字は伏せる)",
            ),
            field("robots.present", Bool, "robots.txt is there", "robots.txtがある"),
            field(
                "robots.hidden",
                Texts,
                "paths of it whose words say that they are not for everybody",
                "非公開と推測されるパス",
            ),
            field("security_txt.present", Bool, "security.txt is there", "security.txtがある"),
            field(
                "security_txt.errors",
                Texts,
                "sentences of RFC 9116 that it breaks, each by a short name",
                "RFC 9116に反する点",
            ),
            field("security_txt.expires", Time, "its Expires field; absent where it has none", "Expires項目"),
            field(
                "security_txt.names_itself",
                Bool,
                "a Canonical field is its own URL",
                "Canonical項目が自身のURLである",
            ),
            field(
                "security_txt.foreign_contacts",
                Texts,
                "hosts and mail domains of contacts that are not the body's own",
                "自組織以外の連絡先のホスト・ドメイン",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
