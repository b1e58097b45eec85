//! Reasons that speak of parties, transfers and administration.

pub(super) const REASONS: &[(&str, &str)] = &[
    (
        "a program gives keys or principals (AuthorizedKeysCommand, AuthorizedPrincipalsCommand)",
        "プログラムが鍵またはプリンシパルを与えます(AuthorizedKeysCommand・AuthorizedPrincipalsCommand)",
    ),
    (
        "no own domains are declared (site file: declared: first_parties or scope_hosts)",
        "自組織のドメインの宣言がありません(サイトファイルのdeclared: first_parties・scope_hosts)",
    ),
    (
        "no paths of administration are declared (site file: declared: admin_paths; [] says there are none)",
        "管理用パスの宣言がありません(サイトファイルのdeclared: admin_paths。ない場合は[])",
    ),
    (
        "no sources of administration are declared (site file: declared: admin_sources)",
        "管理の接続元の宣言がありません(サイトファイルのdeclared: admin_sources)",
    ),
    ("neither a location nor an answer of the site tells", "ロケーションの設定からも応答からも分かりません"),
    (
        "no plan for leaks is declared (site file: declared: breach_plan)",
        "漏えい時の報告手順の宣言がありません(サイトファイルのdeclared: breach_plan)",
    ),
    ("no term is stated", "期限の記載がありません"),
    ("the destination is not told by the command", "コマンドから送信先が分かりません"),
    ("more files are there than are read", "読み取る上限を超える数のファイルがあります"),
];
