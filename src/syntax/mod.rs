//! The languages that tenken reads: bytes -> trees with places. Pure, and knowing nothing of facts.

pub mod nginx;
