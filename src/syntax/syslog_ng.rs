//! syslog-ng.conf: destinations on other machines, sources that follow files, and which log paths join them.

use std::collections::BTreeMap;

/// One destination driver that sends elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Name of the destination block.
    pub name: String,
    /// Host or address.
    pub target: String,
    /// Port, where one is written.
    pub port: Option<String>,
    /// `udp`, `tcp`, `tls`, `http`.
    pub transport: String,
    /// TLS on the way.
    pub encrypted: bool,
    /// The receiver's certificate and name are checked (`peer-verify(yes)`, the default, with an authority).
    pub peer_verified: bool,
    /// Some log path uses it.
    pub used: bool,
    /// Line, from 1.
    pub line: u32,
}

/// What one file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// Destinations elsewhere.
    pub destinations: Vec<Destination>,
    /// Files that sources follow, with their lines.
    pub followed: Vec<(String, u32)>,
    /// Includes, as written.
    pub includes: Vec<String>,
    /// Lines that could not be read.
    pub faults: Vec<(u32, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    line: u32,
}

/// Reads one file.
#[must_use]
pub fn parse(text: &str) -> File {
    let mut file = File::default();
    let tokens = tokens(text);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.text == "@include" || token.text == "include" {
            file.includes.extend(tokens.get(at + 1).map(|path| path.text.clone()));
        }
        if !matches!(token.text.as_str(), "destination" | "source" | "log") {
            at += 1;
            continue;
        }
        let Some((end, open)) = block(&tokens, at) else {
            file.faults.push((token.line, "a block that does not close".to_owned()));
            break;
        };
        let inside = tokens.get(open + 1..end).unwrap_or_default();
        let name = tokens.get(at + 1).filter(|_| open > at + 1).map(|name| name.text.clone()).unwrap_or_default();
        match token.text.as_str() {
            "destination" => destinations(&name, inside, &mut file),
            "source" => followed(inside, &mut file),
            _ => {
                for (index, word) in inside.iter().enumerate().filter(|(_, word)| word.text == "destination") {
                    // A log path names a destination, or holds one of its own in braces.
                    match inside.get(index + 1).map(|next| next.text.as_str()) {
                        Some("(") => {
                            let used = inside.get(index + 2).map(|used| used.text.as_str()).unwrap_or_default();
                            file.destinations.iter_mut().filter(|to| to.name == used).for_each(|to| to.used = true);
                        }
                        Some("{") => {
                            let before = file.destinations.len();
                            if let Some((end, open)) = block(inside, index) {
                                destinations("", inside.get(open + 1..end).unwrap_or_default(), &mut file);
                            }
                            file.destinations.iter_mut().skip(before).for_each(|to| to.used = true);
                        }
                        _ => file.faults.push((word.line, "a destination without a name".to_owned())),
                    }
                }
            }
        }
        at = end + 1;
    }
    file
}

/// The place of the brace that closes the block that begins at or after `at`, and of the one that opens it.
fn block(tokens: &[Token], at: usize) -> Option<(usize, usize)> {
    let open = at + tokens.get(at..)?.iter().position(|token| token.text == "{")?;
    let mut depth = 0_i32;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if depth == 0 {
                    return Some((index, open));
                }
            }
            _ => {}
        }
    }
    None
}

/// The arguments of `driver( … )` whose bracket stands at `open`.
fn arguments(tokens: &[Token], open: usize) -> &[Token] {
    let mut depth = 0_i32;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => {
                depth -= 1;
                if depth == 0 {
                    return tokens.get(open + 1..index).unwrap_or_default();
                }
            }
            _ => {}
        }
    }
    tokens.get(open + 1..).unwrap_or_default()
}

fn destinations(name: &str, inside: &[Token], file: &mut File) {
    for (index, driver) in inside.iter().enumerate() {
        let opens = inside.get(index + 1).is_some_and(|next| next.text == "(");
        let drivers =
            ["network", "syslog", "tcp", "udp", "tcp6", "udp6", "http", "elasticsearch-http", "loki", "opentelemetry"];
        if !opens || !drivers.contains(&driver.text.as_str()) {
            continue;
        }
        let inner = arguments(inside, index + 1);
        let options = options(inner);
        let of = |key: &str| options.get(key).map(String::as_str).unwrap_or_default();
        let url = if of("url").is_empty() { of("urls") } else { of("url") };
        let is_web = !url.is_empty() || matches!(driver.text.as_str(), "http" | "elasticsearch-http" | "loki");
        let transport = match driver.text.as_str() {
            _ if is_web => "http",
            "udp" | "udp6" => "udp",
            "tcp" | "tcp6" => "tcp",
            _ if of("transport").is_empty() => "tcp",
            _ => of("transport"),
        };
        let encrypted =
            if is_web { url.starts_with("https://") } else { transport == "tls" || options.contains_key("tls") };
        let has_authority = ["ca-dir", "ca-file", "ca_dir", "ca_file"].iter().any(|key| options.contains_key(*key));
        let verify = if of("peer-verify").is_empty() { of("peer_verify") } else { of("peer-verify") };
        // Without the option a certificate is required and trusted; with `optional-…` or `no` it is not.
        let trusted = matches!(verify, "" | "yes" | "required-trusted");
        let address =
            inner.first().filter(|first| first.text != "(").map(|first| first.text.clone()).unwrap_or_default();
        let target = if is_web {
            url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default().to_owned()
        } else {
            address
        };
        file.destinations.push(Destination {
            name: name.to_owned(),
            target,
            port: options.get("port").or_else(|| options.get("destport")).cloned(),
            transport: transport.to_owned(),
            encrypted,
            peer_verified: encrypted && trusted && (has_authority || is_web),
            used: false,
            line: driver.line,
        });
    }
}

/// `key(value)` at any depth: the first value of each key.
fn options(inner: &[Token]) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (index, key) in inner.iter().enumerate() {
        if inner.get(index + 1).is_some_and(|next| next.text == "(")
            && let Some(value) = inner.get(index + 2)
        {
            options.entry(key.text.to_ascii_lowercase()).or_insert_with(|| value.text.clone());
        }
    }
    options
}

fn followed(inside: &[Token], file: &mut File) {
    for (index, driver) in inside.iter().enumerate() {
        if matches!(driver.text.as_str(), "file" | "wildcard-file")
            && inside.get(index + 1).is_some_and(|next| next.text == "(")
        {
            let inner = arguments(inside, index + 1);
            let options = options(inner);
            let path = match (options.get("base-dir"), options.get("filename-pattern")) {
                (Some(folder), pattern) => {
                    format!("{}/{}", folder.trim_end_matches('/'), pattern.map_or("*", String::as_str))
                }
                _ => inner.first().map(|first| first.text.clone()).unwrap_or_default(),
            };
            file.followed.push((path, driver.line));
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (line, text) in (1_u32..).zip(text.lines()) {
        let mut characters = text.chars().peekable();
        let mut word = String::new();
        let flush = |word: &mut String, tokens: &mut Vec<Token>| {
            if !word.is_empty() {
                tokens.push(Token { text: std::mem::take(word), line });
            }
        };
        while let Some(character) = characters.next() {
            match character {
                '#' => break,
                '"' | '\'' => {
                    flush(&mut word, &mut tokens);
                    let mut quoted = String::new();
                    while let Some(inner) = characters.next() {
                        if inner == character {
                            break;
                        }
                        if inner == '\\' && character == '"' {
                            quoted.extend(characters.next());
                        } else {
                            quoted.push(inner);
                        }
                    }
                    tokens.push(Token { text: quoted, line });
                }
                '{' | '}' | '(' | ')' | ';' => {
                    flush(&mut word, &mut tokens);
                    tokens.push(Token { text: character.to_string(), line });
                }
                character if character.is_whitespace() || character == ',' => flush(&mut word, &mut tokens),
                character => word.push(character),
            }
        }
        flush(&mut word, &mut tokens);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn destinations_sources_and_their_use_are_read() {
        let file = parse(
            "@version: 4.0\n@include \"scl.conf\"\nsource s_web { wildcard-file(base-dir(\"/var/log/nginx\") filename-pattern(\"*.log\")); };\n\
             destination d_plain { udp(\"192.0.2.1\" port(514)); };\n\
             destination d_tls { network(\"logs.example.jp\" port(6514) transport(\"tls\")\n  tls(ca-dir(\"/etc/ca\") peer-verify(required-trusted))); };\n\
             destination d_loose { syslog(\"x.example.jp\" transport(tls) tls(peer-verify(optional-untrusted))); };\n\
             log { source(s_web); destination(d_tls); destination(d_plain); };\n",
        );
        assert_eq!(file.faults, []);
        assert_eq!(file.includes, ["scl.conf"]);
        assert_eq!(file.followed, [("/var/log/nginx/*.log".to_owned(), 3)]);
        let seen: Vec<_> = file
            .destinations
            .iter()
            .map(|to| (to.target.as_str(), to.encrypted, to.peer_verified, to.used, to.line))
            .collect();
        assert_eq!(
            seen,
            [
                ("192.0.2.1", false, false, true, 4),
                ("logs.example.jp", true, true, true, 5),
                ("x.example.jp", true, false, false, 7)
            ]
        );
        assert_eq!(parse("log {").faults.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(log|destination|source|udp|[a-z{}();\"'# \n.]){0,60}") {
            let _ = parse(&text);
        }
    }
}
