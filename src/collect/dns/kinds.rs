//! What the DNS collector states.

use crate::model::FieldType::{Bool, Integer, Text, Texts, Time};
use crate::model::{FieldSpec, FieldType, KindSpec};

pub(super) const ZONE: &str = "dns-zone";
pub(super) const NAME: &str = "dns-name";
pub(super) const RETIRED: &str = "dns-retired";
pub(super) const OPERATOR: &str = "dns-operator";
pub(super) const DOMAIN: &str = "mail-domain";
pub(super) const HOST: &str = "mail-host";
pub(super) const DKIM: &str = "mail-dkim-key";

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: ZONE,
        subject: "domain:NAME",
        en: "one zone of DNS that holds a name of the site or a mail domain",
        ja: "サイトまたはメールドメインの名前を持つDNSゾーン",
        fields: &[
            field("name_servers", Texts, "hosts that serve it", "権威サーバ"),
            field("dangling_name_servers", Texts, "those of them that do not exist (NXDOMAIN)", "実在しない権威サーバ"),
            field(
                "dnssec.state",
                Text,
                "validates, bogus, island (signed, and no chain from the root leads to it) or unsigned",
                "DNSSECの状態(validates・bogus・island・unsigned)",
            ),
        ],
    },
    KindSpec {
        name: NAME,
        subject: "host:NAME",
        en: "one host of the site in DNS: aliases, addresses and who may issue its certificates",
        ja: "サイトのホスト名のDNS(別名・アドレス・証明書発行の許可)",
        fields: &[
            field("exists", Bool, "the name exists", "名前が存在する"),
            field("zone", Text, "the zone that holds it", "所属するゾーン"),
            field("aliases", Texts, "what it is an alias of, in the order in which they lead on", "CNAMEの参照先"),
            field("dangling_aliases", Texts, "those of them that do not exist (NXDOMAIN)", "実在しない参照先"),
            field("addresses", Texts, "its addresses", "アドレス"),
            field("caa.present", Bool, "CAA records hold for it (RFC 8659 section 3)", "CAAレコードがある"),
            field("caa.found_at", Text, "the name at which they stand; absent where none", "CAAレコードの所在"),
            field(
                "caa.restricts",
                Bool,
                "an issue property names who may issue, or that nobody may",
                "発行元を限定している",
            ),
            field("caa.issuers", Texts, "domains of the authorities that may issue", "許可された認証局"),
            field(
                "caa.faults",
                Texts,
                "properties that cannot be read, or are critical and unknown",
                "解釈できない項目",
            ),
        ],
    },
    KindSpec {
        name: RETIRED,
        subject: "domain:NAME",
        en: "one domain that is declared as no longer used",
        ja: "使用を終えたと宣言されたドメイン名",
        fields: &[
            field("delegated", Bool, "the name is in DNS, so somebody holds it", "DNSに存在し、保有者がいる"),
            field("name_servers", Texts, "hosts that serve it", "権威サーバ"),
            field("addresses", Texts, "addresses of it and of its www", "自身とwwwのアドレス"),
            field("hold_until", Time, "until when it must be held; absent where not stated", "保有期限"),
        ],
    },
    KindSpec {
        name: OPERATOR,
        subject: "host:NAME#ROLE",
        en: "one host or domain of DNS that does a part of the work for the body",
        ja: "DNSから判明した運用先",
        fields: &[
            field("host", Text, "its name, or its address for the role address", "ホスト名またはアドレス"),
            field(
                "role",
                Text,
                "name-server, mail-host, spf-include, dkim-target, dmarc-report, tls-report, alias or address",
                "役割",
            ),
            field("of", Texts, "names of the body for which it does so", "対象となる自組織の名前"),
            field("exists", Bool, "the name exists; false where it dangles (NXDOMAIN)", "名前が存在する"),
        ],
    },
    KindSpec {
        name: DOMAIN,
        subject: "domain:NAME",
        en: "one mail domain: who receives its mail, who may send it, and how it is protected on its way",
        ja: "メールドメイン(受信・送信元・経路の保護)",
        fields: &[
            field(
                "declared",
                Bool,
                "the site file declares it; else it is the main host's registrable domain",
                "宣言されている",
            ),
            field("mx.state", Text, "hosts, null (RFC 7505), address (no MX, but an address) or none", "MXの状態"),
            field("mx.hosts", Texts, "its mail servers, the preferred first", "メールサーバ"),
            field("mx.dangling", Texts, "those of them that do not exist (NXDOMAIN)", "実在しないメールサーバ"),
            field("receives_mail", Bool, "it has mail servers, or an address in their place", "メールを受信する"),
            field("spf.records", Integer, "number of its SPF records", "SPFレコードの数"),
            field(
                "spf.all",
                Text,
                "what the record says of all others: fail, softfail, neutral, pass or absent",
                "SPFのall",
            ),
            field(
                "spf.lookups",
                Integer,
                "lookups that it can cost, all includes together (RFC 7208 section 4.6.4)",
                "SPFの参照回数",
            ),
            field("spf.void_lookups", Integer, "those of them that find nothing", "SPFの空振りの参照回数"),
            field(
                "spf.includes",
                Texts,
                "domains that it includes or redirects to, at any depth",
                "SPFで参照するドメイン",
            ),
            field("spf.faults", Texts, "what makes it an error to a receiver", "SPFの誤り"),
            field(
                "spf.wide_ranges",
                Texts,
                "address ranges of /8 (IPv4), /16 (IPv6) or wider that it lets send",
                "広すぎる送信元の範囲",
            ),
            field("dmarc.present", Bool, "a DMARC record holds for it", "DMARCレコードがある"),
            field("dmarc.found_at", Text, "the domain at which it stands; absent where none", "DMARCレコードの所在"),
            field("dmarc.policy", Text, "what it asks for this domain: none, quarantine or reject", "DMARCのポリシー"),
            field("dmarc.subdomain_policy", Text, "what it asks for names below", "サブドメインのポリシー"),
            field(
                "dmarc.missing_policy",
                Text,
                "what it asks for names below that do not exist",
                "存在しないサブドメインのポリシー",
            ),
            field("dmarc.percent", Integer, "share of mail that it is asked for; 0 in test mode", "適用割合"),
            field("dmarc.faults", Texts, "parts that cannot be read, and records too many", "DMARCの誤り"),
            field("dmarc.report_domains", Texts, "domains to which reports go (rua, ruf)", "報告の送信先"),
            field(
                "dmarc.unauthorised",
                Texts,
                "those of them that have not agreed (RFC 7489 section 7.1)",
                "受領に同意していない送信先",
            ),
            field(
                "dmarc.rollout_until",
                Time,
                "the day until which the body brings its policy in, step by step (parameter dmarc_rollout_until)",
                "段階導入の期限",
            ),
            field("mta_sts.mode", Text, "enforce, testing, none, or absent", "MTA-STSのモード"),
            field("mta_sts.max_age_seconds", Integer, "how long senders keep it", "MTA-STSの有効秒数"),
            field(
                "mta_sts.uncovered",
                Texts,
                "mail servers that its policy does not name",
                "MTA-STSの対象外のメールサーバ",
            ),
            field("mta_sts.faults", Texts, "what makes senders ignore it", "MTA-STSの誤り"),
            field(
                "mta_sts.untrusted",
                Texts,
                "mail servers that were asked and whose certificate does not hold (RFC 8461 section 4.2)",
                "証明書を検証できないメールサーバ",
            ),
            field("tls_rpt.present", Bool, "a TLS-RPT record asks for reports", "TLS-RPTがある"),
            field("tls_rpt.domains", Texts, "domains to which they go", "TLS-RPTの送信先"),
            field("tls_rpt.faults", Texts, "what makes senders ignore it", "TLS-RPTの誤り"),
            field(
                "dane.uncovered",
                Texts,
                "mail servers without usable, authenticated TLSA records, or whose certificate none of them fits",
                "DANEの対象外のメールサーバ",
            ),
            field(
                "starttls.refused",
                Texts,
                "mail servers that were asked and do not offer STARTTLS",
                "STARTTLSに対応しないメールサーバ",
            ),
            field(
                "inbound_transport",
                Text,
                "authenticated (MTA-STS enforced or DANE for all), plain (a server without STARTTLS), or broken (a certificate that senders must refuse)",
                "受信経路の保護",
            ),
        ],
    },
    KindSpec {
        name: HOST,
        subject: "host:NAME",
        en: "one mail server of a mail domain",
        ja: "メールサーバ",
        fields: &[
            field("of", Texts, "mail domains that name it", "対象のメールドメイン"),
            field("exists", Bool, "the name exists", "名前が存在する"),
            field("is_alias", Bool, "it is an alias, which it must not be (RFC 5321 section 5.1)", "別名(CNAME)である"),
            field("addresses", Texts, "its addresses", "アドレス"),
            field("tlsa", Integer, "usable TLSA records for port 25 (RFC 7672 section 3.1)", "有効なTLSAレコードの数"),
            field("tlsa_authenticated", Bool, "the resolver validated them, and the addresses", "TLSAが検証されている"),
            field("starttls", Bool, "it offers STARTTLS", "STARTTLSに対応している"),
            field(
                "certificate_trusted",
                Bool,
                "its certificate on port 25 leads to a public authority, is in date and names it",
                "証明書を検証できる",
            ),
            field("tlsa_fits", Bool, "one of its usable TLSA records fits that certificate", "TLSAと証明書が一致する"),
        ],
    },
    KindSpec {
        name: DKIM,
        subject: "domain:SELECTOR._domainkey.DOMAIN",
        en: "one DKIM key of a declared selector",
        ja: "宣言されたセレクタのDKIM鍵",
        fields: &[
            field("found", Bool, "a key record is published", "鍵レコードがある"),
            field("valid", Bool, "it can be read (RFC 6376 section 3.6.1)", "読取り可能である"),
            field("revoked", Bool, "its key is empty, so it is revoked", "失効している"),
            field("key_type", Text, "rsa or ed25519", "鍵の種類"),
            field("key_bits", Integer, "bits of the key", "鍵長"),
            field("testing", Bool, "it says that it is only tried out (t=y)", "試験中である"),
            field("target", Text, "the host that holds it by an alias; absent where none", "CNAMEの参照先"),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
