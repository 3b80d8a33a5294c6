//! Names that modules ask for and do not get: errors that say where, and types that are left out instead.

use crate::{
    builtins,
    diagnostics::Named,
    names::{Asked, DEFAULT, Names},
    resolve::{distance, is_near},
};
use cronflow_core::{
    archive::{ModuleKind, ModuleSource},
    error::{Code, Diagnostic},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// Most names of a module that help lists.
const MAX_LISTED: usize = 12;

/// A module of the project, with what is needed to look names up.
pub(crate) struct Linked {
    pub(crate) names: Names,
    pub(crate) file: Named,
    pub(crate) is_typescript: bool,
    /// Modules that it loads before it runs.
    pub(crate) loads: Vec<String>,
    /// It mocks modules: names may come from mocks.
    pub(crate) mocks: bool,
}

/// What a module has under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    Value,
    Type,
    /// A type or nothing: it passes on the types of a file that nothing else needs.
    TypeAtMost,
    Nothing,
    /// Only the run can tell.
    Unknown,
}

/// What was found out about all modules.
#[derive(Default)]
pub(crate) struct Found {
    /// By module: pairs of another one, as written, and a name that is only a type there.
    pub(crate) types: BTreeMap<String, Vec<(String, String)>>,
    /// By module: what is missing.
    pub(crate) missing: BTreeMap<String, Vec<Diagnostic>>,
}

/// Looks at every name that is asked for.
pub(crate) fn find(modules: &BTreeMap<String, ModuleSource>, linked: &BTreeMap<&str, &Linked>) -> Found {
    let search = Search { modules, linked, builtins: RefCell::default() };
    let mut found = Found::default();
    for (&specifier, own) in linked {
        for asked in &own.names.asked {
            let Some(target) = search.target(specifier, &asked.written) else { continue };
            match search.offer(&target, &asked.name, &mut Vec::new()) {
                Offer::Value | Offer::Unknown => {}
                Offer::Type | Offer::TypeAtMost if asked.passed_on && own.is_typescript => {
                    found.leave_out(specifier, asked)
                }
                // The types of JavaScript stand elsewhere.
                Offer::Nothing if asked.passed_on && own.is_typescript && !search.is_typescript(&target) => {
                    found.leave_out(specifier, asked);
                }
                offer @ (Offer::Nothing | Offer::Type | Offer::TypeAtMost) => {
                    let error = search.error(asked, &target, offer);
                    let place = own.file.location(asked.range.start);
                    let error = error.at(place, Some(own.file.text.clone()));
                    found.missing.entry(specifier.to_owned()).or_default().push(error);
                }
            }
        }
    }
    found
}

impl Found {
    fn leave_out(&mut self, specifier: &str, asked: &Asked) {
        self.types.entry(specifier.to_owned()).or_default().push((asked.written.clone(), asked.name.clone()));
    }
}

/// Modules that are loaded before the entry runs.
pub(crate) fn loaded_at_start(entry: &str, linked: &BTreeMap<&str, &Linked>) -> BTreeSet<String> {
    let (mut seen, mut open) = (BTreeSet::from([entry.to_owned()]), vec![entry]);
    while let Some(specifier) = open.pop() {
        let loads = linked.get(specifier).into_iter().flat_map(|module| &module.loads);
        open.extend(loads.filter(|next| seen.insert((*next).clone())).map(String::as_str));
    }
    seen
}

/// A module that throws what is wrong with it, and exports these names in vain.
pub(crate) fn throwing<'a>(error: &Diagnostic, names: impl Iterator<Item = &'a String>) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let place =
        error.location.as_ref().map(|at| format!(" ({}:{}:{})", at.file, at.line, at.column)).unwrap_or_default();
    let exports: Vec<String> = names.map(|name| format!("none as {}", text(name))).collect();
    format!(
        "throw new SyntaxError({});\nlet none;\nexport {{ {} }};",
        text(&format!("{}{place}", error.message)),
        exports.join(", ")
    )
}

struct Search<'a> {
    modules: &'a BTreeMap<String, ModuleSource>,
    linked: &'a BTreeMap<&'a str, &'a Linked>,
    builtins: RefCell<BTreeMap<String, Option<Rc<Names>>>>,
}

impl Search<'_> {
    /// What a module means by a name of another.
    fn target(&self, specifier: &str, written: &str) -> Option<String> {
        match self.modules.get(specifier) {
            Some(module) => module.imports.get(written).cloned(),
            // Built-in modules have one name.
            None => Some(written.to_owned()),
        }
    }

    fn is_typescript(&self, specifier: &str) -> bool {
        self.linked.get(specifier).is_some_and(|module| module.is_typescript)
    }

    /// Calls `look` with the names of a module, if it is one whose names are known.
    fn with_names<T>(&self, specifier: &str, look: impl FnOnce(&Names) -> T) -> Option<T> {
        if let Some(module) = self.linked.get(specifier) {
            return Some(look(&module.names));
        }
        let mut known = self.builtins.borrow_mut();
        let names =
            known.entry(specifier.to_owned()).or_insert_with(|| builtins::names(specifier).map(Rc::new)).clone();
        drop(known);
        names.map(|names| look(&names))
    }

    /// `open`: what is being looked for, since modules pass names on in circles.
    fn offer(&self, specifier: &str, name: &str, open: &mut Vec<(String, String)>) -> Offer {
        if let Some(module) = self.modules.get(specifier) {
            match module.kind {
                ModuleKind::CommonJs => return Offer::Unknown,
                ModuleKind::Json if name == DEFAULT => return Offer::Value,
                ModuleKind::Json => return Offer::Nothing,
                ModuleKind::JavaScript => {}
            }
        }
        let asked = (specifier.to_owned(), name.to_owned());
        if open.contains(&asked) {
            return Offer::Nothing;
        }
        open.push(asked);
        let offer = self.with_names(specifier, |names| self.offer_of(specifier, names, name, open));
        open.pop();
        offer.unwrap_or(Offer::Unknown)
    }

    fn offer_of(&self, specifier: &str, names: &Names, name: &str, open: &mut Vec<(String, String)>) -> Offer {
        match names.exported.get(name) {
            Some(None) => return Offer::Value,
            Some(Some((written, there))) => {
                return self.target(specifier, written).map_or(Offer::Unknown, |next| self.offer(&next, there, open));
            }
            None if names.types.contains(name) => return Offer::Type,
            None if name == DEFAULT => return Offer::Nothing,
            None => {}
        }
        let mut best = Offer::Nothing;
        for written in names.stars.iter().chain(&names.type_stars) {
            let offer = self.target(specifier, written).map_or(Offer::Unknown, |next| self.offer(&next, name, open));
            match offer {
                Offer::Value if names.stars.contains(written) => return Offer::Value,
                Offer::Unknown if names.stars.contains(written) => best = Offer::Unknown,
                Offer::Value | Offer::Type if best != Offer::Unknown => best = Offer::Type,
                Offer::Unknown | Offer::TypeAtMost if best == Offer::Nothing => best = Offer::TypeAtMost,
                _ => {}
            }
        }
        best
    }

    /// All values that a module exports.
    fn values(&self, specifier: &str, seen: &mut BTreeSet<String>) -> BTreeSet<String> {
        if !seen.insert(specifier.to_owned()) {
            return BTreeSet::new();
        }
        if self.modules.get(specifier).is_some_and(|module| module.kind == ModuleKind::Json) {
            return BTreeSet::from([DEFAULT.to_owned()]);
        }
        let own = self.with_names(specifier, |names| (names.exported.keys().cloned().collect(), names.stars.clone()));
        let (mut found, stars): (BTreeSet<String>, _) = own.unwrap_or_default();
        for written in stars {
            if let Some(next) = self.target(specifier, &written) {
                found.extend(self.values(&next, seen).into_iter().filter(|name| name != DEFAULT));
            }
        }
        found
    }

    fn error(&self, asked: &Asked, target: &str, offer: Offer) -> Diagnostic {
        let Asked { written, name, .. } = asked;
        let values = self.values(target, &mut BTreeSet::new());
        let (message, help) = if offer == Offer::Type {
            (
                format!("'{name}' of '{written}' is a type, and is used here as a value"),
                format!("write import type {{ {name} }}, or use something that exists at run time"),
            )
        } else if name == DEFAULT {
            (
                format!("'{written}' has no default export"),
                match values.first() {
                    Some(first) => format!("import what it has by name, as in import {{ {first} }}"),
                    None => "it exports nothing".to_owned(),
                },
            )
        } else if values.len() == 1 && values.contains(DEFAULT) {
            (
                format!("'{written}' does not export '{name}'"),
                format!("it has a default export alone: import {name} without braces"),
            )
        } else {
            let help =
                match values.iter().filter(|other| is_near(other, name)).min_by_key(|other| distance(other, name)) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None if values.is_empty() => "it exports nothing".to_owned(),
                    None => {
                        let listed = values.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>().join(", ");
                        format!("it exports {listed}{}", if values.len() > MAX_LISTED { " and more" } else { "" })
                    }
                };
            (format!("'{written}' does not export '{name}'"), help)
        };
        Diagnostic::new(Code::NotExported, message).with_help(help)
    }
}
