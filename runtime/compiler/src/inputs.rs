//! What a compilation was made of: the files that it took in, and those that it looked for in vain.

use crate::source;
use cronflow_core::id::Digest;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// See the module's text. All paths are canonical as far as they exist.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Files with the text that was compiled.
    pub read: BTreeMap<PathBuf, Arc<str>>,
    /// Files that would have been taken if they had been there.
    pub missing: BTreeSet<PathBuf>,
}

impl Inputs {
    /// Notes where an import was looked for that leads nowhere. What stands there is of no use as it is now.
    pub(crate) fn looked_for(&mut self, places: Vec<PathBuf>) {
        for place in places {
            match source::read(&place) {
                Ok(text) => drop(self.read.insert(place, text.into())),
                Err(_) if !place.exists() => drop(self.missing.insert(place)),
                Err(_) => {}
            }
        }
    }

    /// Notes a file that is there now and was not when it was looked for.
    pub(crate) fn overlooked(&mut self, path: PathBuf) {
        self.read.remove(&path);
        self.missing.insert(path);
    }

    /// Each file with what it held; `None` when it was not there.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<PathBuf, Option<Digest>> {
        let read = self.read.iter().map(|(path, text)| (path.clone(), Some(digest(text))));
        read.chain(self.missing.iter().map(|path| (path.clone(), None))).collect()
    }
}

/// The digest of a source text, with or without its byte order mark.
#[must_use]
pub fn digest(text: &str) -> Digest {
    let mut hasher = Digest::hasher();
    hasher.field(text.trim_start_matches('\u{feff}').as_bytes());
    hasher.finish()
}

/// What a compilation would see of a file now; `None` when it cannot be read.
#[must_use]
pub fn digest_of(path: &Path) -> Option<Digest> {
    source::read(path).ok().map(|text| digest(&text))
}
