//! Findings and the text they are about -> minimal edits by spans. Pure: it reads what it is handed and writes nothing.
//!
//! An edit never touches a byte outside its span. A fix that may change what a site answers, beyond what the finding is
//! about, says so, and is left to a person's word (`--unsafe`).

mod access;
mod headers;
mod place;
mod serving;
mod source;
mod tls;

use std::ops::Range;
use std::rc::Rc;

use crate::model::{Bilingual, Finding};

pub use source::Source;

/// One replacement of bytes in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The file, as findings name it.
    pub file: String,
    /// Where the replaced bytes begin.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What takes their place.
    pub text: String,
}

/// What mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Its edits, in one or several files.
    pub edits: Vec<Edit>,
    /// What may behave otherwise afterwards; `None` where nothing does but what the finding is about.
    pub may_change: Option<Bilingual>,
}

/// The text of a file by its name, parsed; `None` for one that is not at hand.
pub type Files<'f> = dyn Fn(&str) -> Option<Rc<Source>> + 'f;

/// One way to mend.
struct Way {
    check: &'static str,
    mend: fn(&Finding, &Files<'_>) -> Option<Vec<Edit>>,
    /// English and Japanese; empty for what changes nothing else.
    may_change: (&'static str, &'static str),
}

/// Every check that can be mended by an edit.
const WAYS: &[Way] = &[
    way("cfg-header-inheritance", headers::lost, ("", "")),
    way("cfg-header-always", headers::always, ("", "")),
    way("cfg-header-line-break", headers::line_break, ("", "")),
    way(
        "cfg-header-duplicate",
        headers::duplicate,
        ("of two values the first one stays", "2つの値のうち先のものが残る"),
    ),
    way(
        "cfg-header-missing",
        headers::missing,
        ("pages of other sites can no longer frame this one", "他サイトからのフレーム表示ができなくなる"),
    ),
    way(
        "cfg-hsts",
        headers::hsts,
        ("browsers refuse plain HTTP for a year", "ブラウザが1年間HTTPでの接続を拒否するようになる"),
    ),
    way(
        "cfg-csp",
        headers::csp,
        ("scripts that the policy lets in by these words stop", "この指定で許可していたスクリプトが動かなくなる"),
    ),
    way(
        "cfg-proxy-header-inheritance",
        headers::lost_request,
        ("the upstream gets the headers of the outer level again", "転送先に上位の設定のヘッダが再び送られる"),
    ),
    way("cfg-version-disclosure", serving::version, ("", "")),
    way("cfg-tls-session-tickets", tls::tickets, ("", "")),
    way("cfg-tls-no-effect", tls::no_effect, ("", "")),
    way(
        "cfg-tls-protocol",
        tls::protocols,
        ("clients without TLS 1.2 cannot connect", "TLS 1.2に対応しない利用者が接続できなくなる"),
    ),
    way(
        "cfg-tls-ciphers",
        tls::ciphers,
        ("clients with weak ciphers only cannot connect", "弱い暗号しか使えない利用者が接続できなくなる"),
    ),
    way(
        "cfg-upstream-tls",
        tls::upstream,
        ("an upstream with a certificate of nobody known fails", "検証できない証明書の転送先に接続できなくなる"),
    ),
    way(
        "cfg-default-server",
        serving::default_server,
        ("names that no server has get no answer", "未知の名前への要求に応答しなくなる"),
    ),
    way(
        "cfg-directory-listing",
        serving::listing,
        ("listings that visitors use are gone", "利用者が使っていた一覧が表示されなくなる"),
    ),
    way(
        "cfg-alias-traversal",
        serving::alias,
        ("the path without its slash is answered elsewhere", "末尾スラッシュのないパスは別の場所で応答される"),
    ),
    way("cfg-hidden-files", serving::hidden, ("such files are refused", "該当するファイルへの要求を拒否する")),
    way("cfg-body-size", serving::body_size, ("uploads above 10 MB are refused", "10MBを超える送信を拒否する")),
    way("cfg-methods", serving::methods, ("WebDAV clients can no longer write", "WebDAVでの書込みができなくなる")),
    way("cfg-plain-http", serving::plain, ("plain HTTP only redirects", "HTTPは転送のみになる")),
    way(
        "cfg-redirect-host",
        serving::redirect_host,
        ("redirects go to the server's first name", "転送先がサーバの先頭の名前になる"),
    ),
    way(
        "cfg-crlf-injection",
        serving::line_breaks,
        ("escapes in the path are kept as they are", "パス中のエスケープがそのまま渡される"),
    ),
    way(
        "cfg-status-endpoint",
        access::status,
        ("only the machine itself sees the status", "状態の表示が自ホストからのみになる"),
    ),
    way(
        "cfg-merge-slashes",
        access::merge_slashes,
        ("paths with slashes in a row are merged", "連続スラッシュが統合される"),
    ),
    way(
        "cfg-acl-allow-without-deny",
        access::deny_others,
        ("everybody who is not on the list is refused", "一覧にない接続元を拒否する"),
    ),
    way("cfg-acl-order", access::order, ("rules that had no effect take effect", "無効だった規則が有効になる")),
    way("cfg-acl-exact-match", access::below_too, ("paths below it are limited as well", "配下のパスにも制限が及ぶ")),
    way(
        "cfg-acl-regex-bypass",
        access::no_expressions,
        ("expressions no longer answer below it", "配下では正規表現が使われなくなる"),
    ),
    way(
        "cfg-satisfy-any",
        access::satisfy_all,
        ("address and password are both asked for", "アドレスと認証の両方を求める"),
    ),
    way(
        "cfg-real-ip",
        access::real_ip,
        ("the client's address is the connection's", "接続元アドレスが実際の接続のものになる"),
    ),
];

const fn way(
    check: &'static str,
    mend: fn(&Finding, &Files<'_>) -> Option<Vec<Edit>>,
    may_change: (&'static str, &'static str),
) -> Way {
    Way { check, mend, may_change }
}

/// The checks that can be mended, with whether that may change behaviour.
pub fn checks() -> impl Iterator<Item = (&'static str, bool)> {
    WAYS.iter().map(|way| (way.check, !way.may_change.0.is_empty()))
}

/// What mends a finding; `None` where only a person can.
#[must_use]
pub fn fix(finding: &Finding, files: &Files<'_>) -> Option<Fix> {
    let way = WAYS.iter().find(|way| way.check == finding.check)?;
    let mut edits = (way.mend)(finding, files).filter(|edits| !edits.is_empty())?;
    edits.sort();
    edits.dedup();
    let (en, ja) = way.may_change;
    let may_change = (!en.is_empty()).then(|| Bilingual::new(en, ja));
    Some(Fix { edits, may_change })
}

/// A text with edits in it, from the last to the first; `None` where two of them meet.
#[must_use]
pub fn applied(text: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    if sorted.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return None;
    }
    let mut done = Vec::with_capacity(text.len());
    let mut from = 0;
    for edit in sorted {
        done.extend_from_slice(text.get(from..edit.start)?);
        done.extend_from_slice(edit.text.as_bytes());
        from = edit.end;
    }
    done.extend_from_slice(text.get(from..)?);
    Some(done)
}

fn edit(source: &Source, range: Range<usize>, text: impl Into<String>) -> Edit {
    Edit { file: source.name.clone(), start: range.start, end: range.end, text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_nothing_else_and_never_meet() {
        let one = |start, end, text: &str| Edit { file: "a".to_owned(), start, end, text: text.to_owned() };
        assert_eq!(applied(b"abcdef", &[one(4, 5, "X"), one(1, 1, "Y")]).unwrap(), b"aYbcdXf");
        assert_eq!(applied(b"abcdef", &[one(1, 3, ""), one(2, 4, "")]), None);
        assert_eq!(applied(b"ab", &[one(1, 9, "")]), None);
    }

    #[test]
    fn each_check_is_mended_in_one_way() {
        let mut names: Vec<&str> = checks().map(|(check, _)| check).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(count >= 20);
    }
}
