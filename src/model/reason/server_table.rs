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
