//! Engine defect: `this` in an arrow that is nested in another arrow is undefined.
//!
//! The engine's scope analysis notes a captured `this` on the nearest enclosing function even
//! when that is itself an arrow, which has no `this`. Every arrow between the use and the
//! function that owns `this` therefore gets a reference of its own, in a place that never runs:
//! `0 && this` (never run, so it is also safe before `super()` in a derived constructor).

use swc_core::{
    common::{DUMMY_SP, util::take::Take},
    ecma::{
        ast::{
            ArrowExpr, ArrowFunctionBody, BinExpr, BinaryOp, ClassProp, Constructor, Expr, ExprStmt, Function, Lit,
            Number, PrivateProp, Program, SeqExpr, StaticBlock, Stmt, ThisExpr,
        },
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// Rewrites all arrows of a program.
pub(super) fn lower(program: &mut Program) {
    program.visit_mut_with(&mut NestedThis { scope: Scope::default() });
}

/// What is known about the function that is being visited.
#[derive(Default)]
struct Scope {
    /// `this` stands directly in it.
    uses_this: bool,
    /// An arrow within it needs `this`.
    arrow_needs_this: bool,
}

struct NestedThis {
    scope: Scope,
}

impl NestedThis {
    /// Visits what has a `this` of its own.
    fn boundary<N: VisitMutWith<Self>>(&mut self, node: &mut N) {
        let outer = std::mem::take(&mut self.scope);
        node.visit_mut_children_with(self);
        self.scope = outer;
    }
}

impl VisitMut for NestedThis {
    noop_visit_mut_type!();

    fn visit_mut_this_expr(&mut self, _: &mut ThisExpr) {
        self.scope.uses_this = true;
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        let outer = std::mem::take(&mut self.scope);
        arrow.visit_mut_children_with(self);
        let inner = std::mem::replace(&mut self.scope, outer);
        if inner.arrow_needs_this && !inner.uses_this {
            mention_this(&mut arrow.body);
        }
        self.scope.arrow_needs_this |= inner.uses_this || inner.arrow_needs_this;
    }

    fn visit_mut_function(&mut self, node: &mut Function) {
        self.boundary(node);
    }

    fn visit_mut_constructor(&mut self, node: &mut Constructor) {
        self.boundary(node);
    }

    fn visit_mut_static_block(&mut self, node: &mut StaticBlock) {
        self.boundary(node);
    }

    // Keys are evaluated outside: `[this.name] = 1` means the outer `this`.

    fn visit_mut_class_prop(&mut self, node: &mut ClassProp) {
        node.key.visit_mut_with(self);
        self.boundary(&mut node.value);
    }

    fn visit_mut_private_prop(&mut self, node: &mut PrivateProp) {
        self.boundary(&mut node.value);
    }
}

/// Adds a `this` that is never evaluated.
fn mention_this(body: &mut ArrowFunctionBody) {
    let mention = Box::new(Expr::Bin(BinExpr {
        span: DUMMY_SP,
        op: BinaryOp::LogicalAnd,
        left: Box::new(Expr::Lit(Number { span: DUMMY_SP, value: 0.0, raw: None }.into())),
        right: Box::new(Expr::This(ThisExpr { span: DUMMY_SP })),
    }));
    match body {
        ArrowFunctionBody::Expr(expr) => {
            let value = expr.take();
            **expr = Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: vec![mention, value] });
        }
        ArrowFunctionBody::FunctionBody(block) => {
            let directives = block.stmts.iter().take_while(|stmt| is_directive(stmt)).count();
            let stmt = Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: mention });
            block.stmts.insert(directives, stmt);
        }
    }
}

fn is_directive(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(ExprStmt { expr, .. }) if matches!(**expr, Expr::Lit(Lit::Str(_))))
}
