//! What the follower states.

use crate::model::FieldType::{Bool, Text, Texts};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const ANSWER: &str = "web-answer";

pub(super) const KINDS: &[KindSpec] = &[KindSpec {
    name: ANSWER,
    subject: "page:URL",
    en: "what the configuration answers to one address that was asked on the wire",
    ja: "実際に要求したURLに対して設定が定める応答",
    fields: &[
        field("server", Text, "subject of the server that answers", "応答するサーバ"),
        field("program", Text, "name by which the program calls itself", "サーバソフトウェアの名乗り"),
        field("has_head", Bool, "the head on the wire was kept", "実際の応答ヘッダが記録されている"),
        field("version_hidden", Bool, "its version is not told", "バージョンを表示しない設定である"),
        field(
            "own_content",
            Bool,
            "the server makes the content by itself, and no module adds headers that are not read",
            "応答をサーバ自身が作成し、読めないヘッダの追加がない",
        ),
        field("http2", Bool, "HTTP/2 is spoken", "HTTP/2で応答する"),
        field(
            "entry",
            Text,
            "who is let in: open, refused, password, address, or elsewhere where another server decides",
            "アクセスの可否(open・refused・password・address・elsewhere)",
        ),
        field(
            "statuses",
            Texts,
            "statuses that it may come to; any where that is open",
            "取りうる状態コード(決まらなければany)",
        ),
        field("redirects", Texts, "targets of redirects that it may come to", "取りうる転送先"),
        field("sent", Texts, "headers that are sent, with the values of those that state a rule", "送信するヘッダ"),
        field("unsure", Texts, "headers of which that is not known", "送信するか不明なヘッダ"),
        field(
            "lost",
            Texts,
            "headers that an outer level sets and the answering one loses",
            "外側で設定され内側で失われるヘッダ",
        ),
        field("logs", Texts, "logs to which the request is written", "記録先のログ"),
    ],
}];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
