//! What the configuration is held against the wire for, and why it sometimes cannot be.

pub(super) const REASONS: &[(&str, &str)] = &[
    ("set here", "ここで設定"),
    ("set here and lost inside", "ここで設定されるが内側で失われる"),
    ("this header takes the place of all those around", "このヘッダが外側の設定をすべて置き換える"),
    ("answered here", "ここで応答"),
    ("servers of several configurations may answer", "複数の設定のサーバが応答しうるため判断できません"),
    (
        "no server of the configuration has the name of a host that was asked",
        "要求したホストの名前を持つサーバが設定にありません",
    ),
    ("it is not read of this configuration", "この設定からは読み取れません"),
    ("a placeholder was not filled in", "置換されていないプレースホルダがあります"),
    ("the server was too busy to answer (429 or 503)", "サーバが混雑により応答できませんでした(429・503)"),
    ("the answer is not one of this configuration", "応答がこの設定によるものではありません"),
    (
        "another program answers, and what it adds is not known here",
        "別のプログラムが応答し、付加されるヘッダは設定から分かりません",
    ),
    (
        "it answers, and whether the address that tenken asked from is to be let in is not known",
        "応答がありましたが、点検の実行元が許可された接続元かどうか分かりません",
    ),
    ("not all versions of TLS could be told", "TLSの一部のバージョンの可否が確認できませんでした"),
];
