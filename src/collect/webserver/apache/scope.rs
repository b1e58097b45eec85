//! What is in force at one place: the sections that hold there laid over each other, module by module as httpd merges them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::access::{Compat, Require, names_get};
use super::header::Operation;
use super::read::Node;

/// Directives of one value that an inner section takes over until it sets its own.
const SINGLES: [&str; 12] = [
    "authtype",
    "dav",
    "directoryindex",
    "fallbackresource",
    "forcetype",
    "limitrequestbody",
    "proxypass",
    "serversignature",
    "sethandler",
    "sslverifyclient",
    "authbasicprovider",
    "authuserfile",
];

/// What may be in a `.htaccess` file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Overrides {
    /// `AuthConfig FileInfo Indexes Limit Options`, in that order; all five for `All`.
    pub(super) classes: Vec<&'static str>,
    /// Directives of `AllowOverrideList`.
    pub(super) list: Vec<String>,
}

impl Overrides {
    pub(super) fn is_none(&self) -> bool {
        self.classes.is_empty() && self.list.is_empty()
    }
}

const CLASSES: [&str; 5] = ["AuthConfig", "FileInfo", "Indexes", "Limit", "Options"];

/// What is in force at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) headers: Rc<Vec<Operation>>,
    pub(super) indexes: bool,
    pub(super) overrides: Overrides,
    pub(super) overrides_at: Option<Rc<Node>>,
    pub(super) require: Option<Rc<Require>>,
    pub(super) compat: Option<Rc<Compat>>,
    /// `Redirect` and `RedirectMatch` without a path, or in a directory: inner ones first.
    pub(super) redirects: Vec<Rc<Node>>,
    /// RewriteEngine, RewriteCond and RewriteRule of the innermost section that has any.
    pub(super) rewrite: Rc<Vec<Node>>,
    /// `<Files>` and `<If>` that hold in here.
    pub(super) files: Vec<Rc<Node>>,
    pub(super) conditions: Vec<Rc<Node>>,
    singles: BTreeMap<&'static str, Rc<Node>>,
}

impl Scope {
    /// This scope with a section laid over it.
    pub(super) fn at(&self, section: &[Node]) -> Self {
        let mut scope = self.clone();
        scope.lay(section);
        // mod_authz_core: a section's own rules take the place of those around it, unless AuthMerging says otherwise.
        if let Some(require) = Require::of(section) {
            let merging = section
                .iter()
                .rfind(|node| node.name == "authmerging")
                .map(|node| node.argument(0).to_ascii_lowercase());
            let together = self.require.as_deref().cloned().map(|outer| (outer, require.clone()));
            scope.require = Some(Rc::new(match (merging.as_deref(), together) {
                (Some("and"), Some((outer, own))) => Require::All(vec![outer, own]),
                (Some("or"), Some((outer, own))) => Require::Any(vec![outer, own]),
                _ => require,
            }));
        }
        // mod_access_compat has no merger: what a section has replaces all of what is around it.
        if let Some(compat) = Compat::of(section) {
            scope.compat = Some(Rc::new(compat));
        }
        let rewrite: Vec<Node> = section.iter().filter(|node| node.name.starts_with("rewrite")).cloned().collect();
        if !rewrite.is_empty() {
            scope.rewrite = Rc::new(rewrite);
        }
        scope
    }

    fn lay(&mut self, section: &[Node]) {
        let mut headers = Vec::new();
        let mut redirects = Vec::new();
        let mut options = OptionsOf::default();
        for node in section {
            match node.name.as_str() {
                "header" => headers.extend(Operation::of(node)),
                "options" => options.add(&node.arguments),
                "allowoverride" => {
                    self.overrides.classes = classes(&node.arguments);
                    self.overrides_at = Some(Rc::new(node.clone()));
                }
                "allowoverridelist" => {
                    let named = node.arguments.iter().filter(|word| !word.eq_ignore_ascii_case("none"));
                    self.overrides.list = named.cloned().collect();
                    self.overrides_at = Some(Rc::new(node.clone()));
                }
                "redirect" | "redirectmatch" | "redirectpermanent" | "redirecttemp" => {
                    redirects.push(Rc::new(node.clone()))
                }
                "files" | "filesmatch" => self.files.push(Rc::new(node.clone())),
                "if" | "elseif" | "else" => self.conditions.push(Rc::new(node.clone())),
                "limit" if names_get(node) => self.lay(node.inside()),
                "limitexcept" if !names_get(node) => self.lay(node.inside()),
                name => {
                    if let Some(single) = SINGLES.iter().find(|single| **single == name) {
                        self.singles.insert(single, Rc::new(node.clone()));
                    }
                }
            }
        }
        if !headers.is_empty() {
            let mut all = self.headers.as_ref().clone();
            all.extend(headers);
            self.headers = Rc::new(all);
        }
        if !redirects.is_empty() {
            redirects.append(&mut self.redirects);
            self.redirects = redirects;
        }
        self.indexes = options.over(self.indexes);
    }

    /// The directive of one value that is in force.
    pub(super) fn single(&self, name: &str) -> Option<&Rc<Node>> {
        self.singles.get(name)
    }

    /// Its first argument in lower case.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        self.single(name).map(|node| node.argument(0).to_ascii_lowercase())
    }
}

/// What the `Options` of one section do to Indexes (core.c: set_options and merge_core_dir_configs).
#[derive(Debug, Default)]
struct OptionsOf {
    replaces: bool,
    value: bool,
    change: Option<bool>,
}

impl OptionsOf {
    fn add(&mut self, words: &[String]) {
        let mut is_first = true;
        for word in words {
            let (action, name) = match word.split_at_checked(1) {
                Some(("+", name)) => (Some(true), name),
                Some(("-", name)) => (Some(false), name),
                _ => (None, word.as_str()),
            };
            let is_index = matches!(name.to_ascii_lowercase().as_str(), "indexes" | "all");
            match action {
                None => {
                    if is_first {
                        (self.replaces, self.value, is_first) = (true, false, false);
                    }
                    self.value |= is_index;
                }
                Some(on) if is_index => {
                    self.change = Some(on);
                    self.value = on;
                }
                Some(_) => {}
            }
        }
    }

    fn over(&self, outer: bool) -> bool {
        if self.replaces { self.value } else { self.change.unwrap_or(outer) }
    }
}

fn classes(words: &[String]) -> Vec<&'static str> {
    let has = |wanted: &str| {
        words.iter().any(|word| word.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case(wanted)))
    };
    let all = has("all");
    CLASSES.into_iter().filter(|class| all || has(class)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::nodes;
    use super::*;

    #[test]
    fn options_replace_add_and_take_away() {
        let indexes = |outer: bool, text: &str| Scope { indexes: outer, ..Scope::default() }.at(&nodes(text)).indexes;
        assert!(indexes(false, "Options Indexes FollowSymLinks"));
        assert!(!indexes(true, "Options FollowSymLinks"));
        assert!(indexes(true, "Options +ExecCGI") && !indexes(true, "Options -Indexes"));
        assert!(indexes(false, "Options +Indexes") && indexes(false, "Options All"));
        assert!(!indexes(true, "Options None") && !indexes(true, "Options All -Indexes"));
    }

    #[test]
    fn sections_are_laid_over_each_other_module_by_module() {
        let outer = Scope::default().at(&nodes("Header set A 1\nRequire all denied\nOrder deny,allow\nDeny from all"));
        let inner = outer.at(&nodes("Header set B 1\nRequire all granted\nAllowOverride AuthConfig Options=Indexes"));
        assert_eq!((inner.headers.len(), inner.compat.is_some()), (2, true));
        assert_eq!(inner.overrides.classes, ["AuthConfig", "Options"]);
        let merged = outer.at(&nodes("AuthMerging And\nRequire all granted"));
        assert!(matches!(merged.require.as_deref(), Some(Require::All(rules)) if rules.len() == 2));
        assert_eq!(outer.at(&nodes("AllowOverride None")).overrides, Overrides::default());
    }
}
