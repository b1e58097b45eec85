//! The directives that rewrite: set, return, rewrite, break and if, in their order.

use super::Found;
use super::course::{Course, part};
use super::value::Told;
use crate::collect::webserver::tree::{Block, Node};

/// What the rewriting directives of a level came to.
pub(super) enum Rewritten {
    /// Nothing answers yet.
    On,
    /// No more rewriting here (`break`).
    Break,
    /// The path changed, and a location is looked for again.
    Again,
    /// The request has its answer.
    Done,
    /// An `if` or a rewrite cannot be decided.
    Open(&'static str),
}

impl<'a> Course<'_, 'a> {
    pub(super) fn rewrites(&mut self, block: &'a Block, in_location: bool) -> Rewritten {
        for node in block {
            let outcome = match node.name.as_str() {
                "break" => Rewritten::Break,
                "set" => {
                    self.set(node);
                    Rewritten::On
                }
                "return" => self.returned(node),
                "rewrite" => self.rewrite(node),
                "if" => match self.holds(&node.arguments) {
                    Some(true) => {
                        let Some(inner) = node.block.as_ref() else { continue };
                        if in_location {
                            self.state = self.state.at(inner);
                            self.blocks.push(inner);
                        }
                        self.rewrites(inner, in_location)
                    }
                    Some(false) => Rewritten::On,
                    None => Rewritten::Open("the condition of an if cannot be decided"),
                },
                _ => Rewritten::On,
            };
            if !matches!(outcome, Rewritten::On) {
                return outcome;
            }
        }
        Rewritten::On
    }

    fn set(&mut self, node: &Node) {
        if let [name, value] = node.arguments.as_slice() {
            let told = self.values.text(value).map_or(Told::Open, Told::Value);
            self.values.set.borrow_mut().insert(name.trim_start_matches('$').to_owned(), told);
        }
    }

    fn returned(&mut self, node: &Node) -> Rewritten {
        self.content = Some(part(node));
        let first = node.arguments.first().map_or("", String::as_str);
        let code = first.parse::<u16>().ok();
        let text = node.arguments.get(1).or_else(|| if code.is_none() { node.arguments.first() } else { None });
        let code = code.unwrap_or(302);
        let told = text.map(|text| self.values.text(text));
        if matches!(code, 301 | 302 | 303 | 307 | 308) {
            match told {
                Some(Some(target)) => self.redirect = Some(self.absolute(target)),
                Some(None) => self.open.push("the target of the redirect".to_owned()),
                None => {}
            }
            self.finish(code);
        } else if let Some(told) = told {
            self.body_bytes = told.map(|text| text.len() as u64);
            self.send(code);
        } else if code < 400 {
            self.body_bytes = Some(0);
            self.send(code);
        } else {
            self.finish(code);
        }
        Rewritten::Done
    }

    fn rewrite(&mut self, node: &Node) -> Rewritten {
        let [pattern, replacement, flags @ ..] = node.arguments.as_slice() else { return Rewritten::On };
        let flag = flags.first().map_or("", String::as_str);
        let path = self.values.path.clone();
        match self.values.matches(pattern, false, &path) {
            Some(true) => {}
            Some(false) => return Rewritten::On,
            None => return Rewritten::Open("a regular expression of a rewrite cannot be evaluated here"),
        }
        let Some(mut target) = self.values.text(replacement) else {
            return Rewritten::Open("the target of a rewrite depends on what is not known");
        };
        self.steps.push(part(node));
        // From here on the request is one of the server's own.
        self.inside = true;
        let keeps_arguments = !replacement.ends_with('?');
        if !keeps_arguments {
            target.pop();
        }
        if let Some(old) = self.values.arguments.clone().filter(|old| keeps_arguments && !old.is_empty()) {
            let mark = if target.contains('?') { '&' } else { '?' };
            target = format!("{target}{mark}{old}");
        }
        let elsewhere = ["http://", "https://", "$scheme"].iter().any(|start| replacement.starts_with(start));
        if elsewhere || matches!(flag, "redirect" | "permanent") {
            self.redirect = Some(self.absolute(target));
            self.content = Some(part(node));
            self.finish(if flag == "permanent" { 301 } else { 302 });
            return Rewritten::Done;
        }
        let (path, arguments) = match target.split_once('?') {
            Some((path, arguments)) => (path.to_owned(), Some(arguments.to_owned())),
            None => (target, if keeps_arguments { self.values.arguments.clone() } else { None }),
        };
        self.values.path = path;
        self.values.arguments = arguments;
        match flag {
            "last" => Rewritten::Again,
            "break" => Rewritten::Break,
            // Without a flag what follows is still done, and then a location is looked for again.
            _ => self.after_rewrite(node),
        }
    }

    /// The directives behind a rewrite without a flag, then the search for a location.
    fn after_rewrite(&mut self, node: &Node) -> Rewritten {
        let blocks = self.blocks.clone();
        for block in blocks.into_iter().rev() {
            let mut behind = block.iter().skip_while(|other| !std::ptr::eq(*other, node)).skip(1);
            if !block.iter().any(|other| std::ptr::eq(other, node)) {
                continue;
            }
            if let Some(next) =
                behind.find(|other| matches!(other.name.as_str(), "return" | "rewrite" | "break" | "if"))
            {
                match next.name.as_str() {
                    "return" => return self.returned(next),
                    "rewrite" => match self.rewrite(next) {
                        Rewritten::On => {}
                        other => return other,
                    },
                    "break" => return Rewritten::Break,
                    _ => return Rewritten::Open("what follows a rewrite without a flag"),
                }
            }
        }
        Rewritten::Again
    }

    /// Whether the condition of an `if` holds.
    fn holds(&self, arguments: &[String]) -> Option<bool> {
        let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if let Some(first) = words.first_mut() {
            *first = first.strip_prefix('(').unwrap_or(first);
        }
        if let Some(last) = words.last_mut() {
            *last = last.strip_suffix(')').unwrap_or(last);
        }
        words.retain(|word| !word.is_empty());
        match words.as_slice() {
            [variable] => self.values.text(variable).map(|text| !text.is_empty() && text != "0"),
            [variable, "=" | "==", wanted] => Some(self.values.text(variable)? == self.values.text(wanted)?),
            [variable, "!=", wanted] => Some(self.values.text(variable)? != self.values.text(wanted)?),
            [variable, operator @ ("~" | "~*" | "!~" | "!~*"), pattern] => {
                let text = self.values.text(variable)?;
                let found = self.values.matches(pattern, operator.ends_with('*'), &text)?;
                Some(found != operator.starts_with('!'))
            }
            [operator @ ("-f" | "!-f" | "-d" | "!-d" | "-e" | "!-e"), path] => {
                let found = (self.files)(&self.values.text(path)?)?;
                let holds = match operator.trim_start_matches('!') {
                    "-f" => matches!(found, Found::File(_)),
                    "-d" => found == Found::Folder,
                    _ => found != Found::Nothing,
                };
                Some(holds != operator.starts_with('!'))
            }
            _ => None,
        }
    }
}
