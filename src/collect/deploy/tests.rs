//! Deployment files in memory, as their programs would read them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on is a test that fails.

use super::*;
use crate::collect::recorded::RecordedWorld;
use crate::model::{CensusState, Declaration, Site, Time};

fn run(world: &RecordedWorld, deployment: Deployment, readers: &[&str]) -> Evidence {
    let mut site = Site { name: "example".to_owned(), deployment, ..Site::default() };
    site.declared.log_readers = Some(readers.iter().map(|name| (*name).to_owned()).collect());
    let declaration = Declaration { site, ..Declaration::default() };
    let task = Task { declaration: &declaration, offline: true, now: Time::parse("2026-11-24").unwrap(), needed: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(DeployCollector.collect(world, &task))
}

fn compose(files: &[&str]) -> Deployment {
    Deployment { compose: Some(files.iter().map(|file| (*file).to_owned()).collect()), ..Deployment::default() }
}

fn kubernetes(file: &str) -> Deployment {
    Deployment { kubernetes: Some(vec![file.to_owned()]), ..Deployment::default() }
}

fn find<'a>(evidence: &'a Evidence, subject: &str) -> &'a Observation {
    let found = evidence.observations.iter().find(|seen| seen.subject.to_string() == subject);
    found.unwrap_or_else(|| {
        let names: Vec<String> = evidence.observations.iter().map(|seen| seen.subject.to_string()).collect();
        panic!("{subject} is not among {names:#?}")
    })
}

fn state_of<'a>(evidence: &'a Evidence, kind: &'a str) -> &'a CensusState {
    &evidence.census_of(kind).next().unwrap().state
}

const BASE: &str = "\
x-hard: &hard { privileged: false, user: '1000' }
services:
  web:
    <<: *hard
    image: nginx:1.27
    ports: ['443:8443', '127.0.0.1:9000:9000/tcp', '[::1]:81:80']
    volumes: ['./site:/srv:ro', 'data:/data', '/var/run/docker.sock:/var/run/docker.sock']
  db:
    image: postgres:${DB_VERSION}
    ports: ['${DB_PORT:-5432}:5432', '7000-7001:7000-7001']
    environment:
      POSTGRES_PASSWORD: not-a-real-one
      POSTGRES_USER: app
      API_TOKEN: ${API_TOKEN}
    env_file: db.env
  logs:
    extends: { file: common.yml, service: collector }
    network_mode: host
";

fn project() -> RecordedWorld {
    RecordedWorld::new()
        .file("deploy/compose.yml", BASE)
        .file("deploy/prod.yml", "services:\n  web:\n    privileged: true\n    image: nginx\n")
        .file("deploy/db.env", "# app\nPGPASSWORD=not-real\nMODE=fast\n")
        .file("deploy/common.yml", "services:\n  collector:\n    image: fluent-bit:3.1\n    volumes:\n      - { type: bind, source: /var/log, target: /logs, read_only: true }\n")
        .file("deploy/.env", "DB_VERSION=17.2\n")
}

#[test]
fn compose_files_are_merged_with_anchors_extends_and_variables() {
    let evidence = run(&project(), compose(&["deploy/compose.yml", "deploy/prod.yml"]), &["container:logs"]);
    assert_eq!(evidence.gaps, []);
    let web = find(&evidence, "file:deploy/compose.yml#service[web]");
    assert_eq!(web.flag("privileged"), Some(true));
    assert_eq!(web.flag("image_pinned"), Some(false));
    assert_eq!(web.flag("engine_socket"), Some(true));
    assert_eq!(web.text("user"), Some("1000"));
    assert_eq!((web.source.file.as_deref(), web.source.line), (Some("deploy/compose.yml"), Some(3)));
    let settings: Vec<_> = web.related.iter().map(|one| (one.location.file.as_deref(), one.location.line)).collect();
    assert!(settings.contains(&(Some("deploy/prod.yml"), Some(3))), "{settings:?}");
    let db = find(&evidence, "file:deploy/compose.yml#service[db]");
    assert_eq!((db.text("image"), db.flag("image_pinned")), (Some("postgres:17.2"), Some(true)));
    let logs = find(&evidence, "file:deploy/compose.yml#service[logs]");
    assert_eq!(logs.flag("host_network"), Some(true));
    let mount = find(&evidence, "file:deploy/compose.yml#service[logs]/mount[/var/log]");
    assert_eq!(
        (mount.flag("logs"), mount.flag("declared"), mount.flag("read_only")),
        (Some(true), Some(true), Some(true))
    );
}

#[test]
fn ports_say_what_they_open_and_to_whom() {
    let evidence = run(&project(), compose(&["deploy/compose.yml"]), &[]);
    let port = |name: &str| {
        let seen = find(&evidence, &format!("file:deploy/compose.yml#service[{name}]"));
        (seen.flag("all_addresses"), seen.flag("database"))
    };
    assert_eq!(port("web]/port[8443"), (Some(true), Some(false)));
    assert_eq!(port("web]/port[9000"), (Some(false), Some(false)));
    assert_eq!(port("web]/port[80"), (Some(false), Some(false)));
    assert_eq!(port("db]/port[5432"), (Some(true), Some(true)));
    assert_eq!(port("db]/port[7001"), (Some(true), Some(true)), "a database image makes its ports a database's");
}

#[test]
fn a_secret_gives_its_class_and_never_its_text() {
    let evidence = run(&project(), compose(&["deploy/compose.yml"]), &[]);
    let class = |subject: &str| find(&evidence, subject).text("class").map(str::to_owned);
    assert_eq!(class("file:deploy/compose.yml#service[db]/env[POSTGRES_PASSWORD]").as_deref(), Some("password"));
    assert_eq!(class("file:deploy/compose.yml#service[db]/env[POSTGRES_USER]"), None);
    assert_eq!(class("file:deploy/compose.yml#service[db]/env[API_TOKEN]"), None, "a reference is no secret");
    assert_eq!(class("file:deploy/db.env#env[PGPASSWORD]").as_deref(), Some("password"));
    assert!(!format!("{evidence:?}").contains("not-a-real-one"));
}

#[test]
fn an_empty_list_says_that_there_are_none_and_a_missing_one_says_nothing() {
    let none = run(&RecordedWorld::new(), compose(&[]), &[]);
    assert_eq!(*state_of(&none, kinds::CONTAINER), CensusState::Complete);
    assert!(matches!(state_of(&none, kinds::UNIT), CensusState::NotAsked(_)));
    let nothing = run(&RecordedWorld::new(), Deployment::default(), &[]);
    assert!(matches!(state_of(&nothing, kinds::CONTAINER), CensusState::NotAsked(_)));
}

#[test]
fn what_cannot_be_read_leaves_its_kinds_incomplete() {
    let world = RecordedWorld::new()
        .file("bad.yml", "services: [\n")
        .file("helm.yml", "kind: Pod\nmetadata: { name: {{ .Values.name }} }\n")
        .file("reset.yml", "services:\n  a:\n    image: b:1\n    ports: !reset []\n");
    for deployment in
        [compose(&["bad.yml"]), compose(&["missing.yml"]), compose(&["reset.yml"]), kubernetes("helm.yml")]
    {
        let evidence = run(&world, deployment, &[]);
        assert!(matches!(state_of(&evidence, kinds::CONTAINER), CensusState::Incomplete(_)), "{:?}", evidence.census);
        assert!(!evidence.gaps.is_empty());
    }
}

#[test]
fn a_file_that_includes_itself_and_a_service_that_extends_itself_end() {
    let world = RecordedWorld::new()
        .file("a.yml", "include: [a.yml, b.yml]\nservices:\n  x: { extends: x, image: a:1 }\n")
        .file("b.yml", "include: [{ path: a.yml }]\n");
    let evidence = run(&world, compose(&["a.yml"]), &[]);
    assert!(evidence.gaps[0].reason.contains("extend each other"), "{:?}", evidence.gaps);
}

const MANIFESTS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: site }
spec:
  template:
    spec:
      hostNetwork: true
      volumes: [{ name: l, hostPath: { path: /var/log/nginx } }]
      containers:
        - name: web
          image: registry.example.jp/web:2.1
          securityContext: { privileged: true, capabilities: { add: [NET_ADMIN] } }
          volumeMounts: [{ name: l, mountPath: /logs, readOnly: true }]
          env: [{ name: DB_PASSWORD, valueFrom: { secretKeyRef: { name: db, key: p } } }, { name: APP_SECRET, value: not-real }]
          ports: [{ containerPort: 6379, hostPort: 6379 }]
---
kind: Service
metadata: { name: db }
spec: { type: LoadBalancer, ports: [{ port: 5432, targetPort: pg }] }
---
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: 'false'
    nginx.ingress.kubernetes.io/configuration-snippet: 'more_set_headers x;'
spec:
  tls: [{ hosts: ['*.example.jp'] }]
  rules: [{ host: www.example.jp }, { host: example.jp }, { host: a.b.example.jp }]
---
kind: List
items:
  - { kind: Secret, metadata: { name: s }, stringData: { p: not-real, empty: '' } }
";

#[test]
fn kubernetes_objects_are_read_in_the_same_words() {
    let world = RecordedWorld::new().file("k.yml", MANIFESTS);
    let evidence = run(&world, kubernetes("k.yml"), &[]);
    assert_eq!(evidence.gaps, []);
    let web = find(&evidence, "file:k.yml#Deployment/site/web/container[web]");
    assert_eq!((web.flag("privileged"), web.flag("host_network")), (Some(true), Some(true)));
    assert_eq!(web.texts("capabilities"), ["NET_ADMIN"]);
    let mount = find(&evidence, "file:k.yml#Deployment/site/web/container[web]/mount[/var/log/nginx]");
    assert_eq!((mount.flag("logs"), mount.flag("declared")), (Some(true), Some(false)));
    let env = |name: &str| {
        find(&evidence, &format!("file:k.yml#Deployment/site/web/container[web]/env[{name}]")).flag("inline_secret")
    };
    assert_eq!((env("DB_PASSWORD"), env("APP_SECRET")), (Some(false), Some(true)));
    let port = find(&evidence, "file:k.yml#Service/default/db/port[5432]");
    assert_eq!((port.flag("load_balancer"), port.flag("database")), (Some(true), Some(true)));
    let ingress = find(&evidence, "file:k.yml#Ingress/default/web");
    assert_eq!(ingress.texts("hosts_without_tls"), ["a.b.example.jp", "example.jp"]);
    assert_eq!(ingress.flag("redirect_off"), Some(true));
    assert_eq!(ingress.texts("snippets"), ["nginx.ingress.kubernetes.io/configuration-snippet"]);
    assert_eq!(find(&evidence, "file:k.yml#Secret/default/s/env[p]").flag("inline_secret"), Some(true));
    assert_eq!(find(&evidence, "file:k.yml#Secret/default/s/env[empty]").flag("inline_secret"), Some(false));
}

fn dockerfile(text: &str) -> Evidence {
    let world = RecordedWorld::new().file("Dockerfile", text);
    run(&world, Deployment { dockerfiles: Some(vec!["Dockerfile".to_owned()]), ..Deployment::default() }, &[])
}

#[test]
fn a_stage_runs_as_its_last_user_or_as_its_base_does() {
    let as_root = |text: &str| {
        let evidence = dockerfile(text);
        let last = evidence.observations.iter().find(|seen| seen.flag("final") == Some(true)).unwrap().clone();
        last.flag("runs_as_root")
    };
    assert_eq!(as_root("FROM debian:12\nUSER app\nUSER root:root\n"), Some(true));
    assert_eq!(as_root("FROM debian:12\nUSER 1000:1000\n"), Some(false));
    assert_eq!(as_root("FROM debian:12\n"), Some(true));
    assert_eq!(as_root("FROM debian:12 AS base\nUSER app\nFROM base\nRUN true\n"), Some(false));
    assert_eq!(as_root("FROM example.jp/app:1\n"), None);
    assert_eq!(as_root("ARG V=12\nFROM debian:${V}\nARG U=app\nUSER $U\n"), Some(false));
    assert_eq!(as_root("FROM debian:12\nUSER ${WHO}\n"), None);
}

#[test]
fn a_base_is_pinned_by_its_version_or_is_a_stage_of_the_file() {
    let pinned = |text: &str| {
        let evidence = dockerfile(text);
        let last = evidence.observations.iter().find(|seen| seen.flag("final") == Some(true)).unwrap().clone();
        last.flag("base_pinned")
    };
    assert_eq!(pinned("FROM debian\n"), Some(false));
    assert_eq!(pinned("FROM debian:latest\n"), Some(false));
    assert_eq!(pinned("FROM debian:12.7\n"), Some(true));
    assert_eq!(pinned("FROM debian@sha256:00\n"), Some(true));
    assert_eq!(pinned("FROM debian AS base\nFROM base\n"), Some(true));
    assert_eq!(pinned("FROM scratch\n"), Some(true));
    assert_eq!(pinned("FROM debian:${V}\n"), None);
    assert_eq!(pinned("ARG V=12\nFROM debian:${V}\n"), Some(true));
}

#[test]
fn what_comes_from_elsewhere_without_a_checksum_is_named() {
    let adds = |text: &str| {
        let evidence = dockerfile(text);
        let stage = evidence.of_kind(kinds::STAGE).next().unwrap();
        stage.texts("remote_adds").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(adds("FROM a:1\nADD https://u:p@example.jp/x.tar?token=1 /x\n"), ["https://example.jp/x.tar"]);
    assert_eq!(adds("FROM a:1\nADD --checksum=sha256:00 https://example.jp/x /x\nADD x y /z/\n"), Vec::<String>::new());
    assert_eq!(
        adds("FROM a:1\nRUN apt-get update && curl -fsSL https://example.jp/i.sh | sudo -E bash -\n"),
        ["https://example.jp/i.sh"]
    );
    assert_eq!(adds("FROM a:1\nRUN curl https://example.jp/a | tar x\n"), Vec::<String>::new());
}

#[test]
fn build_values_are_looked_at_too() {
    let evidence = dockerfile("FROM a:1\nARG DB_PASSWORD\nENV API_TOKEN=abc MODE=\"x y\"\nENV OLD_SECRET of old\n");
    let secret = |name: &str| find(&evidence, &format!("file:Dockerfile#stage[0]/env[{name}]")).flag("inline_secret");
    assert_eq!((secret("API_TOKEN"), secret("MODE"), secret("OLD_SECRET")), (Some(true), Some(false), Some(true)));
    assert!(!evidence.observations.iter().any(|seen| seen.subject.to_string().contains("DB_PASSWORD")));
}

#[test]
fn a_drop_in_that_opens_a_service_is_seen() {
    let world = RecordedWorld::new()
        .file("u/web.service", "[Service]\nUser=web\nNoNewPrivileges=true\nProtectSystem=strict\nUMask=0027\nCapabilityBoundingSet=CAP_X\n")
        .file("u/web.service.d/10.conf", "[Service]\nUser=root\nProtectSystem=full\nCapabilityBoundingSet=\n")
        .file("u/web.service.d/20.conf", "[Unit]\nUser=x\n[Service]\nUMask=0002\n")
        .file("u/plain.service", "[Service]\nExecStart=/x\n");
    let evidence = run(&world, Deployment { systemd: Some(vec!["u".to_owned()]), ..Deployment::default() }, &[]);
    let web = find(&evidence, "file:u/web.service");
    assert_eq!(
        web.texts("weakened"),
        ["User: web -> root", "ProtectSystem: strict -> full", "CapabilityBoundingSet: CAP_X -> not set"]
    );
    assert_eq!((web.text("umask"), web.integer("umask_open_bits")), (Some("0002"), Some(0o025)));
    assert_eq!(web.source.file.as_deref(), Some("u/web.service.d/10.conf"));
    let plain = find(&evidence, "file:u/plain.service");
    assert_eq!((plain.text("user"), plain.integer("umask_open_bits")), (Some("root"), Some(0o005)));
    assert!(plain.texts("weakened").is_empty());
}

#[test]
fn a_billion_laughs_and_a_binary_file_are_gaps() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", ")));
    }
    let world = RecordedWorld::new().file("bomb.yml", bomb).file("binary.yml", vec![0_u8, 255, 1, 2, 3]);
    for file in ["bomb.yml", "binary.yml"] {
        assert_eq!(run(&world, compose(&[file]), &[]).gaps.len(), 1, "{file}");
    }
}
