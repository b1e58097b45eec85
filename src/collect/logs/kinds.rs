//! What the logs collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const CONTENT: &str = "log-content";
pub(super) const SERIES: &str = "log-series";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: CONTENT,
        subject: "log:PATH",
        en: "what the bytes of one log file hold, rotated and packed ones included; never a value",
        ja: "ログファイルの内容(ローテーション・圧縮済みを含む)。値そのものは保持しない",
        fields: &[
            field("log_kind", Text, "access, error or application", "種別(access・error・application)"),
            field("packing", Text, "plain, gzip, zstd, xz, bzip2 or zip", "圧縮形式"),
            field("archived", Bool, "the file is packed", "圧縮されたアーカイブである"),
            field("read_whole", Bool, "every byte was looked at", "全体を走査した"),
            field("bytes", Integer, "bytes looked at, unpacked", "走査したバイト数(展開後)"),
            field("lines", Integer, "lines", "行数"),
            field("oldest", Time, "when the oldest entry was written", "最古の記録の日時"),
            field("newest", Time, "when the newest entry was written", "最新の記録の日時"),
            field("confirmed_classes", Texts, "classes of which a value is confirmed", "確認された値の区分"),
            field("suspect_classes", Texts, "classes of which only a person can tell", "人による確認を要する区分"),
            field("confirmed_count", Integer, "confirmed values of all classes", "確認された値の数"),
            field("suspect_count", Integer, "suspected values of all classes", "疑いのある値の数"),
            field("holds_email", Bool, "an address of electronic mail", "メールアドレスを含む"),
            field("holds_phone", Bool, "a telephone number", "電話番号を含む"),
            field("holds_my_number", Bool, "an Individual Number (My Number)", "個人番号(マイナンバー)を含む"),
            field("holds_card", Bool, "a payment card number", "クレジットカード番号を含む"),
            field(
                "holds_credential",
                Bool,
                "a password, session identifier or token",
                "パスワード・セッションID・トークンを含む",
            ),
            field("holds_personal", Bool, "a name, postal address or birth date", "氏名・住所・生年月日を含む"),
            field(
                "entry_classes",
                Texts,
                "classes of information by the keys of its JSON entries (the first ones)",
                "JSON形式の記録のキーから判明した情報の区分(先頭部分)",
            ),
            field(
                "unclassed_keys",
                Integer,
                "keys of its JSON entries of which the class is not known",
                "区分が不明なJSONキーの数",
            ),
            field(
                "holds_query",
                Bool,
                "a query string with a value in its first entries; no where all of it was looked at",
                "値のあるクエリ文字列を含む(先頭部分で確認)",
            ),
            field("holds_own", Bool, "a value of the body's own patterns", "独自パターンの値を含む"),
            field("holds_any", Bool, "a value of any class", "いずれかの区分の値を含む"),
        ],
    },
    KindSpec {
        name: SERIES,
        subject: "log:PATH",
        en: "one access log with all its rotated files, as a series of entries in time",
        ja: "ローテーション済みを含む一連のアクセスログの時系列",
        fields: &[
            field("files", Integer, "files of the series", "ファイル数"),
            field("oldest", Time, "when the oldest entry was written", "最古の記録の日時"),
            field("newest", Time, "when the newest entry was written", "最新の記録の日時"),
            field(
                "longest_gap_seconds",
                Integer,
                "longest time without an entry that no recorded outage explains; 0 where none is an hour or longer",
                "記録済みの停止で説明できない最長の空白(秒)。1時間未満は0",
            ),
            field(
                "backwards_seconds",
                Integer,
                "largest step of time backwards that the next entries keep; 0 where none is a minute or larger",
                "時刻の逆行の最大値(秒)。1分未満は0",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
