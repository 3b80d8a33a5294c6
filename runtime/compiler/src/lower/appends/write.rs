//! How texts in two variables are declared, appended to, and read.
//!
//! `text` is a text, or the list of its parts with their length together as `size`; `text$` is the newest part.

use super::{
    PART,
    build::{
        assign, binary, call, choice, declare, empty, increment, is_string, length, member, not, paren, read, sequence,
        set, statement,
    },
    survey::{Text, appended, simple_target},
};
use std::collections::HashMap;
use swc_core::{
    common::{DUMMY_SP, Span, util::take::Take as _},
    ecma::{
        ast::{
            ArrayLit, AssignExpr, AssignOp, BinExpr, BinaryOp, BlockStmt, ComputedPropName, CondExpr, Decl, Expr,
            ExprStmt, Id, Ident, IdentName, IfStmt, KeyValueProp, Lit, MemberExpr, MemberProp, Prop, PropName, Stmt,
            Tpl, UnaryExpr, UnaryOp, VarDecl, VarDeclKind,
        },
        utils::private_ident,
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// The variables of a text besides its own.
#[derive(Clone)]
struct Names {
    /// The text's own.
    text: Ident,
    /// The newest part.
    tail: Ident,
    /// Counts changes, where functions inside of the text's own may make some.
    count: Option<Ident>,
}

/// See the module's text.
pub(super) struct Writer(HashMap<Id, Names>);

impl Writer {
    pub(super) fn new(texts: Vec<Text>) -> Self {
        let names = |text: Text| {
            let (name, context) = &text.id;
            let names = Names {
                text: Ident::new(name.clone(), DUMMY_SP, *context),
                tail: private_ident!(format!("{name}$")),
                count: text.is_captured.then(|| private_ident!(format!("{name}$n"))),
            };
            (text.id, names)
        };
        Self(texts.into_iter().map(names).collect())
    }

    /// The names of a variable that is one of the texts.
    fn names(&self, name: &Ident) -> Option<Names> {
        self.0.get(&name.to_id()).cloned()
    }

    /// The names of an expression that is one of the texts.
    fn text(&self, expr: &Expr) -> Option<Names> {
        self.names(expr.as_ident()?)
    }

    /// `text += piece;`, `text = text + piece;` and ``text = `${text}...`;`` whose value nobody wants.
    fn append(&mut self, node: &mut AssignExpr) -> Option<Vec<Stmt>> {
        let name = Ident::from(simple_target(&node.left)?.clone());
        let names = self.names(&name)?;
        let mut pieces = match node.op {
            AssignOp::AddAssign => vec![*node.right.take()],
            AssignOp::Assign if appended(&name, &node.right) => pieces(*node.right.take()),
            _ => return None,
        };
        pieces.iter_mut().for_each(|piece| piece.visit_mut_with(self));
        Some(match &names.count {
            None => {
                let appends = pieces.into_iter().map(|piece| statement(grow(&names.tail, piece, node.span)));
                appends.chain([statement(put_aside(&names))]).collect()
            }
            Some(count) => append_counted(&names, count, pieces, node.span),
        })
    }
}

/// `const before = text, part = text$, parts = text.length, count = ++text$n, piece = "" + PIECE;` and then, when nothing has
/// changed meanwhile, `text$ += piece`, else `text = BEFORE + part + piece`.
fn append_counted(names: &Names, count: &Ident, pieces: Vec<Expr>, span: Span) -> Vec<Stmt> {
    let [before, part, parts, now, piece] =
        ["before", "part", "parts", "count", "piece"].map(|name| private_ident!(name));
    let text = pieces.into_iter().fold(empty(), |text, piece| binary(BinaryOp::Add, text, paren(piece)));
    let constants = [
        (&before, read(&names.text)),
        (&part, read(&names.tail)),
        (&parts, length(read(&names.text))),
        (&now, increment(count)),
        (&piece, text),
    ];
    let kept = call(member(read(&before), "slice"), vec![Expr::from(0.0), read(&parts)]);
    let kept = choice(is_string(&before), read(&before), call(member(kept, "join"), vec![empty()]));
    let restored = binary(BinaryOp::Add, binary(BinaryOp::Add, kept, read(&part)), read(&piece));
    let go_on = sequence(vec![grow(&names.tail, read(&piece), span), put_aside(names)]);
    let go_back = sequence(changed(names, vec![set(&names.text, restored)]));
    let is_unchanged = binary(BinaryOp::EqEqEq, read(&now), read(count));
    let decls = constants.into_iter().map(|(name, init)| declare(name, init)).collect();
    let constants = VarDecl { kind: VarDeclKind::Const, decls, ..VarDecl::default() };
    vec![Stmt::Decl(Decl::Var(Box::new(constants))), statement(choice(is_unchanged, go_on, go_back))]
}

/// `text$ += piece`.
fn grow(tail: &Ident, piece: Expr, span: Span) -> Expr {
    Expr::Assign(AssignExpr { span, op: AssignOp::AddAssign, left: tail.clone().into(), right: piece.into() })
}

/// What follows when the text has become whole: `text$ = ""`, and a change is counted.
fn changed(names: &Names, mut exprs: Vec<Expr>) -> Vec<Expr> {
    exprs.push(set(&names.tail, empty()));
    exprs.extend(names.count.as_ref().map(increment));
    exprs
}

/// What is appended, in order.
fn pieces(value: Expr) -> Vec<Expr> {
    match value {
        Expr::Bin(BinExpr { left, right, .. }) => {
            let mut pieces = if left.is_ident() { Vec::new() } else { pieces(*left) };
            pieces.push(*right);
            pieces
        }
        Expr::Tpl(Tpl { span, mut exprs, mut quasis }) => {
            // The first expression is the text itself, and nothing is before it.
            exprs.remove(0);
            quasis.remove(0);
            vec![Expr::Tpl(Tpl { span, exprs, quasis })]
        }
        other => vec![other],
    }
}

/// `text$.length > PART && (typeof text === "string" ? BEGIN : GO_ON, text$ = "")`.
fn put_aside(Names { text: name, tail, .. }: &Names) -> Expr {
    let size = || member(read(name), "size");
    let list = Expr::Array(ArrayLit { span: DUMMY_SP, elems: vec![Some(read(name).into()), Some(read(tail).into())] });
    let first = Expr::Member(MemberExpr {
        span: DUMMY_SP,
        obj: read(name).into(),
        prop: MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: 0.0.into() }),
    });
    // text = [text, text$], text.size = text[0].length + text$.length
    let both = binary(BinaryOp::Add, length(first), length(read(tail)));
    let begin = sequence(vec![set(name, list), assign(AssignOp::Assign, size(), both)]);
    // text.size += text$.length, text.push(text$)
    let grow = assign(AssignOp::AddAssign, size(), length(read(tail)));
    let go_on = sequence(vec![grow, call(member(read(name), "push"), vec![read(tail)])]);
    let kept = choice(is_string(name), begin, go_on);
    let is_long = binary(BinaryOp::Gt, length(read(tail)), Expr::from(PART));
    binary(BinaryOp::LogicalAnd, is_long, sequence(vec![kept, set(tail, empty())]))
}

/// `text$ === "" && typeof text === "string" ? text : (text = (typeof text === "string" ? text : text.join("")) + text$,
/// text$ = "", text)`.
fn whole(names: &Names) -> Expr {
    let Names { text: name, tail, .. } = names;
    let is_whole = binary(BinaryOp::LogicalAnd, binary(BinaryOp::EqEqEq, read(tail), empty()), is_string(name));
    let joined = choice(is_string(name), read(name), call(member(read(name), "join"), vec![empty()]));
    let put_together = set(name, binary(BinaryOp::Add, joined, read(tail)));
    let mut together = changed(names, vec![put_together]);
    together.push(read(name));
    choice(is_whole, read(name), sequence(together))
}

/// `(typeof text === "string" ? text.length : text.size) + text$.length`.
fn whole_length(Names { text: name, tail, .. }: &Names) -> Expr {
    let own = choice(is_string(name), length(read(name)), member(read(name), "size").into());
    paren(binary(BinaryOp::Add, own, length(read(tail))))
}

/// `(text !== "" || text$ !== "")`: a list of parts is never an empty text.
fn has_content(Names { text: name, tail, .. }: &Names) -> Expr {
    let has = |part: &Ident| binary(BinaryOp::NotEqEq, read(part), empty());
    paren(binary(BinaryOp::LogicalOr, has(name), has(tail)))
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
            let names = declarator.name.as_ident().and_then(|name| self.names(name));
            all.push(declarator);
            if let Some(Names { tail, count, .. }) = names {
                all.push(declare(&tail, empty()));
                all.extend(count.map(|count| declare(&count, Expr::from(0.0))));
            }
        }
        node.decls = all;
    }

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        if let Expr::Member(MemberExpr { obj, prop: MemberProp::Ident(prop), .. }) = node
            && prop.sym == *"length"
            && let Some(names) = self.text(obj)
        {
            *node = whole_length(&names);
        } else if let Some(names) = self.text(node) {
            *node = whole(&names);
        } else if let Expr::Assign(assign) = node
            && let Some(names) = simple_target(&assign.left).and_then(|name| self.names(name))
        {
            self.assignment(node, &names);
        } else if !self.compared(node) {
            node.visit_mut_children_with(self);
        }
    }

    fn visit_mut_prop(&mut self, node: &mut Prop) {
        if let Prop::Shorthand(name) = node
            && let Some(names) = self.names(name)
        {
            let key = PropName::Ident(IdentName::new(name.sym.clone(), name.span));
            *node = Prop::KeyValue(KeyValueProp { key, value: whole(&names).into() });
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
    fn assignment(&mut self, node: &mut Expr, names: &Names) {
        let Expr::Assign(AssignExpr { op, right, .. }) = node else { return };
        let mut value = *right.take();
        value.visit_mut_with(self);
        if *op == AssignOp::AddAssign {
            value = binary(BinaryOp::Add, whole(names), paren(value));
        }
        let mut exprs = changed(names, vec![set(&names.text, value)]);
        exprs.push(read(&names.text));
        *node = sequence(exprs);
    }

    /// Where only the truth of a text counts, it need not be put together.
    fn test(&mut self, test: &mut Box<Expr>) {
        match self.text(test) {
            Some(names) => **test = has_content(&names),
            None => test.visit_mut_with(self),
        }
    }

    /// A text that is compared with an empty one: the same.
    fn compared(&self, node: &mut Expr) -> bool {
        let Expr::Bin(BinExpr { op, left, right, .. }) = node else { return false };
        let is_empty = matches!(right.as_lit(), Some(Lit::Str(text)) if text.value.is_empty());
        let Some(names) = self.text(left).filter(|_| is_empty) else { return false };
        let has_content = has_content(&names);
        *node = match op {
            BinaryOp::EqEq | BinaryOp::EqEqEq => not(has_content),
            BinaryOp::NotEq | BinaryOp::NotEqEq => has_content,
            _ => return false,
        };
        true
    }
}
