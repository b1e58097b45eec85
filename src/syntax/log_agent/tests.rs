//! Settings as the programs' own pages have them.

use proptest::prelude::*;

use super::*;

/// Target, port, encrypted, verified.
type Way<'a> = (&'a str, Option<&'a str>, Option<bool>, Option<bool>);

fn ways(agent: &Agent) -> Vec<Way<'_>> {
    let of = |one: &'_ Sending| (one.encrypted, one.peer_verified);
    agent.sendings.iter().map(|one| (one.target.as_str(), one.port.as_deref(), of(one).0, of(one).1)).collect()
}

#[test]
fn fluent_bit_in_both_forms() {
    let classic = fluent_bit(
        "@INCLUDE more.conf\n[SERVICE]\n    Flush 1\n[INPUT]\n    Name tail\n    Path /var/log/nginx/*.log, /var/log/auth.log\n[OUTPUT]\n    Name  es\n    Match *\n    Host  es.example.jp\n    Port  9200\n    tls   On\n    tls.verify Off\n[OUTPUT]\n    Name stdout\n[OUTPUT]\n    Name s3\n    bucket x\n[OUTPUT]\n    Name forward\n    Host 192.0.2.9\n",
    );
    assert_eq!(classic.follows, ["/var/log/nginx/*.log", "/var/log/auth.log"]);
    assert_eq!(classic.includes, ["more.conf"]);
    let wanted = [
        ("es.example.jp", Some("9200"), Some(true), Some(false)),
        ("amazonaws.com", None, Some(true), Some(true)),
        ("192.0.2.9", None, Some(false), Some(false)),
    ];
    assert_eq!(ways(&classic), wanted);
    assert_eq!(classic.sendings[0].line, 7);
    let tree = fluent_bit_yaml(
        "pipeline:\n  inputs:\n    - name: tail\n      path: /var/log/nginx/access.log\n  outputs:\n    - name: http\n      host: logs.example.jp\n      port: 443\n      tls: on\n",
    );
    assert_eq!(ways(&tree), [("logs.example.jp", Some("443"), Some(true), Some(true))]);
    assert_eq!((tree.follows.len(), tree.sendings[0].transport), (1, "http"));
}

#[test]
fn vector_in_both_forms() {
    let yaml = vector(
        "sources:\n  web: { type: file, include: [/var/log/nginx/*.log] }\nsinks:\n  es:\n    type: elasticsearch\n    inputs: [web]\n    endpoints: [\"https://es.example.jp:9200\", \"http://192.0.2.1:9200\"]\n    tls: { verify_hostname: false }\n  far: { type: socket, address: \"logs.example.jp:6000\" }\n  local: { type: console }\n  bucket: { type: aws_s3, bucket: x }\n",
    );
    assert_eq!(yaml.follows, ["/var/log/nginx/*.log"]);
    let wanted = [
        ("es.example.jp", Some("9200"), Some(true), Some(false)),
        ("192.0.2.1", Some("9200"), Some(false), Some(false)),
        ("logs.example.jp", Some("6000"), Some(false), Some(false)),
        ("amazonaws.com", None, Some(true), Some(true)),
    ];
    assert_eq!(ways(&yaml), wanted);
    let toml = vector_toml(
        "# all\n[sources.web]\ntype = \"file\"\ninclude = [\n  \"/var/log/nginx/*.log\", # a comment\n]\n\n[transforms.x]\nsource = '''\n[not.a.table]\n.a = 1\n'''\n\n[sinks.far]\ntype = \"vector\"\naddress = \"logs.example.jp:6000\"\n\n[sinks.far.tls]\nenabled = true\n",
    );
    assert_eq!(
        (toml.follows.as_slice(), toml.faults.as_slice()),
        (["/var/log/nginx/*.log".to_owned()].as_slice(), [].as_slice())
    );
    assert_eq!(ways(&toml), [("logs.example.jp", Some("6000"), Some(true), Some(true))]);
}

#[test]
fn filebeat_with_dotted_keys() {
    let agent = filebeat(
        "filebeat.inputs:\n- type: filestream\n  paths: [/var/log/nginx/*.log]\n- type: log\n  enabled: false\n  paths: [/x]\noutput.logstash:\n  hosts: [\"logs.example.jp:5044\"]\n  ssl.certificate_authorities: [/etc/ca.pem]\n",
    );
    assert_eq!(agent.follows, ["/var/log/nginx/*.log"]);
    assert_eq!(ways(&agent), [("logs.example.jp", Some("5044"), Some(true), Some(true))]);
    let plain = filebeat(
        "output:\n  elasticsearch:\n    hosts: [\"https://a.example.jp:9200\", \"b.example.jp\"]\n    ssl: { verification_mode: none, enabled: false }\n",
    );
    let wanted =
        [("a.example.jp", Some("9200"), Some(true), Some(false)), ("b.example.jp", None, Some(false), Some(false))];
    assert_eq!(ways(&plain), wanted);
}

#[test]
fn promtail_and_the_collector_of_open_telemetry() {
    let agent = promtail(
        "clients:\n  - url: https://u:p@loki.example.jp/loki/api/v1/push\n  - url: http://192.0.2.3:3100/x\n  - url: https://c.example.jp\n    tls_config: { insecure_skip_verify: true }\nscrape_configs:\n  - job_name: web\n    static_configs:\n      - targets: [localhost]\n        labels: { __path__: /var/log/nginx/*.log }\n",
    );
    assert_eq!(agent.follows, ["/var/log/nginx/*.log"]);
    let wanted = [
        ("loki.example.jp", None, Some(true), Some(true)),
        ("192.0.2.3", Some("3100"), Some(false), Some(false)),
        ("c.example.jp", None, Some(true), Some(false)),
    ];
    assert_eq!(ways(&agent), wanted);
    let agent = open_telemetry(
        "receivers:\n  filelog: { include: [/var/log/nginx/access.log] }\nexporters:\n  otlp: { endpoint: \"otel.example.jp:4317\", tls: { insecure: true } }\n  otlphttp/far: { endpoint: \"https://far.example.net\" }\n  otlp/metrics: { endpoint: \"metrics.example.net:4317\" }\n  debug: {}\nservice:\n  pipelines:\n    logs: { receivers: [filelog], exporters: [otlp, otlphttp/far, debug] }\n    metrics: { receivers: [x], exporters: [otlp/metrics] }\n",
    );
    assert_eq!(agent.follows, ["/var/log/nginx/access.log"]);
    let wanted = [
        ("otel.example.jp", Some("4317"), Some(false), Some(false)),
        ("far.example.net", None, Some(true), Some(true)),
    ];
    assert_eq!(ways(&agent), wanted);
}

#[test]
fn addresses_with_colons_and_files_that_are_no_yaml() {
    assert_eq!(Sending::to("x", "[2001:db8::1]:514", 1, None, None).target, "2001:db8::1");
    assert_eq!(Sending::to("x", "2001:db8::1", 1, None, None).target, "2001:db8::1");
    assert_eq!(promtail("a: [").faults.len(), 1);
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,120}|([a-z\\[\\]\\.:= \"'#@-]{0,20}\n){0,8}") {
        let _ = (fluent_bit(&text), fluent_bit_yaml(&text), vector(&text), vector_toml(&text));
        let _ = (filebeat(&text), promtail(&text), open_telemetry(&text));
    }
}
