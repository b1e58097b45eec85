//! Reasons that speak of endpoints and their answers to hellos.

pub(super) const REASONS: &[(&str, &str)] = &[
    ("the answer ends in the middle", "応答が途中で終わっています"),
    ("the answer chooses what was not offered", "提示していない方式が選択されました"),
    ("no hello that offers it was answered", "これを提示する問い合わせに応答がありませんでした"),
    ("asked in TLS 1.2, which is not accepted", "TLS 1.2で確認する項目ですが、TLS 1.2を受け付けません"),
    (
        "asked in TLS 1.2 and 1.3, neither of which is accepted",
        "TLS 1.2と1.3で確認する項目ですが、どちらも受け付けません",
    ),
    ("the server stopped answering before it was asked", "確認する前にサーバが応答しなくなりました"),
    ("an address is asked for without a name", "IPアドレスへの接続では名称を送りません"),
    ("no certificate was sent to compare", "比較できる証明書が送信されませんでした"),
];
