//! What workflow code may reach: files and environment variables.
//!
//! Plain data and plain decisions; whoever asks has resolved links and names before.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is allowed of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grant<T> {
    /// Everything.
    All,
    /// These, and nothing else.
    Only(Vec<T>),
}

impl<T> Default for Grant<T> {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// See the module's text. The default allows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Folders and files that may be read, absolute and without links.
    pub read: Grant<PathBuf>,
    /// Folders and files that may be written.
    pub write: Grant<PathBuf>,
    /// Names of environment variables; one that ends in `*` stands for all that begin so.
    pub env: Grant<String>,
}

fn holds(grant: &Grant<PathBuf>, path: &Path) -> bool {
    match grant {
        Grant::All => true,
        Grant::Only(folders) => folders.iter().any(|folder| path.starts_with(folder)),
    }
}

impl Permissions {
    /// Whether a file or folder may be read.
    #[must_use]
    pub fn may_read(&self, path: &Path) -> bool {
        holds(&self.read, path)
    }

    /// Whether a file or folder may be made, changed or removed.
    #[must_use]
    pub fn may_write(&self, path: &Path) -> bool {
        holds(&self.write, path)
    }

    /// Whether an environment variable may be seen.
    #[must_use]
    pub fn may_see(&self, variable: &str) -> bool {
        match &self.env {
            Grant::All => true,
            Grant::Only(names) => names.iter().any(|name| match name.strip_suffix('*') {
                Some(start) => variable.starts_with(start),
                None => name == variable,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_by_default() {
        let none = Permissions::default();
        assert!(!none.may_read(Path::new("/a")) && !none.may_write(Path::new("/a")) && !none.may_see("HOME"));
    }

    #[test]
    fn folders_hold_what_is_below_them() {
        let some = Permissions { read: Grant::Only(vec!["/a/b".into()]), ..Permissions::default() };
        assert!(some.may_read(Path::new("/a/b")) && some.may_read(Path::new("/a/b/c")));
        assert!(!some.may_read(Path::new("/a/bc")) && !some.may_read(Path::new("/a")));
        assert!(!some.may_write(Path::new("/a/b")));
    }

    #[test]
    fn names_of_variables_may_end_in_a_star() {
        let some = Permissions { env: Grant::Only(vec!["A".into(), "MY_*".into()]), ..Permissions::default() };
        assert!(some.may_see("A") && some.may_see("MY_X"));
        assert!(!some.may_see("AB") && !some.may_see("MY"));
    }
}
