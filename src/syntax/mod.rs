//! The languages that tenken reads: bytes -> trees with places. Pure, and knowing nothing of facts.

pub mod accounts;
pub mod authorized_keys;
pub mod body;
pub mod caa;
pub mod csp;
pub mod dkim;
pub mod dmarc;
pub mod header;
pub mod japanese_day;
pub mod logrotate;
pub mod mta_sts;
pub mod mtree;
pub mod nginx;
pub mod ocsp;
pub mod spf;
pub mod sudoers;
pub mod systemd;
pub mod tag_list;
pub mod tls;
pub mod yaml;
