//! Uses of an imported name become uses of a property of the imported module.

use std::collections::HashMap;
use swc_core::{
    common::{DUMMY_SP, Span},
    ecma::{
        ast::{
            Callee, ComputedPropName, Expr, Id, Ident, IdentName, ImportSpecifier, KeyValueProp, Lit, MemberExpr,
            MemberProp, ModuleExportName, Number, Prop, PropName, SeqExpr, TaggedTpl,
        },
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// What a local name stands for.
pub(super) struct Imported {
    namespace: Ident,
    /// `None` for `* as name`.
    property: Option<MemberProp>,
}

impl Imported {
    pub(super) fn of(specifier: &ImportSpecifier, namespace: Ident) -> Self {
        let named = |name: &str| MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
        let property = match specifier {
            ImportSpecifier::Namespace(_) => None,
            ImportSpecifier::Default(_) => Some(named("default")),
            ImportSpecifier::Named(one) => Some(match &one.imported {
                None => named(&one.local.sym),
                Some(ModuleExportName::Ident(name)) => named(&name.sym),
                Some(ModuleExportName::Str(text)) => MemberProp::Computed(ComputedPropName {
                    span: DUMMY_SP,
                    expr: Box::new(Expr::Lit(Lit::Str(text.clone()))),
                }),
            }),
        };
        Self { namespace, property }
    }

    fn expression(&self, span: Span) -> Expr {
        let namespace = Ident { span, ..self.namespace.clone() };
        match &self.property {
            None => Expr::Ident(namespace),
            Some(property) => {
                Expr::Member(MemberExpr { span, obj: Box::new(Expr::Ident(namespace)), prop: property.clone() })
            }
        }
    }
}

/// See the module's text.
pub(super) struct Uses {
    pub(super) bindings: HashMap<Id, Imported>,
}

impl Uses {
    fn find(&self, expression: &Expr) -> Option<Expr> {
        let Expr::Ident(name) = expression else { return None };
        self.bindings.get(&name.to_id()).map(|imported| imported.expression(name.span))
    }

    /// The same without a `this`: `(0, module.name)`.
    fn called(&self, expression: &Expr) -> Option<Expr> {
        let found = self.find(expression)?;
        let zero = Expr::Lit(Lit::Num(Number { span: DUMMY_SP, value: 0.0, raw: None }));
        Some(Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: vec![Box::new(zero), Box::new(found)] }))
    }
}

impl VisitMut for Uses {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        match self.find(node) {
            Some(found) => *node = found,
            None => node.visit_mut_children_with(self),
        }
    }

    fn visit_mut_callee(&mut self, node: &mut Callee) {
        if let Callee::Expr(callee) = node
            && let Some(called) = self.called(callee)
        {
            **callee = called;
            return;
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, node: &mut TaggedTpl) {
        if let Some(called) = self.called(&node.tag) {
            *node.tag = called;
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(name) = node
            && let Some(imported) = self.bindings.get(&name.to_id())
        {
            let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
            *node = Prop::KeyValue(KeyValueProp { key, value: Box::new(imported.expression(name.span)) });
            return;
        }
        node.visit_mut_children_with(self);
    }
}
