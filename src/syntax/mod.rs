//! The languages that tenken reads: bytes -> trees with places. Pure, and knowing nothing of facts.

pub mod accounts;
pub mod authorized_keys;
pub mod body;
pub mod csp;
pub mod css;
pub mod header;
pub mod html;
pub mod link;
pub mod logrotate;
pub mod mtree;
pub mod nginx;
pub mod robots;
pub mod security_txt;
pub mod srcset;
pub mod sudoers;
pub mod tls;
