//! Registers as people write them, right and wrong.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::table::{Headings, TableEncoding, table_from_document};
use super::*;

fn said(text: &str) -> String {
    register_from_yaml("contractors.yml", text).unwrap_err().to_string()
}

fn entry(rest: &str) -> String {
    format!("contractors:\n  - id: a\n    name: {{ en: A, ja: あ }}\n    kind: ops\n    status: active\n{rest}")
}

#[test]
fn days_and_full_width_spellings_are_put_right() {
    let text = entry(
        "    tier: ２\n    corporate_number: 7000012050002\n    country: ＪＰ\n    incident: { contact_24h: desk, notice_hours: ２４ }\n\
         \x20   contract: { id: '1', from: 令和8年4月1日, to: R9.3.31, allowed_data: [ｉｐ] }\n\
         \x20   keys: [{ fingerprint: 'ＳＨＡ２５６：mgX3nslQx4BzFm2Rd5PaC3dM8CMrBOjjSfXJldux9to', user: a }]\n\
         \x20   services: [{ id: s, hosts: [WWW.Example.NET.] }]\n",
    );
    let register = register_from_yaml("contractors.yml", &text).unwrap();
    let one = &register.contractors[0];
    assert_eq!((one.tier, one.incident_notice_hours), (Some(2), Some(24)));
    assert_eq!(one.corporate_number.as_deref(), Some("7000012050002"));
    assert_eq!(one.contract.as_ref().unwrap().from.date(), "2026-04-01");
    assert_eq!(one.contract.as_ref().unwrap().to.date(), "2027-03-31");
    assert_eq!(one.keys[0].fingerprint, "SHA256:mgX3nslQx4BzFm2Rd5PaC3dM8CMrBOjjSfXJldux9to");
    assert_eq!(one.services[0].hosts, ["www.example.net"]);
}

#[test]
fn one_bad_entry_never_hides_the_others() {
    let text = "contractors:\n\
        - { id: a, name: { en: A, ja: あ }, kind: ops, status: active, contract: { id: x, from: 2026/2/30, to: 2027-03-31 } }\n\
        - { id: b, name: { en: B, ja: い }, kind: opps, status: active }\n\
        - { id: b, name: { en: C, ja: う }, kind: ops, status: active, subcontractor_of: zz }\n\
        - { id: c, name: { en: C, ja: う }, kind: ops, status: active, subcontractor_of: a, corporate_number: '7000012050003' }\n\
        - { id: c, name: { en: C, ja: う }, kind: ops, status: active, certifications: [{ kind: ISO9001, valid_to: 2026-01-01 }] }\n";
    let said = said(text);
    for wanted in [
        "contractors.yml:2:88: from: 2026/2/30: there is no such day: 2026-02 has 28 days, not 30",
        "contractors.yml:3:42: kind: expected one of hosting, cdn, dns",
        "contractors.yml:4:81: subcontractor_of: no contractor has the id zz",
        "corporate_number: the check digit of 7000012050003 is wrong",
        "contractors.yml:6:88: kind: expected one of ISMS, P-mark",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    assert!(!said.contains("no contractor has the id a"), "{said}");
}

#[test]
fn ids_cycles_and_claims_are_held_together() {
    let text = "contractors:\n\
        - { id: a, name: { en: A, ja: あ }, kind: ops, status: active, subcontractor_of: b, services: [{ id: s, hosts: [x.example.net], host_patterns: ['*.example.org'] }] }\n\
        - { id: b, name: { en: B, ja: い }, kind: ops, status: active, subcontractor_of: a, services: [{ id: t, hosts: [x.example.net], host_patterns: ['*.a.example.org'] }] }\n\
        - { id: a, name: { en: A, ja: あ }, kind: ops, status: active, services: [{ id: u, host_patterns: ['*.jp'], hosts: ['https://x'] }] }\n";
    let said = said(text);
    for wanted in [
        "subcontractor_of: the chain comes back to itself: a -> b -> a",
        "hosts: x.example.net overlaps x.example.net of the service s",
        "host_patterns: *.a.example.org overlaps *.example.org of the service s",
        "two entries have the id a (the other: line 2)",
        "host_patterns: *.jp: a pattern over a whole public suffix",
        "hosts: https://x: a name of a host, not a URL or path",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
}

#[test]
fn a_full_width_colon_is_pointed_at() {
    let said = said("contractors：\n  - id: a\n");
    assert!(said.contains("1:12: a full-width colon"), "{said}");
    let said = self::said("contractors:\n  - id: a\n    status：active\n    kind: ops\n");
    assert!(said.contains("3:11: a full-width colon"), "{said}");
}

fn table(text: &str) -> Result<Register, LoadError> {
    register_from_csv("contractors.csv", text.as_bytes())
}

#[test]
fn a_table_of_a_spreadsheet_is_read() {
    let text = "\u{feff}委託先ID,名称,業務区分,状態,契約番号,契約開始日,契約終了日,条項:秘密保持,アカウント:対象,アカウント:ユーザ名,アカウント:許可コマンド,サービス:ID,サービス:ホスト\r\n\
        ops,例示運用,運用,稼働中,1,令和８年４月１日,2027/3/31,契約書 第1条,OS,webops,\"/usr/bin/systemctl reload nginx\n/usr/sbin/nginx -t\",web,\"a.example.net\nb.example.net\"\r\n\
        ,,,,,,,,CMS,ops-editor,,,\r\n\
        former,旧,CMS,終了,2,2024/4/1,2025/3/31,○,,,,,\r\n";
    for bytes in
        [text.as_bytes().to_vec(), encoding_rs::SHIFT_JIS.encode(text.trim_start_matches('\u{feff}')).0.into_owned()]
    {
        let register = register_from_csv("contractors.csv", &bytes).unwrap();
        let one = &register.contractors[0];
        assert_eq!((register.contractors.len(), one.accounts.len()), (2, 2));
        assert_eq!(one.accounts[0].allowed_commands, ["/usr/bin/systemctl reload nginx", "/usr/sbin/nginx -t"]);
        assert_eq!(one.services[0].hosts, ["a.example.net", "b.example.net"]);
        assert_eq!(one.contract.as_ref().unwrap().from.date(), "2026-04-01");
        assert_eq!(one.clauses, [("confidentiality".to_owned(), Some("契約書 第1条".to_owned()))]);
        assert_eq!(register.contractors[1].clauses, [("confidentiality".to_owned(), None)]);
    }
}

#[test]
fn what_a_spreadsheet_spoils_is_named_with_its_cell() {
    let said =
        table("委託先ID,名称,業務区分,状態,法人番号,重要度\na,=A1&B1,運用,稼働中,7E+12,#REF!\nb,x,運用,稼働中,,二\n")
            .unwrap_err()
            .to_string();
    for wanted in [
        "contractors.csv:2:2: 名称: a formula, =A1&B1",
        "contractors.csv:2:5: 法人番号: rounded by the spreadsheet, 7E+12",
        "contractors.csv:2:6: 重要度: an error of the spreadsheet, #REF!",
        "contractors.csv:3:6: 重要度: expected a whole number",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    let said = table("委託先ID,名所,状態\na,x,稼働中\n").unwrap_err().to_string();
    assert!(said.contains("contractors.csv:1:2: unknown heading `名所`"), "{said}");
    let said = table("委託先ID,名称,業務区分,状態\na,x,運用,稼動中\n").unwrap_err().to_string();
    assert!(said.contains("contractors.csv:2:4: status: expected one of"), "{said}");
}

fn example(name: &str) -> Json {
    let path = format!("{}/examples/{name}/contractors.yml", env!("CARGO_MANIFEST_DIR"));
    register_document("contractors.yml", &std::fs::read(path).unwrap(), false).unwrap()
}

#[test]
fn a_table_says_all_that_the_yaml_says() {
    for name in ["kept", "broken"] {
        let document = example(name);
        for headings in [Headings::Japanese, Headings::English] {
            for encoding in [TableEncoding::Utf8, TableEncoding::ShiftJis] {
                let bytes = table_from_document(&document, headings, encoding);
                let mut back = register_document("contractors.csv", &bytes, true).unwrap();
                let mut wanted = document.clone();
                // An empty list and a missing one say the same, and so do keys in another order.
                plain(&mut back);
                plain(&mut wanted);
                assert_eq!(back, wanted, "{name}");
            }
        }
    }
}

/// Without empty lists and maps but for clauses, and without false.
fn plain(json: &mut Json) {
    match json {
        Json::Object(map) => {
            map.values_mut().for_each(plain);
            map.retain(|key, value| key != "renewal_plan" && key != "processes_personal" || *value != json!(false));
            map.retain(|_, value| !value.as_array().is_some_and(Vec::is_empty));
        }
        Json::Array(list) => list.iter_mut().for_each(plain),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_is_read_without_a_panic(text in "(委託先ID|id|名称|状態|鍵:指紋|=|\"|,|\n|;|\t|[a-zあ-お0-9]){0,60}") {
        let _ = table(&text);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = register_from_csv("x.csv", &bytes);
    }

    #[test]
    fn any_text_survives_the_table(name in "[=+@'\\-]{0,2}[ -~あ-ん]{1,30}", note in "[=+@'\"\\-]{0,3}\\PC{1,30}") {
        prop_assume!(!name.trim().is_empty() && name.trim() == name);
        prop_assume!(note.trim() == note && !note.is_empty());
        let document = json!({ "contractors": [
            { "id": "a", "name": { "ja": name, "en": name }, "kind": "ops", "status": "active", "owner_section": note }
        ] });
        let bytes = table_from_document(&document, Headings::Japanese, TableEncoding::Utf8);
        let back = register_document("x.csv", &bytes, true).unwrap();
        prop_assert_eq!(&back["contractors"][0]["name"]["ja"], &document["contractors"][0]["name"]["ja"]);
        prop_assert_eq!(&back["contractors"][0]["owner_section"], &document["contractors"][0]["owner_section"]);
    }

    #[test]
    fn any_yaml_is_read_without_a_panic(text in "contractors:\n(  - \\{ id: [a-c], (kind: ops|status: active|contract: \\{ from: [0-9/年月日令和-]{0,12} \\}|x: y) \\}\n){0,4}") {
        let _ = register_from_yaml("x.yml", &text);
    }
}
