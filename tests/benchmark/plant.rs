//! The list of defects as data, its deal over the bodies, and how one is put into a body. It never asks tenken anything.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::body::Body;
use crate::random::Random;

/// One sort of defect of `defects.yml`.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defect {
    pub(crate) id: String,
    pub(crate) rule: String,
    pub(crate) theme: Option<String>,
    pub(crate) clause: String,
    pub(crate) what: String,
    #[serde(rename = "where")]
    pub(crate) places: Vec<String>,
    #[serde(default)]
    shuts_wire: bool,
    plant: Vec<Step>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, default)]
struct Step {
    #[serde(rename = "in")]
    file: Option<String>,
    after: Option<String>,
    find: Option<String>,
    put: Option<String>,
    all: bool,
    end: Option<String>,
    new: Option<String>,
    text: Option<String>,
    owner: Option<String>,
    mode: Option<String>,
    drop: Option<String>,
    node: Option<String>,
    unnode: Option<String>,
    kind: Option<String>,
    link: Option<String>,
    list: Option<String>,
    entry: Option<String>,
    certificate: Option<String>,
    cut: Option<String>,
    from: Option<String>,
    to: Option<String>,
    earlier: Option<Earlier>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Earlier {
    now: String,
    #[serde(default)]
    same: bool,
    #[serde(default)]
    tamper: bool,
}

/// A judgement of a day before, of which the ledger holds an entry.
#[derive(Clone)]
pub(crate) struct EarlierRun {
    pub(crate) now: String,
    pub(crate) body: Body,
    pub(crate) tamper: bool,
}

/// A body with its defects.
pub(crate) struct Planted {
    pub(crate) clean: Body,
    pub(crate) body: Body,
    pub(crate) earlier: Vec<EarlierRun>,
    pub(crate) defects: Vec<Defect>,
}

impl Defect {
    /// The list, in its order.
    pub(crate) fn all() -> Vec<Self> {
        serde_saphyr::from_str(include_str!("defects.yml")).unwrap()
    }

    /// The theme of its rule.
    pub(crate) fn theme(&self) -> &str {
        self.theme.as_deref().unwrap_or_else(|| self.rule.split('-').next().unwrap())
    }

    /// Whether it is seen on the wire alone or there as well.
    fn is_of_wire(&self) -> bool {
        // What the configuration must hold for HTTPS is asked of no server without it.
        matches!(self.theme(), "cfg" | "tls" | "hdr" | "ck" | "trk" | "web" | "exp" | "pol" | "ops" | "beyond")
            || matches!(
                self.rule.as_str(),
                "log-not-on-http" | "log-stats-not-public" | "mail-contact-valid" | "mail-link-domain"
            )
            || self.rule.starts_with("ctr-page")
            || self.plant.iter().any(|step| step.certificate.is_some())
    }

    fn puts(&self, word: &str) -> bool {
        self.plant.iter().any(|step| step.put.as_ref().is_some_and(|put| put.contains(word)))
    }

    fn needs_ledger(&self) -> bool {
        self.plant.iter().any(|step| step.earlier.is_some())
    }
}

/// Bodies of the whole benchmark, defects that are planted, and defects of one body.
pub(crate) const BODIES: usize = 50;
pub(crate) const PLANTED: usize = 500;
const A_BODY: usize = PLANTED / BODIES;

/// Deals the list over the bodies: every sort once, what no rule names twice, and the rest by chance, until 500 are planted.
pub(crate) fn deal() -> Vec<Planted> {
    let all = Defect::all();
    let mut random = Random::new(0x7E_4E_4E);
    let mut queue: Vec<&Defect> = all.iter().chain(all.iter().filter(|defect| defect.rule == "none")).collect();
    let mut others: Vec<&Defect> = all.iter().filter(|defect| defect.rule != "none").collect();
    shuffle(&mut others, &mut random);
    queue.extend(&others[..PLANTED - queue.len()]);
    shuffle(&mut queue, &mut random);
    // Those that tolerate few others come first.
    queue.sort_by_key(|defect| !defect.shuts_wire);
    let mut bodies: Vec<Planted> = (0..BODIES)
        .map(|seed| {
            let clean = Body::new(u64::try_from(seed).unwrap());
            Planted { body: clean.clone(), clean, earlier: Vec::new(), defects: Vec::new() }
        })
        .collect();
    let mut homeless = Vec::new();
    for defect in queue {
        let start = random.below(BODIES);
        let mut order: Vec<usize> = (0..BODIES).map(|at| (start + at) % BODIES).collect();
        order.sort_by_key(|at| bodies[*at].defects.len());
        let taken =
            order.into_iter().find(|at| bodies[*at].defects.len() < A_BODY && bodies[*at].plant(defect).is_ok());
        if taken.is_none() {
            let mut alone = Planted::alone(1);
            let by_itself = alone.plant(defect).map_or_else(|why| why, |()| "fine".to_owned());
            homeless.push(format!("{}: by itself {by_itself}", defect.id));
        }
    }
    assert!(homeless.is_empty(), "no body takes these: {homeless:#?}");
    bodies
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for at in (1..items.len()).rev() {
        items.swap(at, random.below(at + 1));
    }
}

impl Planted {
    /// One clean body and nothing else.
    pub(crate) fn alone(seed: u64) -> Self {
        let clean = Body::new(seed);
        Self { body: clean.clone(), clean, earlier: Vec::new(), defects: Vec::new() }
    }

    /// Puts a defect in, or says why it cannot stand beside the others.
    pub(crate) fn plant(&mut self, defect: &Defect) -> Result<(), String> {
        for other in &self.defects {
            if other.rule == defect.rule
                || (other.shuts_wire && defect.is_of_wire())
                || (defect.shuts_wire && other.is_of_wire())
            {
                return Err(format!("it does not stand beside {}", other.id));
            }
            // Whoever is declared as a reader is no stranger to the logs.
            let declares = |one: &Defect| one.puts("log_readers: [logadmin, webops]");
            let forbids = |one: &Defect| {
                matches!(one.rule.as_str(), "log-effective-readers" | "log-group-members" | "log-sudo-scope")
            };
            if (declares(other) && forbids(defect)) || (declares(defect) && forbids(other)) {
                return Err(format!("{} and it contradict each other", other.id));
            }
            // A server takes one list of suites.
            if other.puts("ssl_ciphers") && defect.puts("ssl_ciphers") {
                return Err(format!("both it and {} set the suites", other.id));
            }
            if other.needs_ledger() && defect.needs_ledger() {
                return Err("one past is enough".to_owned());
            }
        }
        let (mut body, mut earlier) = (self.body.clone(), self.earlier.clone());
        for step in &defect.plant {
            step.apply(&mut body, &self.clean, &mut earlier)?;
        }
        // What another defect put in must still be there.
        let mut others = self.defects.clone();
        others.push(defect.clone());
        for other in &others {
            // What one of its own steps cuts out again need not be there.
            let cut: Vec<&String> = other.plant.iter().filter_map(|step| step.cut.as_ref()).collect();
            let mut kept =
                other.plant.iter().filter(|step| !step.file.as_ref().is_some_and(|file| cut.contains(&file)));
            kept.try_for_each(|step| step.still_there(&body))?;
        }
        (self.body, self.earlier, self.defects) = (body, earlier, others);
        Ok(())
    }
}

impl Step {
    fn apply(&self, body: &mut Body, clean: &Body, earlier: &mut Vec<EarlierRun>) -> Result<(), String> {
        if let Some(file) = &self.file {
            return self.edit(body, file);
        }
        if let Some(path) = &self.new {
            if body.files.contains_key(path) {
                return Err(format!("{path} is there already"));
            }
            let text = self.text.clone().unwrap_or_default();
            match path.strip_prefix("root/") {
                Some(inside) => {
                    let mode = self.mode.as_deref().unwrap_or("0644");
                    body.put_on_host(inside, &text, mode, self.owner.as_deref().unwrap_or("root:root"));
                }
                None => drop(body.files.insert(path.clone(), text)),
            }
        } else if let Some(path) = &self.drop {
            body.files.remove(path).ok_or_else(|| format!("{path} is not there"))?;
            if let Some(inside) = path.strip_prefix("root/") {
                body.nodes.remove(inside);
            }
        } else if let Some(path) = &self.node {
            let node = body.nodes.entry(path.clone()).or_default();
            if let Some(kind) = &self.kind {
                kind.clone_into(&mut node.kind);
            }
            if let Some(mode) = &self.mode {
                mode.clone_into(&mut node.mode);
            }
            if let Some((user, group)) = self.owner.as_deref().and_then(|owner| owner.split_once(':')) {
                (node.user, node.group) = (user.to_owned(), group.to_owned());
            }
            if node.user.is_empty() {
                (node.user, node.group) = ("root".to_owned(), "root".to_owned());
            }
            if self.link.is_some() {
                node.link.clone_from(&self.link);
            }
        } else if let Some(path) = &self.unnode {
            body.nodes.remove(path).ok_or_else(|| format!("{path} is not there"))?;
        } else if let Some(path) = &self.list {
            body.lists.entry(path.clone()).or_default().push(self.entry.clone().unwrap());
        } else if let Some(kind) = &self.certificate {
            if body.certificate != "sound" {
                return Err("it has another certificate already".to_owned());
            }
            kind.clone_into(&mut body.certificate);
        } else if let Some(file) = &self.cut {
            let text = body.files.get_mut(file).unwrap();
            let from = text.find(self.from.as_deref().unwrap()).ok_or("nothing to cut")?;
            let to = from + text[from..].find(self.to.as_deref().unwrap()).ok_or("nothing to cut")?;
            text.replace_range(from..to, "");
        } else if let Some(one) = &self.earlier {
            let body = if one.same { body.clone() } else { clean.clone() };
            earlier.push(EarlierRun { now: one.now.clone(), body, tamper: one.tamper });
        } else {
            return Err("a step that does nothing".to_owned());
        }
        Ok(())
    }

    /// Edits a file, or the first file of a folder that holds the text; `all` of them.
    fn edit(&self, body: &mut Body, file: &str) -> Result<(), String> {
        if let Some(end) = &self.end {
            if !body.files.contains_key(file) {
                return Err(format!("{file} is not there"));
            }
            body.append(file, end);
            return Ok(());
        }
        let (find, put) = (self.find.as_deref().unwrap(), self.put.as_deref().unwrap());
        let inside = format!("{file}/");
        let paths = body.files.keys().filter(|path| *path == file || path.starts_with(&inside));
        let paths: BTreeSet<String> = paths.cloned().collect();
        let mut found = false;
        for path in paths {
            let text = body.files.get_mut(&path).unwrap();
            let start = match &self.after {
                Some(after) => match text.find(after.as_str()) {
                    Some(at) => at,
                    None => continue,
                },
                None => 0,
            };
            let Some(at) = text[start..].find(find) else { continue };
            found = true;
            if self.all {
                *text = text.replace(find, put);
            } else {
                text.replace_range(start + at..start + at + find.len(), put);
                break;
            }
        }
        if found { Ok(()) } else { Err(format!("{file} does not hold {find:?}")) }
    }

    fn still_there(&self, body: &Body) -> Result<(), String> {
        let Some(file) = &self.file else { return Ok(()) };
        let wanted = self.end.as_ref().or(self.put.as_ref()).unwrap();
        let inside = format!("{file}/");
        let mut texts = body.files.iter().filter(|(path, _)| *path == file || path.starts_with(&inside));
        if texts.any(|(_, text)| text.contains(wanted.as_str())) { Ok(()) } else { Err(format!("{wanted:?} is gone")) }
    }
}
