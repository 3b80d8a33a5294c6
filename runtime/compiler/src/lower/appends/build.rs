//! The small expressions that rewritten programs are made of. They have no place in the source.

use swc_core::{
    common::DUMMY_SP,
    ecma::ast::{
        AssignExpr, AssignOp, AssignTarget, BinExpr, BinaryOp, CallExpr, Callee, CondExpr, Expr, ExprOrSpread,
        ExprStmt, Ident, IdentName, Lit, MemberExpr, MemberProp, ParenExpr, Pat, SeqExpr, Stmt, Str, UnaryExpr,
        UnaryOp, UpdateExpr, UpdateOp, VarDeclarator,
    },
};

pub(super) fn text(value: &str) -> Expr {
    Expr::Lit(Lit::Str(Str { span: DUMMY_SP, value: value.into(), raw: None }))
}

pub(super) fn empty() -> Expr {
    text("")
}

pub(super) fn read(name: &Ident) -> Expr {
    Expr::Ident(Ident { span: DUMMY_SP, ..name.clone() })
}

pub(super) fn paren(expr: Expr) -> Expr {
    Expr::Paren(ParenExpr { span: DUMMY_SP, expr: expr.into() })
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Bin(BinExpr { span: DUMMY_SP, op, left: left.into(), right: right.into() })
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::Bang, arg: expr.into() })
}

/// `typeof name === "string"`.
pub(super) fn is_string(name: &Ident) -> Expr {
    let kind = Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::TypeOf, arg: read(name).into() });
    binary(BinaryOp::EqEqEq, kind, text("string"))
}

/// `(test ? cons : alt)`.
pub(super) fn choice(test: Expr, cons: Expr, alt: Expr) -> Expr {
    paren(Expr::Cond(CondExpr { span: DUMMY_SP, test: test.into(), cons: cons.into(), alt: alt.into() }))
}

/// `(a, b)`.
pub(super) fn sequence(exprs: Vec<Expr>) -> Expr {
    paren(Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: exprs.into_iter().map(Box::new).collect() }))
}

pub(super) fn member(obj: Expr, name: &str) -> MemberExpr {
    let prop = MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
    MemberExpr { span: DUMMY_SP, obj: obj.into(), prop }
}

pub(super) fn length(obj: Expr) -> Expr {
    member(obj, "length").into()
}

pub(super) fn call(callee: MemberExpr, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|expr| ExprOrSpread { spread: None, expr: expr.into() }).collect();
    Expr::Call(CallExpr { callee: Callee::Expr(Box::new(callee.into())), args, ..CallExpr::default() })
}

/// `target op value`.
pub(super) fn assign(op: AssignOp, target: impl Into<AssignTarget>, value: Expr) -> Expr {
    Expr::Assign(AssignExpr { span: DUMMY_SP, op, left: target.into(), right: value.into() })
}

/// `name = value`.
pub(super) fn set(name: &Ident, value: Expr) -> Expr {
    assign(AssignOp::Assign, Ident { span: DUMMY_SP, ..name.clone() }, value)
}

/// `++name`.
pub(super) fn increment(name: &Ident) -> Expr {
    Expr::Update(UpdateExpr { span: DUMMY_SP, op: UpdateOp::PlusPlus, prefix: true, arg: read(name).into() })
}

/// `name = init` in a declaration.
pub(super) fn declare(name: &Ident, init: Expr) -> VarDeclarator {
    VarDeclarator { span: DUMMY_SP, name: Pat::Ident(name.clone().into()), init: Some(init.into()), definite: false }
}

pub(super) fn statement(expr: Expr) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: expr.into() })
}
