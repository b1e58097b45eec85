//! Heads of answers as they were on the wire, for whoever holds them against a configuration: which fields there are, the values of
//! those that state a rule, where a redirect leads. No value of a cookie, token or other field is kept.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{Visit, observe};
use crate::collect::limits::{HEADER_FIELDS, cut};
use crate::model::FieldType::{Bool, Integer, Text, Texts};
use crate::model::{FieldSpec, FieldType, KindSpec, Observation, SubjectKind, Value};
use crate::syntax::header::{Head, shown};

pub(super) const HEAD: &str = "http-head";
pub(super) const ASKED: &str = "http-asked";

pub(super) const HEAD_KIND: KindSpec = KindSpec {
    name: HEAD,
    subject: "page:URL",
    en: "one answer as it was on the wire: status, fields and where it leads",
    ja: "実際の応答の状態コード・ヘッダ・転送先",
    fields: &[
        field(
            "asked",
            Text,
            "path that was asked for, random letters replaced by zeros",
            "要求したパス(乱数は0に置換)",
        ),
        field("over_tls", Bool, "it came over TLS", "TLSで受信した"),
        field("status", Integer, "status code", "状態コード"),
        field(
            "fields",
            Texts,
            "its fields: name and value of those that state a rule, the name alone of all others",
            "ヘッダ(方針を示すものは値とともに、その他は名称のみ)",
        ),
        field(
            "server",
            Text,
            "the word by which the server calls itself; empty where it says nothing",
            "サーバの名乗り",
        ),
        field("server_version", Bool, "with a version", "バージョンを伴う"),
        field(
            "leads_to",
            Text,
            "target of a redirect without its query; empty where there is none",
            "転送先(クエリを除く)",
        ),
    ],
};

pub(super) const ASKED_KIND: KindSpec = KindSpec {
    name: ASKED,
    subject: "host:NAME",
    en: "paths that were asked for by name, with their status",
    ja: "名指しで要求したパスと状態コード",
    fields: &[
        field("base", Text, "scheme and host of the paths", "パスの前に付くスキームとホスト"),
        field("answers", Texts, "status and path of each", "状態コードとパス"),
    ],
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}

/// Status by path of what was asked for by name.
pub(super) type Asked = BTreeMap<String, u16>;

/// States the head of one answer; `asked` is its path.
pub(super) fn head(url: &str, asked: &str, over_tls: bool, head: &Head) -> Observation {
    let mut seen = observe::new(HEAD, SubjectKind::Page, url, url);
    seen.set("asked", cut(asked)).set("over_tls", over_tls).set("status", i64::from(head.status));
    let fields: BTreeSet<String> =
        head.fields.iter().take(HEADER_FIELDS).map(|(name, value)| shown(name, value)).collect();
    seen.set("fields", Value::texts(fields));
    let server = head.first("server").unwrap_or_default();
    let word = server.split(['/', ' ']).next().unwrap_or_default();
    seen.set("server", cut(word)).set("server_version", server.split('/').nth(1).is_some());
    let leads_to = head.first("location").filter(|_| matches!(head.status, 301 | 302 | 303 | 307 | 308));
    seen.set("leads_to", leads_to.and_then(|target| bare(url, target)).map_or(String::new(), |target| cut(&target)));
    seen
}

/// States what was asked for by name on one host.
pub(super) fn asked(visit: &Visit<'_>) -> Observation {
    let base = visit.url("");
    let mut seen = observe::new(ASKED, SubjectKind::Host, &visit.host.name, &base);
    seen.set("base", base);
    let answers = visit.asked.iter().map(|(path, status)| format!("{status} {}", cut(path)));
    seen.set("answers", Value::texts(answers));
    seen
}

/// A target without query, fragment and userinfo: none of them is the configuration's to say, and each may hold a token.
fn bare(url: &str, target: &str) -> Option<String> {
    let mut target = Url::parse(url).ok()?.join(target.trim()).ok()?;
    target.set_query(None);
    target.set_fragment(None);
    let _ = target.set_username("");
    let _ = target.set_password(None);
    Some(target.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_may_be_secret_is_kept() {
        let fields = [
            ("location", "/login?token=secret#part"),
            ("set-cookie", "session=secret"),
            ("server", "nginx/1.22.1"),
            ("x-frame-options", "DENY"),
            ("x-token", "secret"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let answer = Head { status: 302, fields, ..Head::default() };
        let seen = head("https://www.example.jp/a", "/a", true, &answer);
        assert!(!format!("{seen:?}").contains("secret"), "{seen:?}");
        assert_eq!(seen.text("leads_to"), Some("https://www.example.jp/login"));
        assert_eq!(seen.texts("fields"), ["location", "server", "set-cookie", "x-frame-options: DENY", "x-token"]);
        assert_eq!((seen.text("server"), seen.flag("server_version")), (Some("nginx"), Some(true)));
    }
}
