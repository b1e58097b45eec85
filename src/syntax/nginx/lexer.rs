//! nginx text -> words, semicolons and braces, with line and column in characters.

/// What the text is made of; comments and blanks are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, quotes and escapes resolved.
    Word(String),
    /// `;`
    Semicolon,
    /// `{`
    Open,
    /// `}`
    Close,
    /// What cannot be read.
    Fault(&'static str),
}

/// Walks the text once.
pub(super) struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    column: u32,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text.chars().peekable(), line: 1, column: 1 }
    }

    /// The place of the next character.
    pub(super) fn place(&self) -> (u32, u32) {
        (self.line, self.column)
    }

    /// The next token with the place where it begins.
    pub(super) fn next_token(&mut self) -> Option<(Token, u32, u32)> {
        loop {
            let (line, column) = self.place();
            let token = match *self.rest.peek()? {
                ' ' | '\t' | '\r' | '\n' => {
                    self.bump();
                    continue;
                }
                '#' => {
                    while self.rest.peek().is_some_and(|character| *character != '\n') {
                        self.bump();
                    }
                    continue;
                }
                ';' => self.single(Token::Semicolon),
                '{' => self.single(Token::Open),
                '}' => self.single(Token::Close),
                quote @ ('"' | '\'') => self.quoted(quote),
                _ => self.bare(),
            };
            return Some((token, line, column));
        }
    }

    /// Skips the rest of a block of another language whose `{` was read; false where the text ends first.
    pub(super) fn skip_foreign_block(&mut self) -> bool {
        let mut depth = 1_u32;
        while let Some(character) = self.bump() {
            match character {
                '{' => depth += 1,
                '}' if depth == 1 => return true,
                '}' => depth -= 1,
                quote @ ('"' | '\'') => self.skip_foreign_string(quote),
                // Lua's comment to the end of the line.
                '-' if self.rest.peek() == Some(&'-') => {
                    while self.rest.peek().is_some_and(|next| *next != '\n') {
                        self.bump();
                    }
                }
                _ => {}
            }
        }
        false
    }

    fn skip_foreign_string(&mut self, quote: char) {
        while let Some(character) = self.bump() {
            match character {
                '\\' => {
                    self.bump();
                }
                '\n' => return,
                character if character == quote => return,
                _ => {}
            }
        }
    }

    fn single(&mut self, token: Token) -> Token {
        self.bump();
        token
    }

    fn quoted(&mut self, quote: char) -> Token {
        self.bump();
        let mut word = String::new();
        while let Some(character) = self.bump() {
            match character {
                '\\' => self.escaped(&mut word),
                character if character == quote => {
                    return match self.rest.peek() {
                        None | Some(' ' | '\t' | '\r' | '\n' | ';' | '{' | ')') => Token::Word(word),
                        Some(_) => Token::Fault("text stands directly behind a closing quote"),
                    };
                }
                character => word.push(character),
            }
        }
        Token::Fault("a quote is never closed")
    }

    /// `\"`, `\'` and `\\` are the character, `\t`, `\r` and `\n` the control character, all else stays.
    fn escaped(&mut self, word: &mut String) {
        match self.rest.peek() {
            Some(&next @ ('\\' | '"' | '\'')) => self.control(word, next),
            Some('t') => self.control(word, '\t'),
            Some('r') => self.control(word, '\r'),
            Some('n') => self.control(word, '\n'),
            _ => word.push('\\'),
        }
    }

    fn control(&mut self, word: &mut String, character: char) {
        word.push(character);
        self.bump();
    }

    fn bare(&mut self) -> Token {
        let mut word = String::new();
        while let Some(&character) = self.rest.peek() {
            match character {
                ' ' | '\t' | '\r' | '\n' | ';' => break,
                // A brace ends a word, but for that of `${name}`.
                '{' if !word.ends_with('$') => break,
                '\\' => {
                    self.bump();
                    let length = word.len();
                    self.escaped(&mut word);
                    // A backslash that stays protects the next character from ending the word.
                    if word.len() == length + 1
                        && word.ends_with('\\')
                        && self.rest.peek().is_some_and(|next| *next != '\\')
                    {
                        word.extend(self.bump());
                    }
                    continue;
                }
                _ => {}
            }
            word.push(character);
            self.bump();
            if character == '{' {
                while let Some(&inner) = self.rest.peek() {
                    if matches!(inner, ' ' | '\n' | ';') {
                        break;
                    }
                    word.push(inner);
                    self.bump();
                    if inner == '}' {
                        break;
                    }
                }
            }
        }
        Token::Word(word)
    }

    fn bump(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.line = self.line.saturating_add(1);
            self.column = 1;
        } else {
            self.column = self.column.saturating_add(1);
        }
        Some(character)
    }
}
