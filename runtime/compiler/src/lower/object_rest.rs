//! Engine defect: `const { body: { id }, ...rest } = request` leaves `body` in `rest`.
//!
//! swc's ES2018 pass replaces rest in object patterns. It would replace object spread too, which
//! the engine does well and much faster than a helper; so spreads are hidden from the pass.

use swc_core::{
    common::util::take::Take,
    ecma::{
        ast::{
            ComputedPropName, Expr, Invalid, KeyValueProp, ObjectLit, ObjectPat, ObjectPatProp, Program, Prop,
            PropName, PropOrSpread, SpreadElement,
        },
        transforms::compat::es2018::{object_rest_spread, object_rest_spread::Config},
        visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type},
    },
};

/// Rewrites a program that contains object rest; leaves any other alone.
pub(super) fn lower(program: &mut Program) {
    let mut search = HasRest(false);
    program.visit_with(&mut search);
    if search.0 {
        program.visit_mut_with(&mut HideSpread);
        program.mutate(object_rest_spread(Config::default()));
        program.visit_mut_with(&mut ShowSpread);
    }
}

struct HasRest(bool);

impl Visit for HasRest {
    noop_visit_type!();

    fn visit_object_pat(&mut self, node: &ObjectPat) {
        self.0 |= node.props.iter().any(|prop| matches!(prop, ObjectPatProp::Rest(_)));
        node.visit_children_with(self);
    }
}

/// `{ ...x }` becomes `{ [<invalid>]: x }`. No parsed tree contains the invalid expression, so
/// it is a safe mark, and its span keeps the place of the dots.
struct HideSpread;

impl VisitMut for HideSpread {
    noop_visit_mut_type!();

    fn visit_mut_object_lit(&mut self, node: &mut ObjectLit) {
        node.visit_mut_children_with(self);
        for prop in &mut node.props {
            if let PropOrSpread::Spread(spread) = prop {
                let mark = Expr::Invalid(Invalid { span: spread.dot3_token });
                *prop = PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp {
                    key: PropName::Computed(ComputedPropName { span: spread.dot3_token, expr: Box::new(mark) }),
                    value: spread.expr.take(),
                })));
            }
        }
    }
}

struct ShowSpread;

impl VisitMut for ShowSpread {
    noop_visit_mut_type!();

    fn visit_mut_object_lit(&mut self, node: &mut ObjectLit) {
        node.visit_mut_children_with(self);
        for prop in &mut node.props {
            let spread = match prop {
                PropOrSpread::Prop(hidden) => match &mut **hidden {
                    Prop::KeyValue(KeyValueProp { key: PropName::Computed(key), value }) if key.expr.is_invalid() => {
                        Some(SpreadElement { dot3_token: key.span, expr: value.take() })
                    }
                    _ => None,
                },
                PropOrSpread::Spread(_) => None,
            };
            if let Some(spread) = spread {
                *prop = PropOrSpread::Spread(spread);
            }
        }
    }
}
