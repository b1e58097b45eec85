//! What the TLS collector states.

use super::endpoint_kind::ENDPOINT_KIND;
use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) use super::endpoint_kind::ENDPOINT;
pub(super) const CERTIFICATE: &str = "tls-certificate";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    ENDPOINT_KIND,
    KindSpec {
        name: CERTIFICATE,
        subject: "endpoint:ADDR:PORT/NAME",
        en: "the certificates that one endpoint sends, as captured, and what they are worth",
        ja: "送信された証明書と、その検証結果",
        fields: &[
            field(
                "trusted",
                Bool,
                "a chain to a public or a declared authority, in date, for this name",
                "公的または宣言済みの認証局まで検証でき、期限内で名称が一致する",
            ),
            field(
                "trust_reason",
                Text,
                "valid, or: unknown-issuer, self-signed, expired, not-yet-valid, name-mismatch, other",
                "検証結果の理由",
            ),
            field(
                "name_matches",
                Bool,
                "a subject alternative name fits the host (RFC 9525 section 6)",
                "SANがホスト名と一致する",
            ),
            field("not_after", Time, "last moment of validity", "有効期限"),
            field(
                "renew_before",
                Time,
                "not_after less 14 days or a third of the lifetime, whichever is shorter",
                "更新すべき時点",
            ),
            field("lifetime_days", Integer, "days from not_before to not_after", "有効期間(日)"),
            field("key_algorithm", Text, "rsa, ec, ed25519 or other", "鍵の種類"),
            field("key_bits", Integer, "size of the leaf's key in bits", "鍵長(ビット)"),
            field("weak_keys", Texts, "keys below the root: RSA under 2048 or EC under 256 bits", "弱い鍵"),
            field("weak_signatures", Texts, "signatures below the root with SHA-1 or MD5", "弱い署名"),
            field("chain_ordered", Bool, "each certificate is followed by its issuer", "発行者の順に並んでいる"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
