//! Seeded logs as web servers write them: clean lines, in which much only looks like personal information, and values that
//! are planted in them. The same seed gives the same bytes.
#![allow(dead_code, unreachable_pub)] // Each test and benchmark uses a part.
#![allow(clippy::cast_possible_truncation, clippy::missing_docs_in_private_items)] // Digits and small counts.

use std::io::Read;

use tenken::scan::Class;

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        let at = usize::try_from(self.below(list.len() as u64)).unwrap_or(0);
        list[at]
    }

    fn digits(&mut self, count: usize, out: &mut Vec<u8>) {
        for _ in 0..count {
            out.push(b'0' + self.below(10) as u8);
        }
    }

    fn hex(&mut self, count: usize, out: &mut Vec<u8>) {
        for _ in 0..count {
            out.push(b"0123456789abcdef"[self.below(16) as usize]);
        }
    }

    fn letters(&mut self, count: usize, out: &mut Vec<u8>) {
        for _ in 0..count {
            out.push(b'a' + self.below(26) as u8);
        }
    }
}

fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn two(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&[b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]);
}

const PATHS: [&str; 36] = [
    "/",
    "/index.html",
    "/style.css?v=1.2.3",
    "/js/app.min.js?v=20261124",
    "/img/logo@2x.png",
    "/img/banner@3x.webp",
    "/npm/lodash@4.17.21/lodash.min.js",
    "/npm/@babel/core@7.24.0/lib/index.js",
    "/npm/vue@3.4.0-beta.1/dist/vue.js",
    "/favicon.ico",
    "/robots.txt",
    "/sitemap.xml",
    "/policy.html",
    "/en/policy.html",
    "/contact.html",
    "/news/2026/11/24.html",
    "/search?page=2&sort=asc",
    "/search?lang=ja&page=10&size=50",
    "/apple-touch-icon-180x180.png",
    "/fonts/noto-sans-jp.woff2",
    "/library/isbn/978-4-10-101001-5",
    "/api/v2/items?limit=100&offset=200",
    "/@editor/post-3f2a9c",
    "/maps/@35.6895,139.6917,15z",
    "/download/tenken-1.2.3-x86_64.tar.gz",
    "/docs/form-12.pdf",
    "/zip?code=163-8001",
    "/wp-login.php",
    "/.env",
    "/.git/config",
    "/feed?format=atom&since=2026-11-01T00:00:00+09:00",
    "/compare/v1.2.3...v1.2.4",
    "/rss.xml",
    "/kaiken/20261124/",
    "/a/b/c/d/e/f.html",
    "/static/chunk-7d3f9a2c.4b1e8d.js",
];

const AGENTS: [&str; 10] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (compatible; Examplebot/2.1; +http://www.example.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 14; SM-S921Q) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.6723.107 Mobile Safari/537.36",
    "curl/8.5.0",
    "-",
    "ExampleMonitor/1.0 (+https://monitor.example.org/about)",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/344.0.695551749 Mobile/15E148 Safari/604.1",
];

const REFERRERS: [&str; 8] = [
    "-",
    "-",
    "-",
    "https://www.example.jp/",
    "https://www.example.jp/index.html",
    "https://search.example.com/",
    "https://www.example.jp/search?page=2",
    "https://social.example.net/@office/113524",
];

const WORDS: [&str; 6] = [
    "%E5%8A%B4%E5%83%8D%E5%A7%94%E5%93%A1%E4%BC%9A",
    "%E3%81%82%E3%81%A3%E3%81%9B%E3%82%93",
    "%E7%94%B3%E7%AB%8B%E6%9B%B8+%E6%A7%98%E5%BC%8F",
    "labour+relations",
    "%E4%B8%8D%E5%BD%93%E5%8A%B4%E5%83%8D%E8%A1%8C%E7%82%BA%E3%81%A8%E3%81%AF",
    "union%20rights",
];

/// Lines without any personal information.
#[derive(Debug, Clone)]
pub struct Clean {
    pub dice: Dice,
    seconds: u64,
}

impl Clean {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed), seconds: 0 }
    }

    /// Adds one line with its end.
    pub fn line(&mut self, out: &mut Vec<u8>) {
        self.seconds += u64::from(self.dice.below(4) == 0);
        match self.dice.below(100) {
            0..=84 => self.combined(out, None),
            85..=89 => self.json(out, None),
            90..=94 => self.nginx_error(out),
            95..=97 => self.apache_error(out),
            _ => self.application(out),
        }
        out.push(b'\n');
    }

    fn address(&mut self, out: &mut Vec<u8>) {
        push(out, self.dice.of(&["192.0.2.", "198.51.100.", "203.0.113."]));
        let last = self.dice.below(256);
        number(out, last);
    }

    fn day(&self) -> u64 {
        self.seconds / 86_400 % 28 + 1
    }

    fn clock(&self, out: &mut Vec<u8>) {
        two(out, self.seconds / 3_600 % 24);
        out.push(b':');
        two(out, self.seconds / 60 % 60);
        out.push(b':');
        two(out, self.seconds % 60);
    }

    fn iso_day(&self, out: &mut Vec<u8>, sign: &str) {
        push(out, "2026");
        push(out, sign);
        push(out, "11");
        push(out, sign);
        two(out, self.day());
    }

    /// A path, or one that holds a number of some kind.
    fn path(&mut self, out: &mut Vec<u8>) {
        match self.dice.below(40) {
            0 => {
                push(out, "/order/20261124-");
                self.dice.digits(6, out);
            }
            1 => {
                push(out, "/order?no=");
                self.dice.digits(10, out);
            }
            2 => {
                push(out, "/ping?_=1764");
                self.dice.digits(9, out);
            }
            3 => {
                push(out, "/houjin/");
                self.corporate(out);
            }
            4 => {
                push(out, "/t?id=");
                self.dice.hex(8, out);
                for count in [4, 4, 4, 12] {
                    out.push(b'-');
                    self.dice.hex(count, out);
                }
            }
            5 => {
                push(out, "/search?q=");
                push(out, self.dice.of(&WORDS));
            }
            6 => {
                push(out, "/?utm_source=example&utm_medium=social&fbclid=IwAR");
                self.dice.hex(24, out);
            }
            7 => {
                push(out, "/item/jan/49");
                self.dice.digits(11, out);
            }
            8 => {
                push(out, "/track/");
                self.dice.digits(12, out);
            }
            9 => {
                push(out, "/e?ts=20261124");
                two(out, self.seconds / 3_600 % 24);
                two(out, self.seconds / 60 % 60);
                two(out, self.seconds % 60);
            }
            10 => {
                push(out, "/e?t=1764");
                self.dice.digits(12, out);
            }
            _ => {
                push(out, self.dice.of(&PATHS));
            }
        }
    }

    /// A corporate number: thirteen digits, the first a check digit (public data).
    fn corporate(&mut self, out: &mut Vec<u8>) {
        let mut digits = Vec::new();
        self.dice.digits(12, &mut digits);
        let sum: u64 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(place, digit)| u64::from(digit - b'0') * if place % 2 == 0 { 1 } else { 2 })
            .sum();
        out.push(b'0' + (9 - sum % 9) as u8);
        out.extend_from_slice(&digits);
    }

    /// nginx's and Apache's combined format; `query` is written in the place of a path.
    pub fn combined(&mut self, out: &mut Vec<u8>, query: Option<&[u8]>) {
        self.address(out);
        push(out, " - - [");
        two(out, self.day());
        push(out, "/Nov/2026:");
        self.clock(out);
        push(out, " +0000] \"GET ");
        match query {
            Some(query) => out.extend_from_slice(query),
            None => self.path(out),
        }
        push(out, self.dice.of(&[" HTTP/1.1\" ", " HTTP/2.0\" "]));
        push(out, self.dice.of(&["200", "200", "200", "304", "404", "301"]));
        out.push(b' ');
        let size = self.dice.next();
        number(out, size % [100, 5_000, 50_000, 2_000_000][(size >> 40) as usize % 4]);
        push(out, " \"");
        push(out, self.dice.of(&REFERRERS));
        push(out, "\" \"");
        push(out, self.dice.of(&AGENTS));
        out.push(b'"');
    }

    /// One JSON object a line; `pair` is one more key and value.
    pub fn json(&mut self, out: &mut Vec<u8>, pair: Option<&[u8]>) {
        push(out, "{\"time\":\"");
        self.iso_day(out, "-");
        out.push(b'T');
        self.clock(out);
        push(out, "+00:00\",\"remote_addr\":\"");
        self.address(out);
        push(out, "\",\"method\":\"GET\",\"uri\":\"");
        self.path(out);
        push(out, "\",\"status\":200,\"request_id\":\"");
        self.dice.hex(32, out);
        push(out, "\",\"request_time\":0.0");
        self.dice.digits(2, out);
        if let Some(pair) = pair {
            out.push(b',');
            out.extend_from_slice(pair);
        }
        out.push(b'}');
    }

    fn nginx_error(&mut self, out: &mut Vec<u8>) {
        self.iso_day(out, "/");
        out.push(b' ');
        self.clock(out);
        push(out, " [error] 1234#1234: *");
        self.dice.digits(9, out);
        push(out, " open() \"/var/www/html");
        self.path(out);
        push(out, "\" failed (2: No such file or directory), client: ");
        self.address(out);
        push(out, ", server: www.example.jp, request: \"GET ");
        self.path(out);
        push(out, " HTTP/1.1\", host: \"www.example.jp\"");
    }

    fn apache_error(&mut self, out: &mut Vec<u8>) {
        push(out, "[Tue Nov ");
        two(out, self.day());
        out.push(b' ');
        self.clock(out);
        out.push(b'.');
        self.dice.digits(6, out);
        push(out, " 2026] [authz_core:error] [pid 12345:tid 140234567890176] [client ");
        self.address(out);
        push(out, ":51234] AH01630: client denied by server configuration: /srv/www/ssh://git@git.example.com/x.git");
    }

    fn application(&mut self, out: &mut Vec<u8>) {
        self.iso_day(out, "-");
        out.push(b' ');
        self.clock(out);
        push(out, ",123 INFO [worker-12] job 20261124-001 done in 1234567 us; queue=mail size=42 id=");
        self.dice.hex(16, out);
        push(out, " ref=");
        self.dice.digits(16, out);
    }
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    Raw,
    Percent,
    PercentAll,
    Twice,
    FullWidth,
    FullWidthPercent,
    ShiftJis,
    EucJp,
    Json,
    Backslash,
    Utf16Little,
    Utf16Big,
}

pub const WRITINGS: [Writing; 12] = [
    Writing::Raw,
    Writing::Percent,
    Writing::PercentAll,
    Writing::Twice,
    Writing::FullWidth,
    Writing::FullWidthPercent,
    Writing::ShiftJis,
    Writing::EucJp,
    Writing::Json,
    Writing::Backslash,
    Writing::Utf16Little,
    Writing::Utf16Big,
];

/// Names in UTF-8, Shift_JIS and EUC-JP.
const NAMES: [(&str, &[u8], &[u8]); 2] = [
    ("山田太郎", &[0x8e, 0x52, 0x93, 0x63, 0x91, 0xbe, 0x98, 0x59], &[0xbb, 0xb3, 0xc5, 0xc4, 0xc2, 0xc0, 0xcf, 0xba]),
    ("東京都", &[0x93, 0x8c, 0x8b, 0x9e, 0x93, 0x73], &[0xc5, 0xec, 0xb5, 0xfe, 0xc5, 0xd4]),
];

/// One value of a class: the key that it stands behind, and the value as plain text.
fn value(class: Class, dice: &mut Dice) -> (&'static str, Vec<u8>) {
    let mut out = Vec::new();
    let neutral = dice.of(&["q", "x", "v"]);
    match class {
        Class::Email => {
            dice.letters(4, &mut out);
            if dice.below(2) == 0 {
                out.push(b'.');
                dice.letters(3, &mut out);
            }
            dice.digits(2, &mut out);
            out.push(b'@');
            push(&mut out, dice.of(&["example.jp", "example.co.jp", "mail.example.com", "city.example.lg.jp"]));
            (dice.of(&["q", "mail", "to"]), out)
        }
        Class::Phone => match dice.below(6) {
            0 => {
                push(&mut out, dice.of(&["090-1", "080-2", "070-3", "060-4", "050-5"]));
                dice.digits(3, &mut out);
                out.push(b'-');
                dice.digits(4, &mut out);
                (neutral, out)
            }
            1 => {
                push(&mut out, dice.of(&["03-5", "06-6"]));
                dice.digits(3, &mut out);
                out.push(b'-');
                dice.digits(4, &mut out);
                (neutral, out)
            }
            2 => {
                push(&mut out, dice.of(&["045-", "011-", "092-"]));
                dice.digits(3, &mut out);
                out.push(b'-');
                dice.digits(4, &mut out);
                (neutral, out)
            }
            3 => {
                push(&mut out, dice.of(&["+81-90-1", "+81-80-2"]));
                dice.digits(3, &mut out);
                out.push(b'-');
                dice.digits(4, &mut out);
                (neutral, out)
            }
            4 => {
                push(&mut out, "+49151");
                dice.digits(8, &mut out);
                (dice.of(&["tel", "phone"]), out)
            }
            _ => {
                push(&mut out, dice.of(&["0901", "0312", "0452"]));
                let count = if out[1] == b'9' { 7 } else { 6 };
                dice.digits(count, &mut out);
                (dice.of(&["tel", "phone", "denwa", "mobile"]), out)
            }
        },
        Class::MyNumber => {
            let mut digits = vec![b'1'];
            dice.digits(10, &mut digits);
            let sum: u64 = digits
                .iter()
                .rev()
                .zip(1_u64..)
                .map(|(digit, n)| u64::from(digit - b'0') * if n <= 6 { n + 1 } else { n - 5 })
                .sum();
            digits.push(b'0' + if sum % 11 <= 1 { 0 } else { 11 - sum % 11 } as u8);
            if dice.below(3) == 0 {
                digits.insert(8, b'-');
                digits.insert(4, b'-');
            }
            (dice.of(&["mynumber", "my_number", "kojin_bango"]), digits)
        }
        Class::Card => {
            let (lead, count) = dice.of(&[("4", 16), ("51", 16), ("3530", 16), ("37", 15)]);
            push(&mut out, lead);
            dice.digits(count - 1 - lead.len(), &mut out);
            let sum: u64 = out
                .iter()
                .rev()
                .enumerate()
                .map(|(place, digit)| {
                    let double = u64::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
                    double / 10 + double % 10
                })
                .sum();
            out.push(b'0' + ((10 - sum % 10) % 10) as u8);
            if count == 16 && dice.below(2) == 0 {
                let sign = dice.of(b"- ");
                [12, 8, 4].iter().for_each(|at| out.insert(*at, sign));
                (neutral, out)
            } else {
                (dice.of(&["card", "card_number", "cc_number"]), out)
            }
        }
        Class::Credential => match dice.below(4) {
            0 => {
                dice.letters(6, &mut out);
                dice.digits(3, &mut out);
                (dice.of(&["password", "passwd", "pwd"]), out)
            }
            1 => {
                dice.hex(26, &mut out);
                (dice.of(&["PHPSESSID", "JSESSIONID", "session_id"]), out)
            }
            2 => {
                out.push(b'a');
                out.push(b'1');
                dice.hex(30, &mut out);
                (dice.of(&["access_token", "api_key", "csrf_token"]), out)
            }
            _ => {
                push(&mut out, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx");
                dice.letters(8, &mut out);
                out.push(b'.');
                dice.letters(20, &mut out);
                (neutral, out)
            }
        },
        _ => {
            push(&mut out, dice.of(&["1980-01-31", "19551203", "2001/4/9"]));
            (dice.of(&["birth", "birthday", "seinengappi"]), out)
        }
    }
}

/// Cells of JIS X 0208 in EUC-JP; Shift_JIS is computed from them.
fn cell(byte: u8) -> Option<(u8, u8)> {
    Some(match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => (0xa3, byte + 0x80),
        b' ' => (0xa1, 0xa1),
        b'.' => (0xa1, 0xa5),
        b'-' => (0xa1, 0xdd),
        b'_' => (0xa1, 0xb2),
        b'+' => (0xa1, 0xdc),
        b'@' => (0xa1, 0xf7),
        b'/' => (0xa1, 0xbf),
        _ => return None,
    })
}

fn shift_jis((lead, trail): (u8, u8)) -> (u8, u8) {
    let (row, column) = (lead - 0xa0, trail - 0xa0);
    let first = row.div_ceil(2) + 0x80;
    let second = if row % 2 == 1 { column + 0x3f + u8::from(column > 63) } else { column + 0x9e };
    (first, second)
}

fn percent(bytes: &[u8], all: bool) -> Vec<u8> {
    let plain = |byte: &u8| !all && (byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    let mut out = Vec::new();
    for byte in bytes {
        if plain(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

fn full_width(bytes: &[u8]) -> String {
    let wide = |byte: &u8| match byte {
        b' ' => '\u{3000}',
        b'-' => '\u{2010}',
        byte => char::from_u32(u32::from(*byte) + 0xfee0).unwrap_or(' '),
    };
    bytes.iter().map(wide).collect()
}

/// A line with one value of a class in one writing.
pub fn planted(class: Class, writing: Writing, clean: &mut Clean, out: &mut Vec<u8>) {
    let dice = &mut clean.dice;
    let (mut key, mut plain) = value(class, dice);
    let name = (class == Class::Personal && dice.below(3) > 0).then(|| dice.of(&NAMES));
    if let Some((utf8, _, _)) = name {
        key = dice.of(&["name", "shimei", "jusho", "kana"]);
        plain = utf8.as_bytes().to_vec();
    }
    // Secrets are typed as they are; and what is Japanese has no full-width form.
    let widened = class != Class::Credential && name.is_none();
    let legacy = |euc: bool| -> Vec<u8> {
        if let Some((_, sjis, bytes)) = name {
            return percent(if euc { bytes } else { sjis }, false);
        }
        let pair = |byte: &u8| cell(*byte).map(|cell| if euc { cell } else { shift_jis(cell) });
        percent(&plain.iter().filter_map(pair).flat_map(|(first, second)| [first, second]).collect::<Vec<u8>>(), false)
    };
    let raw = || if plain.contains(&b' ') { percent(&plain, false) } else { plain.clone() };
    let written = match writing {
        Writing::Raw | Writing::Utf16Little | Writing::Utf16Big => raw(),
        Writing::Percent => percent(&plain, false),
        Writing::PercentAll => percent(&plain, true),
        Writing::Twice => percent(&percent(&plain, true), false),
        Writing::FullWidth if widened => full_width(&plain).into_bytes(),
        Writing::FullWidthPercent if widened => percent(full_width(&plain).as_bytes(), false),
        Writing::ShiftJis if widened || name.is_some() => legacy(false),
        Writing::EucJp if widened || name.is_some() => legacy(true),
        Writing::Json => {
            let text = String::from_utf8_lossy(&plain).into_owned();
            text.encode_utf16().flat_map(|unit| format!("\\u{unit:04x}").into_bytes()).collect()
        }
        Writing::Backslash => plain.iter().flat_map(|byte| format!("\\x{byte:02X}").into_bytes()).collect(),
        Writing::FullWidth | Writing::FullWidthPercent | Writing::ShiftJis | Writing::EucJp => raw(),
    };
    if writing == Writing::Json {
        let pair = [b"\"", key.as_bytes(), b"\":\"", &written, b"\""].concat();
        clean.json(out, Some(&pair));
    } else {
        let query = [b"/form?a=1&", key.as_bytes(), b"=", &written, b"&z=2"].concat();
        clean.combined(out, Some(&query));
    }
    out.push(b'\n');
}

/// Lines as a stream; the closure adds the next ones, and nothing at the end.
pub struct Stream<F: FnMut(&mut Vec<u8>)> {
    make: F,
    bytes: Vec<u8>,
    at: usize,
}

impl<F: FnMut(&mut Vec<u8>)> Stream<F> {
    pub fn new(make: F) -> Self {
        Self { make, bytes: Vec::new(), at: 0 }
    }
}

impl<F: FnMut(&mut Vec<u8>)> Read for Stream<F> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.bytes.len() {
            self.bytes.clear();
            self.at = 0;
            while self.bytes.len() < 64 * 1024 {
                let before = self.bytes.len();
                (self.make)(&mut self.bytes);
                if self.bytes.len() == before {
                    break;
                }
            }
        }
        let count = out.len().min(self.bytes.len() - self.at);
        out[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
