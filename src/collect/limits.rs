//! Every limit on looking, in one place, each with its reason. No collector has numbers of its own.

/// Connections that may be open at a time to one host, and to one address of however many names: what a careful visitor's
/// browser opens.
pub const CONNECTIONS_PER_HOST: usize = 4;
/// Hosts whose TLS is looked at side by side: with four connections each, far from the 1,024 files that a process may open.
pub const HOSTS_AT_ONCE: usize = 32;
/// Endpoints of one address whose TLS is looked at side by side: each opens as many connections as the address has places.
pub const ENDPOINTS_PER_ADDRESS: usize = 1;
/// Hosts on one address whose pages are walked side by side: two, so that the connections of both can be kept.
pub const VISITS_PER_ADDRESS: usize = 2;
/// Entries of one directory: a log directory with ten years of daily files has 3,650.
pub const DIRECTORY_ENTRIES: usize = 100_000;
/// Bytes of one configuration file. The largest seen in practice is a few megabytes.
pub const CONFIGURATION_BYTES: u64 = 32 * 1024 * 1024;
/// Files that one configuration may include.
pub const CONFIGURATION_FILES: usize = 100_000;
/// Includes that one configuration may hold, each counted where it stands; a hosting machine of 10,000 sites has 80,000.
pub const CONFIGURATION_INCLUDES: usize = 1_000_000;
/// Includes inside includes; three levels are seen in practice.
pub const CONFIGURATION_INCLUDE_DEPTH: usize = 40;
/// Bytes of one small file of a host: passwd, group, sudoers, authorized_keys.
pub const HOST_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of a listing or archive of a host.
pub const HOST_ARCHIVE_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes of an archive's small files that are kept in memory together.
pub const HOST_ARCHIVE_KEPT_BYTES: u64 = 256 * 1024 * 1024;
/// Layers of one container image; builders stop at 127.
pub const HOST_LAYERS: usize = 256;
/// Bytes of a host's facts collected elsewhere: a host with 100,000 logs has 200 MiB.
pub const SNAPSHOT_BYTES: u64 = 512 * 1024 * 1024;
/// Days for which facts collected elsewhere hold: a month, as the reviews of accounts and logs.
pub const SNAPSHOT_DAYS: i64 = 30;
/// Links on the way to one path, as Linux counts them.
pub const HOST_LINKS: usize = 40;
/// Entries of a host's file tree.
pub const HOST_ENTRIES: usize = 1_000_000;
/// Bytes of a response's status line and header fields together; browsers stop at 256 KiB.
pub const HEADER_BYTES: usize = 256 * 1024;
/// Header fields of a response.
pub const HEADER_FIELDS: usize = 500;
/// Bytes of a body that are read; the rest is not asked for.
pub const BODY_BYTES: usize = 2 * 1024 * 1024;
/// Answers of one host's pages that are read, declared ones not counted: what a visitor may see in a day.
pub const PAGES_PER_HOST: usize = 20;
/// Requests of the walk through one host: pages, their style sheets, and bodies whose digest is made. What is declared comes on top.
pub const CRAWL_REQUESTS_PER_HOST: usize = 40;
/// Folders that pages name and that are asked whether they list their files.
pub const LISTED_DIRECTORIES: usize = 6;
/// Style sheets that import style sheets.
pub const STYLE_SHEET_DEPTH: usize = 5;
/// Answers in a row that may fail to come in time before a host is left: it is down, and each costs the whole timeout.
pub const SILENCES_PER_HOST: u64 = 3;
/// How many times the time of one answer a whole visit to a host may take: ten minutes at the usual ten seconds.
pub const VISIT_TIMEOUTS: u64 = 60;
/// Bytes of an answer to a question that is about its head, or about the start of its text.
pub const PROBE_BYTES: usize = 64 * 1024;
/// Pages with a nonce that are fetched a second time: more say nothing new of how the site makes them.
pub const SECOND_FETCHES: usize = 3;
/// Redirects of one chain that are followed; browsers stop at 20.
pub const CHAIN_STEPS: usize = 10;
/// Further hops of all chains of one host that are asked for.
pub const CHAIN_QUESTIONS: usize = 6;
/// Bytes of a TLS server's first flight: long chains have 20 KiB.
pub const TLS_FLIGHT_BYTES: usize = 256 * 1024;
/// Names of one certificate that are kept in a fact; large hosters put a hundred into one.
pub const CERTIFICATE_NAMES: usize = 100;
/// Endpoints with the same key that one fact names: lists of all with all would grow with the square of their number.
pub const SHARING_ENDPOINTS: usize = 20;
/// Addresses of one name that are looked at.
pub const ADDRESSES_PER_HOST: usize = 8;
/// DNS questions of one run: a site of ten hosts and three mail domains with deep SPF asks about two hundred.
pub const DNS_QUESTIONS: usize = 600;
/// DNS questions that are open at a time: what one browser's page asks at once.
pub const DNS_CONCURRENT: usize = 16;
/// Questions without an answer, one after the other, after which the resolver is asked no more.
pub const DNS_SILENCES: usize = 3;
/// Times that a question is sent over UDP; a datagram may be lost.
pub const DNS_UDP_TRIES: u64 = 2;
/// Bytes that an answer over UDP may have; more does not pass all networks in one piece (DNS flag day 2020).
pub const DNS_UDP_BYTES: u16 = 1_232;
/// Packets of others that are left aside while an answer is waited for.
pub const DNS_STRAYS: usize = 16;
/// Aliases that are followed, one to the next; resolvers stop at 8 to 16.
pub const DNS_ALIASES: usize = 12;
/// Names or texts of DNS that one fact keeps.
pub const DNS_NAMES_KEPT: usize = 100;
/// Bytes of one TXT record; the longest SPF records of large providers have two thousand.
pub const DNS_TEXT_BYTES: usize = 16 * 1024;
/// Lookups of one SPF record that are counted; receivers stop at 10.
pub const SPF_LOOKUPS_COUNTED: i64 = 30;
/// Mail servers of one domain; large providers name ten.
pub const MAIL_SERVERS: usize = 32;
/// Bytes of an MTA-STS policy file (RFC 8461, section 3.3 names 64 kilobytes).
pub const STS_POLICY_BYTES: usize = 64 * 1024;
/// Bytes of the system's list of resolvers.
pub const RESOLVER_FILE_BYTES: u64 = 64 * 1024;
/// Characters of an outside text that are kept in a fact.
pub const TEXT_CHARACTERS: usize = 200;

/// An outside text, cut to what a fact may hold.
#[must_use]
pub fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Declared paths of administration that are asked for on one host.
pub const ADMIN_PATHS: usize = 50;
/// Why nothing is known of them where none are declared.
pub const NO_ADMIN_PATHS: &str =
    "no paths of administration are declared (site file: declared: admin_paths; [] says there are none)";
