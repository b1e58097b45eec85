//! Agents that follow logs and send them on: what they follow and where they send, out of their own settings.

use std::collections::BTreeSet;

use super::Seen;
use super::shipping::{Forward, fault, globbed, lines, push};
use super::tree::HostTree;
use crate::collect::limits::CONFIGURATION_FILES;
use crate::collect::world::Refusal;
use crate::syntax::log_agent::{self, Agent};

/// How the settings of an agent are read.
type Reader = fn(&str) -> Agent;

/// Agents with the places of their settings.
const AGENTS: [(&str, &str, Reader); 18] = [
    ("fluent-bit", "etc/fluent-bit/fluent-bit.conf", log_agent::fluent_bit),
    ("fluent-bit", "etc/fluent-bit/fluent-bit.yaml", log_agent::fluent_bit_yaml),
    ("fluent-bit", "etc/fluent-bit/fluent-bit.yml", log_agent::fluent_bit_yaml),
    ("td-agent-bit", "etc/td-agent-bit/td-agent-bit.conf", log_agent::fluent_bit),
    ("vector", "etc/vector/vector.yaml", log_agent::vector),
    ("vector", "etc/vector/vector.yml", log_agent::vector),
    ("vector", "etc/vector/vector.json", log_agent::vector),
    ("vector", "etc/vector/vector.toml", log_agent::vector_toml),
    ("filebeat", "etc/filebeat/filebeat.yml", log_agent::filebeat),
    ("promtail", "etc/promtail/config.yml", log_agent::promtail),
    ("promtail", "etc/promtail/config.yaml", log_agent::promtail),
    ("promtail", "etc/promtail/promtail.yml", log_agent::promtail),
    ("otelcol", "etc/otelcol/config.yaml", log_agent::open_telemetry),
    ("otelcol", "etc/otelcol-contrib/config.yaml", log_agent::open_telemetry),
    ("otelcol", "etc/otel/config.yaml", log_agent::open_telemetry),
    ("otelcol", "etc/otel-collector/config.yaml", log_agent::open_telemetry),
    ("otelcol", "etc/opentelemetry/config.yaml", log_agent::open_telemetry),
    ("splunk-otel-collector", "etc/otel/collector/agent_config.yaml", log_agent::open_telemetry),
];

/// Observes where agents send; gives their names.
pub(super) fn observe(tree: &HostTree<'_>, follows: &mut BTreeSet<String>, seen: &mut Seen) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for (agent, path, read) in AGENTS {
        if tree.entry(path).is_some() {
            found.insert(agent);
            settings(tree, agent, path, read, follows, seen);
        }
    }
    found
}

fn settings(
    tree: &HostTree<'_>,
    agent: &str,
    path: &str,
    read: Reader,
    follows: &mut BTreeSet<String>,
    seen: &mut Seen,
) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut left = vec![path.to_owned()];
    let mut done: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = left.pop() {
        if !done.insert(path.clone()) || done.len() > CONFIGURATION_FILES {
            fault(tree, &path, "it is included twice or includes itself", seen);
            continue;
        }
        let text = match tree.text(&path) {
            Ok(text) => text,
            Err(Refusal::NotFound) if path.ends_with('*') => continue,
            Err(refusal) => {
                fault(tree, &path, &refusal.to_string(), seen);
                continue;
            }
        };
        let one = read(&text);
        lines(tree, &path, &one.faults, seen);
        for include in &one.includes {
            let include = if include.starts_with('/') { include.clone() } else { format!("/{folder}/{include}") };
            left.extend(globbed(tree, &include, seen));
        }
        follows.extend(one.follows);
        for to in &one.sendings {
            let forward = Forward {
                program: agent,
                path: &path,
                line: to.line,
                target: &to.target,
                port: to.port.as_deref(),
                transport: if to.encrypted == Some(true) && to.transport == "tcp" { "tls" } else { to.transport },
                encrypted: to.encrypted.unwrap_or(false),
                peer_verified: to.peer_verified.unwrap_or(false),
                selector: &to.name,
            };
            push(tree, &forward, seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::recorded::RecordedWorld;

    const LISTING: &str = "#mtree
/set type=file uid=0 gid=0 mode=0644
. type=dir mode=0755
./etc type=dir
./etc/fluent-bit type=dir
./etc/fluent-bit/fluent-bit.conf
./etc/fluent-bit/out.conf
./etc/promtail type=dir
./etc/promtail/config.yml
";

    #[test]
    fn destinations_come_from_all_files_and_a_loop_or_a_broken_file_is_a_gap() {
        let world = RecordedWorld::new()
            .file("root.mtree", LISTING)
            .file(
                "root/etc/fluent-bit/fluent-bit.conf",
                "@INCLUDE out.conf\n[INPUT]\n Name tail\n Path /var/log/nginx/*.log\n",
            )
            .file(
                "root/etc/fluent-bit/out.conf",
                "@INCLUDE fluent-bit.conf\n[OUTPUT]\n Name es\n Host ${ES_HOST}\n tls on\n",
            )
            .file("root/etc/promtail/config.yml", "clients: [");
        let tree = HostTree::open(&world, "root", None).unwrap();
        let (mut seen, mut follows) = (Seen::default(), BTreeSet::new());
        let agents = observe(&tree, &mut follows, &mut seen);
        assert_eq!(agents.into_iter().collect::<Vec<_>>(), ["fluent-bit", "promtail"]);
        assert!(follows.contains("/var/log/nginx/*.log"));
        let forward = &seen.observations[0];
        assert_eq!((forward.text("program"), forward.flag("encrypted")), (Some("fluent-bit"), Some(true)));
        assert_eq!(forward.source.file.as_deref(), Some("root/etc/fluent-bit/out.conf"));
        assert!(forward.unknown_fields.contains_key("destination"));
        let reasons: Vec<&str> = seen.faults.iter().map(|(_, _, reason)| reason.as_str()).collect();
        assert!(reasons.contains(&"it is included twice or includes itself") && reasons.contains(&"it is no YAML"));
    }
}
