//! The facts of one chain of certificates and its staple.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

/// Name of the kind.
pub(in crate::collect::tls) const CERTIFICATE: &str = "tls-certificate";

/// The kind.
pub(in crate::collect::tls) const CERTIFICATE_KIND: KindSpec = KindSpec {
    name: CERTIFICATE,
    subject: "endpoint:ADDR:PORT/NAME, or #rsa / #ecdsa behind it for the second certificate of a server that has two",
    en: "one chain of certificates as one endpoint sends it, with its stapled OCSP answer, and what they are worth. Weak keys of Debian (CVE-2008-0166) are not recognised: their list is not bundled",
    ja: "送信された証明書チェーンとOCSP応答、その検証結果。Debianの脆弱な鍵(CVE-2008-0166)は、一覧を同梱していないため判別しません",
    fields: &[
        field(
            "trusted",
            Bool,
            "a chain to a public or a declared authority, in date, for this name, not revoked by the staple",
            "公的または宣言済みの認証局まで検証でき、期限内で名称が一致し、失効していない",
        ),
        field(
            "trust_reason",
            Text,
            "valid, or the first of trust_faults",
            "検証結果の理由(valid、またはtrust_faultsの先頭)",
        ),
        field(
            "trust_faults",
            Texts,
            "of: revoked, expired, not-yet-valid, self-signed, unknown-issuer, weak-signature, bad-signature, ca-as-leaf, issuer-no-ca, wrong-usage, name-constraint, path-length, malformed, name-mismatch",
            "検証で見つかった問題",
        ),
        field(
            "trusted_by",
            Texts,
            "stores in which the chain verifies: public (bundled Mozilla roots), own (declared file), platform (this machine)",
            "検証できたストア(public: 同梱のMozillaルート、own: 宣言した認証局、platform: 実行環境)",
        ),
        field(
            "platform_trusts",
            Bool,
            "this machine's store trusts the chain; a fact that no verdict rests on",
            "実行環境のストアで検証できる(判定には用いない)",
        ),
        field(
            "authority",
            Texts,
            "stores to which the chain leads, dates aside",
            "期限を除き、チェーンが到達するストア",
        ),
        field("publicly_trusted", Bool, "the authority is a public one", "公的な認証局から発行されている"),
        field(
            "name_matches",
            Bool,
            "a subject alternative name fits the host (RFC 9525 section 6)",
            "SANがホスト名と一致する",
        ),
        field("name_by", Text, "how it fits: san-dns, san-wildcard, san-ip or none", "名称の一致方法"),
        field("cn_only", Bool, "no subject alternative name at all: names in the CN alone", "SANがなくCNのみ"),
        field(
            "names",
            Texts,
            "DNS names and addresses it is made out to, the first hundred",
            "記載されたDNS名・アドレス",
        ),
        field("name_count", Integer, "how many names it is made out to", "記載された名称の数"),
        field("issuer", Text, "organization or common name of the issuer", "発行者"),
        field("not_before", Time, "first moment of validity", "有効期間の開始"),
        field("not_after", Time, "last moment of validity", "有効期限"),
        field(
            "renew_before",
            Time,
            "not_after less 14 days or a third of the lifetime, whichever is shorter",
            "更新すべき時点",
        ),
        field("lifetime_days", Integer, "days from not_before to not_after", "有効期間(日)"),
        field(
            "lifetime_limit_days",
            Integer,
            "the longest life of a public certificate of that day of issue (CA/Browser Forum BR 6.3.2)",
            "発行日に応じた有効期間の上限(日)",
        ),
        field(
            "lifetime_within_limit",
            Bool,
            "the life is within that limit, to the second",
            "有効期間が上限以内である",
        ),
        field("key_algorithm", Text, "rsa, ec, ed25519, ed448, dsa, ml-dsa or other", "鍵の種類"),
        field("key_curve", Text, "name of the elliptic curve", "楕円曲線の名称"),
        field("key_bits", Integer, "size of the leaf's key in bits", "鍵長(ビット)"),
        field(
            "rsa_smallest_bits",
            Integer,
            "size of the smallest RSA key below the root, in bits",
            "ルートより下で最小のRSA鍵長(ビット)",
        ),
        field("key_sha256", Text, "SHA-256 of the leaf's public key (SPKI)", "公開鍵のSHA-256"),
        field(
            "key_shared_with",
            Texts,
            "endpoints of other names that have the same key",
            "同じ鍵を使う、名称の異なるエンドポイント",
        ),
        field("certificate_sha256", Text, "SHA-256 of the leaf", "証明書のSHA-256"),
        field(
            "weak_keys",
            Texts,
            "keys below the root: RSA under 2048 or EC under 256 bits, or with a known flaw",
            "弱い鍵",
        ),
        field("weak_signatures", Texts, "signatures below the root with SHA-1, MD5 or MD2", "弱い署名"),
        field(
            "usage",
            Text,
            "what the extended key usage allows: server-auth, any, other, or absent (RFC 5280 section 4.2.1.12)",
            "拡張鍵用途",
        ),
        field("is_ca", Bool, "the leaf says that it is a CA", "末端の証明書がCA証明書である"),
        field("chain_length", Integer, "certificates that were sent", "送信された証明書の数"),
        field(
            "chain_ordered",
            Bool,
            "the certificates of the path stand in its order, the leaf first",
            "チェーンの順に並んでいる",
        ),
        field(
            "chain_complete",
            Bool,
            "every issuer was sent or is an authority of a store",
            "発行者がすべて送信されているか、ストアにある",
        ),
        field("chain_root_sent", Bool, "the root ends the path that was sent", "ルート証明書が送信されている"),
        field("chain_superfluous", Integer, "certificates that are no part of the path", "不要な証明書の数"),
        field("must_staple", Bool, "it demands a staple (TLS feature, RFC 7633)", "ステープリングを必須とする"),
        field("ocsp_responder", Bool, "it names an OCSP responder", "OCSPレスポンダの記載がある"),
        field("ocsp.stapled", Bool, "an OCSP answer is stapled", "OCSP応答が送信されている"),
        field(
            "ocsp.verified",
            Bool,
            "the answer is about this certificate and signed by its issuer or the issuer's delegate (RFC 6960)",
            "OCSP応答がこの証明書のもので、署名が正しい",
        ),
        field(
            "ocsp.problem",
            Text,
            "none, malformed, responder-error, other-certificate or bad-signature",
            "OCSP応答の問題",
        ),
        field("ocsp.status", Text, "good, revoked or unknown, as the answer says", "OCSP応答の状態"),
        field("ocsp.this_update", Time, "from when on the answer is known to be right", "OCSP応答の更新時刻"),
        field("ocsp.next_update", Time, "when newer information is there", "OCSP応答の次回更新時刻"),
        field("ocsp.produced_at", Time, "when the answer was signed", "OCSP応答の作成時刻"),
        field("scts.embedded", Integer, "certificate timestamps inside the leaf (RFC 6962)", "証明書内のSCTの数"),
        field("scts.stapled", Bool, "certificate timestamps in the OCSP answer", "OCSP応答にSCTがある"),
        field(
            "handshake",
            Text,
            "version of the handshake that showed it, or none where it did not end",
            "ハンドシェイクの版",
        ),
    ],
};

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
