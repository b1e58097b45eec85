//! One file that is to be edited, with its directives.

use crate::syntax::nginx::{self, Configuration, Directive};

/// A file's text and what it says.
#[derive(Debug)]
pub struct Source {
    /// Its name, as findings name it.
    pub name: String,
    /// Its bytes.
    pub text: Vec<u8>,
    /// Its directives.
    pub read: Configuration,
}

impl Source {
    /// Reads a text.
    #[must_use]
    pub fn new(name: &str, text: Vec<u8>) -> Self {
        let read = nginx::parse(&text);
        Self { name: name.to_owned(), text, read }
    }

    /// The bytes of a span as text.
    pub(super) fn slice(&self, range: std::ops::Range<usize>) -> String {
        self.text.get(range).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    /// The directive that begins at a place, behind those around it.
    pub(super) fn path_to(&self, line: u32, column: u32) -> Option<Vec<&Directive>> {
        fn search<'d>(directives: &'d [Directive], line: u32, column: u32, path: &mut Vec<&'d Directive>) -> bool {
            for directive in directives {
                path.push(directive);
                if directive.line == line && directive.column == column {
                    return true;
                }
                if let Some(block) = &directive.block
                    && search(block, line, column, path)
                {
                    return true;
                }
                path.pop();
            }
            false
        }
        let mut path = Vec::new();
        search(&self.read.directives, line, column, &mut path).then_some(path)
    }
}
