//! nginx configuration: bytes -> directives with their places and bytes. It knows the grammar, not what a directive means.
//!
//! The grammar is that of `ngx_conf_read_token`: words parted by blanks, quotes only at the start of a word, a backslash
//! that protects the next character, `;` and `{` that end a directive, `#` that begins a comment at the start of a word.
//! Nothing is lost: what no span covers is blank or comment, so that text with an edit in it is the old one elsewhere.

mod lexer;

use std::ops::Range;

use lexer::{Lexer, Placed, Token};

/// Blocks inside blocks; nginx configurations have up to six.
const DEPTH: usize = 64;
/// Directives of one file.
const DIRECTIVES: usize = 2_000_000;
/// What a comment that speaks to us begins with.
const REMARK: &str = "tenken:";

/// One directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its name.
    pub name: String,
    /// Its arguments, quotes and escapes resolved; bytes that are not UTF-8 are replaced by U+FFFD.
    pub arguments: Vec<String>,
    /// Line of its name, from 1.
    pub line: u32,
    /// Column of its name in characters, from 1.
    pub column: u32,
    /// Its bytes, from its name to its `;` or `}`.
    pub span: Range<usize>,
    /// The bytes of its name and of each argument, quotes included.
    pub words: Vec<Range<usize>>,
    /// The bytes between its braces, where it has some.
    pub body: Option<Range<usize>>,
    /// A word of it holds `{{ … }}` or `{% … %}`: what it says is not known before that is filled in.
    pub template: bool,
    /// What is between its braces; `None` where it has none or they hold another language.
    pub block: Option<Vec<Self>>,
}

/// What is wrong at one place. What was read before and after it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
}

/// A comment `# tenken: CHECK because REASON`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The check that it names.
    pub check: String,
    /// The reason that it gives.
    pub reason: String,
    /// Its line, from 1.
    pub line: u32,
    /// The line of the directive below it.
    pub directive_line: u32,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// Its top-level directives.
    pub directives: Vec<Directive>,
    /// What is wrong with it; nothing may be concluded from what such a file does not say.
    pub faults: Vec<Fault>,
    /// What its comments say to us.
    pub remarks: Vec<Remark>,
}

/// Reads one file.
#[must_use]
pub fn parse(bytes: &[u8]) -> Configuration {
    let mut parser = Parser {
        bytes,
        lexer: Lexer::new(bytes),
        open: vec![Level::top()],
        faults: Vec::new(),
        remarks: Vec::new(),
        pending: Vec::new(),
        count: 0,
    };
    parser.run();
    let end = parser.lexer.offset();
    let Parser { mut open, faults, remarks, .. } = parser;
    // Blocks that were never closed give what they hold to the one around them.
    while open.len() > 1 {
        close(&mut open, end, end);
    }
    let directives = open.pop().map(|level| level.directives).unwrap_or_default();
    Configuration { directives, faults, remarks }
}

struct Level {
    /// The directive that opened the block; `None` at the top.
    opener: Option<Directive>,
    directives: Vec<Directive>,
}

impl Level {
    fn top() -> Self {
        Self { opener: None, directives: Vec::new() }
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    lexer: Lexer<'a>,
    open: Vec<Level>,
    faults: Vec<Fault>,
    remarks: Vec<Remark>,
    /// Remarks above the next directive.
    pending: Vec<Remark>,
    count: usize,
}

impl Parser<'_> {
    fn run(&mut self) {
        let mut words: Vec<Placed> = Vec::new();
        while let Some(placed) = self.lexer.next_token() {
            let (line, column, span) = (placed.line, placed.column, placed.span.clone());
            match placed.token {
                Token::Word(_) => {
                    if words.is_empty() {
                        self.attach(line);
                    }
                    words.push(placed);
                }
                Token::Comment => self.remark(span, line),
                Token::Fault(message) => self.faults.push(Fault { line, column, message: message.to_owned() }),
                Token::Semicolon => {
                    if !self.finish(&mut words, line, column, span.end) {
                        return;
                    }
                }
                Token::Open => {
                    if !self.open_block(&mut words, &placed) {
                        return;
                    }
                }
                Token::Close => {
                    if !words.is_empty() && !is_placeholder(&words) {
                        self.fault(line, column, "a directive ends without `;`");
                    }
                    if !words.is_empty() {
                        self.finish(&mut words, line, column, span.start);
                    }
                    if self.open.len() > 1 {
                        close(&mut self.open, span.start, span.end);
                    } else {
                        self.fault(line, column, "`}` closes nothing");
                    }
                }
            }
        }
        let (line, column) = self.lexer.place();
        if !words.is_empty() {
            if !is_placeholder(&words) {
                self.fault(line, column, "the file ends inside a directive");
            }
            let end = self.lexer.offset();
            self.finish(&mut words, line, column, end);
        }
        if self.open.len() > 1 {
            let opener = self.open.last().and_then(|level| level.opener.as_ref());
            let (name, at) = opener.map(|opener| (opener.name.clone(), opener.line)).unwrap_or_default();
            self.fault(line, column, &format!("the file ends inside `{name}` of line {at}"));
        }
    }

    fn finish(&mut self, words: &mut Vec<Placed>, line: u32, column: u32, end: usize) -> bool {
        match directive(words, end) {
            Some(directive) => self.add(directive, line, column),
            None => {
                self.fault(line, column, "`;` ends nothing");
                true
            }
        }
    }

    fn open_block(&mut self, words: &mut Vec<Placed>, brace: &Placed) -> bool {
        let (line, column) = (brace.line, brace.column);
        let Some(mut directive) = directive(words, brace.span.end) else {
            self.fault(line, column, "`{` without a name before it");
            let nameless = Directive {
                name: String::new(),
                arguments: Vec::new(),
                line,
                column,
                span: brace.span.clone(),
                words: Vec::new(),
                body: Some(brace.span.end..brace.span.end),
                template: false,
                block: Some(Vec::new()),
            };
            return self.push(nameless, line, column);
        };
        let start = brace.span.end;
        directive.body = Some(start..start);
        if directive.name.ends_with("_by_lua_block") {
            if !self.lexer.skip_foreign_block() {
                self.fault(line, column, "the file ends inside a block of another language");
            }
            let end = self.lexer.offset();
            directive.body = Some(start..end.saturating_sub(1).max(start));
            directive.span.end = end;
            return self.add(directive, line, column);
        }
        directive.block = Some(Vec::new());
        self.push(directive, line, column)
    }

    fn push(&mut self, directive: Directive, line: u32, column: u32) -> bool {
        if self.open.len() > DEPTH {
            self.fault(line, column, "more than 64 blocks inside each other: the rest was not read");
            return false;
        }
        self.open.push(Level { opener: Some(directive), directives: Vec::new() });
        true
    }

    fn add(&mut self, directive: Directive, line: u32, column: u32) -> bool {
        self.count += 1;
        if self.count > DIRECTIVES {
            self.fault(line, column, "more than 2,000,000 directives: the rest was not read");
            return false;
        }
        if let Some(level) = self.open.last_mut() {
            level.directives.push(directive);
        }
        true
    }

    fn remark(&mut self, span: Range<usize>, line: u32) {
        let text = String::from_utf8_lossy(&self.bytes[span]);
        let Some(rest) = text.trim_start_matches('#').trim_start().strip_prefix(REMARK) else { return };
        let rest = rest.trim();
        let (check, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let reason = reason.trim_start();
        let reason = reason.strip_prefix("because").map_or(reason, str::trim_start);
        self.pending.push(Remark { check: check.to_owned(), reason: reason.to_owned(), line, directive_line: line });
    }

    /// A remark belongs to the directive that begins below it.
    fn attach(&mut self, line: u32) {
        let pending = std::mem::take(&mut self.pending);
        self.remarks.extend(pending.into_iter().map(|remark| Remark { directive_line: line, ..remark }));
    }

    fn fault(&mut self, line: u32, column: u32, message: &str) {
        self.faults.push(Fault { line, column, message: message.to_owned() });
    }
}

/// A line that is `{{ … }}` or `{% … %}` alone needs no semicolon.
fn is_placeholder(words: &[Placed]) -> bool {
    words.iter().all(|word| word.template)
}

fn directive(words: &mut Vec<Placed>, end: usize) -> Option<Directive> {
    let mut taken = std::mem::take(words).into_iter();
    // Placeholders that stand alone before a directive are none of its words.
    let first = taken.next()?;
    let template = first.template || taken.as_slice().iter().any(|word| word.template);
    let (start, line, column) = (first.span.start, first.line, first.column);
    let mut spans = Vec::with_capacity(taken.len() + 1);
    spans.push(first.span);
    let mut arguments = Vec::with_capacity(taken.len());
    for word in taken {
        spans.push(word.span);
        arguments.push(text(word.token));
    }
    Some(Directive {
        name: text(first.token),
        arguments,
        line,
        column,
        span: start..end,
        words: spans,
        body: None,
        template,
        block: None,
    })
}

fn text(token: Token) -> String {
    match token {
        Token::Word(word) => word,
        _ => String::new(),
    }
}

fn close(open: &mut Vec<Level>, body_end: usize, end: usize) {
    let Some(level) = open.pop() else { return };
    let Some(parent) = open.last_mut() else { return };
    if let Some(mut opener) = level.opener {
        opener.block = Some(level.directives);
        opener.body = opener.body.map(|body| body.start..body_end.max(body.start));
        opener.span.end = end.max(opener.span.start);
        parent.directives.push(opener);
    }
}

#[cfg(test)]
mod tests;
