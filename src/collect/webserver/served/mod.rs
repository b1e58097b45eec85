//! A server's configuration in words of no program: what Apache, HAProxy and Caddy are read into, and the observations that are
//! made of it, so that one check holds for all of them. It knows no directive.

mod header_facts;
mod level_facts;
mod log_facts;
mod server_facts;

use std::collections::BTreeSet;

use crate::collect::log_class::Written;
use crate::model::{Location, Observation, Related, Subject, SubjectKind};

pub(super) use header_facts::{REFLECTED, is_security, unsafe_words};

/// Something that is known, or the reason why it is not.
pub(super) type Known<T> = Result<T, String>;

/// Where something stands: the place to edit, the includes that led there, and what else belongs to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) location: Location,
    pub(super) related: Vec<Related>,
}

/// One response header that is set, changed or taken away.
#[derive(Debug, Clone)]
pub(super) struct SetHeader {
    /// In lower case.
    pub(super) name: String,
    /// Its value, or why it is not a fixed one.
    pub(super) value: Known<String>,
    /// On answers that succeed.
    pub(super) on_success: bool,
    /// On error answers.
    pub(super) on_error: bool,
    /// `Err` where it depends on something that is not known here.
    pub(super) certain: Known<()>,
    pub(super) location: Location,
}

/// Who may come in.
#[derive(Debug, Clone, Default)]
pub(super) struct Access {
    /// Nobody comes in.
    pub(super) closed: bool,
    /// Limited by address, by password, or both.
    pub(super) restricted: bool,
    pub(super) unreachable: Vec<String>,
    pub(super) allow_without_deny: bool,
    pub(super) password_skipped: bool,
    /// Where the first rule in force stands.
    pub(super) location: Option<Location>,
}

/// One access log in force.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) target: String,
    pub(super) format: String,
    pub(super) written: Known<Written>,
    /// `full`, `shortened` or `none`.
    pub(super) client_address: &'static str,
    pub(super) conditional: bool,
    pub(super) location: Location,
}

/// Where the program's errors go.
#[derive(Debug, Clone)]
pub(super) struct ErrorLog {
    pub(super) target: String,
    pub(super) level: String,
    pub(super) location: Location,
}

/// One level that answers requests.
#[derive(Debug, Clone)]
pub(super) struct Level {
    /// Behind `server[NAME]`: empty for the server itself, else `/Location[/x]`.
    pub(super) locus: String,
    pub(super) place: Place,
    pub(super) answers: bool,
    pub(super) serves_pages: bool,
    pub(super) is_static: bool,
    pub(super) root: Option<String>,
    pub(super) headers: Vec<SetHeader>,
    /// Why there may be headers that are not read here.
    pub(super) others_set_headers: Option<String>,
    pub(super) access: Known<Access>,
    pub(super) exact_only: Known<bool>,
    pub(super) redirect_hosts: BTreeSet<String>,
    pub(super) line_breaks: BTreeSet<String>,
    pub(super) listing: Known<bool>,
    pub(super) backtracking: bool,
    pub(super) status_endpoint: bool,
    /// 0 for no limit.
    pub(super) body_limit_bytes: Known<i64>,
    /// Of the whole server.
    pub(super) leftovers: Option<Known<Vec<String>>>,
    pub(super) logs: Vec<Log>,
}

impl Level {
    /// A level that answers pages and of which nothing else is known to be set.
    pub(super) fn new(locus: String, place: Place) -> Self {
        Self {
            locus,
            place,
            answers: true,
            serves_pages: true,
            is_static: false,
            root: None,
            headers: Vec::new(),
            others_set_headers: None,
            access: Ok(Access::default()),
            exact_only: Ok(false),
            redirect_hosts: BTreeSet::new(),
            line_breaks: BTreeSet::new(),
            listing: Ok(false),
            backtracking: false,
            status_endpoint: false,
            body_limit_bytes: Ok(0),
            leftovers: None,
            logs: Vec::new(),
        }
    }
}

/// TLS of one server.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    pub(super) protocols: Known<Vec<String>>,
    pub(super) ciphers_weak: Known<Vec<String>>,
    pub(super) session_tickets: bool,
    pub(super) ticket_keys_rotated: bool,
    pub(super) stapling: bool,
    pub(super) stapling_complete: bool,
    pub(super) related: Vec<Related>,
}

/// Where one level passes requests on to.
#[derive(Debug, Clone)]
pub(super) struct Upstream {
    /// Behind `server[NAME]`.
    pub(super) locus: String,
    pub(super) place: Place,
    pub(super) tls: bool,
    pub(super) verified: bool,
    pub(super) chosen_by_client: BTreeSet<String>,
    /// The host or address there.
    pub(super) host: Known<String>,
}

/// One virtual server.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// `www.example.jp:443`, unique in its configuration.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) names: Vec<String>,
    pub(super) listens: Vec<String>,
    /// The version whose rules were followed.
    pub(super) version: String,
    /// A socket without TLS is listened on.
    pub(super) plain: bool,
    pub(super) plain_only_redirects: Known<bool>,
    /// `None` where no socket speaks TLS.
    pub(super) tls: Option<Tls>,
    pub(super) real_ip_open: Vec<String>,
    pub(super) version_hidden: Known<bool>,
    pub(super) methods_open: Vec<String>,
    /// The first is the server's own.
    pub(super) levels: Vec<Level>,
    pub(super) upstreams: Vec<Upstream>,
    /// A declared path, the level that answers it, and whether that only redirects.
    pub(super) sensitive: Vec<Sensitive>,
}

/// How one declared sensitive path is answered and logged.
#[derive(Debug, Clone)]
pub(super) struct Sensitive {
    pub(super) path: String,
    pub(super) level: Known<usize>,
    pub(super) returns_only: bool,
}

/// One address and port.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    /// `*:443`
    pub(super) name: String,
    pub(super) tls: bool,
    /// Names of its servers, in order.
    pub(super) servers: Vec<String>,
    pub(super) default: String,
    /// `refused`, `redirected` or `served`.
    pub(super) unknown_names: Known<&'static str>,
    pub(super) place: Place,
}

/// A whole configuration.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) servers: Vec<Server>,
    pub(super) sockets: Vec<Socket>,
    pub(super) error_logs: Vec<ErrorLog>,
    /// What only this program has.
    pub(super) own: Vec<Observation>,
    /// What could not be read: subject and reason.
    pub(super) faults: Vec<(String, String)>,
}

/// Everything that is stated of a configuration. `main` names its file in subjects.
pub(super) fn observe(mut whole: Whole, main: &str, shortening_declared: Option<bool>) -> Vec<Observation> {
    let mut observations = std::mem::take(&mut whole.own);
    for server in &whole.servers {
        server_facts::observe(server, main, &mut observations);
        for level in &server.levels {
            observations.push(level_facts::observe(level, server, main));
        }
        for sensitive in &server.sensitive {
            observations.push(log_facts::sensitive(sensitive, server, main));
        }
    }
    for socket in &whole.sockets {
        observations.push(server_facts::socket(socket, main));
    }
    log_facts::observe(&whole, shortening_declared, &mut observations);
    observations
}

const METHOD: &str = "configuration read as its server reads it";

/// An observation at a place.
pub(super) fn observed(kind: &str, main: &str, locus: &str, place: &Place) -> Observation {
    let subject = Subject::new(SubjectKind::File, format!("{main}#{locus}"));
    let mut one = Observation::new(kind, subject, place.location.clone(), METHOD);
    one.related.clone_from(&place.related);
    one
}

/// States a field, or why it is not known.
fn put<T: Into<crate::model::Value>>(one: &mut Observation, field: &str, value: Known<T>) {
    match value {
        Ok(value) => one.set(field, value),
        Err(reason) => one.unknown(field, reason),
    };
}
