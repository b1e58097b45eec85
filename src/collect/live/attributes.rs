//! The live world's extended attributes and file flags: looked at, never set.

use std::path::Path;

use rustix::fs::{IFlags, Mode, OFlags, ioctl_getflags, lgetxattr, open};
use rustix::io::Errno;

use crate::collect::world::{Attributes, Refusal};

/// Bytes of one attribute; the kernel's own limit.
const ATTRIBUTE_BYTES: usize = 65_536;

/// Attributes of a path, links not followed.
pub(super) fn of(path: &Path) -> Result<Attributes, Refusal> {
    let flags = flags(path)?;
    Ok(Attributes {
        acl: attribute(path, "system.posix_acl_access")?,
        default_acl: attribute(path, "system.posix_acl_default")?,
        capability: attribute(path, "security.capability")?,
        append_only: flags.map(|flags| flags.contains(IFlags::APPEND)),
        immutable: flags.map(|flags| flags.contains(IFlags::IMMUTABLE)),
    })
}

fn attribute(path: &Path, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let mut value = vec![0_u8; ATTRIBUTE_BYTES];
    match lgetxattr(path, name, value.as_mut_slice()) {
        Ok(length) => {
            value.truncate(length);
            Ok(Some(value))
        }
        // A file system that knows no such attribute has none.
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// The flags; `None` where they cannot be told. Only files and folders are opened, and never waited for.
fn flags(path: &Path) -> Result<Option<IFlags>, Refusal> {
    let kind = std::fs::symlink_metadata(path).map_err(|error| Refusal::Failed(error.to_string()))?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Ok(Some(IFlags::empty()));
    }
    let opened = open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty());
    let Ok(opened) = opened else { return Ok(None) };
    match ioctl_getflags(&opened) {
        Ok(flags) => Ok(Some(flags)),
        Err(Errno::NOTTY | Errno::NOTSUP) => Ok(Some(IFlags::empty())),
        Err(_) => Ok(None),
    }
}

fn refused(error: Errno) -> Refusal {
    match error {
        Errno::NOENT => Refusal::NotFound,
        Errno::ACCESS | Errno::PERM => Refusal::Denied,
        error => Refusal::Failed(error.to_string()),
    }
}
