//! What makes the content: an upstream, a status page, files with their index.

use super::course::{Course, part};
use super::{Found, Part};
use crate::collect::webserver::location::Matching;

/// Directives by which something else answers.
const HANDLERS: [&str; 14] = [
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "grpc_pass",
    "memcached_pass",
    "content_by_lua_block",
    "content_by_lua_file",
    "js_content",
    "perl",
    "api",
    "mp4",
    "flv",
    "dav_methods",
];

const NOT_SEEN: &str = "it depends on a file that is not seen from here (--root)";

impl Course<'_, '_> {
    pub(super) fn make_content(&mut self) {
        // An `if` that held is a location of its own, and try_files is not handed down.
        let innermost = self.blocks.last().and_then(|block| block.iter().find(|node| node.name == "try_files"));
        if let Some(node) = innermost {
            return self.try_files(node);
        }
        self.handle();
    }

    fn handle(&mut self) {
        for name in HANDLERS {
            if let Some(node) = self.own(name) {
                self.content = Some(part(node));
                self.elsewhere = true;
                return self.leave("another program answers");
            }
        }
        for name in ["stub_status", "empty_gif"] {
            if let Some(node) = self.own(name) {
                self.content = Some(part(node));
                return self.send(200);
            }
        }
        self.files_answer();
    }

    fn files_answer(&mut self) {
        self.content = self.state.files.map(part);
        let path = self.values.path.clone();
        let Some(file) = self.file_of(&path) else { return self.leave(NOT_SEEN) };
        match self.values.asked.method.as_str() {
            "GET" | "HEAD" => {}
            "POST" if !path.ends_with('/') => return self.finish(405),
            _ => return self.leave("what files answer to this method"),
        }
        if path.ends_with('/') {
            return self.index(&path, &file);
        }
        match (self.files)(&file) {
            Some(Found::File(bytes)) => {
                self.body_bytes = Some(bytes);
                self.send(200);
            }
            Some(Found::Folder) => {
                let arguments = self.values.arguments.as_deref().filter(|text| !text.is_empty());
                let arguments = arguments.map(|text| format!("?{text}")).unwrap_or_default();
                self.redirect = Some(self.absolute(format!("{path}/{arguments}")));
                self.finish(301);
            }
            Some(Found::Nothing) => self.finish(404),
            None => self.leave(NOT_SEEN),
        }
    }

    fn index(&mut self, path: &str, folder: &str) {
        let node = self.state.single("index");
        let names = node.map_or_else(|| vec!["index.html".to_owned()], |node| node.arguments.clone());
        for name in names {
            let Some(name) = self.values.text(&name) else { return self.leave("the name of the index") };
            if name.starts_with('/') {
                return self.redirect_inside(&name, Part { text: format!("index {name}"), place: place(node) });
            }
            match (self.files)(&format!("{folder}{name}")) {
                Some(Found::File(_)) => {
                    let arguments = self.values.arguments.as_deref().map(|text| format!("?{text}"));
                    let target = format!("{path}{name}{}", arguments.unwrap_or_default());
                    return self.redirect_inside(&target, Part { text: format!("index {name}"), place: place(node) });
                }
                Some(_) => {}
                None => return self.leave(NOT_SEEN),
            }
        }
        match (self.files)(folder.trim_end_matches('/')) {
            Some(Found::Folder) if self.state.is_on("autoindex") => self.send(200),
            Some(Found::Folder) => self.finish(403),
            Some(_) => self.finish(404),
            None => self.leave(NOT_SEEN),
        }
    }

    fn try_files(&mut self, node: &crate::collect::webserver::tree::Node) {
        let Some((last, tried)) = node.arguments.split_last() else { return };
        for text in tried {
            let Some(path) = self.values.text(text) else { return self.leave("what try_files looks for") };
            // Whether a folder is meant is said by the text itself, not by what a variable in it ends with.
            let wants_folder = text.ends_with('/');
            let path = if wants_folder { path.strip_suffix('/').unwrap_or(&path) } else { path.as_str() };
            let Some(file) = self.file_of(path) else { return self.leave(NOT_SEEN) };
            match (self.files)(if wants_folder { file.trim_end_matches('/') } else { &file }) {
                Some(Found::File(_)) if file.ends_with('/') => continue,
                Some(Found::File(_)) if !wants_folder => {}
                Some(Found::Folder) if wants_folder => {}
                Some(_) => continue,
                None => return self.leave(NOT_SEEN),
            }
            self.values.path = path.to_owned();
            self.steps.push(Part { text: format!("try_files {text}"), place: node.location() });
            return self.handle();
        }
        if let Some(code) = last.strip_prefix('=') {
            return match code.parse() {
                Ok(code) => self.finish(code),
                Err(_) => self.leave("the last word of try_files"),
            };
        }
        let Some(target) = self.values.text(last) else { return self.leave("the last word of try_files") };
        if target.starts_with('@') {
            self.steps.push(part(node));
            self.find_named(&target);
        } else {
            self.redirect_inside(&target, part(node));
        }
    }

    /// The file that a path stands for; `None` where the folder depends on what is not known.
    fn file_of(&self, path: &str) -> Option<String> {
        let Some(node) = self.state.files else { return Some(format!("/etc/nginx/html{path}")).filter(|_| false) };
        let folder = self.values.text(node.arguments.first()?)?;
        if node.name == "root" {
            return Some(format!("{}{path}", folder.trim_end_matches('/')));
        }
        match self.server.levels.get(self.level).and_then(|level| level.matching.as_ref()) {
            Some(Matching::Prefix(prefix, _) | Matching::Exact(prefix)) => {
                Some(format!("{folder}{}", path.strip_prefix(prefix.as_str())?))
            }
            // With an expression the alias is the whole name.
            Some(Matching::Pattern(..)) => Some(folder),
            _ => None,
        }
    }
}

fn place(node: Option<&crate::collect::webserver::tree::Node>) -> crate::model::Location {
    node.map(crate::collect::webserver::tree::Node::location).unwrap_or_default()
}
