//! Apache httpd: its configuration -> a server in words of no program. Sections are laid over each other as httpd does it, and every
//! level is asked what a request would get.

mod access;
mod answer;
mod explain;
mod facts;
mod files;
mod guard;
mod header;
mod host;
mod keys;
mod kind;
mod levels;
mod log_format;
mod logs;
mod promise;
mod provider;
mod read;
mod rewrite;
mod scope;
mod section;
mod section_facts;
mod target;
mod tls;
mod version;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::routing::Patterns;
use super::served::Whole;
use crate::collect::world::{Refusal, World};
use crate::model::WebServer;
use read::{Node, Read};

pub use explain::{Explained, explain};
pub(super) use keys::keys;
pub(super) use kind::SECTION;
pub(super) use promise::Promising;

/// Reads a configuration.
pub(super) fn look(world: &dyn World, server: &WebServer, sensitive: Option<&[String]>) -> Whole {
    let configuration = Configuration::read(world, server);
    let mut whole = facts::of(&configuration, server, sensitive);
    whole.faults.extend(configuration.faults());
    whole
}

/// A configuration that was read, with the `.htaccess` files that it lets in.
struct Configuration<'w> {
    read: Read,
    files: RefCell<files::Files<'w>>,
    patterns: Patterns,
    htaccess: RefCell<BTreeMap<String, Option<Rc<Vec<Node>>>>>,
    late_faults: RefCell<Vec<(String, String)>>,
}

impl<'w> Configuration<'w> {
    fn read(world: &'w dyn World, server: &WebServer) -> Self {
        let mut files = read::files(world, server);
        let read = read::read(&mut files, server);
        Self {
            read,
            files: RefCell::new(files),
            patterns: Patterns::default(),
            htaccess: RefCell::default(),
            late_faults: RefCell::default(),
        }
    }

    /// The `.htaccess` of a folder, where it has one. A folder that cannot be looked at is a fault: what may stand there is unknown.
    fn htaccess(&self, folder: &str) -> Option<Rc<Vec<Node>>> {
        if let Some(known) = self.htaccess.borrow().get(folder) {
            return known.clone();
        }
        let mut files = self.files.borrow_mut();
        let local = files.local(folder);
        let name = self
            .read
            .nodes
            .iter()
            .rfind(|node| node.name == "accessfilename")
            .map_or(".htaccess", |node| node.argument(0));
        let path = files::joined(local.trim_end_matches('/'), name);
        let found = match files.list(&local) {
            Ok(names) if names.iter().any(|one| one == name) => {
                let read = read::htaccess(&mut files, &path, &self.read.modules);
                self.late_faults.borrow_mut().extend(read.faults);
                Some(Rc::new(read.nodes))
            }
            Ok(_) => None,
            // A folder that is not in the one around it is not there, and neither is a file in it.
            Err(Refusal::NotFound)
                if local.rsplit_once('/').is_some_and(|(above, own)| {
                    files.list(above).is_ok_and(|names| !names.iter().any(|one| one == own))
                }) =>
            {
                None
            }
            Err(refusal) => {
                let reason = match refusal {
                    Refusal::NotFound => {
                        "its folder cannot be looked at, and AllowOverride lets it change the configuration".to_owned()
                    }
                    other => other.to_string(),
                };
                self.late_faults.borrow_mut().push((path, reason));
                None
            }
        };
        self.htaccess.borrow_mut().insert(folder.to_owned(), found.clone());
        found
    }

    /// Whether a path of the server is a folder; `None` where nothing around it can be looked at.
    fn is_folder(&self, path: &str) -> Option<bool> {
        let files = self.files.borrow();
        let local = files.local(path);
        if files.is_folder(&local) {
            return Some(true);
        }
        let mut around = local.as_str();
        while let Some((above, _)) = around.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
            if files.is_folder(above) {
                // A root that is not that of the server shows nothing of what is below.
                return path.starts_with(self.root_of_sites()?.as_str()).then_some(false);
            }
            around = above;
        }
        None
    }

    /// The first document root, where its folder can be looked at.
    fn root_of_sites(&self) -> Option<String> {
        let files = self.files.borrow();
        let mut left: Vec<&Node> = self.read.nodes.iter().collect();
        while let Some(node) = left.pop() {
            if node.name == "documentroot" {
                let root = node.argument(0).trim_end_matches('/').to_owned();
                return files.is_folder(&files.local(&root)).then_some(root);
            }
            left.extend(node.inside());
        }
        None
    }

    fn faults(&self) -> Vec<(String, String)> {
        let mut all = self.read.faults.clone();
        all.extend(self.late_faults.borrow().iter().cloned());
        all
    }
}

#[cfg(test)]
mod tests;
