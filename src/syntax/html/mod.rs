//! HTML by the tree builder of the standard: bytes -> a tree that is walked without recursion. It runs nothing and loads nothing.
//!
//! Scripting counts as enabled, as in a visitor's browser, so the content of `noscript` is text that is read on its own.

mod charset;
mod sink;

use html5ever::driver::parse_document;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, ns};

pub use charset::{Decoded, decode};

use sink::Sink;

/// Nodes of a page; the largest pages in use have some tens of thousands, and a tree of this size takes about 50 MB.
const NODES: usize = 400_000;
/// Elements inside elements. Browsers stop nesting at 512; beyond that each tag would cost a walk up the whole stack.
const DEPTH: u32 = 512;
/// Attributes of one tag: the tokenizer compares each with all before it.
const ATTRIBUTES: usize = 500;
/// Bytes that are parsed between two looks at those limits.
const PIECE_BYTES: usize = 4_096;
const NONE: u32 = u32::MAX;

/// Why a page was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Elements nest deeper than browsers nest them.
    #[error("the page nests more elements than are read")]
    Depth,
    /// It has more nodes than are kept.
    #[error("the page has more elements than are read")]
    Nodes,
    /// A tag has more attributes than are read.
    #[error("a tag of the page has more attributes than are read")]
    Attributes,
}

/// A page as a tree.
#[derive(Debug)]
pub struct Document {
    nodes: Vec<Node>,
    /// Why it was not read to its end; what is there was read as it stands.
    pub excess: Option<Excess>,
}

#[derive(Debug)]
struct Node {
    content: Content,
    parent: u32,
    first_child: u32,
    last_child: u32,
    previous: u32,
    next: u32,
    line: u32,
    depth: u32,
    form_owner: u32,
}

#[derive(Debug)]
enum Content {
    /// The document, or what a template holds.
    Fragment,
    Element(QualName, Vec<Attribute>),
    Text(StrTendril),
    Other,
}

/// Parses a page.
#[must_use]
pub fn parse(text: &str) -> Document {
    if has_endless_tag(text) {
        return Document { nodes: Vec::new(), excess: Some(Excess::Attributes) };
    }
    let mut parser = parse_document(Sink::new(), ParseOpts::default());
    let mut excess = None;
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(PIECE_BYTES);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        parser.process(StrTendril::from(piece));
        rest = after;
        let sink = &parser.tokenizer.sink.sink;
        if sink.deepest() > DEPTH {
            excess = Some(Excess::Depth);
            break;
        }
        if sink.count() > NODES {
            excess = Some(Excess::Nodes);
            break;
        }
    }
    Document { nodes: parser.finish(), excess }
}

/// Whether a tag has more attributes than are read; looked for without building anything.
fn has_endless_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'<') {
        at += found + 1;
        let Some(first) = bytes.get(at) else { return false };
        if !first.is_ascii_alphabetic() {
            continue;
        }
        let (mut quote, mut parts, mut was_gap) = (None, 0, false);
        let begun = at;
        while let Some(byte) = bytes.get(at) {
            match (quote, byte) {
                (Some(open), byte) if open == *byte => quote = None,
                (Some(_), _) => {}
                (None, b'>') => break,
                (None, b'"' | b'\'') => quote = Some(*byte),
                (None, b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c) => was_gap = true,
                (None, _) if was_gap => {
                    parts += 1;
                    was_gap = false;
                }
                (None, _) => {}
            }
            at += 1;
            if parts > ATTRIBUTES {
                return true;
            }
        }
        // What looks like a tag inside a script or style is none.
        for raw in ["script", "style"] {
            let name = bytes.get(begun..begun + raw.len()).unwrap_or_default();
            let follows = bytes.get(begun + raw.len()).copied().unwrap_or(b'>');
            if name.eq_ignore_ascii_case(raw.as_bytes()) && !follows.is_ascii_alphanumeric() {
                at = end_of(bytes, at, raw);
            }
        }
    }
    false
}

/// Where the end tag of a raw text element begins.
fn end_of(bytes: &[u8], from: usize, name: &str) -> usize {
    let end = format!("</{name}");
    let mut at = from;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'<') {
        at += found;
        if bytes.get(at..at + end.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(end.as_bytes())) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// One element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document,
    index: u32,
}

/// One step through a document.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'d> {
    /// An element begins.
    Element(Element<'d>),
    /// A text, with the element directly around it.
    Text(Element<'d>, &'d str),
}

impl Document {
    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(index).ok()?)
    }

    /// The elements in document order. What a template holds is left out, unless it is a declared shadow tree.
    pub fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        Walk { document: self, root: 0, next: 0 }.filter_map(|index| self.element(index))
    }

    fn element(&self, index: u32) -> Option<Element<'_>> {
        matches!(self.node(index)?.content, Content::Element(..)).then_some(Element { document: self, index })
    }

    /// The text of the page without that of scripts and styles; pieces are parted by a blank.
    #[must_use]
    pub fn text(&self) -> String {
        text_below(self, 0)
    }

    /// Elements and the texts between them in document order, so that a reader can tell where a line ends.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        Walk { document: self, root: 0, next: 0 }.filter_map(|index| match &self.node(index)?.content {
            Content::Element(..) => self.element(index).map(Piece::Element),
            Content::Text(text) => Some(Piece::Text(self.element(self.node(index)?.parent)?, text)),
            _ => None,
        })
    }

    /// The pieces of text that a visitor may read, in document order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        Walk { document: self, root: 0, next: 0 }.filter_map(|index| shown_text(self, index))
    }
}

impl<'d> Element<'d> {
    fn parts(self) -> Option<(&'d QualName, &'d [Attribute])> {
        match &self.document.node(self.index)?.content {
            Content::Element(name, attributes) => Some((name, attributes)),
            _ => None,
        }
    }

    /// Its local name; of HTML elements in lower case.
    #[must_use]
    pub fn name(self) -> &'d str {
        self.parts().map_or("", |(name, _)| &*name.local)
    }

    /// It is an element of HTML, not of SVG or MathML.
    #[must_use]
    pub fn is_html(self) -> bool {
        self.parts().is_some_and(|(name, _)| name.ns == ns!(html))
    }

    /// The value of an attribute; `href` also finds `xlink:href`.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.parts()?.1.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
    }

    /// Names and values of all attributes.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        let attributes = self.parts().map_or(&[][..], |(_, attributes)| attributes);
        attributes.iter().map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    /// Line on which its tag ends, from 1.
    #[must_use]
    pub fn line(self) -> u32 {
        self.document.node(self.index).map_or(0, |node| node.line)
    }

    /// The element around it.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let parent = self.document.node(self.index)?.parent;
        self.document.element(parent)
    }

    /// The elements around it, nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |element| element.parent())
    }

    /// The elements inside it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let document = self.document;
        let walk = Walk { document, root: self.index, next: self.index };
        walk.skip(1).filter_map(|index| document.element(index))
    }

    /// The form that the parser gave it to, which may not be around it (HTML section 4.10.17.3).
    #[must_use]
    pub fn form_owner(self) -> Option<Self> {
        let owner = self.document.node(self.index)?.form_owner;
        self.document.element(owner)
    }

    /// The text inside it, scripts and styles left out.
    #[must_use]
    pub fn text(self) -> String {
        text_below(self.document, self.index)
    }

    /// The text inside it as it stands: a script, a style, the content of noscript.
    #[must_use]
    pub fn raw_text(self) -> String {
        let mut text = String::new();
        let mut child = self.document.node(self.index).map_or(NONE, |node| node.first_child);
        while let Some(node) = self.document.node(child) {
            if let Content::Text(part) = &node.content {
                text.push_str(part);
            }
            child = node.next;
        }
        text
    }
}

impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl Eq for Element<'_> {}

fn text_below(document: &Document, root: u32) -> String {
    let mut text = String::new();
    for piece in (Walk { document, root, next: root }).filter_map(|index| shown_text(document, index)) {
        text.push_str(piece);
        text.push(' ');
    }
    text
}

fn shown_text(document: &Document, index: u32) -> Option<&str> {
    let node = document.node(index)?;
    let Content::Text(text) = &node.content else { return None };
    let hidden =
        document.element(node.parent).is_some_and(|parent| matches!(parent.name(), "script" | "style" | "noscript"));
    (!hidden).then_some(text)
}

/// Indices below a root in document order, the root first.
struct Walk<'d> {
    document: &'d Document,
    root: u32,
    next: u32,
}

impl Walk<'_> {
    fn is_inert(&self, index: u32) -> bool {
        self.document.element(index).is_some_and(|element| {
            element.name() == "template" && element.is_html() && element.attribute("shadowrootmode").is_none()
        })
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let index = self.next;
        let node = self.document.node(index)?;
        self.next = if node.first_child != NONE && !self.is_inert(index) {
            node.first_child
        } else {
            let mut up = index;
            loop {
                if up == self.root {
                    break NONE;
                }
                match self.document.node(up) {
                    Some(node) if node.next != NONE => break node.next,
                    Some(node) => up = node.parent,
                    None => break NONE,
                }
            }
        };
        Some(index)
    }
}

#[cfg(test)]
mod tests;
