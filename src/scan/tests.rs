//! What is found, what is not, and that pieces make no difference.

use proptest::prelude::*;

use super::*;

fn scan(text: &[u8]) -> Scanned {
    let mut scanner = Scanner::new(&[]);
    scanner.push(text);
    scanner.finish()
}

fn found(text: &str) -> Vec<(Class, Tier)> {
    scan(text.as_bytes()).places.iter().map(|hit| (hit.class, hit.tier)).collect()
}

use Class::{Card, Credential, Email, MyNumber, Personal, Phone};
use Tier::{Confirmed, Suspect};

#[test]
fn values_are_found_in_every_spelling() {
    for (text, class) in [
        ("GET /?m=taro@example.jp HTTP/1.1", Email),
        ("GET /?m=taro%40example.jp HTTP/1.1", Email),
        ("GET /?m=taro%2540example.jp HTTP/1.1", Email),
        ("GET /?m=taro＠example.jp", Email),
        (r#"{"q":"taro\u0040example.jp"}"#, Email),
        (r"taro\x40example.jp", Email),
        ("tel 03-1234-5678 was called", Phone),
        ("/?x=090-1234-5678&y=1", Phone),
        ("/?x=%E3%80%80０６０－１２３４－５６７８", Phone),
        ("/?q=%2B81-90-1234-5678", Phone),
        ("/?tel=0312345678", Phone),
        ("/?tel=%2B4915112345678", Phone),
        ("/?mynumber=123456789018", MyNumber),
        ("/?kojin_bango=1234-5678-9018", MyNumber),
        ("/?q=4111-1111-1111-1111", Card),
        ("/?q=4111%201111%201111%201111", Card),
        ("/?card=4111111111111111", Card),
        ("/login?password=hunter2", Credential),
        ("Cookie: x; PHPSESSID=abc123", Credential),
        ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", Credential),
        ("/?name=%E5%B1%B1%E7%94%B0", Personal),
        ("/?name=%8ER%93c", Personal),
        ("/?birth=1980-01-31", Personal),
    ] {
        assert_eq!(found(text), [(class, Confirmed)], "{text}");
    }
}

#[test]
fn what_only_looks_like_it_is_no_hit() {
    for text in [
        "192.0.2.1 - - [24/Nov/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 123456789012 \"-\" \"Mozilla/5.0\"",
        "/img/logo@2x.png /npm/@scope/package /react@18.2.0/index.js git@example.com:a/b.git @a@example.social",
        "/?t=202611241000 /?t=20261124100000 /?ms=1764000000000 /?us=1764000000000000",
        "tel:0120-123-456 0570-012-345 2026-11-24 order-4111111111111111x",
        "/?password= /?token=null /?sid=- /?name= /?api_key=[FILTERED]",
        "id=3f4111111111111111 v1.2.3-20261124 uuid=123e4567-e89b-12d3-a456-426614174000",
        "5123456789012 123456789012",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn without_context_a_check_digit_is_for_a_person() {
    assert_eq!(found("/?n=123456789018"), [(MyNumber, Suspect)]);
    assert_eq!(found("/?n=123456789019"), []);
    assert_eq!(found("4111111111111111"), [(Card, Suspect)]);
    assert_eq!(found("/?name=taro"), [(Personal, Suspect)]);
}

#[test]
fn own_published_values_are_passed_over() {
    let mut scanner = Scanner::new(&["03-1234-5678".to_owned(), "Info@Example.jp".to_owned()]);
    scanner.push(b"/?tel=0312345678 info@example.jp 03-1234-5679\n");
    assert_eq!(scanner.finish().counts.values().sum::<u64>(), 1);
}

#[test]
fn a_very_long_line_is_said_and_lines_are_counted() {
    let mut scanner = Scanner::new(&[]);
    for _ in 0..40 {
        scanner.push(&[b'a'; 100_000]);
    }
    scanner.push(b"\nx taro@example.jp");
    let scanned = scanner.finish();
    assert_eq!((scanned.lines, scanned.long_lines, scanned.places[0].line), (2, 1, 2));
    assert!(scan(&[0xff, 0xfe, b'a', 0]).wide);
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same(
        lines in prop::collection::vec("[ -~]{0,20}(taro@example\\.jp|090-1234-5678|password=x1|%40)?", 0..20),
        sizes in prop::collection::vec(1_usize..40, 1..20),
    ) {
        let text = lines.join("\n").into_bytes();
        let mut scanner = Scanner::new(&[]);
        let (mut rest, mut sizes) = (text.as_slice(), sizes.iter().cycle());
        while !rest.is_empty() {
            let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            scanner.push(now);
            rest = later;
        }
        prop_assert_eq!(scanner.finish(), scan(&text));
    }

    #[test]
    fn any_bytes_are_scanned_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = scan(&bytes);
    }

    #[test]
    fn digits_and_signs_are_scanned_without_a_panic(text in "[0-9@=:%eyJ.+\" -]{0,200}") {
        let _ = scan(text.as_bytes());
    }
}
