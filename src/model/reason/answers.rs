//! Reasons why a configuration alone does not say what a request is answered with.

pub(super) const REASONS: &[(&str, &str)] = &[
    ("no server listens there", "そこで待ち受けるサーバがありません"),
    ("limit_except decides on this method", "このメソッドの可否はlimit_exceptによります"),
    ("another server decides who comes in (auth_request)", "閲覧の可否は別のサーバが決めます(auth_request)"),
    ("who comes in depends on the client's address", "閲覧の可否は接続元アドレスによります"),
    ("whether the password is right", "パスワードの正否によります"),
    (
        "it depends on a file that is not seen from here (--root)",
        "ここから見えないファイルの有無によります(--rootで指定)",
    ),
    ("another program answers", "別のプログラムが応答します"),
    ("what files answer to this method", "このメソッドに対するファイルの応答は分かりません"),
    ("the name of the index", "索引ファイルの名前が分かりません"),
    ("what try_files looks for", "try_filesの探索先が分かりません"),
    ("the last word of try_files", "try_filesの最後の指定が分かりません"),
    (
        "a regular expression that cannot be evaluated here may answer",
        "ここで評価できない正規表現が一致する可能性があります",
    ),
    ("the page of an error", "エラー時のページが分かりません"),
    ("the page of an error to another method", "別のメソッドに対するエラー時のページは分かりません"),
    ("the condition of an if cannot be decided", "ifの条件を判定できません"),
    ("the target of the redirect", "転送先が分かりません"),
    ("a regular expression of a rewrite cannot be evaluated here", "rewriteの正規表現をここで評価できません"),
    ("the target of a rewrite depends on what is not known", "rewriteの書換え先が分からない値によります"),
    ("what follows a rewrite without a flag", "フラグのないrewriteの続きが分かりません"),
];
