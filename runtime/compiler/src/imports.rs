//! Which modules a module asks for: static imports, re-exports, `import('literal')` and `require('literal')`.

use crate::names::{imported, listed};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};
use swc_core::{
    common::{Mark, Span},
    ecma::{
        ast::{
            CallExpr, Callee, ExportAll, ExportSpecifier, Expr, Id, Ident, ImportDecl, ImportSpecifier, Lit,
            MemberExpr, MemberProp, NamedExport, Program, Str, TryStmt,
        },
        visit::{Visit, VisitWith},
    },
};

/// How a module asks for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Manner {
    /// `import ... from` and `export ... from`.
    Static,
    /// `import()`: a failure matters only when that line runs.
    Dynamic,
    /// `require()`.
    Require,
    /// `require()` inside `try`: the author expects that it may fail.
    GuardedRequire,
    /// `export * as` whose module is loaded when it is used.
    Deferred,
    /// `vi.mock()` without a factory: what a folder `__mocks__` has for it, when there is something.
    Mocks,
}

/// One import specifier as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Import {
    /// The text between the quotes.
    pub(crate) written: String,
    /// Where the specifier stands, in bytes of the source.
    pub(crate) range: Range<usize>,
    /// How it is asked for.
    pub(crate) manner: Manner,
    /// Names that are imported, other than `default`.
    pub(crate) names: Vec<String>,
    /// Names that are looked for in the namespace of the module.
    pub(crate) looked_for: Vec<String>,
}

/// All imports that are left after types were removed, each specifier once for each manner.
/// `unresolved` marks names that the module itself does not declare.
pub(crate) fn collect(program: &Program, base: u32, unresolved: Mark) -> Vec<Import> {
    let mut collector = Collector {
        base,
        unresolved,
        imports: Vec::new(),
        namespaces: HashMap::new(),
        looked_for: HashMap::new(),
        tries: 0,
        makes_require: makes_require(program),
    };
    program.visit_with(&mut collector);
    let Collector { mut imports, namespaces, mut looked_for, .. } = collector;
    for (local, written) in namespaces {
        let import = imports.iter_mut().find(|import| import.written == written && import.manner == Manner::Static);
        if let (Some(import), Some(names)) = (import, looked_for.remove(&local)) {
            import.looked_for.extend(names);
        }
    }
    imports
}

/// Whether an ECMAScript module makes itself a `require` (`createRequire`).
fn makes_require(program: &Program) -> bool {
    struct Search(bool);
    impl Visit for Search {
        fn visit_ident(&mut self, node: &Ident) {
            self.0 |= node.sym == *"createRequire";
        }
    }
    let mut search = Search(false);
    program.visit_with(&mut search);
    search.0
}

struct Collector {
    base: u32,
    unresolved: Mark,
    imports: Vec<Import>,
    /// Namespaces by their local names, and the properties that anything is asked for.
    namespaces: HashMap<Id, String>,
    looked_for: HashMap<Id, BTreeSet<String>>,
    /// How many `try` blocks are open.
    tries: usize,
    makes_require: bool,
}

impl Collector {
    fn add(&mut self, written: String, span: Span, manner: Manner, names: Vec<String>) {
        let mut known = self.imports.iter_mut();
        if let Some(known) = known.find(|known| known.written == written && known.manner == manner) {
            known.names.extend(names);
            return;
        }
        let at = |position: u32| position.saturating_sub(self.base) as usize;
        self.imports.push(Import {
            written,
            range: at(span.lo.0)..at(span.hi.0),
            manner,
            names,
            looked_for: Vec::new(),
        });
    }

    fn add_static(&mut self, source: &Str, names: Vec<String>) {
        self.add(source.value.to_string_lossy().into_owned(), source.span, Manner::Static, names);
    }

    fn is_require(&self, callee: &Callee) -> bool {
        let Callee::Expr(callee) = callee else { return false };
        match &**callee {
            Expr::Ident(name) if name.sym == *"require" => self.makes_require || name.ctxt.outer() == self.unresolved,
            // `module.require('x')` and `require.resolve('x')` name modules as well.
            Expr::Member(member) => {
                let MemberProp::Ident(property) = &member.prop else { return false };
                let Expr::Ident(object) = &*member.obj else { return false };
                let is_free = object.ctxt.outer() == self.unresolved;
                match (&*object.sym, &*property.sym) {
                    ("module", "require") | ("require", "resolve") => is_free || self.makes_require,
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

/// The text of a string literal or of a template without gaps.
pub(crate) fn literal(expression: &Expr) -> Option<(String, Span)> {
    match expression {
        Expr::Lit(Lit::Str(text)) => Some((text.value.to_string_lossy().into_owned(), text.span)),
        Expr::Tpl(template) if template.exprs.is_empty() => {
            let text = template.quasis.first()?.cooked.as_ref()?;
            Some((text.to_string_lossy().into_owned(), template.span))
        }
        _ => None,
    }
}

impl Visit for Collector {
    fn visit_import_decl(&mut self, node: &ImportDecl) {
        for specifier in &node.specifiers {
            if let ImportSpecifier::Namespace(namespace) = specifier {
                self.namespaces.insert(namespace.local.to_id(), node.src.value.to_string_lossy().into_owned());
            }
        }
        let named = node.specifiers.iter().filter_map(|specifier| match specifier {
            ImportSpecifier::Named(named) => Some(imported(named)),
            _ => None,
        });
        self.add_static(&node.src, named.filter(|name| name != "default").collect());
    }

    fn visit_export_all(&mut self, node: &ExportAll) {
        self.add_static(&node.src, Vec::new());
    }

    fn visit_named_export(&mut self, node: &NamedExport) {
        if let Some(source) = &node.src {
            let named = node.specifiers.iter().filter_map(|specifier| match specifier {
                ExportSpecifier::Named(named) => Some(listed(&named.orig)),
                _ => None,
            });
            self.add_static(source, named.filter(|name| name != "default").collect());
        }
    }

    fn visit_member_expr(&mut self, node: &MemberExpr) {
        if let (Expr::Ident(object), MemberProp::Ident(name)) = (&*node.obj, &node.prop)
            && object.ctxt.outer() != self.unresolved
        {
            self.looked_for.entry(object.to_id()).or_default().insert(name.sym.to_string());
        }
        node.visit_children_with(self);
    }

    fn visit_try_stmt(&mut self, node: &TryStmt) {
        self.tries += 1;
        node.block.visit_with(self);
        self.tries -= 1;
        node.handler.visit_with(self);
        node.finalizer.visit_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Some((text, span)) = node.args.first().and_then(|argument| literal(&argument.expr)) {
            if matches!(node.callee, Callee::Import(_)) {
                self.add(text, span, Manner::Dynamic, Vec::new());
            } else if self.is_require(&node.callee) {
                let manner = if self.tries > 0 { Manner::GuardedRequire } else { Manner::Require };
                self.add(text, span, manner, Vec::new());
            }
        }
        node.visit_children_with(self);
    }
}
