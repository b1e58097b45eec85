//! Reasons of the readers of Apache, HAProxy, Caddy and deployment files, English and Japanese side by side.

pub(super) const SERVER_REASONS: &[(&str, &str)] = &[
    ("it is no text", "テキストファイルではありません"),
    ("a macro that is not there", "定義のないマクロです"),
    ("more than 16 macros inside each other", "マクロの入れ子が16段を超えています"),
    ("more than 16 folders inside each other", "フォルダーの入れ子が16段を超えています"),
    ("no file matches, and httpd does not start", "該当するファイルがなく、httpdは起動しません"),
    (
        "which modules are loaded is not known: no LoadModule was read",
        "読み込まれるモジュールが不明です(LoadModuleがありません)",
    ),
    ("whether the server is started with this -D is not known", "起動時に-Dで指定されるか不明です"),
    (
        "which version runs is not declared (site file: configuration: server_version)",
        "稼働中のバージョンの記載がありません(サイトファイルのconfiguration: server_version)",
    ),
    (
        "its folder cannot be looked at, and AllowOverride lets it change the configuration",
        "フォルダーを確認できず、AllowOverrideにより設定が変更されうる状態です",
    ),
    (
        "an expression that cannot be evaluated here may hold for this path",
        "評価できない正規表現がこのパスに該当する可能性があります",
    ),
    (
        "an expression that cannot be evaluated here may redirect this path",
        "評価できない正規表現がこのパスを転送する可能性があります",
    ),
    ("what the expression of an alias matches is not known here", "別名の正規表現が何に該当するか不明です"),
    ("an access rule depends on what is not known here", "アクセス制限がここでは分からない条件によります"),
    ("a rewrite rule depends on what is not known here", "書換え規則がここでは分からない条件によります"),
    ("rewrite rules skip each other", "書換え規則が他の規則を読み飛ばします"),
    (
        "another module or the upstream may set headers here",
        "他のモジュールまたは転送先がヘッダを設定する可能性があります",
    ),
    ("it is set under a condition that is not known here", "ここでは分からない条件の下で設定されます"),
    ("a condition that is not known here adds to it", "ここでは分からない条件で値が追加されます"),
    ("its value is edited", "値が編集されます"),
    ("its value is a variable", "値が変数です"),
    ("its value holds an unescape of what the client sent", "利用者の入力を復号した値を含みます"),
    ("the list comes from elsewhere", "一覧が別の場所で定義されています"),
    (
        "the default depends on the version, which is not declared",
        "既定値がバージョンにより異なりますが、記載がありません",
    ),
    ("LimitRequestBody is no number", "LimitRequestBodyが数値ではありません"),
    ("a log format that httpd refuses", "httpdが受け付けないログ書式です"),
    ("a quote is never closed", "引用符が閉じられていません"),
    ("a brace is never closed", "波括弧が閉じられていません"),
    ("a variable whose name cannot be one", "環境変数の名前が正しくありません"),
    ("an escape \\x without two hexadecimal digits", "\\xの後に16進2桁がありません"),
    ("more than 64 words in a line", "1行の語数が64を超えています"),
    ("more than 2,000,000 lines: the rest is unread", "200万行を超えるため、残りは読んでいません"),
    ("a line before the first section", "最初のセクションより前に行があります"),
    ("a condition on the running program (.if) that is not decided here", "実行時の条件(.if)が成り立つか不明です"),
    ("a condition that HAProxy refuses", "HAProxyが受け付けない条件です"),
    ("a directive that HAProxy does not know", "HAProxyにない指示です"),
    ("an .else without an .if", "対応する.ifのない.elseです"),
    ("an .endif without an .if", "対応する.ifのない.endifです"),
    ("an .if that is never closed", ".ifが閉じられていません"),
    (
        "it depends on an environment variable that the configuration does not set",
        "設定内で定められていない環境変数に依存します",
    ),
    ("it is a template that was not filled in", "値の入っていないテンプレートです"),
    ("a rule depends on what is not known here", "規則がここでは分からない条件によります"),
    ("a condition that is not known here chooses the backend", "転送先の選択がここでは分からない条件によります"),
    ("the client or a map names the backend", "転送先が要求または対応表により決まります"),
    ("a backend that is not there", "定義のない転送先です"),
    ("the upstream may set headers here", "転送先がヘッダを設定する可能性があります"),
    ("bytes are passed on without being read", "内容を読まずに転送します"),
    ("no request that was tried here gets there", "試した要求のいずれも到達しません"),
    ("the upstream may limit it", "転送先で制限される可能性があります"),
    ("an upstream decides what is answered", "応答内容は転送先が決めます"),
    ("the target of a redirect is not known here", "転送先URLがここでは分かりません"),
    ("a log format that HAProxy refuses", "HAProxyが受け付けないログ書式です"),
    ("a rule on answers depends on what is not known here", "応答の規則がここでは分からない条件によります"),
    ("something behind a closing brace", "閉じ括弧の後に余分な語があります"),
    ("a closing brace without an opening one", "対応する開き括弧のない閉じ括弧です"),
    ("a brace in the middle of a line", "行の途中に括弧があります"),
    ("more than 64 blocks inside each other", "ブロックの入れ子が64段を超えています"),
    ("more files than one configuration may include", "取り込むファイルが多すぎます"),
    ("more than 16 imports inside each other", "importの入れ子が16段を超えています"),
    ("a matcher depends on what is not known here", "条件がここでは分からない内容によります"),
    ("a handler that is not read here may answer", "ここでは解釈しない機能が応答する可能性があります"),
    ("a rewrite to files that may be there decides who gets in", "ファイルの有無による書換えが制限の成否を左右します"),
    ("a directive that is not read here", "ここでは解釈しない指示です"),
    ("a log format that is not read here", "ここでは解釈しないログ書式です"),
    ("the key file is named by a variable", "鍵ファイルが変数で指定されています"),
    ("a key that the configuration names is not on the host", "設定が指定する鍵がホストにありません"),
    ("paths of administration are looked for in nginx only", "管理用パスの確認はnginxのみに対応しています"),
];

#[cfg(test)]
mod tests {
    use super::super::table::REASONS;
    use super::SERVER_REASONS;

    #[test]
    fn every_reason_is_written_in_both_and_once() {
        for (number, (english, japanese)) in SERVER_REASONS.iter().enumerate() {
            assert!(english.is_ascii() && !japanese.is_ascii(), "{english}");
            let others = SERVER_REASONS[number + 1..].iter().chain(REASONS);
            assert!(!others.into_iter().any(|(other, _)| other == english), "{english}");
        }
    }
}
