//! Where the tree builder of the standard puts its nodes: an arena of links.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, QualName, local_name, ns};

use super::{Content, NONE, Node};

/// The arena while it is built.
pub(super) struct Sink {
    nodes: RefCell<Vec<Node>>,
    line: Cell<u32>,
    deepest: Cell<u32>,
    /// What a handle that is no element is called; the tree builder asks for elements only.
    nameless: RefCell<QualName>,
}

impl Sink {
    pub(super) fn new() -> Self {
        let nameless = QualName::new(None, ns!(), local_name!(""));
        let sink = Self {
            nodes: RefCell::default(),
            line: Cell::new(1),
            deepest: Cell::new(0),
            nameless: RefCell::new(nameless),
        };
        sink.add(Content::Fragment);
        sink
    }

    pub(super) fn deepest(&self) -> u32 {
        self.deepest.get()
    }

    pub(super) fn count(&self) -> usize {
        self.nodes.borrow().len()
    }

    fn add(&self, content: Content) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        // The count is held far below what fits.
        let index = u32::try_from(nodes.len()).unwrap_or(NONE);
        nodes.push(Node {
            content,
            parent: NONE,
            first_child: NONE,
            last_child: NONE,
            previous: NONE,
            next: NONE,
            line: self.line.get(),
            depth: 0,
            form_owner: NONE,
        });
        index
    }

    fn detach(&self, index: u32) {
        let nodes = &mut *self.nodes.borrow_mut();
        let Some(node) = at(nodes, index) else { return };
        let (parent, previous, next) = (node.parent, node.previous, node.next);
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
        match at(nodes, previous) {
            Some(previous) => previous.next = next,
            None => {
                if let Some(parent) = at(nodes, parent) {
                    parent.first_child = next;
                }
            }
        }
        match at(nodes, next) {
            Some(next) => next.previous = previous,
            None => {
                if let Some(parent) = at(nodes, parent) {
                    parent.last_child = previous;
                }
            }
        }
    }

    /// Puts a node that has no place under a parent, before a sibling or (`NONE`) at the end.
    fn place(&self, index: u32, parent: u32, before: u32) {
        let nodes = &mut *self.nodes.borrow_mut();
        let Some(depth) = at(nodes, parent).map(|parent| parent.depth + 1) else { return };
        self.deepest.set(self.deepest.get().max(depth));
        let previous = match at(nodes, before) {
            Some(sibling) => std::mem::replace(&mut sibling.previous, index),
            None => at(nodes, parent).map_or(NONE, |parent| std::mem::replace(&mut parent.last_child, index)),
        };
        match at(nodes, previous) {
            Some(previous) => previous.next = index,
            None => {
                if let Some(parent) = at(nodes, parent) {
                    parent.first_child = index;
                }
            }
        }
        if let Some(node) = at(nodes, index) {
            (node.parent, node.previous, node.next, node.depth) = (parent, previous, before, depth);
            // A template's content was put into it before the template had a place.
            let inside = node.first_child;
            if let Some(inside) = at(nodes, inside) {
                inside.depth = depth + 1;
            }
        }
    }

    fn insert(&self, parent: u32, before: u32, child: NodeOrText<u32>) {
        match child {
            NodeOrText::AppendNode(index) => {
                self.detach(index);
                self.place(index, parent, before);
            }
            NodeOrText::AppendText(text) => {
                let beside = {
                    let nodes = &mut *self.nodes.borrow_mut();
                    match at(nodes, before) {
                        Some(sibling) => sibling.previous,
                        None => at(nodes, parent).map_or(NONE, |parent| parent.last_child),
                    }
                };
                if let Some(Node { content: Content::Text(start), .. }) = at(&mut self.nodes.borrow_mut(), beside) {
                    start.push_tendril(&text);
                    return;
                }
                let index = self.add(Content::Text(text));
                self.place(index, parent, before);
            }
        }
    }
}

fn at(nodes: &mut [Node], index: u32) -> Option<&mut Node> {
    nodes.get_mut(usize::try_from(index).ok()?)
}

impl TreeSink for Sink {
    type Handle = u32;
    type Output = Vec<Node>;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Vec<Node> {
        self.nodes.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> u32 {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a u32) -> Ref<'a, QualName> {
        let found =
            Ref::filter_map(self.nodes.borrow(), |nodes| match &nodes.get(usize::try_from(*target).ok()?)?.content {
                Content::Element(name, _) => Some(name),
                _ => None,
            });
        found.unwrap_or_else(|_| self.nameless.borrow())
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> u32 {
        let index = self.add(Content::Element(name, attributes));
        if flags.template {
            let inside = self.add(Content::Fragment);
            self.place(inside, index, NONE);
        }
        index
    }

    fn create_comment(&self, _: StrTendril) -> u32 {
        self.add(Content::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> u32 {
        self.add(Content::Other)
    }

    fn append(&self, parent: &u32, child: NodeOrText<u32>) {
        self.insert(*parent, NONE, child);
    }

    fn append_based_on_parent_node(&self, element: &u32, previous: &u32, child: NodeOrText<u32>) {
        let has_parent = at(&mut self.nodes.borrow_mut(), *element).is_some_and(|node| node.parent != NONE);
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &u32) -> u32 {
        at(&mut self.nodes.borrow_mut(), *target).map_or(*target, |node| node.first_child)
    }

    fn same_node(&self, x: &u32, y: &u32) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &u32, child: NodeOrText<u32>) {
        let parent = at(&mut self.nodes.borrow_mut(), *sibling).map_or(NONE, |node| node.parent);
        if parent != NONE {
            self.insert(parent, *sibling, child);
        }
    }

    fn add_attrs_if_missing(&self, target: &u32, more: Vec<Attribute>) {
        if let Some(Node { content: Content::Element(_, attributes), .. }) = at(&mut self.nodes.borrow_mut(), *target) {
            for attribute in more {
                if !attributes.iter().any(|known| known.name == attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn associate_with_form(&self, target: &u32, form: &u32, _: (&u32, Option<&u32>)) {
        if let Some(node) = at(&mut self.nodes.borrow_mut(), *target) {
            node.form_owner = *form;
        }
    }

    fn remove_from_parent(&self, target: &u32) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &u32, new_parent: &u32) {
        loop {
            let child = at(&mut self.nodes.borrow_mut(), *node).map_or(NONE, |node| node.first_child);
            if child == NONE {
                return;
            }
            self.detach(child);
            self.place(child, *new_parent, NONE);
        }
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(u32::try_from(line).unwrap_or(u32::MAX));
    }
}
