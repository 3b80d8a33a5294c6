//! Which modules a module asks for: static imports, re-exports and `import('literal')`.

use std::{collections::BTreeSet, ops::Range};
use swc_core::{
    common::Span,
    ecma::{
        ast::{CallExpr, Callee, ExportAll, Expr, ImportDecl, Lit, NamedExport, Program, Str},
        visit::{Visit, VisitWith},
    },
};

/// One import specifier as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    /// The text between the quotes.
    pub(crate) written: String,
    /// Where the specifier stands, in bytes of the source.
    pub(crate) range: Range<usize>,
    /// `import()`: a failure matters only when that line runs.
    pub(crate) dynamic: bool,
}

/// All imports that are left after types were removed, each specifier once.
pub(crate) fn collect(program: &Program, base: u32) -> Vec<Import> {
    let mut collector = Collector { base, seen: BTreeSet::new(), imports: Vec::new() };
    program.visit_with(&mut collector);
    collector.imports
}

struct Collector {
    base: u32,
    seen: BTreeSet<(String, bool)>,
    imports: Vec<Import>,
}

impl Collector {
    fn add(&mut self, written: String, span: Span, dynamic: bool) {
        if self.seen.insert((written.clone(), dynamic)) {
            let at = |position: u32| position.saturating_sub(self.base) as usize;
            self.imports.push(Import { written, range: at(span.lo.0)..at(span.hi.0), dynamic });
        }
    }

    fn add_static(&mut self, source: &Str) {
        self.add(source.value.to_string_lossy().into_owned(), source.span, false);
    }
}

impl Visit for Collector {
    fn visit_import_decl(&mut self, node: &ImportDecl) {
        self.add_static(&node.src);
    }

    fn visit_export_all(&mut self, node: &ExportAll) {
        self.add_static(&node.src);
    }

    fn visit_named_export(&mut self, node: &NamedExport) {
        if let Some(source) = &node.src {
            self.add_static(source);
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let (Callee::Import(_), Some(argument)) = (&node.callee, node.args.first()) {
            match &*argument.expr {
                Expr::Lit(Lit::Str(text)) => {
                    self.add(text.value.to_string_lossy().into_owned(), text.span, true);
                }
                Expr::Tpl(template) if template.exprs.is_empty() => {
                    let text = template.quasis.first().and_then(|part| part.cooked.as_ref());
                    if let Some(text) = text {
                        self.add(text.to_string_lossy().into_owned(), template.span, true);
                    }
                }
                _ => {}
            }
        }
        node.visit_children_with(self);
    }
}
