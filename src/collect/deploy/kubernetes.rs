//! Kubernetes manifests: workloads, services, ingresses and secrets. Templates of Helm are refused, not guessed.

use std::collections::BTreeMap;

use super::kinds::{INGRESS, OF_KUBERNETES};
use super::service::{Container, Mount, Port, Text, environment_seen, port_seen, state, subject};
use super::{METHOD, Place, Seen};
use crate::collect::limits::cut;
use crate::collect::world::World;
use crate::model::{Observation, Value};
use crate::syntax::yaml::{self, Yaml};

/// Objects of a `List` inside a `List` …
const LISTS: usize = 4;

/// Looks at one file.
pub(super) fn look(world: &dyn World, file: &str, readers: Option<&[String]>, seen: &mut Seen) {
    let Some(text) = seen.text(world, OF_KUBERNETES, file) else { return };
    if text.contains("{{") {
        seen.fault(OF_KUBERNETES, file, "it is a template ({{ … }}) that was not filled in");
        return;
    }
    match yaml::documents(&text) {
        Ok(documents) => documents.iter().for_each(|document| object(file, document, readers, seen, 0)),
        Err(fault) => seen.fault(OF_KUBERNETES, format!("{file}:{}:{}", fault.line, fault.column), fault.message),
    }
}

fn object(file: &str, object: &Yaml, readers: Option<&[String]>, seen: &mut Seen, depth: usize) {
    let kind = word(object, &["kind"]);
    let locus = format!(
        "{}/{}/{}",
        cut(&kind),
        cut(&or(word(object, &["metadata", "namespace"]), "default")),
        cut(&or(word(object, &["metadata", "name"]), "?"))
    );
    let pod = match kind.as_str() {
        "List" if depth < LISTS => {
            let items = object.at("items").map_or(&[][..], Yaml::items);
            return items.iter().for_each(|item| self::object(file, item, readers, seen, depth + 1));
        }
        "Pod" => object.at("spec"),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            object.path(&["spec", "template", "spec"])
        }
        "CronJob" => object.path(&["spec", "jobTemplate", "spec", "template", "spec"]),
        "Service" => return service(file, &locus, object, seen),
        "Ingress" => return ingress(file, &locus, object, seen),
        "Secret" => return secret(file, &locus, object, seen),
        _ => return,
    };
    if let Some(pod) = pod {
        workload(file, &locus, pod, readers, seen);
    }
}

fn workload(file: &str, locus: &str, pod: &Yaml, readers: Option<&[String]>, seen: &mut Seen) {
    let host_network = is_true(pod.at("hostNetwork"));
    let volumes: BTreeMap<String, &Yaml> = pod
        .at("volumes")
        .map_or(&[][..], Yaml::items)
        .iter()
        .filter_map(|volume| Some((volume.at("name")?.scalar()?, volume.path(&["hostPath", "path"])?)))
        .collect();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for one in pod.at(list).map_or(&[][..], Yaml::items) {
            let name = or(word(one, &["name"]), "?");
            let place = |value: &Yaml| Place { file: file.to_owned(), line: value.line, column: value.column };
            let security = one.at("securityContext");
            let mut container = Container {
                locus: format!("{locus}/container[{}]", cut(&name)),
                name,
                place: place(one),
                image: one.at("image").and_then(Yaml::scalar).map(Text::Known),
                privileged: security.and_then(|at| at.at("privileged")).and_then(Yaml::scalar).map(Text::Known),
                host_network,
                capabilities: security
                    .and_then(|at| at.path(&["capabilities", "add"]))
                    .map(Yaml::texts)
                    .unwrap_or_default(),
                user: security
                    .and_then(|at| at.at("runAsUser"))
                    .or_else(|| pod.path(&["securityContext", "runAsUser"]))
                    .and_then(Yaml::scalar)
                    .map(Text::Known),
                ..Container::default()
            };
            container.capabilities.sort();
            for port in one.at("ports").map_or(&[][..], Yaml::items).iter().filter(|port| port.at("hostPort").is_some())
            {
                let shown = or(word(port, &["containerPort"]), "?");
                container.ports.push(Port {
                    place: place(port),
                    inside: shown.parse().ok(),
                    shown,
                    address: Some(word(port, &["hostIP"])),
                    load_balancer: false,
                });
            }
            for mount in one.at("volumeMounts").map_or(&[][..], Yaml::items) {
                if let Some(path) = volumes.get(&word(mount, &["name"])).and_then(|path| path.scalar()) {
                    let read_only = is_true(mount.at("readOnly"));
                    container.mounts.insert(path, Mount { place: place(mount), read_only });
                }
            }
            for variable in one.at("env").map_or(&[][..], Yaml::items) {
                let value = variable.at("value").and_then(Yaml::scalar);
                container.environment.insert(word(variable, &["name"]), (place(variable), value));
            }
            state(&container, file, readers, seen);
        }
    }
}

fn service(file: &str, locus: &str, object: &Yaml, seen: &mut Seen) {
    let kind = word(object, &["spec", "type"]);
    if kind != "LoadBalancer" && kind != "NodePort" {
        return;
    }
    for port in object.path(&["spec", "ports"]).map_or(&[][..], Yaml::items) {
        let outside = word(port, &["port"]);
        // A named target port hides the number; the port of the service stands in for it.
        let target = word(port, &["targetPort"]);
        let inside = target.parse().ok().or_else(|| outside.parse().ok());
        let port = Port {
            place: Place { file: file.to_owned(), line: port.line, column: port.column },
            inside,
            shown: or(outside, "?"),
            address: Some(if kind == "NodePort" { String::new() } else { "load balancer".to_owned() }),
            load_balancer: kind == "LoadBalancer",
        };
        seen.observations.push(port_seen(&port, file, locus, None));
    }
}

fn ingress(file: &str, locus: &str, object: &Yaml, seen: &mut Seen) {
    let mut one = Observation::new(
        INGRESS,
        subject(file, locus),
        Place { file: file.to_owned(), line: object.line, column: object.column }.location(),
        METHOD,
    );
    let rules = object.path(&["spec", "rules"]).map_or(&[][..], Yaml::items);
    let mut hosts: Vec<String> = rules.iter().map(|rule| or(word(rule, &["host"]), "*")).collect();
    if hosts.is_empty() {
        hosts.push("*".to_owned());
    }
    hosts.sort();
    hosts.dedup();
    let tls = object.path(&["spec", "tls"]).map_or(&[][..], Yaml::items);
    // An entry without hosts stands for all of them.
    let all = tls.iter().any(|entry| entry.at("hosts").is_none_or(|hosts| hosts.items().is_empty()));
    let covered: Vec<String> =
        tls.iter().flat_map(|entry| entry.at("hosts").map(Yaml::texts).unwrap_or_default()).collect();
    let without: Vec<&String> =
        hosts.iter().filter(|host| !all && !covered.iter().any(|name| is_covered(host, name))).collect();
    one.set("hosts_without_tls", Value::texts(without.into_iter().map(|host| cut(host))));
    one.set("hosts", Value::texts(hosts.iter().map(|host| cut(host))));
    let annotations = object.path(&["metadata", "annotations"]).map_or(&[][..], Yaml::entries);
    let mut snippets = Vec::new();
    let mut redirect_off = false;
    for annotation in annotations {
        let name = annotation.key.rsplit('/').next().unwrap_or_default();
        if name.ends_with("-snippet") || name.ends_with("-snippets") {
            snippets.push(cut(&annotation.key));
        }
        let off = annotation.value.scalar().is_some_and(|word| word.eq_ignore_ascii_case("false"));
        let switched_off = off && matches!(name, "ssl-redirect" | "force-ssl-redirect");
        if switched_off || (name == "ssl-redirect-code" && off) {
            redirect_off = true;
        }
        if switched_off || name.ends_with("-snippet") {
            one.source = Place { file: file.to_owned(), line: annotation.line, column: annotation.column }.location();
        }
    }
    snippets.sort();
    one.set("snippets", Value::texts(snippets)).set("redirect_off", redirect_off);
    seen.observations.push(one);
}

/// Values of a Secret are in the file for whoever may read it; base64 hides nothing.
fn secret(file: &str, locus: &str, object: &Yaml, seen: &mut Seen) {
    for (list, class) in [("data", "secret"), ("stringData", "secret")] {
        for entry in object.at(list).map_or(&[][..], Yaml::entries) {
            let place = Place { file: file.to_owned(), line: entry.line, column: entry.column };
            let locus = format!("{locus}/env[{}]", cut(&entry.key));
            let mut one = environment_seen(&entry.key, None, &place, file, &locus);
            if entry.value.scalar().is_some_and(|value| !value.is_empty()) {
                one.set("inline_secret", true).set("class", class);
            }
            seen.observations.push(one);
        }
    }
}

fn is_covered(host: &str, name: &str) -> bool {
    host == name
        || name.strip_prefix("*.").is_some_and(|parent| {
            host.strip_suffix(parent).and_then(|rest| rest.strip_suffix('.')).is_some_and(|label| !label.contains('.'))
        })
}

fn is_true(value: Option<&Yaml>) -> bool {
    value.and_then(Yaml::scalar).is_some_and(|word| word == "true")
}

fn word(value: &Yaml, keys: &[&str]) -> String {
    value.path(keys).and_then(Yaml::scalar).unwrap_or_default()
}

fn or(text: String, instead: &str) -> String {
    if text.is_empty() { instead.to_owned() } else { text }
}
