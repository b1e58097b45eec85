//! Whether a path lies on an encrypted volume, as fstab and crypttab say.

use super::tree::HostTree;
use crate::collect::world::Refusal;

/// `None` where fstab cannot be read or does not say on what the path lies.
pub(super) fn is_encrypted(tree: &HostTree<'_>, path: &str) -> Option<bool> {
    let mapped = match tree.text("etc/crypttab") {
        Ok(text) => names(&text),
        Err(Refusal::NotFound) => Vec::new(),
        Err(_) => return None,
    };
    let mounts = tree.text("etc/fstab").ok()?;
    let path = format!("/{path}");
    let mut below: Option<(usize, &str)> = None;
    for line in mounts.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut words = line.split_whitespace();
        let (Some(device), Some(point)) = (words.next(), words.next()) else { continue };
        let point = point.trim_end_matches('/');
        let covers = path.starts_with(&format!("{point}/"));
        if covers && below.is_none_or(|(length, _)| point.len() >= length) {
            below = Some((point.len(), device));
        }
    }
    let (_, device) = below?;
    // A volume group on top of an encrypted partition has a name that crypttab does not know.
    let is_mapped = mapped.iter().any(|name| device == format!("/dev/mapper/{name}"));
    if is_mapped {
        return Some(true);
    }
    let may_be_on_top = !mapped.is_empty() && (device.starts_with("/dev/mapper/") || device.contains('='));
    (!may_be_on_top).then_some(false)
}

fn names(crypttab: &str) -> Vec<String> {
    let lines = crypttab.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}
