//! Reasons that speak of certificates and handshakes.

pub(super) const REASONS: &[(&str, &str)] = &[
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
