//! Mail domains in recorded worlds: what a receiver or sender would make of their records.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use std::collections::BTreeMap;

use base64::Engine;

use crate::collect::dns::kinds::{DKIM, DOMAIN, HOST, OPERATOR};
use crate::collect::dns::tests::{address, declaration, example, one, records, seen, text};
use crate::collect::question::{DnsAnswer, DnsData, DnsQuestion, DnsStatus, RecordType};
use crate::collect::recorded::RecordedWorld;
use crate::model::{Declaration, Evidence, Observation};

fn txt(world: RecordedWorld, name: &str, texts: &[&str]) -> RecordedWorld {
    records(world, name, RecordType::Txt, texts.iter().map(|one| text(one)))
}

fn declared() -> Declaration {
    let mut declaration = declaration();
    declaration.site.declared.mail_domains = Some(vec!["example.jp".to_owned()]);
    declaration
}

fn domain(world: &RecordedWorld) -> Observation {
    one(&seen(world, &declared()), DOMAIN, "domain:example.jp").clone()
}

#[test]
fn spf_is_walked_through_its_includes() {
    let mut world = txt(example(), "example.jp", &["v=spf1 mx include:a.example.net redirect=b.example.net", "other"]);
    world = txt(world, "a.example.net", &["v=spf1 include:c.example.net ip4:10.0.0.0/7 -all"]);
    world = txt(world, "c.example.net", &["v=spf1 a:gone.example.net ip4:192.0.2.0/24 -all"]);
    world = txt(world, "b.example.net", &["v=spf1 ~all"]);
    let seen = domain(&world);
    assert_eq!(seen.integer("spf.records"), Some(1));
    assert_eq!(seen.text("spf.all"), Some("softfail"), "the redirect speaks for the domain");
    assert_eq!(seen.texts("spf.includes"), ["a.example.net", "b.example.net", "c.example.net"]);
    assert_eq!((seen.integer("spf.lookups"), seen.integer("spf.void_lookups")), (Some(5), Some(1)));
    assert_eq!(seen.texts("spf.wide_ranges"), ["ip4:10.0.0.0/7"]);
    assert!(seen.texts("spf.faults").is_empty());
}

#[test]
fn spf_that_turns_in_circles_or_ends_in_nothing_is_a_fault() {
    let mut world = txt(
        example(),
        "example.jp",
        &["v=spf1 include:a.example.net include:none.example.net include:two.example.net -all"],
    );
    world = txt(world, "a.example.net", &["v=spf1 include:b.example.net"]);
    world = txt(world, "b.example.net", &["v=spf1 include:a.example.net"]);
    world = txt(world, "two.example.net", &["v=spf1 -all", "v=spf1 ~all"]);
    let faults = domain(&world);
    let faults = faults.texts("spf.faults");
    assert_eq!(faults, ["loop: a.example.net", "more than one record: two.example.net", "no record: none.example.net"]);
    // Includes that grow without end are left at a limit, and that is said.
    let mut world = txt(example(), "example.jp", &["v=spf1 include:s0.example.net -all"]);
    for number in 0..200 {
        let next = format!("v=spf1 include:s{}.example.net include:s{}.example.net", number + 1, number + 2);
        world = txt(world, &format!("s{number}.example.net"), &[&next]);
    }
    let seen = domain(&world);
    assert!(seen.integer("spf.lookups").is_some_and(|lookups| lookups > 30 && lookups < 100));
    assert!(seen.texts("spf.faults").iter().any(|fault| fault.starts_with("more than 30 lookups")));
}

#[test]
fn an_include_that_does_not_answer_leaves_the_tree_unknown() {
    let world = txt(example(), "example.jp", &["v=spf1 include:down.example.net -all"]);
    let failed = DnsAnswer::of_status(DnsStatus::ServerFailure);
    let world = world.dns(DnsQuestion::new("down.example.net", RecordType::Txt), Ok(failed));
    let evidence = seen(&world, &declared());
    let mail = one(&evidence, DOMAIN, "domain:example.jp");
    assert_eq!((mail.integer("spf.records"), mail.text("spf.all")), (Some(1), None));
    assert!(evidence.gaps.iter().any(|gap| gap.reason.contains("SERVFAIL")));
    let macros = txt(example(), "example.jp", &["v=spf1 include:%{i}._spf.example.net -all"]);
    assert_eq!(domain(&macros).text("spf.all"), None);
}

#[test]
fn without_a_record_or_with_two_nobody_is_told_anything() {
    assert_eq!(domain(&example()).integer("spf.records"), Some(0));
    let two = domain(&txt(example(), "example.jp", &["v=spf1 -all", "v=spf1 mx -all"]));
    assert_eq!((two.integer("spf.records"), two.text("spf.all")), (Some(2), None));
    let many: Vec<String> = (0..10_000).map(|number| format!("v=spf1 ip4:192.0.2.{}", number % 250)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(domain(&txt(example(), "example.jp", &many)).integer("spf.records"), Some(10_000));
    let long = format!("v=spf1 {}-all", "ip4:192.0.2.1 ".repeat(5_000));
    assert_eq!(domain(&txt(example(), "example.jp", &[&long])).integer("spf.records"), None, "longer than is read");
}

#[test]
fn dmarc_is_inherited_and_its_reporters_have_to_agree() {
    let mut own = declared();
    own.site.declared.mail_domains = Some(vec!["a.b.example.jp".to_owned()]);
    let mut world = txt(
        example(),
        "_dmarc.example.jp",
        &[
            "v=DMARC1; p=reject; sp=quarantine; np=reject; rua=mailto:a@example.jp,mailto:b@r1.example.net,mailto:c@r2.example.net",
        ],
    );
    world = txt(world, "_dmarc.b.example.jp", &["v=DMARC1; p=none"]);
    world = txt(world, "example.jp._report._dmarc.r1.example.net", &["v=DMARC1"]);
    let evidence = seen(&world, &own);
    let mail = one(&evidence, DOMAIN, "domain:a.b.example.jp");
    assert_eq!(mail.text("dmarc.found_at"), Some("example.jp"), "the organisation's, not that of a name between");
    assert_eq!((mail.text("dmarc.policy"), mail.text("dmarc.missing_policy")), (Some("quarantine"), Some("reject")));
    assert_eq!(mail.texts("dmarc.unauthorised"), ["r2.example.net"]);
    assert_eq!(one(&evidence, OPERATOR, "host:r1.example.net#dmarc-report").texts("of"), ["a.b.example.jp"]);
}

#[test]
fn dmarc_records_that_receivers_ignore_are_none() {
    for (records, fault) in [
        (vec!["v=DMARC1; p=reject", "v=DMARC1; p=reject"], "more than one record: _dmarc.example.jp"),
        (vec!["v=DMARC1; p=reject; p=none"], "cannot be read: _dmarc.example.jp"),
    ] {
        let mail = domain(&txt(example(), "_dmarc.example.jp", &records));
        assert_eq!((mail.flag("dmarc.present"), mail.texts("dmarc.faults")), (Some(false), vec![fault]));
    }
    let suffix = domain(&txt(txt(example(), "_dmarc.jp", &["v=DMARC1; p=reject; psd=y"]), "_dmarc.example.jp", &["x"]));
    assert_eq!(suffix.text("dmarc.found_at"), Some("jp"), "a public suffix speaks where nobody else does");
}

#[test]
fn dkim_keys_of_declared_selectors_are_measured() {
    let mut own = declared();
    let selectors = ["k", "revoked", "none", "broken"].map(str::to_owned).to_vec();
    own.site.declared.dkim_selectors = Some(BTreeMap::from([("example.jp".to_owned(), selectors)]));
    let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    let mut world = txt(example(), "revoked._domainkey.example.jp", &["v=DKIM1; p="]);
    world = txt(world, "broken._domainkey.example.jp", &["v=DKIM1; p=\u{0}\u{1b}[31m"]);
    let alias = DnsAnswer {
        aliases: vec!["k.dkim.example.net".to_owned()],
        ..DnsAnswer::of_data([text(&format!("v=DKIM1; k=ed25519; t=y; p={key}"))])
    };
    world = world.dns(DnsQuestion::new("k._domainkey.example.jp", RecordType::Txt), Ok(alias));
    let evidence = seen(&world, &own);
    let of = |selector: &str| one(&evidence, DKIM, &format!("domain:{selector}._domainkey.example.jp"));
    assert_eq!(
        (of("k").text("key_type"), of("k").text("target"), of("k").flag("testing")),
        (Some("ed25519"), Some("k.dkim.example.net"), Some(true))
    );
    assert_eq!((of("revoked").flag("valid"), of("revoked").flag("revoked")), (Some(true), Some(true)));
    assert_eq!((of("none").flag("found"), of("none").flag("valid")), (Some(false), None));
    assert_eq!((of("broken").flag("found"), of("broken").flag("valid")), (Some(true), Some(false)));
    assert_eq!(one(&evidence, OPERATOR, "host:k.dkim.example.net#dkim-target").flag("exists"), Some(true));
}

fn tlsa(usage: u8, length: usize) -> DnsData {
    DnsData::Association { usage, selector: 1, matching: 1, data: vec![7; length] }
}

/// The example's world with TLSA records for its two mail servers.
fn with_tlsa(first: Vec<DnsData>, second: Vec<DnsData>) -> RecordedWorld {
    let mut world = records(example(), "_25._tcp.mx.example.net", RecordType::Tlsa, first);
    world = records(world, "mx2.example.jp", RecordType::A, [address("192.0.2.26")]);
    world = records(world, "mx2.example.jp", RecordType::Aaaa, []);
    world = records(world, "mx.example.net", RecordType::Aaaa, []);
    records(world, "_25._tcp.mx2.example.jp", RecordType::Tlsa, second)
}

#[test]
fn dane_counts_only_where_every_server_has_a_usable_validated_record() {
    let whole = with_tlsa(vec![tlsa(3, 32)], vec![tlsa(2, 32), tlsa(0, 32)]);
    assert_eq!(domain(&whole).text("inbound_transport"), Some("authenticated"));
    // PKIX usages and digests of the wrong length are of no use to a mail sender.
    for second in [vec![tlsa(1, 32)], vec![tlsa(3, 31)], vec![]] {
        let mail = domain(&with_tlsa(vec![tlsa(3, 32)], second));
        assert_eq!((mail.text("inbound_transport"), mail.texts("dane.uncovered")), (None, vec!["mx2.example.jp"]));
    }
    let answer = DnsAnswer::of_data([tlsa(3, 32)]);
    let blind = whole.dns(DnsQuestion::new("_25._tcp.mx.example.net", RecordType::Tlsa), Ok(answer));
    assert_eq!(domain(&blind).text("inbound_transport"), None, "not validated");
}

#[test]
fn null_mx_and_aliases_of_mail_servers_are_seen() {
    let mx = |host: &str| DnsData::MailServer { preference: 0, host: host.to_owned() };
    let null = domain(&records(example(), "example.jp", RecordType::Mx, [mx("")]));
    assert_eq!((null.text("mx.state"), null.flag("receives_mail")), (Some("null"), Some(false)));
    let alias =
        DnsAnswer { aliases: vec!["real.example.net".to_owned()], ..DnsAnswer::of_data([address("192.0.2.9")]) };
    let world = example().dns(DnsQuestion::new("mx.example.net", RecordType::A), Ok(alias));
    let evidence: Evidence = seen(&world, &declared());
    assert_eq!(one(&evidence, HOST, "host:mx.example.net").flag("is_alias"), Some(true));
    let flood = (0..40).map(|number| mx(&format!("mx{number}.example.net")));
    assert_eq!(domain(&records(example(), "example.jp", RecordType::Mx, flood)).text("mx.state"), None);
}

#[test]
fn tls_rpt_and_mta_sts_records_are_held_to_their_form() {
    let good = domain(&txt(example(), "_smtp._tls.example.jp", &["v=TLSRPTv1; rua=mailto:a@r.example.net"]));
    assert_eq!((good.flag("tls_rpt.present"), good.texts("tls_rpt.domains")), (Some(true), vec!["r.example.net"]));
    for records in
        [&["v=TLSRPTv1; rua="][..], &["v=TLSRPTv1; rua=mailto:a@example.jp", "v=TLSRPTv1; rua=mailto:b@example.jp"]]
    {
        assert_eq!(domain(&txt(example(), "_smtp._tls.example.jp", records)).flag("tls_rpt.present"), Some(false));
    }
    assert_eq!(domain(&example()).text("mta_sts.mode"), Some("absent"));
    let gone = domain(&txt(example(), "_mta-sts.example.jp", &["v=STSv1; id=1"]));
    assert_eq!(gone.texts("mta_sts.faults"), ["the policy host does not exist"]);
    let broken = domain(&txt(example(), "_mta-sts.example.jp", &["v=STSv1; id=a_b"]));
    assert_eq!(broken.texts("mta_sts.faults"), ["the record cannot be read"]);
    // The policy host is there and refuses: whether senders get the policy cannot be told from here.
    let world = records(
        txt(example(), "_mta-sts.example.jp", &["v=STSv1; id=1"]),
        "mta-sts.example.jp",
        RecordType::A,
        [address("192.0.2.1")],
    );
    assert_eq!(domain(&world).text("mta_sts.mode"), None);
}
