//! What is found, what is not, and that pieces make no difference.

use proptest::prelude::*;

use super::*;

fn scan(text: &[u8]) -> Scanned {
    scan_with(text, &[], 1)
}

fn scan_with(text: &[u8], allowed: &[String], threads: usize) -> Scanned {
    let (allowed, patterns) = (Allowed::new(allowed), Patterns::default());
    let options = Options { allowed: &allowed, patterns: &patterns, threads, size_bytes: None, progress: &|_| {} };
    look(Box::new(text), &options)
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
    assert_eq!(found("/?shimei=taro"), [(Personal, Suspect)]);
    assert_eq!(found("/?name=taro"), []);
}

#[test]
fn numbers_of_documents_are_for_a_person_and_need_their_name() {
    for line in
        ["?zairyu=AB12345678CD", "passport_no=TK1234567&x", "{\"nenkin\":\"1234-567890\"}", "?年金番号=1234567890"]
    {
        assert_eq!(found(line), [(Class::Personal, Tier::Suspect)], "{line}");
    }
    for line in ["?id=AB12345678CD", "passport=yes", "?pension=12345", "/AB1234567"] {
        assert_eq!(found(line), [], "{line}");
    }
}

#[test]
fn own_published_values_are_passed_over() {
    let allowed = ["03-1234-5678", "Info@Example.jp", "@example.org"].map(str::to_owned);
    let text = b"/?tel=0312345678 info@example.jp +81-3-1234-5678 03-1234-5679 a@example.org\n";
    assert_eq!(scan_with(text, &allowed, 1).counts.values().sum::<u64>(), 1);
}

#[test]
fn a_very_long_line_is_cut_where_no_value_lies_or_it_is_said() {
    let long = b"a".repeat(4_000_000);
    let scanned = scan(&[&long[..], b"\nx taro@example.jp"].concat());
    assert_eq!((scanned.lines, scanned.places[0].line), (2, 2));
    assert_eq!(scanned.faults, [Fault::LongLine]);
    let one = r#"{"mail":"taro@example.jp","tel":"090-1234-5678"},"#;
    let scanned = scan(one.repeat(100_000).as_bytes());
    assert_eq!((scanned.counts[&(Email, Confirmed)], scanned.counts[&(Phone, Confirmed)]), (100_000, 100_000));
    assert_eq!((scanned.faults, scanned.lines), (vec![], 1));
}

#[test]
fn a_bomb_is_stopped_and_said() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b'a'; 1 << 20]).unwrap();
    let bomb = encoder.finish().unwrap().repeat(12);
    let scanned = scan(&bomb);
    assert_eq!(scanned.faults, [Fault::Bomb, Fault::LongLine]);
    assert!(scanned.bytes <= 8 << 20);
}

/// Asks at every byte.
struct Everywhere;

impl block::Sift for Everywhere {
    fn sift<V: sieve::Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        let (mut lines, mut on) = (0, 0);
        for (at, byte) in bytes.iter().enumerate() {
            // A colon behind a digit is part of a time, and ends no key.
            let is_time = *byte == b':' && at > 0 && bytes[at - 1].is_ascii_digit();
            if at >= on && !is_time {
                on = visit.visit(at, lines);
            }
            lines += u64::from(*byte == b'\n');
        }
        lines
    }
}

/// The pass of AVX2, where the machine has it.
#[cfg(target_arch = "x86_64")]
struct Avx2;

#[cfg(target_arch = "x86_64")]
impl block::Sift for Avx2 {
    fn sift<V: sieve::Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        match masks::avx2::is_here() {
            true => masks::avx2::pass(bytes, visit).unwrap(),
            false => sieve::sift_portable(bytes, visit),
        }
    }
}

/// The pass without any feature of the machine.
struct Portable;

impl block::Sift for Portable {
    fn sift<V: sieve::Visit>(bytes: &[u8], visit: &mut V) -> u64 {
        sieve::sift_portable(bytes, visit)
    }
}

fn seen<S: block::Sift>(bytes: &[u8]) -> block::Seen {
    block::look_by::<S>(bytes, &Allowed::default(), &Patterns::default(), &mut block::Buffers::default())
}

/// Pieces of which lines of logs are made, and of what is looked for.
const PIECES: [&str; 54] = [
    "192.0.2.1 - - ",
    "[24/Nov/2026:10:00:00 +0900] ",
    "\"GET /",
    "?q=",
    "&tel=",
    "&name=",
    "mail=",
    "taro",
    "@",
    "example.jp",
    "example",
    ".",
    "%40",
    "%2540",
    "%",
    "\\u0040",
    "\\x",
    "\"",
    " ",
    "-",
    "+81",
    "(",
    ")",
    "03",
    "090",
    "1234",
    "5678",
    "9018",
    "4111",
    "0312345678",
    "123456789018",
    "4111111111111111",
    "+",
    "password=",
    "\"token\":\"",
    "hunter2x",
    "eyJhbGciOiJIUzI1NiJ9",
    ".eyJzdWIiOiIxIn0.abc",
    "：",
    "%E5%8A%B4",
    "%E3%83%BC",
    "ー",
    "名前",
    "2",
    "']",
    "\t",
    "tel",
    "&pw",
    "(2: No such file",
    "０９０",
    "山田",
    "%8ER%93c",
    "=",
    ": ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_sieve_passes_over_nothing(
        lines in prop::collection::vec(prop::collection::vec(prop::sample::select(&PIECES[..]), 0..14), 1..12),
    ) {
        let text: Vec<String> = lines.iter().map(|pieces| pieces.concat()).collect();
        let text = text.join("\n").into_bytes();
        let all = seen::<Everywhere>(&text);
        prop_assert_eq!(&seen::<block::Sieve>(&text), &all);
        prop_assert_eq!(&seen::<Portable>(&text), &all);
        #[cfg(target_arch = "x86_64")]
        prop_assert_eq!(&seen::<Avx2>(&text), &all);
    }

    #[test]
    fn pieces_of_any_size_and_threads_give_the_same(
        lines in prop::collection::vec("[ -~]{0,20}(taro@example\\.jp|090-1234-5678|password=x1|%40)?", 0..20),
        size in 1_usize..40,
        threads in 1_usize..4,
    ) {
        struct Small<'a>(&'a [u8], usize);
        impl std::io::Read for Small<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let count = self.1.min(out.len());
                std::io::Read::read(&mut self.0, &mut out[..count])
            }
        }
        let text = lines.join("\n").into_bytes();
        let (allowed, patterns) = (Allowed::default(), Patterns::default());
        let options =
            Options { allowed: &allowed, patterns: &patterns, threads, size_bytes: None, progress: &|_| {} };
        prop_assert_eq!(look(Box::new(Small(&text, size)), &options), scan(&text));
    }

    #[test]
    fn any_bytes_are_scanned_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = scan(&bytes);
    }

    #[test]
    fn digits_and_signs_are_scanned_without_a_panic(text in "[0-9@=:%eyJ.+()\" -]{0,200}") {
        prop_assert_eq!(seen::<block::Sieve>(text.as_bytes()), seen::<Everywhere>(text.as_bytes()));
    }
}
