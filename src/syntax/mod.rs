//! The languages that tenken reads: bytes -> trees with places. Pure, and knowing nothing of facts.

pub mod accounts;
pub mod acl;
pub mod audit;
pub mod authorized_keys;
pub mod body;
pub mod caa;
pub mod clock;
pub mod cron;
pub mod csp;
pub mod header;
pub mod japanese_day;
pub mod logrotate;
pub mod mtree;
pub mod nginx;
pub mod ocsp;
pub mod rsyslog;
pub mod sudoers;
pub mod syslog_ng;
pub mod systemd;
pub mod tar;
pub mod tls;
pub mod yaml;
