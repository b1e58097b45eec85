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
    (
        "no deployment files are named (site file: configuration: compose, kubernetes, dockerfiles, systemd; [] says there are none)",
        "配備用ファイルの記載がありません(サイトファイルのconfiguration: compose、kubernetes、dockerfiles、systemd。ない場合は[])",
    ),
    (
        "no readers of logs are declared (site file: declared: log_readers)",
        "ログ閲覧者の宣言がありません(サイトファイルのdeclared: log_readers)",
    ),
    ("no USER is set, and the base image may set one", "USERの指定がなく、基のイメージが指定している可能性があります"),
    ("no image is named", "イメージの指定がありません"),
    ("no host root is named (site file: host)", "ホストの領域の記載がありません(サイトファイルのhost)"),
    (
        "no server configuration is named (site file: configuration)",
        "サーバ設定の記載がありません(サイトファイルのconfiguration)",
    ),
    (
        "no retired domains are declared (site file: declared: retired_domains)",
        "使用を終えたドメインの宣言がありません(サイトファイルのdeclared: retired_domains)",
    ),
    (
        "no DKIM selectors are declared (site file: declared: dkim_selectors)",
        "DKIMセレクタの宣言がありません(サイトファイルのdeclared: dkim_selectors)",
    ),
    ("the resolver does not answer", "リゾルバが応答しません"),
    ("the resolver could not find an answer (SERVFAIL)", "リゾルバが回答を得られませんでした(SERVFAIL)"),
    ("the resolver does not say whether it validates", "リゾルバがDNSSEC検証の有無を示しません"),
    ("the resolver answers other questions", "リゾルバが別の問合せの回答を返しました"),
    ("the resolver's answer cannot be read", "リゾルバの回答を解釈できません"),
    ("the answer is cut off", "回答が途中で切れています"),
    ("the answer is cut off over TCP", "TCPでも回答が途中で切れています"),
    ("no resolver is named in /etc/resolv.conf", "/etc/resolv.confにリゾルバの記載がありません"),
    ("no name of DNS", "DNSの名前ではありません"),
    ("an alias that leads on without end", "別名(CNAME)が際限なく続きます"),
    ("the zone cannot be found", "ゾーンが分かりません"),
    ("the zone does not answer", "ゾーンが応答しません"),
    ("the keys of the zone cannot be had", "ゾーンの鍵を取得できません"),
    ("the records of the parent zone cannot be had", "親ゾーンのレコードを取得できません"),
    (
        "no mail domains are declared, so no policy host is asked (site file: declared: mail_domains)",
        "メールドメインの宣言がないため、MTA-STSの配布元に問い合わせません(サイトファイルのdeclared: mail_domains)",
    ),
    ("STARTTLS was not asked for", "STARTTLSの確認は行っていません"),
    ("no mail server is named", "メールサーバの記載がありません"),
    ("no SPF record", "SPFレコードがありません"),
    ("more than one SPF record", "SPFレコードが複数あります"),
    ("an include whose name depends on the mail", "メールごとに変わる名前を参照しています"),
    ("a TXT record that is longer than is read", "読取り上限を超えるTXTレコードです"),
    ("no DMARC record", "DMARCレコードがありません"),
    ("no key record", "鍵レコードがありません"),
    ("the key record cannot be read", "鍵レコードを解釈できません"),
    ("it is revoked", "失効しています"),
    ("no alias", "別名(CNAME)ではありません"),
    ("no MTA-STS record", "MTA-STSレコードがありません"),
    ("senders ignore it", "送信側に無視される状態です"),
    ("no CAA record", "CAAレコードがありません"),
    ("no date is stated", "日付の記載がありません"),
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
    (
        "no export of last logins is named (site file: accounts: lastlog)",
        "最終ログインのエクスポートの記載がありません(サイトファイルのaccounts: lastlog)",
    ),
    (
        "no export of CMS users is named (site file: accounts: cms)",
        "CMS利用者のエクスポートの記載がありません(サイトファイルのaccounts: cms)",
    ),
    (
        "no mail forwarding is named and the host root has none (site file: mail)",
        "メール転送の記載がなく、ホストの領域にもありません(サイトファイルのmail)",
    ),
    (
        "no own domains are declared (site file: declared: first_parties or mail_domains)",
        "自組織のドメインの宣言がありません(サイトファイルのdeclared: first_partiesまたはmail_domains)",
    ),
    ("no export of last logins", "最終ログインのエクスポートではありません"),
    ("the export of last logins does not name it", "最終ログインのエクスポートに記載がありません"),
    ("it was never used", "利用されたことがありません"),
    ("no column of user names and roles", "ユーザ名と権限の列がありません"),
    ("no column of mailboxes and of targets", "メールボックスと転送先の列がありません"),
    ("a program gives keys (AuthorizedKeysCommand)", "プログラムが鍵を与えます(AuthorizedKeysCommand)"),
    ("more files are included than are read", "取り込むファイルが上限を超えています"),
    ("it is included too deeply", "取込みが深すぎます"),
    ("a pattern that is not followed", "展開できないパターンです"),
    (
        "mail is handed to a program, script or file that cannot be followed",
        "メールが、たどれないプログラム・スクリプト・ファイルに渡されています",
    ),
    ("no expiry-time is set", "有効期限が設定されていません"),
    ("expiry-time is not understood", "有効期限を解釈できません"),
    ("no expiry is recorded", "期限の記録がありません"),
    ("no person is recorded", "担当者の記録がありません"),
    ("no date is recorded", "日付の記録がありません"),
    ("no period is recorded", "期間の記録がありません"),
    ("no number is recorded", "番号の記録がありません"),
    ("no contractor answers for it", "該当する委託先がありません"),
    ("whether the name exists is not known", "名前の有無が分かりません"),
    ("not all was looked at", "すべては確認していません"),
    ("the action is no URL", "送信先がURLではありません"),
    ("sudo lets it run commands", "sudoでコマンドを実行可能"),
    ("last use", "最終利用"),
    ("seen here", "ここに現れる"),
    ("a policy page does not answer with 200", "方針のページが200を返しません"),
    ("the page is longer than is read", "ページが読取り上限を超えています"),
    ("not a URL with a host", "ホストを含むURLではありません"),
    (
        "no division of duties is declared (site file: declared: responsibilities)",
        "責任分界の宣言がありません(サイトファイルのdeclared: responsibilities)",
    ),
    (
        "no holdings are declared (site file: declared: holdings)",
        "個人情報の保有の宣言がありません(サイトファイルのdeclared: holdings)",
    ),
    (
        "no edition is stated (site file: declared: statutes: KEY: edition)",
        "版の記載がありません(サイトファイルのdeclared: statutes: キー: edition)",
    ),
    (
        "entity or articles are not declared (site file: declared: entity)",
        "主体の区分または条の宣言がありません(サイトファイルのdeclared: entity)",
    ),
    ("the table of editions does not name it", "規格表に記載がありません"),
    ("everywhere", "全体"),
    ("named here", "ここに記載"),
    ("registered here", "ここに登録"),
    ("included here", "ここで取込み"),
    ("what the contract allows", "契約で許可された範囲"),
    ("the log in force", "適用されるログ"),
    ("written from here too", "ここからも出力"),
    ("sudo opens logs", "sudoによりログを閲覧可能"),
    ("a certificate of the chain cannot be read", "チェーンの証明書を読み取れません"),
    ("no certificate was sent", "証明書が送信されていません"),
    ("the leaf certificate cannot be read", "サーバ証明書を読み取れません"),
    ("the alternative names cannot be read", "SANを読み取れません"),
    ("the extended key usage cannot be read", "拡張鍵用途を読み取れません"),
    ("the key has no curve of a known name", "名称の分かる楕円曲線の鍵ではありません"),
    ("no RSA key is in the chain", "チェーンにRSA鍵がありません"),
    ("a kind of signature that is not known", "分からない種類の署名です"),
    (
        "an intermediate that is missing and an unknown authority look alike",
        "中間証明書の不足か、未知の認証局かを区別できません",
    ),
    ("no full handshake", "ハンドシェイクが完了していません"),
    ("no OCSP answer is stapled", "OCSP応答がステープリングされていません"),
    ("the answer says nothing of this certificate", "応答にこの証明書の状態が含まれていません"),
    ("the answer does not state it", "応答に記載がありません"),
    ("the hash of the answer is not known", "応答のハッシュ方式が分かりません"),
    ("the issuer's key is not known", "発行者の鍵が分かりません"),
    ("the answer is signed in a way that cannot be verified here", "検証できない方式で署名された応答です"),
    (
        "a signature of the chain is of a kind that cannot be verified here",
        "チェーンに検証できない方式の署名があります",
    ),
    ("the chain is too tangled to be judged", "チェーンが複雑すぎて判定できません"),
    ("the name is no host name", "ホスト名として正しくありません"),
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
