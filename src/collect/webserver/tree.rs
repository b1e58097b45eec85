//! Directives with all that they include. A file is one unit, read once and shared by every include that names it; which
//! includes led to a directive is therefore asked of the blocks around it, not kept in it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::model::{Location, Related};

/// A directive's name; the same names share their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(pub(super) Arc<str>);

impl Name {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0.as_ref() == *other
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0.as_ref() == other
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A directive and the file that holds it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Name,
    pub(super) arguments: Vec<String>,
    pub(super) file: Arc<str>,
    pub(super) line: u32,
    pub(super) column: u32,
    /// It holds a placeholder that was not filled in.
    pub(super) template: bool,
    pub(super) block: Option<Block>,
}

impl Node {
    pub(super) fn location(&self) -> Location {
        Location::file(self.file.as_ref(), self.line, self.column)
    }

    /// The directives of a name directly in its block.
    pub(super) fn own<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> + 'a {
        self.block.iter().flatten().filter(move |node| node.name == name)
    }
}

/// What stands between two braces, or in one file.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) items: Vec<Item>,
}

/// One line of a block.
#[derive(Debug)]
pub(super) enum Item {
    /// A directive of its own.
    Own(Node),
    /// `include`, with the files that it names.
    Include(Box<Include>),
}

/// An include where it stands.
#[derive(Debug)]
pub(super) struct Include {
    pub(super) file: Arc<str>,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) units: Vec<Arc<Unit>>,
}

impl Include {
    pub(super) fn related(&self) -> Related {
        let location = Location::file(self.file.as_ref(), self.line, self.column);
        Related { location, note: "included here".to_owned() }
    }
}

/// One file.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) block: Block,
}

impl Block {
    /// Every directive in order, includes followed.
    pub(super) fn iter(&self) -> Nodes<'_> {
        Nodes { open: vec![Open { items: self.items.iter(), include: None, units: [].iter() }] }
    }

    /// The includes that lead from this block to a directive of it, the outermost first.
    pub(super) fn chain_to(&self, node: &Node) -> Vec<Related> {
        let mut nodes = self.iter();
        while let Some(found) = nodes.next() {
            if std::ptr::eq(found, node) {
                return nodes.includes();
            }
        }
        Vec::new()
    }
}

impl<'a> IntoIterator for &'a Block {
    type Item = &'a Node;
    type IntoIter = Nodes<'a>;

    fn into_iter(self) -> Nodes<'a> {
        self.iter()
    }
}

struct Open<'a> {
    items: std::slice::Iter<'a, Item>,
    /// The include that led here, and its files that are still to come.
    include: Option<&'a Include>,
    units: std::slice::Iter<'a, Arc<Unit>>,
}

/// Walks a block and what it includes.
pub(super) struct Nodes<'a> {
    open: Vec<Open<'a>>,
}

impl Nodes<'_> {
    /// The includes that led to the directive that was given last.
    pub(super) fn includes(&self) -> Vec<Related> {
        self.open.iter().filter_map(|open| open.include).map(Include::related).collect()
    }
}

impl<'a> Iterator for Nodes<'a> {
    type Item = &'a Node;

    fn next(&mut self) -> Option<&'a Node> {
        loop {
            let open = self.open.last_mut()?;
            match open.items.next() {
                Some(Item::Own(node)) => return Some(node),
                Some(Item::Include(include)) => {
                    self.open.push(Open { items: [].iter(), include: Some(include), units: include.units.iter() });
                }
                None => match open.units.next() {
                    Some(unit) => open.items = unit.block.items.iter(),
                    None => {
                        self.open.pop();
                    }
                },
            }
        }
    }
}
