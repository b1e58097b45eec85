//! What an image or a port stands for: databases, bases that run as root, pinned references.

/// Ports on which databases, caches and search engines listen unless told otherwise.
const DATABASE_PORTS: [u16; 20] = [
    1433, 1521, 2379, 3050, 3306, 5432, 5984, 6379, 7474, 7687, 8086, 8529, 9042, 9200, 9300, 11211, 26257, 27017,
    33060, 50000,
];

/// Images of databases, caches and search engines, by the last part of their name.
const DATABASE_IMAGES: [&str; 20] = [
    "postgres",
    "postgresql",
    "mysql",
    "mysql-server",
    "mariadb",
    "redis",
    "valkey",
    "memcached",
    "mongo",
    "mongodb",
    "elasticsearch",
    "opensearch",
    "cassandra",
    "couchdb",
    "influxdb",
    "neo4j",
    "clickhouse-server",
    "percona",
    "timescaledb",
    "etcd",
];

/// Official images whose default user is root.
const ROOT_BASES: [&str; 22] = [
    "scratch",
    "alpine",
    "debian",
    "ubuntu",
    "busybox",
    "fedora",
    "centos",
    "almalinux",
    "rockylinux",
    "amazonlinux",
    "nginx",
    "httpd",
    "caddy",
    "node",
    "python",
    "php",
    "ruby",
    "golang",
    "rust",
    "perl",
    "eclipse-temurin",
    "wordpress",
];

/// Whether a database listens, by the port inside or by the image.
pub(super) fn is_database(port: Option<u16>, image: Option<&str>) -> bool {
    port.is_some_and(|port| DATABASE_PORTS.contains(&port))
        || image.is_some_and(|image| DATABASE_IMAGES.contains(&last_part(image)))
}

/// Whether an image runs as root unless a USER says otherwise; `None` where that cannot be told from its name.
pub(super) fn runs_as_root(image: &str) -> Option<bool> {
    let tag = tag(image).unwrap_or_default();
    if image.contains("distroless") || image.starts_with("cgr.dev/") {
        return if tag.contains("nonroot") { Some(false) } else { None };
    }
    // Only names without a registry or with the library's own are the official images.
    let name = image.strip_prefix("docker.io/").unwrap_or(image);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let is_official = !without_version(name).contains('/');
    (is_official && ROOT_BASES.contains(&last_part(name))).then_some(true)
}

/// Whether a reference names a digest or a version. `latest` and a moving word alone are no version.
pub(super) fn is_pinned(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    tag(image).is_some_and(|tag| tag.chars().any(|character| character.is_ascii_digit()))
}

fn tag(image: &str) -> Option<&str> {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rsplit('/').next().unwrap_or(name);
    last.split_once(':').map(|(_, tag)| tag)
}

fn without_version(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match (name.rfind('/'), name.rfind(':')) {
        (slash, Some(colon)) if slash.is_none_or(|slash| colon > slash) => &name[..colon],
        _ => name,
    }
}

fn last_part(image: &str) -> &str {
    let name = without_version(image);
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_or_a_digest_pins() {
        for (image, pinned) in [
            ("nginx", false),
            ("nginx:latest", false),
            ("nginx:stable", false),
            ("nginx:1.27.3", true),
            ("registry.example.jp:5000/nginx", false),
            ("registry.example.jp:5000/a/nginx:1", true),
            ("nginx@sha256:0000", true),
        ] {
            assert_eq!(is_pinned(image), pinned, "{image}");
        }
    }

    #[test]
    fn databases_are_known_by_port_or_image() {
        assert!(is_database(Some(3306), None));
        assert!(is_database(Some(15432), Some("docker.io/library/postgres:17")));
        assert!(!is_database(Some(443), Some("nginx:1.27")));
    }

    #[test]
    fn only_official_names_tell_the_default_user() {
        assert_eq!(runs_as_root("python:3.13-slim"), Some(true));
        assert_eq!(runs_as_root("docker.io/library/debian:12"), Some(true));
        assert_eq!(runs_as_root("nginxinc/nginx-unprivileged:1.27"), None);
        assert_eq!(runs_as_root("gcr.io/distroless/static:nonroot"), Some(false));
        assert_eq!(runs_as_root("registry.example.jp:5000/python"), None);
    }
}
