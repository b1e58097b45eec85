//! Containers in one vocabulary, whichever file describes them: containers, ports, mounts and values as observations.

use std::collections::BTreeMap;

use super::kinds::{CONTAINER, ENVIRONMENT, MOUNT, PORT};
use super::product::{is_database, is_pinned};
use super::{METHOD, Place, Seen, secret};
use crate::collect::limits::cut;
use crate::model::{Observation, Related, Subject, SubjectKind, Value};

/// A text of a deployment file: known, or with a variable that is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// As the program sees it.
    Known(String),
    /// The variable that nobody sets here.
    Unset(String),
}

impl Text {
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unset(_) => None,
        }
    }

    fn reason(&self) -> String {
        match self {
            Self::Known(_) => String::new(),
            Self::Unset(name) => format!("the variable {} is not set here", cut(name)),
        }
    }
}

/// One container.
#[derive(Debug, Clone, Default)]
pub(super) struct Container {
    /// `service[web]`: where it stands inside its file, without line numbers.
    pub(super) locus: String,
    /// The file that describes it first: its name in subjects, wherever it is overridden.
    pub(super) home: String,
    /// Its own name, by which readers of logs are declared.
    pub(super) name: String,
    pub(super) place: Place,
    /// Where single settings stand, with what is there.
    pub(super) settings: Vec<(Place, &'static str)>,
    pub(super) image: Option<Text>,
    pub(super) built: bool,
    pub(super) privileged: Option<Text>,
    pub(super) host_network: bool,
    pub(super) capabilities: Vec<String>,
    pub(super) user: Option<Text>,
    pub(super) ports: Vec<Port>,
    pub(super) mounts: BTreeMap<String, Mount>,
    /// By name: where it stands, and the value, where one stands here.
    pub(super) environment: BTreeMap<String, (Place, Option<String>)>,
}

/// One published port.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub(super) place: Place,
    /// Port inside; `None` where it cannot be told.
    pub(super) inside: Option<u16>,
    /// Its spelling, for its name.
    pub(super) shown: String,
    /// Address on the host; `None` where it cannot be told.
    pub(super) address: Option<String>,
    pub(super) load_balancer: bool,
}

/// One path of the host inside a container.
#[derive(Debug, Clone)]
pub(super) struct Mount {
    pub(super) place: Place,
    pub(super) read_only: bool,
}

/// The name of the file with a place inside.
pub(super) fn subject(file: &str, locus: &str) -> Subject {
    Subject::new(SubjectKind::File, format!("{file}#{locus}"))
}

/// States all of one container. `main` is the file that names it in subjects.
pub(super) fn state(container: &Container, main: &str, readers: Option<&[String]>, seen: &mut Seen) {
    let mut one = Observation::new(CONTAINER, subject(main, &container.locus), container.place.location(), METHOD);
    one.related = container
        .settings
        .iter()
        .map(|(place, note)| Related { location: place.location(), note: (*note).to_owned() })
        .collect();
    match &container.image {
        Some(Text::Known(image)) => {
            one.set("image", cut(image)).set("image_pinned", is_pinned(image));
        }
        Some(unset) => {
            one.unknown("image", unset.reason()).unknown("image_pinned", unset.reason());
        }
        // What is built here is as pinned as the base of its Dockerfile, which no fact tells yet.
        None if container.built => {
            one.unknown("image_pinned", "it is built here, and the base is not looked at");
        }
        None => {
            one.unknown("image_pinned", "no image is named");
        }
    }
    one.set("image_built", container.built);
    match &container.privileged {
        None => one.set("privileged", false),
        Some(Text::Known(text)) => one.set("privileged", text == "true"),
        Some(unset) => one.unknown("privileged", unset.reason()),
    };
    one.set("host_network", container.host_network);
    one.set("engine_socket", container.mounts.keys().any(|path| is_engine_socket(path)));
    one.set("capabilities", Value::texts(container.capabilities.iter().map(|name| cut(name))));
    match &container.user {
        Some(Text::Known(user)) => {
            one.set("user", cut(user));
        }
        Some(unset) => {
            one.unknown("user", unset.reason());
        }
        None => {}
    }
    seen.observations.push(one);
    for port in &container.ports {
        seen.observations.push(port_seen(port, main, &container.locus, container.image.as_ref().and_then(Text::known)));
    }
    for (path, mount) in &container.mounts {
        seen.observations.push(mount_seen(path, mount, container, main, readers));
    }
    for (name, (place, value)) in &container.environment {
        let locus = format!("{}/env[{}]", container.locus, cut(name));
        seen.observations.push(environment_seen(name, value.as_deref(), place, main, &locus));
    }
}

/// One published port.
pub(super) fn port_seen(port: &Port, main: &str, locus: &str, image: Option<&str>) -> Observation {
    let locus = format!("{locus}/port[{}]", cut(&port.shown));
    let mut one = Observation::new(PORT, subject(main, &locus), port.place.location(), METHOD);
    match port.inside {
        Some(inside) => one.set("port", i64::from(inside)),
        None => one.unknown("port", "not a number, or a variable that is not set here"),
    };
    match (is_database(port.inside, image), port.inside) {
        (false, None) => one.unknown("database", "the port is not known"),
        (database, _) => one.set("database", database),
    };
    match &port.address {
        Some(address) => {
            let all = ["", "0.0.0.0", "::", "[::]", "*"].contains(&address.as_str());
            one.set("address", if all { "*".to_owned() } else { cut(address) }).set("all_addresses", all);
        }
        None => {
            one.unknown("all_addresses", "the address is a variable that is not set here");
        }
    }
    one.set("load_balancer", port.load_balancer);
    one
}

fn mount_seen(path: &str, mount: &Mount, container: &Container, main: &str, readers: Option<&[String]>) -> Observation {
    let locus = format!("{}/mount[{}]", container.locus, cut(path));
    let mut one = Observation::new(MOUNT, subject(main, &locus), mount.place.location(), METHOD);
    one.set("host_path", cut(path)).set("read_only", mount.read_only).set("logs", is_about_logs(path));
    match readers {
        Some(readers) => {
            let declared = format!("container:{}", container.name);
            one.set("declared", readers.contains(&declared));
        }
        None => {
            one.unknown("declared", "no readers of logs are declared (site file: declared: log_readers)");
        }
    }
    one
}

/// One value. A secret gives its class, never its text.
pub(super) fn environment_seen(name: &str, value: Option<&str>, place: &Place, main: &str, locus: &str) -> Observation {
    let mut one = Observation::new(ENVIRONMENT, subject(main, locus), place.location(), METHOD);
    let class = value.and_then(|value| secret::class(name, value));
    one.set("inline_secret", class.is_some());
    if let Some(class) = class {
        one.set("class", class);
    }
    one
}

/// Sockets that give the host to whoever may write to them.
fn is_engine_socket(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    ["docker.sock", "containerd.sock", "podman.sock", "crio.sock", "dockershim.sock"].contains(&name)
}

/// Whether a path is the host's log folder, lies in it, or holds it.
fn is_about_logs(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty() || path == "/var" || path == "/var/log" || path.starts_with("/var/log/")
}
