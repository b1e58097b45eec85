//! What the join states.

use crate::model::FieldType::{Bool, Integer, Text, Texts};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const WIRE: &str = "web-wire";
pub(super) const ACCESS: &str = "web-wire-access";
pub(super) const PROTOCOL: &str = "web-wire-protocol";

pub(super) const KINDS: &[KindSpec] = &[
    KindSpec {
        name: WIRE,
        subject: "page:URL#configuration",
        en: "one address: what the configuration promises against what was answered",
        ja: "URLごとの、設定が定める応答と実際の応答との突合",
        fields: &[
            field("status", Integer, "status that was answered", "実際の状態コード"),
            field("server", Text, "the word by which the server calls itself", "サーバの名乗り"),
            field(
                "own_content",
                Bool,
                "by configuration the server makes the answer by itself",
                "設定上、応答をサーバ自身が作成する",
            ),
            field("promised", Texts, "headers that the configuration sends with this answer", "設定上送信されるヘッダ"),
            field("missing", Texts, "those of them that were not answered", "うち応答になかったもの"),
            field(
                "lost",
                Texts,
                "headers that an outer level sets, an inner one drops, and the answer lacks",
                "外側で設定されながら内側で失われ、応答にもないヘッダ",
            ),
            field("different", Texts, "promised headers that have another value", "設定と値が異なるヘッダ"),
            field(
                "unexplained",
                Texts,
                "answered headers that no configuration explains",
                "設定では説明できないヘッダ",
            ),
            field(
                "differs",
                Texts,
                "of status and redirect what is not as configured",
                "設定と異なる項目(status・redirect)",
            ),
        ],
    },
    KindSpec {
        name: ACCESS,
        subject: "page:URL#access",
        en: "one address that the configuration closes or limits, and whether it answers all the same",
        ja: "設定上アクセスが制限されたURLと、実際の到達性",
        fields: &[
            field(
                "promise",
                Text,
                "refused, password, address, or elsewhere where another server decides",
                "設定上の制限(refused・password・address・elsewhere)",
            ),
            field("status", Integer, "status that was answered", "実際の状態コード"),
            field("let_in", Bool, "content was answered (2xx)", "内容が応答された(2xx)"),
        ],
    },
    KindSpec {
        name: PROTOCOL,
        subject: "endpoint:ADDR:PORT/NAME",
        en: "one endpoint: protocols of its configuration against those that are spoken",
        ja: "設定上のプロトコルと、実際に受け付けるプロトコルとの突合",
        fields: &[
            field("promised", Texts, "versions of TLS that are configured, and HTTP/2", "設定されたプロトコル"),
            field("spoken", Texts, "those that are spoken", "実際に受け付けるプロトコル"),
            field("beyond", Texts, "spoken and not configured", "設定にないが受け付けるもの"),
            field(
                "not_spoken",
                Texts,
                "TLS 1.2, TLS 1.3 and HTTP/2 that are configured and not spoken",
                "設定されたが受け付けないもの(TLS 1.2・1.3・HTTP/2)",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
