//! The site file, `tenken.yml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duties::{BreachPlanDocument, EntityDocument, HoldingDocument, StatuteDocument};
use super::exports::{AccountsDocument, MailDocument};

/// What is assessed. What it does not name is not looked at, and the report says so.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteDocument {
    /// Name of the body or its site.
    #[schemars(length(min = 1))]
    pub site: String,
    /// Main URL, https://…
    pub url: Option<String>,
    /// More about the URL's host, and further hosts.
    #[serde(default)]
    pub hosts: Vec<HostDocument>,
    /// Id of a bundled policy, or path of a policy file. Without it: four-principles.
    pub policy: Option<String>,
    /// Values of parameters, by name (tenken explain lists them).
    #[serde(default)]
    #[schemars(schema_with = "parameters_schema")]
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// Configuration of the web server and of its deployment.
    pub configuration: Option<ConfigurationDocument>,
    /// The host's file system.
    pub host: Option<HostRootDocument>,
    /// Log files.
    #[serde(default)]
    pub logs: Vec<LogDocument>,
    /// The approved release of the site's files.
    pub release: Option<ReleaseDocument>,
    /// Patterns of the body's own that are looked for in logs.
    #[serde(default)]
    pub log_patterns: Vec<LogPatternDocument>,
    /// What the body declares of itself.
    #[serde(default)]
    pub declared: DeclaredDocument,
    /// How DNS is asked.
    pub dns: Option<DnsDocument>,
    /// Exports about accounts.
    #[serde(default)]
    pub accounts: AccountsDocument,
    /// Where mail of visitors goes, beyond what the host root shows.
    #[serde(default)]
    pub mail: MailDocument,
    /// Path of the people file.
    pub people: Option<String>,
    /// Path of the contractor register.
    pub contractors: Option<String>,
    /// Path of the records file.
    pub records: Option<String>,
    /// Path of the actions file.
    pub actions: Option<String>,
    /// Path of the waivers file.
    pub waivers: Option<String>,
}

fn parameters_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "additionalProperties": {
            "type": ["integer", "string", "array"],
            "items": { "type": "string" }
        }
    })
}

/// One name that is looked at over the network.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostDocument {
    /// The name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Address to use instead of asking DNS.
    pub address: Option<String>,
    /// Addresses to use instead of asking DNS.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// Port of HTTPS; 443 unless told.
    pub https_port: Option<u16>,
    /// Port of plain HTTP; 80 unless told, 0 for none.
    pub http_port: Option<u16>,
    /// Further ports on which TLS is spoken; on 25 and 587 it begins by STARTTLS inside SMTP.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// PEM file of a private authority that the host's certificate may chain to.
    pub trust: Option<String>,
    /// Paths of pages to look at besides /.
    #[serde(default)]
    pub pages: Vec<String>,
}

/// Configuration of the web server and of its deployment. An empty list says that there are no such files.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationDocument {
    /// Path of nginx.conf.
    pub nginx: Option<String>,
    /// Path of Apache's main file: apache2.conf or httpd.conf.
    pub apache: Option<String>,
    /// Path of haproxy.cfg, or of the folder of its .cfg files.
    pub haproxy: Option<String>,
    /// Path of the Caddyfile.
    pub caddy: Option<String>,
    /// Compose files; those of one folder are one project, in which a later one overrides an earlier one.
    pub compose: Option<Vec<String>>,
    /// Kubernetes manifests.
    pub kubernetes: Option<Vec<String>>,
    /// Dockerfiles.
    pub dockerfiles: Option<Vec<String>>,
    /// systemd unit files, or folders of them.
    pub systemd: Option<Vec<String>>,
    /// The version of the first of these servers, in quotes: "1.26".
    pub server_version: Option<String>,
    /// Folder that stands for / when the configuration names absolute paths.
    pub root: Option<String>,
}

/// The host's file system.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostRootDocument {
    /// A folder with an mtree listing, a .tar (of a host or a container image), /, or the .json that `tenken collect` wrote on the host.
    pub root: String,
    /// The host's name in the report; the URL's host unless told.
    pub name: Option<String>,
}

/// How DNS is asked.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DnsDocument {
    /// Address, and port unless it is 53, of the resolver: 192.0.2.53:53. Without it, the system's.
    pub resolver: String,
}

/// The approved release of the site's files.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDocument {
    /// Path of the manifest: sums as sha256sum writes them, made by the build.
    pub manifest: String,
    /// Folder of the deployed files, inside the host root.
    pub root: String,
    /// Folders below it into which visitors or editors upload.
    #[serde(default)]
    pub uploads: Vec<String>,
}

/// A log.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogDocument {
    /// Path inside the host root; * stands for any rest of a name.
    pub path: String,
    /// What it holds.
    #[serde(default)]
    pub kind: LogKindDocument,
}

/// What a log holds.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogKindDocument {
    /// Requests of visitors.
    #[default]
    Access,
    /// Errors of the server.
    Error,
    /// Anything else.
    Application,
}

/// A pattern of the body's own.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogPatternDocument {
    /// Its name in reports.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Text that a line must hold, byte for byte; what is searched for first.
    #[schemars(length(min = 3))]
    pub literal: String,
    /// Regular expression that is tried on such a line.
    #[schemars(length(min = 1))]
    pub regex: String,
    /// How sure a match is.
    #[serde(default)]
    pub tier: LogTierDocument,
}

/// How sure a match is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogTierDocument {
    /// It is a value.
    #[default]
    Confirmed,
    /// A person has to look.
    Suspect,
}

/// A file of patterns, for `tenken logs --patterns`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogPatternsDocument {
    /// The patterns.
    pub log_patterns: Vec<LogPatternDocument>,
}

/// What the body declares of itself. An empty list says that there is none; a missing one says nothing.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredDocument {
    /// The body's own published addresses (a@example.jp, or @example.jp for a whole domain) and numbers: no hits in a log.
    pub allow_values: Option<Vec<String>>,
    /// Hosts inside the policy's scope.
    pub scope_hosts: Option<Vec<String>>,
    /// Hosts and registrable domains that are the body's own.
    pub first_parties: Option<Vec<String>>,
    /// Third-party hosts that the published notice names to visitors.
    pub third_parties: Option<Vec<String>>,
    /// Paths of the published policy: ja, en, security.
    #[serde(default)]
    pub policy_pages: BTreeMap<String, String>,
    /// Text files with what the policy pages are to say, by the same keys.
    #[serde(default)]
    pub policy_texts: BTreeMap<String, String>,
    /// Classes of information that the policy says are acquired, with their purpose.
    pub acquisition: Option<Vec<AcquisitionDocument>>,
    /// Paths whose query string must not be logged.
    pub sensitive_paths: Option<Vec<String>>,
    /// Paths of administration pages, /manage/ or HOST/manage/, or ports that serve nothing else, :8443; [] says that there are none.
    pub admin_paths: Option<Vec<String>>,
    /// Addresses from which administration is allowed.
    pub admin_sources: Option<Vec<String>>,
    /// Accounts, and groups as group:NAME, that may read logs.
    pub log_readers: Option<Vec<String>>,
    /// Hosts that take logs and let nobody change or remove them for a time (write-once storage).
    pub log_write_once: Option<Vec<String>>,
    /// Accounts that may hold root-equivalent rights.
    pub administrators: Option<Vec<String>>,
    /// Domains that receive the body's mail.
    pub mail_domains: Option<Vec<String>>,
    /// DKIM selectors in use, a list for each mail domain.
    pub dkim_selectors: Option<BTreeMap<String, Vec<String>>>,
    /// Domains that are no longer used and must be held all the same.
    pub retired_domains: Option<Vec<RetiredDomainDocument>>,
    /// Forms that take personal information.
    pub forms: Option<Vec<FormDocument>>,
    /// Names of cookies that are set.
    pub cookies: Option<Vec<String>>,
    /// Statutes and standards that the body applies (keys of the editions table), each with its owner.
    pub statutes: Option<BTreeMap<String, Option<StatuteDocument>>>,
    /// What the body is.
    pub entity: Option<EntityDocument>,
    /// Who answers for which checks: check or pattern (tls-*) -> own, shared or a contractor's id.
    pub responsibilities: Option<BTreeMap<String, String>>,
    /// How a leak is reported.
    pub breach_plan: Option<BreachPlanDocument>,
    /// Holdings of personal information.
    pub holdings: Option<Vec<HoldingDocument>>,
    /// Residual risk that the body tolerates.
    pub risk_tolerance: Option<RiskToleranceDocument>,
}

/// One class of information.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcquisitionDocument {
    /// ip_address, domain_name, access_info, query_data, identity, cookie, body, authorization, derived_location, device_id.
    pub class: String,
    /// What it is used for.
    pub purpose: Option<String>,
}

/// One domain that is no longer used.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetiredDomainDocument {
    /// The domain.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Until when it must be held.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub hold_until: Option<String>,
}

/// One form.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormDocument {
    /// Path of the page that holds it.
    pub page: String,
    /// Categories of personal information that it asks for.
    pub categories: Vec<String>,
    /// What they are used for.
    pub purpose: Option<String>,
}

/// Residual risk that the body tolerates.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskToleranceDocument {
    /// Units of TRM-1.
    #[schemars(range(min = 0))]
    pub units: i64,
    /// Who approved it.
    pub approver: Option<String>,
    /// When.
    #[serde(default)]
    #[schemars(schema_with = "super::optional_date_schema")]
    pub approved_on: Option<String>,
}
