//! From a path that workflow code wrote to the place it means, and whether that is allowed.

use super::perform::Problem;
use cronflow_core::permissions::Permissions;
use std::path::{Component, Path, PathBuf};

/// What is to be done with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// The place of a path with all links followed, if it may be used so.
pub(super) fn followed(written: &str, access: Access, permissions: &Permissions) -> Result<PathBuf, Problem> {
    checked(real(Path::new(written)), written, access, permissions)
}

/// The place of a path whose last part may itself be a link that is meant.
pub(super) fn unfollowed(written: &str, access: Access, permissions: &Permissions) -> Result<PathBuf, Problem> {
    let path = Path::new(written);
    let place = match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => real(path),
    };
    checked(place, written, access, permissions)
}

fn checked(place: PathBuf, written: &str, access: Access, permissions: &Permissions) -> Result<PathBuf, Problem> {
    let is_allowed = match access {
        Access::Read => permissions.may_read(&place),
        Access::Write => permissions.may_write(&place),
    };
    if is_allowed { Ok(place) } else { Err(Problem::Denied { path: written.to_owned(), access }) }
}

/// Follows links as far as the path exists; what does not exist yet is added by name.
fn real(path: &Path) -> PathBuf {
    let start = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    for known in start.ancestors() {
        let known = if known.as_os_str().is_empty() { Path::new(".") } else { known };
        let Ok(place) = known.canonicalize() else { continue };
        let rest = start.strip_prefix(known).unwrap_or(start);
        return rest.components().fold(place, |mut place, part| {
            match part {
                Component::ParentDir => {
                    place.pop();
                }
                Component::Normal(name) => place.push(name),
                _ => {}
            }
            place
        });
    }
    start.to_path_buf()
}
