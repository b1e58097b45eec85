//! What a configuration may have answered to a request whose status was seen: what its files may be like is gone through case by
//! case, and those cases remain that lead to this status.

use std::collections::BTreeSet;

use super::server::chosen;
use super::value::Tables;
use super::{Answer, Asked, Asking, Found, Parts, answered};
use crate::collect::webserver::model::Server;
use crate::collect::webserver::socket::Socket;
use crate::collect::webserver::tree::Block;

/// A configuration that is ready for many questions.
pub(in crate::collect::webserver) struct Ready<'r> {
    pub(super) asking: &'r Asking<'r>,
    pub(super) servers: Vec<Server<'r>>,
    pub(super) sockets: Vec<Socket>,
    pub(super) tables: Tables<'r>,
}

/// The answers that fit what was seen.
#[derive(Debug, Default)]
pub(in crate::collect::webserver) struct Possible {
    /// Answers that lead to the status that was seen, or leave it open; where none does, what the configuration says at all.
    pub(in crate::collect::webserver) answers: Vec<Answer>,
    /// Whether they fit.
    pub(in crate::collect::webserver) fits: bool,
    /// Every status that it may come to; `None` where it may be any.
    pub(in crate::collect::webserver) statuses: Option<BTreeSet<u16>>,
}

/// What the files of a server may be like, as far as one request is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Files {
    /// What is asked for is there.
    There,
    /// Only its folders are.
    Folders,
    /// What is asked for without a slash at its end is a folder.
    Folder,
    /// Nothing is there.
    Nothing,
}

impl Ready<'_> {
    /// What is answered to one request; `None` where no server listens.
    pub(super) fn answer(
        &self,
        asked: &Asked,
        files: &dyn Fn(&str) -> Option<Found>,
        enters: Option<bool>,
    ) -> Option<Answer> {
        let parts = Parts {
            servers: &self.servers,
            sockets: &self.sockets,
            directives: &self.asking.read.directives,
            files,
            enters,
        };
        let chosen = chosen(&self.servers, &self.sockets, &self.asking.patterns, asked)?;
        Some(answered(&parts, chosen, &self.asking.patterns, &self.tables, asked))
    }

    /// What may have been answered to a request, given the status that was seen; `None` where no server listens.
    pub(in crate::collect::webserver) fn possible(&self, asked: &Asked, status: u16) -> Option<Possible> {
        let path = asked.target.split('?').next().unwrap_or_default();
        let roots = roots(&self.asking.read.directives);
        // Whoever was refused was not let in, and whoever was answered was.
        let enters = Some(!matches!(status, 401 | 403));
        let mut all: Vec<Answer> = Vec::new();
        for case in [Files::There, Files::Folders, Files::Folder, Files::Nothing] {
            let answer = self.answer(asked, &|file| Some(supposed(case, file, path, &roots)), enters)?;
            if !all.contains(&answer) {
                all.push(answer);
            }
        }
        // What the configuration may come to at all: whatever its files are like.
        let statuses = all.iter().map(|answer| answer.status).collect::<Option<BTreeSet<u16>>>();
        // What is really there, where it is seen from here, leaves no doubt.
        let seen = self.answer(asked, &|file| self.asking.file(file), enters)?;
        if seen.status == Some(status) {
            return Some(Possible { answers: vec![seen], fits: true, statuses });
        }
        let fits = |answer: &Answer| answer.status.is_none_or(|own| own == status);
        if all.iter().any(fits) {
            return Some(Possible { answers: all.into_iter().filter(fits).collect(), fits: true, statuses });
        }
        Some(Possible { answers: all, fits: false, statuses })
    }
}

/// What stands at a path of the server's files in one case.
fn supposed(case: Files, file: &str, path: &str, roots: &BTreeSet<&str>) -> Found {
    let bare = file.trim_end_matches('/');
    let asked = path.trim_end_matches('/');
    // The folders around what is asked for: the root itself, and for a path that ends in a slash its own.
    let is_folder = roots.contains(bare) || (path.ends_with('/') && !asked.is_empty() && bare.ends_with(asked));
    match case {
        Files::Nothing => Found::Nothing,
        Files::Folder => Found::Folder,
        _ if is_folder => Found::Folder,
        Files::Folders => Found::Nothing,
        Files::There => Found::File(0),
    }
}

/// Every folder that is named as root or alias.
fn roots(directives: &Block) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut left = vec![directives];
    while let Some(block) = left.pop() {
        for node in block {
            if let ("root" | "alias", Some(path)) = (node.name.as_str(), node.arguments.first()) {
                found.insert(path.trim_end_matches('/'));
            }
            left.extend(&node.block);
        }
    }
    found
}
