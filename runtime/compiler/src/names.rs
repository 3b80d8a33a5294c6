//! Which names ECMAScript modules offer, and which they ask one another for: what is missing is told before the
//! program runs, and what is only a type is not asked for.
//!
//! One file alone does not show whether `export { Order } from './order'` passes on a value or a type. TypeScript leaves
//! types out, so the compiler does as soon as it knows the other file.

use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
};
use swc_core::{
    common::Span,
    ecma::{
        ast::{
            Decl, DefaultDecl, ExportDecl, ExportSpecifier, Id, Ident, ImportDecl, ImportNamedSpecifier,
            ImportSpecifier, ModuleDecl, ModuleExportName, ModuleItem, NamedExport, Program, Str,
        },
        utils::find_pat_ids,
        visit::{Visit, VisitWith, noop_visit_type},
    },
};

/// The name of what `export default` exports.
pub(crate) const DEFAULT: &str = "default";

/// A name that a module asks another for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The other module, as written.
    pub(crate) written: String,
    /// The name in the other module.
    pub(crate) name: String,
    /// Where it stands, in bytes of the source.
    pub(crate) range: Range<usize>,
    /// It is only passed on: a type may be meant.
    pub(crate) passed_on: bool,
}

/// The names of one module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    /// What it exports under a name; of what it passes on, the module as written and the name there.
    pub(crate) exported: BTreeMap<String, Option<(String, String)>>,
    /// Modules, as written, all of whose names it passes on.
    pub(crate) stars: BTreeSet<String>,
    /// Exported names that were types, and modules whose types are passed on.
    pub(crate) types: BTreeSet<String>,
    pub(crate) type_stars: BTreeSet<String>,
    /// What it asks for.
    pub(crate) asked: Vec<Asked>,
}

/// The names that a module exports, types included when its tree still has them.
#[derive(Debug, Default)]
pub(crate) struct Exported {
    names: BTreeMap<String, Option<(String, String)>>,
    stars: BTreeSet<String>,
}

fn text(source: &Str) -> String {
    source.value.to_string_lossy().into_owned()
}

/// A name of an import or export list, quoted or not.
pub(crate) fn listed(name: &ModuleExportName) -> String {
    match name {
        ModuleExportName::Ident(name) => name.sym.to_string(),
        ModuleExportName::Str(name) => name.value.to_string_lossy().into_owned(),
    }
}

/// The name in the other module.
pub(crate) fn imported(named: &ImportNamedSpecifier) -> String {
    named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), listed)
}

fn declarations(program: &Program) -> impl Iterator<Item = &ModuleDecl> {
    let items = match program {
        Program::Module(module) => &module.body[..],
        Program::Script(_) => &[],
    };
    items.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(declaration) => Some(declaration),
        ModuleItem::Stmt(_) => None,
    })
}

/// What a tree exports.
pub(crate) fn exported(program: &Program) -> Exported {
    let mut found = Exported::default();
    for declaration in declarations(program) {
        match declaration {
            ModuleDecl::ExportDecl(ExportDecl { decl, .. }) => {
                found.names.extend(declared(decl).into_iter().map(|name| (name, None)));
            }
            ModuleDecl::ExportDefaultDecl(default) if matches!(default.decl, DefaultDecl::TsInterfaceDecl(_)) => {}
            ModuleDecl::ExportDefaultDecl(_) | ModuleDecl::ExportDefaultExpr(_) => {
                found.names.insert(DEFAULT.to_owned(), None);
            }
            ModuleDecl::ExportAll(all) => drop(found.stars.insert(text(&all.src))),
            ModuleDecl::ExportNamed(export) => found.listed(export),
            _ => {}
        }
    }
    found
}

impl Exported {
    fn listed(&mut self, export: &NamedExport) {
        let source = export.src.as_deref().map(text);
        for specifier in &export.specifiers {
            match specifier {
                ExportSpecifier::Named(named) => {
                    let original = listed(&named.orig);
                    let name = named.exported.as_ref().map_or_else(|| original.clone(), listed);
                    self.names.insert(name, source.clone().map(|source| (source, original)));
                }
                ExportSpecifier::Namespace(namespace) => drop(self.names.insert(listed(&namespace.name), None)),
                ExportSpecifier::Default(default) => drop(self.names.insert(default.exported.sym.to_string(), None)),
            }
        }
    }
}

fn declared(declaration: &Decl) -> Vec<String> {
    match declaration {
        Decl::Class(class) => vec![class.ident.sym.to_string()],
        Decl::Fn(function) => vec![function.ident.sym.to_string()],
        Decl::TsInterface(interface) => vec![interface.id.sym.to_string()],
        Decl::TsTypeAlias(alias) => vec![alias.id.sym.to_string()],
        Decl::TsEnum(list) => vec![list.id.sym.to_string()],
        Decl::TsModule(namespace) => namespace.id.as_ident().map(|id| id.sym.to_string()).into_iter().collect(),
        Decl::Var(_) | Decl::Using(_) => {
            find_pat_ids::<_, Id>(declaration).into_iter().map(|(name, _)| name.to_string()).collect()
        }
    }
}

/// The names of a module. `before`: what its tree exported before types were removed. `base`: where the file begins in
/// the source map.
pub(crate) fn collect(program: &Program, before: Exported, base: u32) -> Names {
    let after = exported(program);
    let types = before.names.into_keys().filter(|name| !after.names.contains_key(name)).collect();
    let type_stars = before.stars.difference(&after.stars).cloned().collect();
    Names { asked: asked(program, base), exported: after.names, stars: after.stars, types, type_stars }
}

fn asked(program: &Program, base: u32) -> Vec<Asked> {
    let at = |span: Span| {
        let byte = |position: u32| position.saturating_sub(base) as usize;
        byte(span.lo.0)..byte(span.hi.0)
    };
    let mut used = None;
    let mut asked = Vec::new();
    for declaration in declarations(program) {
        match declaration {
            ModuleDecl::Import(import) => asked.extend(import.specifiers.iter().filter_map(|specifier| {
                let (local, name, span) = match specifier {
                    ImportSpecifier::Named(named) => (&named.local, imported(named), named.span),
                    ImportSpecifier::Default(default) => (&default.local, DEFAULT.to_owned(), default.span),
                    ImportSpecifier::Namespace(_) => return None,
                };
                let used = used.get_or_insert_with(|| used_names(program));
                Some(Asked {
                    written: text(&import.src),
                    name,
                    range: at(span),
                    passed_on: !used.contains(&local.to_id()),
                })
            })),
            ModuleDecl::ExportNamed(NamedExport { specifiers, src: Some(source), .. }) => {
                asked.extend(specifiers.iter().filter_map(|specifier| match specifier {
                    ExportSpecifier::Named(named) => Some(Asked {
                        written: text(source),
                        name: listed(&named.orig),
                        range: at(named.span),
                        passed_on: true,
                    }),
                    ExportSpecifier::Namespace(_) | ExportSpecifier::Default(_) => None,
                }));
            }
            _ => {}
        }
    }
    // What helpers of the compiler import has no place.
    asked.retain(|asked| asked.range.end > 0);
    asked
}

/// Names that are used for more than to pass them on.
fn used_names(program: &Program) -> HashSet<Id> {
    struct Uses(HashSet<Id>);
    impl Visit for Uses {
        noop_visit_type!();

        fn visit_ident(&mut self, node: &Ident) {
            self.0.insert(node.to_id());
        }

        fn visit_import_decl(&mut self, _: &ImportDecl) {}

        fn visit_named_export(&mut self, _: &NamedExport) {}
    }
    let mut uses = Uses(HashSet::new());
    program.visit_with(&mut uses);
    uses.0
}

/// Takes out what a module asks others for and they only have as types: pairs of a module, as written, and a name.
pub(crate) fn leave_out(program: &mut Program, types: &[(String, String)]) {
    let Program::Module(module) = program else { return };
    let is_type = |source: &Str, name: &str| types.iter().any(|(written, one)| one == name && *written == text(source));
    let mut gone = HashSet::new();
    module.body.retain_mut(|item| {
        let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else { return true };
        let before = import.specifiers.len();
        let source = &import.src;
        import.specifiers.retain(|specifier| {
            let is_gone = match specifier {
                ImportSpecifier::Named(named) => is_type(source, &imported(named)),
                ImportSpecifier::Default(_) => is_type(source, DEFAULT),
                ImportSpecifier::Namespace(_) => false,
            };
            if is_gone {
                gone.insert(specifier.local().to_id());
            }
            !is_gone
        });
        // An import of nothing but types loads nothing.
        import.specifiers.len() == before || !import.specifiers.is_empty()
    });
    module.body.retain_mut(|item| {
        let ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) = item else { return true };
        let before = export.specifiers.len();
        let source = export.src.as_deref();
        export.specifiers.retain(|specifier| match (specifier, source) {
            (ExportSpecifier::Named(named), Some(source)) => !is_type(source, &listed(&named.orig)),
            (ExportSpecifier::Named(named), None) => {
                !matches!(&named.orig, ModuleExportName::Ident(local) if gone.contains(&local.to_id()))
            }
            _ => true,
        });
        export.specifiers.len() == before || !export.specifiers.is_empty()
    });
}
