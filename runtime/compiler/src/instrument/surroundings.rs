//! What modules find around them in tests, as in other runners: `import.meta.env`, and in test files the names
//! of the file and its folder as CommonJS has them.

use super::RUNNER;
use swc_core::{
    common::{DUMMY_SP, Mark, Span, SyntaxContext},
    ecma::{
        ast::{
            Expr, Ident, IdentName, KeyValueProp, MemberExpr, MemberProp, MetaPropExpr, MetaPropKind, Prop, PropName,
        },
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// `is_test` gives the module its names.
pub(crate) struct Surroundings {
    pub(crate) unresolved: Mark,
    pub(crate) is_test: bool,
}

impl Surroundings {
    /// The property of `import.meta` that a free name stands for.
    fn named(&self, name: &Ident) -> Option<Expr> {
        let is_free = self.is_test && name.ctxt.outer() == self.unresolved;
        let property = match &*name.sym {
            "__filename" if is_free => "filename",
            "__dirname" if is_free => "dirname",
            _ => return None,
        };
        let meta = Expr::MetaProp(MetaPropExpr { span: name.span, kind: MetaPropKind::ImportMeta });
        Some(member(meta, property, name.span))
    }
}

impl VisitMut for Surroundings {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        match node {
            Expr::Ident(name) => {
                if let Some(found) = self.named(name) {
                    *node = found;
                }
            }
            Expr::Member(whole) if is_meta(&whole.obj) && whole.prop.is_ident_with("env") => {
                let runner = Ident::new(RUNNER.into(), DUMMY_SP, SyntaxContext::empty());
                *node = member(Expr::Ident(runner), "env", whole.span);
            }
            _ => node.visit_mut_children_with(self),
        }
    }

    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(name) = node
            && let Some(found) = self.named(name)
        {
            let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
            *node = Prop::KeyValue(KeyValueProp { key, value: Box::new(found) });
            return;
        }
        node.visit_mut_children_with(self);
    }
}

fn is_meta(expression: &Expr) -> bool {
    matches!(expression, Expr::MetaProp(MetaPropExpr { kind: MetaPropKind::ImportMeta, .. }))
}

fn member(object: Expr, property: &str, span: Span) -> Expr {
    Expr::Member(MemberExpr {
        span,
        obj: Box::new(object),
        prop: MemberProp::Ident(IdentName::new(property.into(), DUMMY_SP)),
    })
}
