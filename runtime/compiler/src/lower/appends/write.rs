//! How texts in two variables are declared, appended to, and read.
//!
//! `text` is a text, or the list of its parts with their length together as `size`; `text$` is the newest part.

use super::{
    PART,
    survey::{appended, simple_target},
};
use std::collections::HashMap;
use swc_core::{
    common::{DUMMY_SP, util::take::Take as _},
    ecma::{
        ast::{
            ArrayLit, AssignExpr, AssignOp, AssignTarget, BinExpr, BinaryOp, BlockStmt, CallExpr, Callee,
            ComputedPropName, CondExpr, Expr, ExprOrSpread, ExprStmt, Id, Ident, IdentName, IfStmt, KeyValueProp, Lit,
            MemberExpr, MemberProp, ParenExpr, Pat, Prop, PropName, SeqExpr, SimpleAssignTarget, Stmt, Str, Tpl,
            UnaryExpr, UnaryOp, VarDecl, VarDeclarator,
        },
        utils::private_ident,
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// See the module's text.
pub(super) struct Writer {
    /// The newest part of each text.
    tails: HashMap<Id, Ident>,
}

impl Writer {
    pub(super) fn new(texts: Vec<Id>) -> Self {
        let tail = |id: Id| {
            let name = private_ident!(format!("{}$", id.0));
            (id, name)
        };
        Self { tails: texts.into_iter().map(tail).collect() }
    }

    fn tail(&self, name: &Ident) -> Option<Ident> {
        self.tails.get(&name.to_id()).cloned()
    }

    /// The text of an expression that is one of them, and its newest part.
    fn text(&self, expr: &Expr) -> Option<(Ident, Ident)> {
        let name = expr.as_ident()?;
        Some((name.clone(), self.tail(name)?))
    }

    /// `text += piece;`, `text = text + piece;` and ``text = `${text}...`;`` whose value nobody wants.
    fn append(&mut self, node: &mut AssignExpr) -> Option<Vec<Stmt>> {
        let name = Ident::from(simple_target(&node.left)?.clone());
        let tail = self.tail(&name)?;
        let pieces = match node.op {
            AssignOp::AddAssign => vec![node.right.take()],
            AssignOp::Assign if appended(&name, &node.right) => pieces(node.right.take()),
            _ => return None,
        };
        let mut statements = Vec::new();
        for mut piece in pieces {
            piece.visit_mut_with(self);
            let append = Expr::Assign(AssignExpr {
                span: node.span,
                op: AssignOp::AddAssign,
                left: tail.clone().into(),
                right: piece,
            });
            statements.push(statement(append));
        }
        statements.push(statement(put_aside(&name, &tail)));
        Some(statements)
    }
}

/// What is appended, in order.
fn pieces(value: Box<Expr>) -> Vec<Box<Expr>> {
    match *value {
        Expr::Bin(BinExpr { left, right, .. }) => {
            let mut pieces = if left.is_ident() { Vec::new() } else { pieces(left) };
            pieces.push(right);
            pieces
        }
        Expr::Tpl(Tpl { span, mut exprs, mut quasis }) => {
            // The first expression is the text itself, and nothing is before it.
            exprs.remove(0);
            quasis.remove(0);
            vec![Box::new(Expr::Tpl(Tpl { span, exprs, quasis }))]
        }
        other => vec![Box::new(other)],
    }
}

/// `text$.length > PART && (typeof text === "string" ? BEGIN : GO_ON, text$ = "")`.
fn put_aside(name: &Ident, tail: &Ident) -> Expr {
    let size = || member(read(name), "size");
    let list = Expr::Array(ArrayLit { span: DUMMY_SP, elems: vec![Some(read(name).into()), Some(read(tail).into())] });
    let first = Expr::Member(MemberExpr {
        span: DUMMY_SP,
        obj: read(name),
        prop: MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: 0.0.into() }),
    });
    // text = [text, text$], text.size = text[0].length + text$.length
    let both = binary(BinaryOp::Add, length(first.into()), length(read(tail)));
    let begin = sequence(vec![set(name, list), assign(AssignOp::Assign, *size(), both)]);
    // text.size += text$.length, text.push(text$)
    let grow = assign(AssignOp::AddAssign, *size(), length(read(tail)));
    let go_on = sequence(vec![grow, call(member(read(name), "push"), read(tail))]);
    let kept = choice(is_string(name), begin, go_on);
    let is_long = binary(BinaryOp::Gt, length(read(tail)), PART.into());
    *binary(BinaryOp::LogicalAnd, is_long, sequence(vec![kept, set(tail, empty())]))
}

/// `text$ === "" && typeof text === "string" ? text : (text = (typeof text === "string" ? text : text.join("")) + text$,
/// text$ = "", text)`.
fn whole(name: &Ident, tail: &Ident) -> Box<Expr> {
    let is_whole = binary(BinaryOp::LogicalAnd, compare(BinaryOp::EqEqEq, tail), is_string(name));
    let joined = choice(is_string(name), read(name), call(member(read(name), "join"), empty().into()));
    let put_together = set(name, *binary(BinaryOp::Add, joined, read(tail)));
    choice(is_whole, read(name), sequence(vec![put_together, set(tail, empty()), read(name)]))
}

/// `(typeof text === "string" ? text.length : text.size) + text$.length`.
fn whole_length(name: &Ident, tail: &Ident) -> Box<Expr> {
    let own = choice(is_string(name), length(read(name)), member(read(name), "size"));
    paren(binary(BinaryOp::Add, own, length(read(tail))))
}

/// `(text !== "" || text$ !== "")`: a list of parts is never an empty text.
fn has_content(name: &Ident, tail: &Ident) -> Box<Expr> {
    paren(binary(BinaryOp::LogicalOr, compare(BinaryOp::NotEqEq, name), compare(BinaryOp::NotEqEq, tail)))
}

fn empty() -> Expr {
    Expr::Lit(Lit::Str(Str { span: DUMMY_SP, value: "".into(), raw: None }))
}

fn read(name: &Ident) -> Box<Expr> {
    Box::new(Expr::Ident(Ident { span: DUMMY_SP, ..name.clone() }))
}

fn paren(expr: Box<Expr>) -> Box<Expr> {
    Box::new(Expr::Paren(ParenExpr { span: DUMMY_SP, expr }))
}

fn binary(op: BinaryOp, left: Box<Expr>, right: Box<Expr>) -> Box<Expr> {
    Box::new(Expr::Bin(BinExpr { span: DUMMY_SP, op, left, right }))
}

fn compare(op: BinaryOp, name: &Ident) -> Box<Expr> {
    binary(op, read(name), empty().into())
}

fn is_string(name: &Ident) -> Box<Expr> {
    let kind = Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::TypeOf, arg: read(name) });
    let string = Expr::Lit(Lit::Str(Str { span: DUMMY_SP, value: "string".into(), raw: None }));
    binary(BinaryOp::EqEqEq, kind.into(), string.into())
}

fn choice(test: Box<Expr>, cons: Box<Expr>, alt: Box<Expr>) -> Box<Expr> {
    paren(Box::new(Expr::Cond(CondExpr { span: DUMMY_SP, test, cons, alt })))
}

fn sequence(exprs: Vec<Box<Expr>>) -> Box<Expr> {
    paren(Box::new(Expr::Seq(SeqExpr { span: DUMMY_SP, exprs })))
}

fn member(obj: Box<Expr>, name: &str) -> Box<Expr> {
    let prop = MemberProp::Ident(IdentName::new(name.into(), DUMMY_SP));
    Box::new(Expr::Member(MemberExpr { span: DUMMY_SP, obj, prop }))
}

fn length(obj: Box<Expr>) -> Box<Expr> {
    member(obj, "length")
}

fn call(callee: Box<Expr>, argument: Box<Expr>) -> Box<Expr> {
    let args = vec![ExprOrSpread { spread: None, expr: argument }];
    Box::new(Expr::Call(CallExpr { callee: Callee::Expr(callee), args, ..CallExpr::default() }))
}

/// `target op value`; the target is a member.
fn assign(op: AssignOp, target: Expr, value: Box<Expr>) -> Box<Expr> {
    let left = match target {
        Expr::Member(member) => member.into(),
        other => AssignTarget::Simple(SimpleAssignTarget::Paren(ParenExpr { span: DUMMY_SP, expr: other.into() })),
    };
    Box::new(Expr::Assign(AssignExpr { span: DUMMY_SP, op, left, right: value }))
}

fn set(name: &Ident, value: Expr) -> Box<Expr> {
    let left = Ident { span: DUMMY_SP, ..name.clone() }.into();
    Box::new(Expr::Assign(AssignExpr { span: DUMMY_SP, op: AssignOp::Assign, left, right: value.into() }))
}

fn statement(expr: Expr) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: expr.into() })
}

impl VisitMut for Writer {
    noop_visit_mut_type!();

    fn visit_mut_stmt(&mut self, node: &mut Stmt) {
        if let Stmt::Expr(ExprStmt { expr, .. }) = node
            && let Expr::Assign(assign) = &mut **expr
            && let Some(stmts) = self.append(assign)
        {
            *node = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
            return;
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_var_decl(&mut self, node: &mut VarDecl) {
        node.visit_mut_children_with(self);
        let mut all = Vec::with_capacity(node.decls.len());
        for declarator in node.decls.drain(..) {
            let tail = declarator.name.as_ident().and_then(|name| self.tail(name));
            all.push(declarator);
            all.extend(tail.map(|tail| VarDeclarator {
                span: DUMMY_SP,
                name: Pat::Ident(tail.into()),
                init: Some(empty().into()),
                definite: false,
            }));
        }
        node.decls = all;
    }

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        if let Expr::Member(MemberExpr { obj, prop: MemberProp::Ident(prop), .. }) = node
            && prop.sym == *"length"
            && let Some((name, tail)) = self.text(obj)
        {
            *node = *whole_length(&name, &tail);
        } else if let Some((name, tail)) = self.text(node) {
            *node = *whole(&name, &tail);
        } else if let Expr::Assign(assign) = node
            && let Some((name, tail)) =
                simple_target(&assign.left).and_then(|name| self.text(&Expr::Ident(name.clone().into())))
        {
            self.assignment(node, &name, &tail);
        } else if !self.compared(node) {
            node.visit_mut_children_with(self);
        }
    }

    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(name) = node
            && let Some(tail) = self.tail(name)
        {
            let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
            *node = Prop::KeyValue(KeyValueProp { key, value: whole(name, &tail) });
            return;
        }
        node.visit_mut_children_with(self);
    }

    fn visit_mut_if_stmt(&mut self, node: &mut IfStmt) {
        self.test(&mut node.test);
        node.cons.visit_mut_with(self);
        node.alt.visit_mut_with(self);
    }

    fn visit_mut_cond_expr(&mut self, node: &mut CondExpr) {
        self.test(&mut node.test);
        node.cons.visit_mut_with(self);
        node.alt.visit_mut_with(self);
    }

    fn visit_mut_unary_expr(&mut self, node: &mut UnaryExpr) {
        if node.op == UnaryOp::Bang {
            self.test(&mut node.arg);
        } else {
            node.visit_mut_children_with(self);
        }
    }
}

impl Writer {
    /// An assignment whose value may be wanted: `(text = VALUE, text$ = "", text)`.
    fn assignment(&mut self, node: &mut Expr, name: &Ident, tail: &Ident) {
        let Expr::Assign(AssignExpr { op, right, .. }) = node else { return };
        let mut value = right.take();
        value.visit_mut_with(self);
        if *op == AssignOp::AddAssign {
            value = binary(BinaryOp::Add, whole(name, tail), paren(value));
        }
        *node = *sequence(vec![set(name, *value), set(tail, empty()), read(name)]);
    }

    /// Where only the truth of a text counts, it need not be put together.
    fn test(&mut self, test: &mut Box<Expr>) {
        match self.text(test) {
            Some((name, tail)) => *test = has_content(&name, &tail),
            None => test.visit_mut_with(self),
        }
    }

    /// A text that is compared with an empty one: the same.
    fn compared(&self, node: &mut Expr) -> bool {
        let Expr::Bin(BinExpr { op, left, right, .. }) = node else { return false };
        let is_empty = matches!(right.as_lit(), Some(Lit::Str(text)) if text.value.is_empty());
        let Some((name, tail)) = self.text(left).filter(|_| is_empty) else { return false };
        let has_content = has_content(&name, &tail);
        *node = match op {
            BinaryOp::EqEq | BinaryOp::EqEqEq => {
                Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::Bang, arg: has_content })
            }
            BinaryOp::NotEq | BinaryOp::NotEqEq => *has_content,
            _ => return false,
        };
        true
    }
}
