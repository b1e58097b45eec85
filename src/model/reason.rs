//! Reasons why something is unknown or was not looked at, in Japanese. Evidence keeps them in English; readers get both.

/// A reason in Japanese: the whole of it, or its last part where something outside (a path, a kind) stands in front.
///
/// Words of the operating system and of other programs have no translation and stay as they are.
#[must_use]
pub fn reason_in_japanese(reason: &str) -> String {
    if let Some((_, japanese)) = REASONS.iter().find(|(english, _)| *english == reason) {
        return (*japanese).to_owned();
    }
    match reason.split_once(": ") {
        Some((front, rest)) => format!("{front}: {}", reason_in_japanese(rest)),
        None => match reason.strip_suffix(" was not seen") {
            Some(field) => format!("{field}を確認できませんでした"),
            None => reason.to_owned(),
        },
    }
}

const REASONS: &[(&str, &str)] = &[
    ("left out by --offline", "--offlineにより対象外"),
    (
        "no ledger is kept (--history FILE, or a folder .tenken beside the site file)",
        "点検履歴がありません(--history FILE、またはサイトファイルの隣に.tenkenフォルダー)",
    ),
    ("no full run is in the ledger", "除外なしの点検が履歴にありません"),
    (
        "the waiver does not say how many findings were approved (findings: N)",
        "例外措置に承認時の件数の記載がありません(findings: N)",
    ),
    ("no URL or host is named (site file: url)", "URLまたはホストの記載がありません(サイトファイルのurl)"),
    ("no host root is named (site file: host)", "ホストの領域の記載がありません(サイトファイルのhost)"),
    (
        "no server configuration is named (site file: configuration)",
        "サーバ設定の記載がありません(サイトファイルのconfiguration)",
    ),
    (
        "no sensitive paths are declared (site file: declared: sensitive_paths)",
        "機微なパスの宣言がありません(サイトファイルのdeclared: sensitive_paths)",
    ),
    (
        "no contractor register is named (site file: contractors)",
        "委託先台帳の記載がありません(サイトファイルのcontractors)",
    ),
    ("no people file is named (site file: people)", "職員名簿の記載がありません(サイトファイルのpeople)"),
    ("no records file is named (site file: records)", "記録ファイルの記載がありません(サイトファイルのrecords)"),
    (
        "no forms are declared (site file: declared: forms)",
        "フォームの宣言がありません(サイトファイルのdeclared: forms)",
    ),
    (
        "no acquisition is declared (site file: declared: acquisition)",
        "取得する情報の宣言がありません(サイトファイルのdeclared: acquisition)",
    ),
    (
        "no statutes are declared (site file: declared: statutes)",
        "適用法令の宣言がありません(サイトファイルのdeclared: statutes)",
    ),
    (
        "no tolerance is declared (site file: declared: risk_tolerance)",
        "許容水準の宣言がありません(サイトファイルのdeclared: risk_tolerance)",
    ),
    (
        "no log readers are declared (site file: declared: log_readers)",
        "ログ閲覧者の宣言がありません(サイトファイルのdeclared: log_readers)",
    ),
    (
        "no administrators are declared (site file: declared: administrators)",
        "管理者の宣言がありません(サイトファイルのdeclared: administrators)",
    ),
    (
        "no notice is declared (site file: declared: third_parties)",
        "公表した送信先の宣言がありません(サイトファイルのdeclared: third_parties)",
    ),
    (
        "no scope is declared (site file: declared: scope_hosts)",
        "適用範囲の宣言がありません(サイトファイルのdeclared: scope_hosts)",
    ),
    (
        "no policy pages are declared (site file: declared: policy_pages)",
        "方針のページの宣言がありません(サイトファイルのdeclared: policy_pages)",
    ),
    ("plain HTTP is left out (site file: http_port: 0)", "平文HTTPは対象外です(サイトファイルのhttp_port: 0)"),
    ("no mtree listing: modes and owners cannot be known", "mtree一覧がないため、権限と所有者が分かりません"),
    ("the mode is not known", "権限が分かりません"),
    ("the mode of the log is not known", "ログの権限が分かりません"),
    ("the owner is not known", "所有者が分かりません"),
    ("the group is not known", "グループが分かりません"),
    ("the time of the last change is not known", "最終更新日時が分かりません"),
    (
        "mode, owner or group of the log or its directory is not known",
        "ログまたはディレクトリの権限・所有者・グループが分かりません",
    ),
    ("etc/shadow cannot be read", "etc/shadowを読めません"),
    ("the account's authorized_keys cannot be read", "authorized_keysを読めません"),
    ("password or keys are not known", "パスワードまたは鍵の状態が分かりません"),
    ("a kind of key whose size is not known", "鍵長の分からない種類の鍵です"),
    ("no rotation rule names this log", "このログを対象とするローテーション規則がありません"),
    ("size or nothing decides, so days cannot be computed", "サイズによるため、日数を計算できません"),
    ("a location with a regular expression may answer this path", "正規表現のロケーションが応答する可能性があります"),
    ("a location inside this one may answer", "内側のロケーションが応答する可能性があります"),
    ("a log format is not known", "ログの書式が分かりません"),
    ("no contract is recorded", "契約の記録がありません"),
    ("no approval is recorded", "承認の記録がありません"),
    ("no date of approval is stated", "承認日の記載がありません"),
    ("no tier is recorded", "重要度区分の記録がありません"),
    ("no deadline is recorded", "期限の記録がありません"),
    ("no assessment is recorded", "確認の記録がありません"),
    ("no required certification is held", "必要な認証がありません"),
    ("no training is recorded", "研修の記録がありません"),
    ("no record", "記録がありません"),
    ("no proof or no contract is recorded", "証明または契約の記録がありません"),
    ("no service owns it", "該当するサービスがありません"),
    ("no valid field", "有効な項目がありません"),
    ("no Expires field that is a time", "日時として読めるExpires項目がありません"),
    ("no protocol version was accepted", "受け付けられたプロトコルバージョンがありません"),
    ("the answer is no TLS", "応答がTLSではありません"),
    ("the answer is no HTTP/1.x", "応答がHTTP/1.xではありません"),
    ("the connection was closed without an answer", "応答なしに切断されました"),
    ("connection refused", "接続が拒否されました"),
    ("name has no address", "名前に対応するアドレスがありません"),
    ("no logs are named (site file: logs)", "ログの記載がありません(サイトファイルのlogs)"),
    ("only a person can tell whether these are values", "値であるかどうかは人の確認が必要です"),
    ("no entry has a time that is understood", "解釈できる日時のある記録がありません"),
    ("its packed data ends in the middle", "圧縮データが途中で終わっています"),
    ("its packed data is broken", "圧縮データが壊れています"),
    ("its way of packing is not read", "対応していない圧縮方式です"),
    ("unpacking it needs more memory than is given", "展開に必要なメモリが上限を超えます"),
    (
        "it unpacks to more than 500 times its size, so reading was stopped",
        "展開後の大きさが500倍を超えるため、読取りを中止しました",
    ),
    ("it became shorter while it was read", "読取り中に短くなりました"),
    ("a line longer than 1 MiB was cut where a value may lie", "1MiBを超える行を、値が含まれうる位置で分割しました"),
    ("its links go in a circle", "リンクが循環しています"),
    ("not every file of the series was read to its end", "一連のログの一部を最後まで読めませんでした"),
    ("not found", "見つかりません"),
    ("permission denied", "読取り権限がありません"),
    ("not a regular file", "通常のファイルではありません"),
    ("not declared, so not asked", "宣言されていないため問い合わせません"),
    ("it includes itself", "自分自身を取り込んでいます"),
    ("it is included twice or includes itself", "二重に、または自分自身を取り込んでいます"),
    ("it is included and not there", "取り込む対象がありません"),
    ("a line that is not understood", "解釈できない行があります"),
    ("a path that leaves the root", "領域の外を指すパスです"),
    ("its directory is not in the host root", "ディレクトリがホストの領域にありません"),
    ("everywhere", "全体"),
    ("named here", "ここに記載"),
    ("registered here", "ここに登録"),
    ("included here", "ここで取込み"),
    ("what the contract allows", "契約で許可された範囲"),
    ("the log in force", "適用されるログ"),
    ("written from here too", "ここからも出力"),
    ("sudo opens logs", "sudoによりログを閲覧可能"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_front_stays_and_the_rest_is_translated() {
        assert_eq!(reason_in_japanese("nginx/x.conf: not found"), "nginx/x.conf: 見つかりません");
        assert_eq!(reason_in_japanese("hsts.valid was not seen"), "hsts.validを確認できませんでした");
        assert_eq!(reason_in_japanese("os error 5"), "os error 5");
    }

    #[test]
    fn every_reason_is_written_in_both() {
        for (english, japanese) in REASONS {
            assert!(english.is_ascii() && !japanese.is_ascii(), "{english}");
        }
    }
}
