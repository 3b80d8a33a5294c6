//! The archive: a module graph as it runs, named by the digest of its content.

use crate::id::Digest;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

/// What a module's `code` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModuleKind {
    /// ECMAScript module text, already lowered for the engine.
    JavaScript,
    /// JSON text; its value is the default export.
    Json,
    /// A function expression around a CommonJS module: `(exports, require, module, __filename, __dirname)`.
    CommonJs,
}

/// What an import of a `require()` is kept under in [`ModuleSource::imports`]: packages may answer
/// `import` and `require` of one name with different files.
#[must_use]
pub fn require_key(written: &str) -> String {
    format!("require:{written}")
}

/// The key in [`ModuleSource::imports`] for what a folder `__mocks__` has in the place of a module.
#[must_use]
pub fn mocks_key(written: &str) -> String {
    format!("__mocks__:{written}")
}

/// One module of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSource {
    /// How to read `code`.
    pub kind: ModuleKind,
    /// The text that the isolate evaluates.
    pub code: Arc<str>,
    /// Source map (version 3, JSON) from `code` to `source`; absent for JSON.
    pub source_map: Option<Arc<str>>,
    /// The text as its author wrote it, for code frames.
    pub source: Arc<str>,
    /// Import specifiers as written -> the specifier of the module they name. Those of `require()`
    /// are under [`require_key`].
    pub imports: BTreeMap<String, String>,
    /// Names that a CommonJS module is seen to export.
    pub exports: Vec<String>,
    /// Names beyond those that ECMAScript modules import from it; missing ones are an error then.
    pub wanted: Vec<String>,
    /// How the module reads the default export of a CommonJS module that says `__esModule`:
    /// as bundlers do, its `default`; or else as Node.js does, all of `module.exports`.
    pub unwraps_default: bool,
}

/// A closed module graph. Every specifier that a static import names is either in `modules`
/// or is the name of a built-in module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Specifier of the module that is evaluated first.
    pub entry: String,
    /// The folder that relative specifiers are relative to. Not part of the digest: moving a
    /// project does not make it another program.
    pub root: PathBuf,
    /// Specifier -> module. A user's file is named by its path relative to `root`, with `/`.
    pub modules: BTreeMap<String, ModuleSource>,
}

impl Archive {
    /// The content address: SHA-256 over the entry and every module's name, kind, code and links.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hasher = Digest::hasher();
        hasher.field(self.entry.as_bytes());
        for (specifier, module) in &self.modules {
            hasher.field(specifier.as_bytes());
            hasher.field(&[module.kind as u8]);
            hasher.field(module.code.as_bytes());
            for (written, resolved) in &module.imports {
                hasher.field(written.as_bytes());
                hasher.field(resolved.as_bytes());
            }
            for name in module.exports.iter().chain(&module.wanted) {
                hasher.field(name.as_bytes());
            }
            hasher.field(&[u8::from(module.unwraps_default)]);
        }
        hasher.finish()
    }
}

/// Whether a module leads to another by its imports and `require()`s; it leads to itself.
#[must_use]
pub fn leads_to(modules: &BTreeMap<String, ModuleSource>, from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(specifier) = open.pop() {
        if specifier == to {
            return true;
        }
        let imports = modules.get(specifier).into_iter().flat_map(|module| module.imports.values());
        open.extend(imports.map(String::as_str).filter(|next| seen.insert(*next)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(code: &str, root: &str) -> Archive {
        let module = ModuleSource {
            kind: ModuleKind::JavaScript,
            code: code.into(),
            source_map: None,
            source: code.into(),
            imports: BTreeMap::new(),
            exports: Vec::new(),
            wanted: Vec::new(),
            unwraps_default: false,
        };
        Archive { entry: "a.ts".into(), root: root.into(), modules: [("a.ts".into(), module)].into() }
    }

    #[test]
    fn digest_follows_the_code_and_not_the_place() {
        assert_eq!(archive("1", "/x").digest(), archive("1", "/y").digest());
        assert_ne!(archive("1", "/x").digest(), archive("2", "/x").digest());
    }
}
