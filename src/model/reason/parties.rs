//! Reasons that speak of parties, transfers and administration.

pub(super) const REASONS: &[(&str, &str)] = &[
    (
        "no plan for leaks is declared (site file: declared: breach_plan)",
        "漏えい時の報告手順の宣言がありません(サイトファイルのdeclared: breach_plan)",
    ),
    ("no term is stated", "期限の記載がありません"),
    ("the destination is not told by the command", "コマンドから送信先が分かりません"),
    ("more files are there than are read", "読み取る上限を超える数のファイルがあります"),
];
