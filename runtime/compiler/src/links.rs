//! Which names of CommonJS modules may be imported: what each is seen to export, what it passes on of
//! others, and what its importers ask for.

use cronflow_core::archive::{ModuleKind, ModuleSource};
use std::collections::{BTreeMap, BTreeSet};

/// What one module does with the exports of others.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Modules whose exports a CommonJS module passes on.
    pub(crate) on: Vec<String>,
    /// Names that are imported from a module.
    pub(crate) names: Vec<(String, Vec<String>)>,
    /// Names that are looked for in the namespace of a module; they may be missing.
    pub(crate) looked_for: Vec<(String, Vec<String>)>,
}

/// Completes the names of all CommonJS modules of a graph.
pub(crate) fn settle_exports(modules: &mut BTreeMap<String, ModuleSource>, passed: &BTreeMap<String, Passed>) {
    // Names travel along chains of any length, and in circles.
    loop {
        let mut additions: Vec<(String, Vec<String>)> = Vec::new();
        for (specifier, passed) in passed {
            let own: BTreeSet<&String> =
                modules.get(specifier).map(|own| own.exports.iter().collect()).unwrap_or_default();
            let sources = passed.on.iter().filter_map(|source| modules.get(source));
            let names = sources.flat_map(|source| &source.exports).filter(|name| !own.contains(name));
            let names: BTreeSet<String> = names.cloned().collect();
            if !names.is_empty() {
                additions.push((specifier.clone(), names.into_iter().collect()));
            }
        }
        if additions.is_empty() {
            break;
        }
        for (specifier, names) in additions {
            if let Some(module) = modules.get_mut(&specifier) {
                module.exports.extend(names);
            }
        }
    }
    for (target, names) in passed.values().flat_map(|passed| &passed.looked_for) {
        if let Some(module) = modules.get_mut(target).filter(|module| module.kind == ModuleKind::CommonJs) {
            let new = names.iter().filter(|name| *name != "default" && !module.exports.contains(name));
            let new: Vec<String> = new.cloned().collect();
            module.exports.extend(new);
        }
    }
    for (target, names) in passed.values().flat_map(|passed| &passed.names) {
        let Some(module) = modules.get_mut(target).filter(|module| module.kind == ModuleKind::CommonJs) else {
            continue;
        };
        for name in names {
            if !module.exports.contains(name) && !module.wanted.contains(name) {
                module.wanted.push(name.clone());
            }
        }
    }
}
