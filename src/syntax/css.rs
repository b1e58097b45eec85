//! What a style sheet loads: `url()` and `@import`, by the tokens of CSS Syntax Level 3. It knows no selectors and no cascade.

/// What a URL of a style sheet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CssUse {
    /// `@import`.
    Import,
    /// `src` of `@font-face`.
    Font,
    /// Any other `url()`.
    Image,
}

/// One URL of a style sheet, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CssUrl {
    /// The URL with escapes resolved.
    pub url: String,
    /// What it is for.
    pub usage: CssUse,
}

/// Every URL that a style sheet may load, in order. `@namespace` names one and loads nothing.
#[must_use]
pub fn urls(text: &str) -> Vec<CssUrl> {
    let mut reader = Reader { rest: text };
    let mut found = Vec::new();
    let mut rule = Rule::None;
    while let Some(token) = reader.token() {
        match token {
            Token::AtKeyword(name) => {
                rule = match name.to_ascii_lowercase().as_str() {
                    "import" => Rule::Import,
                    "font-face" => Rule::FontFace,
                    "namespace" => Rule::Namespace,
                    _ => Rule::None,
                }
            }
            Token::Url(url) => match rule {
                Rule::Import => {
                    found.push(CssUrl { url, usage: CssUse::Import });
                    rule = Rule::None;
                }
                Rule::FontFace => found.push(CssUrl { url, usage: CssUse::Font }),
                Rule::Namespace => {}
                Rule::None => found.push(CssUrl { url, usage: CssUse::Image }),
            },
            Token::String(url) if rule == Rule::Import => {
                found.push(CssUrl { url, usage: CssUse::Import });
                rule = Rule::None;
            }
            // image-set("a.png" 1x) takes strings as well; other functions' strings are no URLs.
            Token::ImageSetString(url) => found.push(CssUrl { url, usage: CssUse::Image }),
            Token::String(_) => {}
            Token::Semicolon if rule != Rule::FontFace => rule = Rule::None,
            Token::BlockEnd => rule = Rule::None,
            Token::Semicolon => {}
        }
    }
    found.retain(|found| !found.url.is_empty());
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    None,
    Import,
    FontFace,
    Namespace,
}

enum Token {
    AtKeyword(String),
    Url(String),
    String(String),
    ImageSetString(String),
    Semicolon,
    BlockEnd,
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn token(&mut self) -> Option<Token> {
        loop {
            let first = self.rest.chars().next()?;
            match first {
                '/' if self.rest.starts_with("/*") => {
                    let after = &self.rest[2..];
                    self.rest = after.find("*/").map_or("", |end| &after[end + 2..]);
                }
                '"' | '\'' => return Some(Token::String(self.string(first))),
                '@' => {
                    self.skip(first);
                    return Some(Token::AtKeyword(self.name()));
                }
                ';' => {
                    self.skip(first);
                    return Some(Token::Semicolon);
                }
                '}' => {
                    self.skip(first);
                    return Some(Token::BlockEnd);
                }
                '\\' => {
                    let name = self.name();
                    if let Some(token) = self.function(&name) {
                        return Some(token);
                    }
                }
                _ if is_name(first) => {
                    let name = self.name();
                    if let Some(token) = self.function(&name) {
                        return Some(token);
                    }
                }
                _ => self.skip(first),
            }
        }
    }

    /// What follows a name: `url(`, or the first string of an image-set.
    fn function(&mut self, name: &str) -> Option<Token> {
        let inside = self.rest.strip_prefix('(')?;
        let name = name.to_ascii_lowercase();
        if name == "url" || name == "src" {
            self.rest = inside.trim_start();
            let first = self.rest.chars().next()?;
            if matches!(first, '"' | '\'') {
                return Some(Token::Url(self.string(first)));
            }
            return (name == "url").then(|| Token::Url(self.bare_url()));
        }
        if name == "image-set" || name == "-webkit-image-set" {
            self.rest = inside.trim_start();
            let first = self.rest.chars().next()?;
            return matches!(first, '"' | '\'').then(|| Token::ImageSetString(self.string(first)));
        }
        None
    }

    fn skip(&mut self, character: char) {
        self.rest = &self.rest[character.len_utf8()..];
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(character) = self.rest.chars().next() {
            if character == '\\' {
                self.skip(character);
                name.push(self.escape());
            } else if is_name(character) {
                name.push(character);
                self.skip(character);
            } else {
                break;
            }
        }
        name
    }

    fn string(&mut self, quote: char) -> String {
        self.skip(quote);
        let mut text = String::new();
        while let Some(character) = self.rest.chars().next() {
            match character {
                '\\' => {
                    self.skip(character);
                    match self.rest.chars().next() {
                        Some('\n') => self.skip('\n'),
                        Some(_) => text.push(self.escape()),
                        None => break,
                    }
                }
                // A string that is not closed on its line is none, and ends there.
                '\n' => break,
                _ => {
                    self.skip(character);
                    if character == quote {
                        break;
                    }
                    text.push(character);
                }
            }
        }
        text
    }

    fn bare_url(&mut self) -> String {
        let mut text = String::new();
        while let Some(character) = self.rest.chars().next() {
            self.skip(character);
            match character {
                ')' => break,
                '\\' => text.push(self.escape()),
                // Quotes and brackets make it no URL at all (section 4.3.6).
                '"' | '\'' | '(' => {
                    self.rest = self.rest.find(')').map_or("", |end| &self.rest[end + 1..]);
                    return String::new();
                }
                _ => text.push(character),
            }
        }
        text.trim().to_owned()
    }

    /// The character of an escape, behind its backslash.
    fn escape(&mut self) -> char {
        let digits: String = self.rest.chars().take(6).take_while(char::is_ascii_hexdigit).collect();
        if digits.is_empty() {
            let Some(character) = self.rest.chars().next() else { return '\u{fffd}' };
            self.skip(character);
            return character;
        }
        self.rest = &self.rest[digits.len()..];
        self.rest = self.rest.strip_prefix([' ', '\n', '\t']).unwrap_or(self.rest);
        u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32)
            .filter(|found| *found != '\0')
            .unwrap_or('\u{fffd}')
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_') || !character.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Vec<(String, CssUse)> {
        urls(text).into_iter().map(|found| (found.url, found.usage)).collect()
    }

    #[test]
    fn imports_fonts_and_images_are_told_apart() {
        let text = "@charset 'x'; @import url(a.css) screen; @import \"b.css\"; /* url(no.png) */ @namespace url(http://no);\
            p { background: URL( 'c d.png' ) , u\\72l(e.png); content: 'url(no.png)' } @font-face { font-family: \"x\"; src: url(f.woff2) }\
            q { cursor: image-set(\"g.png\" 1x) } r { background: url(h.png";
        let wanted = [
            ("a.css", CssUse::Import),
            ("b.css", CssUse::Import),
            ("c d.png", CssUse::Image),
            ("e.png", CssUse::Image),
            ("f.woff2", CssUse::Font),
            ("g.png", CssUse::Image),
            ("h.png", CssUse::Image),
        ];
        assert_eq!(told(text), wanted.map(|(url, usage)| (url.to_owned(), usage)));
    }

    #[test]
    fn escapes_and_broken_urls_are_read_as_browsers_do() {
        assert_eq!(told(r"a{b:url(\68ttps://x.example/\29 )}")[0].0, "https://x.example/)");
        assert_eq!(told("a{b:url(x'y)} c{d:url(e)}"), [("e".to_owned(), CssUse::Image)]);
        assert_eq!(told("a{b:url()}"), []);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-z@;:{}()'\"/*\\\\ \n#\u{3042}]{0,120}|\\PC{0,60}") {
            let _ = urls(&text);
        }

        #[test]
        fn every_url_is_found(names in proptest::collection::vec("[a-z0-9/._-]{1,20}", 1..6)) {
            let text: String = names.iter().map(|name| format!("p {{ background: url({name}) }}\n")).collect();
            prop_assert_eq!(urls(&text).into_iter().map(|found| found.url).collect::<Vec<_>>(), names);
        }
    }
}
