//! Engine defect: `import { async, of, using }` and `import of from` are refused, `using` is not a
//! name that expressions may have, and a call of `async` is taken for an arrow. All of them are
//! ordinary identifiers (ECMA-262, 13.1).
//!
//! Imports say `of as of` and `{ default as of }`, which the engine takes; bindings that are called
//! `async` or `using` get another name.

use swc_core::{
    common::{DUMMY_SP, SyntaxContext},
    ecma::{
        ast::{
            AssignPat, AssignPatProp, Decl, ExportDecl, ExportNamedSpecifier, ExportNamespaceSpecifier,
            ExportSpecifier, Ident, IdentName, ImportDecl, ImportNamedSpecifier, ImportSpecifier, KeyValuePatProp,
            KeyValueProp, ModuleDecl, ModuleExportName, ModuleItem, NamedExport, ObjectPatProp, Pat, Program, Prop,
            PropName, Stmt,
        },
        utils::find_pat_ids,
        visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type},
    },
};

const REFUSED: [&str; 3] = ["async", "of", "using"];
const RENAMED: [&str; 2] = ["async", "using"];

/// Rewrites a program that has such names; leaves any other alone.
pub(super) fn lower(program: &mut Program) {
    let mut search = HasNames(false);
    program.visit_with(&mut search);
    if search.0 {
        program.visit_mut_with(&mut Rename);
    }
}

struct HasNames(bool);

impl Visit for HasNames {
    noop_visit_type!();

    fn visit_ident(&mut self, node: &Ident) {
        self.0 |= REFUSED.contains(&node.sym.as_str());
    }
}

struct Rename;

fn is_renamed(ident: &Ident) -> bool {
    RENAMED.contains(&ident.sym.as_str())
}

fn rename(ident: &mut Ident) {
    ident.sym = format!("__{}", ident.sym).into();
}

fn plain(name: &str) -> ModuleExportName {
    ModuleExportName::Ident(Ident::new(name.into(), DUMMY_SP, SyntaxContext::empty()))
}

/// The names that a declaration makes.
fn names_of(decl: &Decl) -> Vec<Ident> {
    match decl {
        Decl::Class(class) => vec![class.ident.clone()],
        Decl::Fn(function) => vec![function.ident.clone()],
        Decl::Var(var) => var.decls.iter().flat_map(|one| find_pat_ids::<_, Ident>(&one.name)).collect(),
        _ => Vec::new(),
    }
}

/// `export { names }`.
fn exported(names: Vec<Ident>) -> ModuleItem {
    let specifier = |name| {
        let orig = ModuleExportName::Ident(name);
        ExportSpecifier::Named(ExportNamedSpecifier { span: DUMMY_SP, orig, exported: None, is_type_only: false })
    };
    let specifiers = names.into_iter().map(specifier).collect();
    let export = NamedExport { span: DUMMY_SP, specifiers, src: None, type_only: false, with: None };
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export))
}

impl VisitMut for Rename {
    noop_visit_mut_type!();

    fn visit_mut_ident(&mut self, node: &mut Ident) {
        if is_renamed(node) {
            rename(node);
        }
    }

    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(ident) = node
            && is_renamed(ident)
        {
            let key = PropName::Ident(IdentName::new(ident.sym.clone(), ident.span));
            *node = Prop::KeyValue(KeyValueProp { key, value: Box::new(ident.clone().into()) });
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_object_pat_prop(&mut self, node: &mut ObjectPatProp) {
        if let ObjectPatProp::Assign(AssignPatProp { key, value, span }) = node
            && is_renamed(key)
        {
            let name = Pat::Ident(key.clone());
            let bound = match value.take() {
                Some(right) => Pat::Assign(AssignPat { span: *span, left: Box::new(name), right }),
                None => name,
            };
            let key = PropName::Ident(IdentName::new(key.sym.clone(), key.span));
            *node = ObjectPatProp::KeyValue(KeyValuePatProp { key, value: Box::new(bound) });
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_import_decl(&mut self, node: &mut ImportDecl) {
        // `import of, * as all` has no such form; nobody writes it.
        let has_all = node.specifiers.iter().any(|specifier| matches!(specifier, ImportSpecifier::Namespace(_)));
        for specifier in &mut node.specifiers {
            let name = specifier.local().clone();
            if has_all || !REFUSED.contains(&name.sym.as_str()) {
                continue;
            }
            match specifier {
                ImportSpecifier::Named(named) => {
                    named.imported.get_or_insert_with(|| plain(&name.sym));
                }
                ImportSpecifier::Default(default) => {
                    *specifier = ImportSpecifier::Named(ImportNamedSpecifier {
                        span: default.span,
                        local: default.local.clone(),
                        imported: Some(plain("default")),
                        is_type_only: false,
                    });
                }
                ImportSpecifier::Namespace(_) => {}
            }
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_import_named_specifier(&mut self, node: &mut ImportNamedSpecifier) {
        self.visit_mut_ident(&mut node.local);
    }

    fn visit_mut_named_export(&mut self, node: &mut NamedExport) {
        // With a source these are the names of another module.
        if node.src.is_none() {
            node.visit_mut_children_with(self);
        }
    }

    fn visit_mut_export_named_specifier(&mut self, node: &mut ExportNamedSpecifier) {
        if let ModuleExportName::Ident(name) = &mut node.orig
            && is_renamed(name)
        {
            node.exported.get_or_insert_with(|| plain(&name.sym));
            rename(name);
        }
    }

    fn visit_mut_export_namespace_specifier(&mut self, _: &mut ExportNamespaceSpecifier) {}

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        let mut exports = Vec::new();
        for item in &mut *items {
            let ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl { decl, .. })) = item else { continue };
            let names = names_of(decl);
            if names.iter().any(is_renamed) {
                exports.push(exported(names));
                *item = ModuleItem::Stmt(Stmt::Decl(decl.clone()));
            }
        }
        items.extend(exports);
        items.visit_mut_children_with(self);
    }
}
