//! The main file with all that it includes, as httpd reads it: includes in byte order, variables filled in, macros used, and
//! of every condition only what holds. What a condition hides is kept as a [`Guard`].

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::files::Files;
use super::guard::{self, Guard};
use super::version::Version;
use crate::collect::limits::{CONFIGURATION_FILES, cut};
use crate::collect::world::World;
use crate::model::{Location, Related, WebServer};
use crate::syntax::apache::{Directive, words};

/// Macros that use macros that use …
const MACRO_DEPTH: usize = 16;

/// A directive with the file that holds it and the includes that led there. Its name is in lower case.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    /// The arguments in one piece, variables filled in.
    pub(super) rest: String,
    pub(super) file: Rc<str>,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) chain: Rc<Vec<Related>>,
    pub(super) block: Option<Vec<Self>>,
}

impl Node {
    pub(super) fn location(&self) -> Location {
        Location::file(self.file.as_ref(), self.line, self.column)
    }

    /// The argument of a number, or nothing.
    pub(super) fn argument(&self, number: usize) -> &str {
        self.arguments.get(number).map_or("", String::as_str)
    }

    pub(super) fn inside(&self) -> &[Self] {
        self.block.as_deref().unwrap_or_default()
    }
}

/// A whole configuration.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) nodes: Vec<Node>,
    pub(super) guards: Vec<Guard>,
    pub(super) modules: Modules,
    /// What could not be read: subject and reason.
    pub(super) faults: Vec<(String, String)>,
}

/// Modules that are loaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Modules {
    /// Identifiers: `headers_module`.
    loaded: BTreeSet<String>,
    /// Some LoadModule was read, so that what is not named is not there. Else the program may have them built in.
    pub(super) known: bool,
}

impl Modules {
    /// Whether a module is there, by identifier or file name. Where nothing is known, all are taken to be there.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.known || self.loaded.contains(&guard::identifier(name))
    }

    /// Takes note of one module.
    fn load(&mut self, name: &str) {
        self.loaded.insert(guard::identifier(name));
    }
}

/// Reads the configuration of a server.
pub(super) fn read(files: &mut Files<'_>, server: &WebServer) -> Read {
    // Whether modules are loaded at all is known at the end of a first pass; conditions hold in the second one.
    let first = pass(files, server, false);
    if first.modules.loaded.is_empty() { first } else { pass(files, server, true) }
}

fn pass(files: &mut Files<'_>, server: &WebServer, known: bool) -> Read {
    let mut reader = Reader {
        files,
        version: super::version::of(server.version.as_deref()),
        defines: BTreeMap::new(),
        macros: BTreeMap::new(),
        unset: BTreeSet::new(),
        told: BTreeSet::new(),
        included: 0,
        open: Vec::new(),
        read: Read { modules: Modules { loaded: BTreeSet::new(), known }, ..Read::default() },
    };
    if known {
        guard::BUILT_IN.iter().for_each(|name| reader.read.modules.load(name));
    }
    let mut nodes = Vec::new();
    reader.file(&server.path, &Rc::new(Vec::new()), &mut nodes);
    let mut read = reader.read;
    read.nodes = nodes;
    read
}

struct Reader<'a, 'w> {
    files: &'a mut Files<'w>,
    version: Option<Version>,
    defines: BTreeMap<String, String>,
    macros: BTreeMap<String, (Vec<String>, Rc<[Directive]>)>,
    unset: BTreeSet<String>,
    /// Files whose faults were said.
    told: BTreeSet<String>,
    included: usize,
    open: Vec<String>,
    read: Read,
}

/// Where a directive is read from.
#[derive(Clone)]
struct From {
    file: Rc<str>,
    chain: Rc<Vec<Related>>,
    macros: usize,
}

impl Reader<'_, '_> {
    fn file(&mut self, path: &str, chain: &Rc<Vec<Related>>, into: &mut Vec<Node>) {
        if self.open.iter().any(|opened| opened == path) {
            return self.fault(path, "it includes itself");
        }
        let (directives, faults) = self.files.parsed(path);
        if self.told.insert(path.to_owned()) {
            for (subject, reason) in faults {
                self.fault(&subject, &reason);
            }
        }
        let Some(directives) = directives else { return };
        self.open.push(path.to_owned());
        let from = From { file: Rc::from(path), chain: Rc::clone(chain), macros: 0 };
        self.level(&directives, &from, into);
        self.open.pop();
    }

    fn level(&mut self, directives: &[Directive], from: &From, into: &mut Vec<Node>) {
        for directive in directives {
            let rest = self.filled(&directive.rest, from, directive);
            let name = directive.name.to_ascii_lowercase();
            let arguments = words(&rest);
            let first = arguments.first().map_or("", String::as_str);
            match (name.as_str(), &directive.block) {
                ("define", None) => {
                    let value = arguments.get(1).cloned().unwrap_or_default();
                    self.defines.insert(first.to_owned(), value);
                }
                ("undefine", None) => {
                    self.defines.remove(first);
                }
                ("loadmodule", None) => self.read.modules.load(first),
                ("serverroot", None) => self.files.server_root(first),
                ("include" | "includeoptional", None) => {
                    self.include(first, name == "includeoptional", from, directive, into);
                }
                ("macro", Some(block)) => {
                    let parameters = arguments.iter().skip(1).cloned().collect();
                    self.macros.insert(first.to_ascii_lowercase(), (parameters, block.clone().into()));
                }
                ("use", None) => self.use_macro(&arguments, from, directive, into),
                ("ifmodule" | "ifdefine" | "ifversion" | "iffile" | "ifdirective" | "ifsection", Some(block)) => {
                    self.condition(&name, &arguments, block, directives, from, directive, into);
                }
                (_, block) => {
                    let block = block.as_ref().map(|block| {
                        let mut inner = Vec::with_capacity(block.len());
                        self.level(block, from, &mut inner);
                        inner
                    });
                    into.push(Node {
                        name,
                        arguments,
                        rest,
                        file: Rc::clone(&from.file),
                        line: directive.line,
                        column: directive.column,
                        chain: Rc::clone(&from.chain),
                        block,
                    });
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // One call, and each of them is of the directive at hand.
    fn condition(
        &mut self,
        name: &str,
        arguments: &[String],
        block: &[Directive],
        beside: &[Directive],
        from: &From,
        directive: &Directive,
        into: &mut Vec<Node>,
    ) {
        let first = arguments.first().map_or("", String::as_str);
        let (negated, plain) = first.strip_prefix('!').map_or((false, first), |plain| (true, plain));
        let mut open = None;
        let holds = match name {
            "ifmodule" => {
                if !self.read.modules.known {
                    open = Some("which modules are loaded is not known: no LoadModule was read");
                }
                self.read.modules.has(plain) != negated
            }
            "ifdefine" => {
                let defined = self.defines.contains_key(plain);
                if !defined && !negated {
                    open = Some("whether the server is started with this -D is not known");
                }
                defined != negated
            }
            "ifversion" => match super::version::holds(self.version, arguments) {
                Some(holds) => holds,
                None => {
                    let place = place(&from.file, directive);
                    self.fault(&place, "which version runs is not declared (site file: configuration: server_version)");
                    true
                }
            },
            "iffile" => self.files.is_there(plain) != negated,
            // All directives and sections of 2.4 are there; what is asked for is as old as the condition at least.
            _ => !negated,
        };
        if holds {
            self.level(block, from, into);
        }
        if matches!(name, "ifmodule" | "ifdefine") {
            let hidden = guard::settings(block);
            let answered = holds && open.is_none();
            if !hidden.is_empty() && (!negated || answered) {
                let other = if negated { plain.to_owned() } else { format!("!{plain}") };
                let has_other = beside.iter().any(|one| {
                    one.name.eq_ignore_ascii_case(&directive.name)
                        && words(&one.rest).first().is_some_and(|word| guard::is_same(word, &other))
                });
                self.read.guards.push(Guard {
                    name: directive.name.clone(),
                    condition: cut(first),
                    location: Location::file(from.file.as_ref(), directive.line, directive.column),
                    chain: from.chain.as_ref().clone(),
                    // What has its counterpart for the other case hides nothing.
                    hidden: if holds || has_other { Vec::new() } else { hidden },
                    open: open.filter(|_| !has_other).map(str::to_owned),
                });
            }
        }
    }

    fn include(&mut self, pattern: &str, optional: bool, from: &From, directive: &Directive, into: &mut Vec<Node>) {
        let mut longer = from.chain.as_ref().clone();
        longer.push(Related {
            location: Location::file(from.file.as_ref(), directive.line, directive.column),
            note: "included here".to_owned(),
        });
        let longer = Rc::new(longer);
        let (paths, faults) = self.files.matching(pattern, optional);
        for (subject, reason) in faults {
            self.fault(&subject, &reason);
        }
        for path in paths {
            self.included += 1;
            if self.included > CONFIGURATION_FILES {
                return self.fault(&path, "more files are included than are read");
            }
            self.file(&path, &longer, into);
        }
    }

    fn use_macro(&mut self, arguments: &[String], from: &From, directive: &Directive, into: &mut Vec<Node>) {
        let name = arguments.first().map_or("", String::as_str);
        let place = place(&from.file, directive);
        let Some((parameters, block)) = self.macros.get(&name.to_ascii_lowercase()).cloned() else {
            return self.fault(&place, "a macro that is not there");
        };
        if from.macros >= MACRO_DEPTH {
            return self.fault(&place, "more than 16 macros inside each other");
        }
        let filled: Vec<(String, String)> = parameters.into_iter().zip(arguments.iter().skip(1).cloned()).collect();
        let block: Vec<Directive> = block.iter().map(|one| substituted(one, &filled)).collect();
        let inner = From { macros: from.macros + 1, ..from.clone() };
        self.level(&block, &inner, into);
    }

    /// `${NAME}` filled in, from Define and from the environment file beside the main file. What is not set stays, as in httpd.
    fn filled(&mut self, text: &str, from: &From, directive: &Directive) -> String {
        if !text.contains("${") {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            out.push_str(&rest[..at]);
            let behind = &rest[at + 2..];
            let Some(end) = behind.find('}') else {
                out.push_str(&rest[at..]);
                return out;
            };
            let name = &behind[..end];
            match self.defines.get(name).or_else(|| self.files.variable(name)) {
                Some(value) => out.push_str(value),
                None => {
                    out.push_str(&rest[at..at + 3 + end]);
                    if self.unset.insert(name.to_owned()) {
                        let reason = format!("the variable {} is not set here", cut(name));
                        self.fault(&place(&from.file, directive), &reason);
                    }
                }
            }
            rest = &behind[end + 1..];
        }
        out.push_str(rest);
        out
    }

    fn fault(&mut self, subject: &str, reason: &str) {
        self.read.faults.push((subject.to_owned(), reason.to_owned()));
    }
}

fn place(file: &str, directive: &Directive) -> String {
    format!("{file}:{}:{}", directive.line, directive.column)
}

/// A directive of a macro with its parameters filled in.
fn substituted(directive: &Directive, filled: &[(String, String)]) -> Directive {
    let fill =
        |text: &str| filled.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name.as_str(), value));
    Directive {
        name: fill(&directive.name),
        rest: fill(&directive.rest),
        block: directive.block.as_ref().map(|block| block.iter().map(|one| substituted(one, filled)).collect()),
        ..directive.clone()
    }
}

/// Reads one `.htaccess`: directives without conditions of their own includes.
pub(super) fn htaccess(files: &mut Files<'_>, path: &str, modules: &Modules) -> Read {
    let mut reader = Reader {
        files,
        version: None,
        defines: BTreeMap::new(),
        macros: BTreeMap::new(),
        unset: BTreeSet::new(),
        told: BTreeSet::new(),
        included: 0,
        open: Vec::new(),
        read: Read { modules: modules.clone(), ..Read::default() },
    };
    let mut nodes = Vec::new();
    reader.file(path, &Rc::new(Vec::new()), &mut nodes);
    let mut read = reader.read;
    read.nodes = nodes;
    read
}

/// The world of a configuration.
pub(super) fn files<'w>(world: &'w dyn World, server: &WebServer) -> Files<'w> {
    Files::new(world, server)
}
