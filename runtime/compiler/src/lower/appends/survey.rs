//! Which variables are texts that a loop appends to, and of which every use is seen.

use std::collections::HashMap;
use swc_core::ecma::{
    ast::{
        ArrowExpr, AssignExpr, AssignOp, AssignTarget, BinExpr, BinaryOp, BindingIdent, CallExpr, Callee, Class,
        CondExpr, DoWhileStmt, ExportNamedSpecifier, ExportSpecifier, Expr, ForInStmt, ForOfStmt, ForStmt, Function,
        Id, Ident, IfStmt, Lit, MemberExpr, MemberProp, ModuleExportName, NamedExport, Pat, SimpleAssignTarget, Stmt,
        Tpl, UnaryExpr, UnaryOp, UpdateExpr, VarDecl, VarDeclKind, WhileStmt,
    },
    visit::{Visit, VisitWith, noop_visit_type},
};

/// What is known of a variable.
#[derive(Default)]
struct Facts {
    /// The function and the depth of loops in it where the variable is declared with a text.
    declared: Option<(u32, u32)>,
    /// Something is not as it must be.
    is_other: bool,
    /// A loop that does not begin before the declaration, or a function, appends to it.
    is_appended: bool,
    /// Functions inside of its own use it.
    is_captured: bool,
    /// Its scope is a block: no function can use it before it is declared.
    is_let: bool,
}

/// A variable that is rewritten.
pub(super) struct Text {
    pub(super) id: Id,
    /// Functions inside of its own use it.
    pub(super) is_captured: bool,
}

/// See the module's text.
#[derive(Default)]
pub(super) struct Survey {
    facts: HashMap<Id, Facts>,
    /// The function that is visited, and how many there were.
    function: u32,
    functions: u32,
    /// Loops around the place, in this function.
    loops: u32,
    /// Variables that are being appended to: what is appended must not touch them.
    appending: Vec<Id>,
    /// Code that is only known at run time may use every variable.
    has_eval: bool,
}

impl Survey {
    pub(super) fn texts(self) -> Vec<Text> {
        if self.has_eval {
            return Vec::new();
        }
        let is_text = |facts: &Facts| facts.declared.is_some() && facts.is_appended && !facts.is_other;
        let texts = self.facts.into_iter().filter(|(_, facts)| is_text(facts));
        texts.map(|(id, facts)| Text { id, is_captured: facts.is_captured }).collect()
    }

    fn facts(&mut self, id: &Id) -> &mut Facts {
        self.facts.entry(id.clone()).or_default()
    }

    /// It is not only a text, or not all of its uses are seen.
    fn refuse(&mut self, ident: &Ident) {
        self.facts(&ident.to_id()).is_other = true;
    }

    /// A use: it must come after the declaration.
    fn uses(&mut self, id: &Id) {
        let function = self.function;
        let facts = self.facts(id);
        let is_inner = facts.declared.is_some_and(|(own, _)| own != function);
        facts.is_captured |= is_inner;
        facts.is_other |= facts.declared.is_none() || (is_inner && !facts.is_let);
    }

    fn in_function(&mut self, visit: impl FnOnce(&mut Self)) {
        self.functions += 1;
        let outer = (std::mem::replace(&mut self.function, self.functions), std::mem::take(&mut self.loops));
        visit(self);
        (self.function, self.loops) = outer;
    }

    fn in_loop(&mut self, visit: impl FnOnce(&mut Self)) {
        self.loops += 1;
        visit(self);
        self.loops -= 1;
    }

    fn appends(&mut self, id: &Id, piece: impl FnOnce(&mut Self)) {
        self.touches(id);
        let (function, loops) = (self.function, self.loops);
        let facts = self.facts(id);
        facts.is_appended |= facts.declared.is_some_and(|(own, depth)| own != function || loops > depth);
        self.appending.push(id.clone());
        piece(self);
        self.appending.pop();
    }

    /// A write, or a read: that puts the text together.
    fn touches(&mut self, id: &Id) {
        self.uses(id);
        if self.appending.contains(id) {
            self.facts(id).is_other = true;
        }
    }

    fn test(&mut self, test: &Expr) {
        match test {
            Expr::Ident(ident) => self.uses(&ident.to_id()),
            other => other.visit_with(self),
        }
    }

    /// What `text = text + a + b` appends, without the text itself.
    fn pieces(&mut self, value: &Expr) {
        match value {
            Expr::Bin(BinExpr { left, right, .. }) => {
                if !left.is_ident() {
                    self.pieces(left);
                }
                right.visit_with(self);
            }
            Expr::Tpl(tpl) => tpl.exprs.iter().skip(1).for_each(|expr| expr.visit_with(self)),
            _ => {}
        }
    }

    fn declares(&mut self, name: &BindingIdent, is_let: bool) {
        let place = (self.function, self.loops);
        let facts = self.facts(&name.to_id());
        facts.is_other |= facts.declared.is_some();
        facts.declared = Some(place);
        facts.is_let = is_let;
    }
}

/// Whether an expression is always a text. `texts`: variables that are.
pub(super) fn is_text(expr: &Expr, is_known: &impl Fn(&Ident) -> bool) -> bool {
    match expr {
        Expr::Lit(Lit::Str(_)) | Expr::Tpl(_) => true,
        Expr::Ident(ident) => is_known(ident),
        Expr::Bin(BinExpr { op: BinaryOp::Add, left, right, .. }) => {
            is_text(left, is_known) || is_text(right, is_known)
        }
        Expr::Paren(paren) => is_text(&paren.expr, is_known),
        _ => false,
    }
}

/// The variable to which `name = name + a + b` or ``name = `${name}...` `` appends.
pub(super) fn appended(name: &Ident, value: &Expr) -> bool {
    match value {
        Expr::Bin(BinExpr { op: BinaryOp::Add, left, .. }) => match &**left {
            Expr::Ident(first) => first.to_id() == name.to_id(),
            other => appended(name, other),
        },
        Expr::Tpl(Tpl { exprs, quasis, .. }) => {
            let begins = quasis.first().is_some_and(|quasi| quasi.raw.is_empty());
            begins && exprs.first().and_then(|expr| expr.as_ident()).is_some_and(|first| first.to_id() == name.to_id())
        }
        _ => false,
    }
}

/// The variable of `text.length`, `!text` and `text === ""`: these need not put it together.
fn glance(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Member(MemberExpr { obj, prop: MemberProp::Ident(prop), .. }) if prop.sym == *"length" => obj.as_ident(),
        Expr::Unary(UnaryExpr { op: UnaryOp::Bang, arg, .. }) => arg.as_ident(),
        Expr::Bin(BinExpr { op, left, right, .. }) => {
            let is_empty = matches!(right.as_lit(), Some(Lit::Str(text)) if text.value.is_empty());
            let is_equality = matches!(op, BinaryOp::EqEq | BinaryOp::EqEqEq | BinaryOp::NotEq | BinaryOp::NotEqEq);
            left.as_ident().filter(|_| is_empty && is_equality)
        }
        _ => None,
    }
}

pub(super) fn simple_target(target: &AssignTarget) -> Option<&BindingIdent> {
    match target {
        AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => Some(ident),
        _ => None,
    }
}

impl Visit for Survey {
    noop_visit_type!();

    fn visit_stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Decl(swc_core::ecma::ast::Decl::Var(decl)) => self.declaration(decl),
            other => other.visit_children_with(self),
        }
    }

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        let Some(target) = simple_target(&node.left) else { return node.visit_children_with(self) };
        let id = target.to_id();
        match node.op {
            AssignOp::AddAssign => self.appends(&id, |survey| node.right.visit_with(survey)),
            AssignOp::Assign if appended(target, &node.right) => {
                self.appends(&id, |survey| survey.pieces(&node.right));
            }
            AssignOp::Assign if is_text(&node.right, &|ident| ident.to_id() == id) => {
                self.touches(&id);
                node.right.visit_with(self);
            }
            _ => {
                self.refuse(target);
                node.right.visit_with(self);
            }
        }
    }

    fn visit_update_expr(&mut self, node: &UpdateExpr) {
        if let Expr::Ident(ident) = &*node.arg {
            self.refuse(ident);
        }
        node.visit_children_with(self);
    }

    /// Every binding or target that is not handled above: parameters, patterns, heads of loops.
    fn visit_binding_ident(&mut self, node: &BindingIdent) {
        self.refuse(node);
    }

    fn visit_ident(&mut self, node: &Ident) {
        self.touches(&node.to_id());
    }

    fn visit_expr(&mut self, node: &Expr) {
        match glance(node) {
            Some(ident) => self.uses(&ident.to_id()),
            None => node.visit_children_with(self),
        }
    }

    fn visit_if_stmt(&mut self, node: &IfStmt) {
        self.test(&node.test);
        node.cons.visit_with(self);
        node.alt.visit_with(self);
    }

    fn visit_cond_expr(&mut self, node: &CondExpr) {
        self.test(&node.test);
        node.cons.visit_with(self);
        node.alt.visit_with(self);
    }

    /// Others see the variable itself.
    fn visit_named_export(&mut self, node: &NamedExport) {
        for specifier in &node.specifiers {
            if let ExportSpecifier::Named(ExportNamedSpecifier { orig: ModuleExportName::Ident(ident), .. }) = specifier
            {
                self.refuse(ident);
            }
        }
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee {
            self.has_eval |= callee.as_ident().is_some_and(|ident| &*ident.sym == "eval");
        }
        node.visit_children_with(self);
    }

    fn visit_function(&mut self, node: &Function) {
        self.in_function(|survey| node.visit_children_with(survey));
    }

    fn visit_arrow_expr(&mut self, node: &ArrowExpr) {
        self.in_function(|survey| node.visit_children_with(survey));
    }

    /// Fields and static blocks are functions too.
    fn visit_class(&mut self, node: &Class) {
        self.in_function(|survey| node.visit_children_with(survey));
    }

    fn visit_for_stmt(&mut self, node: &ForStmt) {
        self.in_loop(|survey| node.visit_children_with(survey));
    }

    fn visit_for_of_stmt(&mut self, node: &ForOfStmt) {
        self.in_loop(|survey| node.visit_children_with(survey));
    }

    fn visit_for_in_stmt(&mut self, node: &ForInStmt) {
        self.in_loop(|survey| node.visit_children_with(survey));
    }

    fn visit_while_stmt(&mut self, node: &WhileStmt) {
        self.in_loop(|survey| node.visit_children_with(survey));
    }

    fn visit_do_while_stmt(&mut self, node: &DoWhileStmt) {
        self.in_loop(|survey| node.visit_children_with(survey));
    }
}

impl Survey {
    fn declaration(&mut self, decl: &VarDecl) {
        for declarator in &decl.decls {
            let text = declarator.init.as_ref().filter(|init| is_text(init, &|_| false));
            match (&declarator.name, text) {
                (Pat::Ident(name), Some(init)) if decl.kind != VarDeclKind::Const => {
                    init.visit_with(self);
                    self.declares(name, decl.kind == VarDeclKind::Let);
                }
                _ => declarator.visit_with(self),
            }
        }
    }
}
