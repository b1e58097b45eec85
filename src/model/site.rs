//! What is assessed, as the site file declares it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use super::{ParameterValue, Time, TlsProfile};

/// A site. Paths are as written in the site file, relative to its folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The body's or site's name.
    pub name: String,
    /// The main URL, where the site is reached at all.
    pub url: Option<String>,
    /// Every name that is looked at over the network; the URL's own host comes first.
    pub hosts: Vec<Host>,
    /// Bundled id or path of the policy.
    pub policy: String,
    /// Parameters that the site sets.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The TLS profile that its endpoints are held against.
    pub tls_profile: Option<TlsProfile>,
    /// Configurations of web servers and proxies.
    pub web_servers: Vec<WebServer>,
    /// The files by which the site is deployed.
    pub deployment: Deployment,
    /// The host's file system.
    pub host_root: Option<HostRoot>,
    /// Log files that are declared beyond those of the configuration.
    pub logs: Vec<LogFile>,
    /// The approved release, where one is named.
    pub release: Option<Release>,
    /// Patterns of the body's own.
    pub log_patterns: Vec<LogPattern>,
    /// Lists and maps that the body declares.
    pub declared: Declared,
    /// The resolver that DNS questions go to; the system's where none is named.
    pub resolver: Option<SocketAddr>,
    /// Exports about accounts.
    pub accounts: AccountExports,
    /// Where mail of visitors goes, beyond what the host root shows.
    pub mail: MailExports,
    /// Path of the people file.
    pub people: Option<String>,
    /// Path of the contractor register.
    pub register: Option<String>,
    /// Path of the records file.
    pub records: Option<String>,
    /// Path of the actions file.
    pub actions: Option<String>,
    /// Path of the waivers file.
    pub waivers: Option<String>,
}

/// Exports about accounts, by path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountExports {
    /// Last logins.
    pub lastlog: Option<String>,
    /// Users of the content management system.
    pub cms: Option<String>,
}

/// How mail servers are asked, and files that say where mail goes, by path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailExports {
    /// The mail servers of the declared mail domains are asked for STARTTLS on port 25.
    pub starttls: bool,
    /// Alias files.
    pub aliases: Vec<String>,
    /// Virtual alias tables.
    pub virtual_tables: Vec<String>,
    /// Exported lists.
    pub lists: Vec<String>,
    /// Sieve scripts by mailbox.
    pub sieve: BTreeMap<String, String>,
    /// Stores of messages: Maildir folders or mbox files.
    pub store: Vec<String>,
}

/// One name that is looked at over the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// The name, in lower case.
    pub name: String,
    /// Addresses to use instead of asking DNS.
    pub addresses: Vec<String>,
    /// Port of HTTPS; 443 unless told.
    pub https_port: u16,
    /// Port of plain HTTP; 80 unless told. `None`: plain HTTP is not looked at.
    pub http_port: Option<u16>,
    /// Further ports on which TLS is spoken; on 25 and 587 it begins by STARTTLS inside SMTP.
    pub ports: Vec<u16>,
    /// PEM file of a private authority that this host's certificate may chain to.
    pub trust: Option<String>,
    /// Paths of pages to look at besides `/`.
    pub pages: Vec<String>,
}

/// The programs whose configuration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebServerKind {
    /// nginx.
    Nginx,
    /// Apache httpd.
    Apache,
    /// HAProxy.
    Haproxy,
    /// Caddy.
    Caddy,
}

/// The web server's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebServer {
    /// Which program.
    pub kind: WebServerKind,
    /// Path of the main file.
    pub path: String,
    /// The program's version, where declared.
    pub version: Option<String>,
    /// Folder that stands for `/` when the configuration names absolute paths.
    pub root: Option<String>,
}

/// The files by which the site is deployed. An empty list says that there are none; a missing one says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployment {
    /// Compose files; those of one folder are one project, later ones overriding earlier ones.
    pub compose: Option<Vec<String>>,
    /// Kubernetes manifests.
    pub kubernetes: Option<Vec<String>>,
    /// Dockerfiles.
    pub dockerfiles: Option<Vec<String>>,
    /// systemd unit files, or folders of them.
    pub systemd: Option<Vec<String>>,
}

/// The host's file system: a folder with an mtree listing, a tar, or `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRoot {
    /// Path of the folder or tar.
    pub path: String,
    /// The host's name in subjects; the main URL's host unless told.
    pub name: String,
}

/// The approved release of the site's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Path of the manifest: sums as sha256sum writes them, made by the build.
    pub manifest: String,
    /// Folder of the deployed files, inside the host root.
    pub root: String,
    /// Folders below it into which visitors or editors upload.
    pub uploads: Vec<String>,
}

/// What a log file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogKind {
    /// Access log.
    Access,
    /// Error log.
    Error,
    /// Log of an application.
    Application,
}

/// A declared log: a path, or a glob with `*`, inside the host root (or beside the site file without one).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Path or glob.
    pub path: String,
    /// What it holds.
    pub kind: LogKind,
}

/// A pattern of the body's own that is looked for in logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPattern {
    /// Its name in reports.
    pub id: String,
    /// Text that a line must hold.
    pub literal: String,
    /// Regular expression for the line.
    pub expression: String,
    /// A person has to look at what it finds.
    pub is_suspect: bool,
}

/// One class of information that the policy says is acquired.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acquisition {
    /// `ip_address`, `domain_name`, `access_info`, `query_data`, …
    pub class: String,
    /// What it is used for, where stated.
    pub purpose: Option<String>,
}

/// A form that the body declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclaredForm {
    /// Path of the page that holds it.
    pub page: String,
    /// Categories of personal information that it asks for.
    pub categories: Vec<String>,
    /// What they are used for, where stated.
    pub purpose: Option<String>,
}

/// Lists and maps that the body declares. `None` is not declared; an empty list is declared to be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// The body's own published addresses and numbers, which are no hits in a log.
    pub allow_values: Option<Vec<String>>,
    /// Hosts inside the policy's scope.
    pub scope_hosts: Option<Vec<String>>,
    /// Hosts and registrable domains that are the body's own.
    pub first_parties: Option<Vec<String>>,
    /// Third-party hosts that the published notice names to visitors.
    pub third_parties: Option<Vec<String>>,
    /// Paths or URLs of the published policy: keys `ja`, `en`, `security`.
    pub policy_pages: BTreeMap<String, String>,
    /// Files with the text of the published policy, by the same keys.
    pub policy_texts: BTreeMap<String, String>,
    /// Classes of information that the policy says are acquired.
    pub acquisition: Option<Vec<Acquisition>>,
    /// Paths whose query string must not be logged.
    pub sensitive_paths: Option<Vec<String>>,
    /// Paths of administration pages, on all hosts or as `HOST/PATH`, or `:PORT` for a port that serves nothing else.
    pub admin_paths: Option<Vec<String>>,
    /// Addresses from which administration is allowed.
    pub admin_sources: Option<Vec<String>>,
    /// Accounts and groups (`group:NAME`) that may read logs.
    pub log_readers: Option<Vec<String>>,
    /// Hosts that take logs and let nobody change or remove them for a time.
    pub log_write_once: Option<Vec<String>>,
    /// Accounts that may be in root-equivalent groups.
    pub administrators: Option<Vec<String>>,
    /// Domains that receive the body's mail.
    pub mail_domains: Option<Vec<String>>,
    /// DKIM selectors in use, by mail domain.
    pub dkim_selectors: Option<BTreeMap<String, Vec<String>>>,
    /// Domains that are no longer used and must be held all the same.
    pub retired_domains: Option<Vec<RetiredDomain>>,
    /// Forms that take personal information.
    pub forms: Option<Vec<DeclaredForm>>,
    /// Names of cookies that are set.
    pub cookies: Option<Vec<String>>,
    /// Statutes and standards that the body applies, by edition key, each with its owner.
    pub statutes: Option<BTreeMap<String, Statute>>,
    /// What the body is: `public-body` or `company`.
    pub entity: Option<String>,
    /// Who answers for which checks: check or pattern -> `own`, `shared` or a contractor's id.
    pub responsibilities: Option<BTreeMap<String, String>>,
    /// How a leak is reported.
    pub breach_plan: Option<BreachPlan>,
    /// Holdings of personal information.
    pub holdings: Option<Vec<Holding>>,
    /// Residual risk, in units, that the body tolerates, with approver and date.
    pub risk_tolerance: Option<RiskTolerance>,
}

/// A domain that is no longer used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RetiredDomain {
    /// The domain, in lower case.
    pub name: String,
    /// Until when it must be held, where stated.
    pub hold_until: Option<Time>,
}

/// An address and port of a resolver; port 53 where none is given.
#[must_use]
pub fn resolver_address(text: &str) -> Option<SocketAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    text.parse().ok().or_else(|| Some(SocketAddr::new(bare.parse::<IpAddr>().ok()?, 53)))
}

/// The residual risk that the body tolerates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskTolerance {
    /// Units.
    pub units: i64,
    /// Who approved it.
    pub approver: Option<String>,
    /// When.
    pub approved_on: Option<Time>,
}

/// A statute or standard that the body applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statute {
    /// Who answers for it.
    pub owner: Option<String>,
    /// Edition that the body follows.
    pub edition: Option<String>,
    /// Newest edition by the bundled table; absent where the table does not know the key.
    pub current_edition: Option<String>,
    /// When it was last looked up whether the edition is the newest.
    pub reviewed_on: Option<Time>,
    /// Articles that the body names as its own duty.
    pub articles: Option<Vec<String>>,
}

/// How a leak of personal information is reported (APPI article 68; of a company, article 26).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BreachPlan {
    /// The office that decides and reports.
    pub officer: Option<String>,
    /// Where the Personal Information Protection Commission takes reports.
    pub commission: Option<String>,
    /// Who tells the persons concerned.
    pub persons: Option<String>,
    /// Days within which the prompt report is made.
    pub prompt_report_days: Option<i64>,
    /// Days within which the full report is made.
    pub full_report_days: Option<i64>,
    /// The same where somebody acted unlawfully.
    pub full_report_unlawful_days: Option<i64>,
    /// Where the plan is.
    pub document_ref: Option<String>,
}

/// A holding of personal information.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// What it is.
    pub name: String,
    /// Persons whom it covers.
    pub persons: i64,
    /// Entry of the published register of personal information files.
    pub register_ref: Option<String>,
}

impl Declared {
    /// The names by which a check may refer to a list.
    pub const LISTS: [&'static str; 13] = [
        "scope_hosts",
        "first_parties",
        "third_parties",
        "acquisition",
        "sensitive_paths",
        "admin_paths",
        "admin_sources",
        "log_readers",
        "log_write_once",
        "administrators",
        "mail_domains",
        "retired_domains",
        "cookies",
    ];

    /// A list by its name; `None` where it is not declared or there is no such list.
    #[must_use]
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        match name {
            "scope_hosts" => self.scope_hosts.clone(),
            "first_parties" => self.first_parties.clone(),
            "third_parties" => self.third_parties.clone(),
            "acquisition" => {
                self.acquisition.as_ref().map(|classes| classes.iter().map(|item| item.class.clone()).collect())
            }
            "sensitive_paths" => self.sensitive_paths.clone(),
            "admin_paths" => self.admin_paths.clone(),
            "admin_sources" => self.admin_sources.clone(),
            "log_readers" => self.log_readers.clone(),
            "log_write_once" => self.log_write_once.clone(),
            "administrators" => self.administrators.clone(),
            "mail_domains" => self.mail_domains.clone(),
            "retired_domains" => {
                self.retired_domains.as_ref().map(|domains| domains.iter().map(|item| item.name.clone()).collect())
            }
            "cookies" => self.cookies.clone(),
            _ => None,
        }
    }
}
