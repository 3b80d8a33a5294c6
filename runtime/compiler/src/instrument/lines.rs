//! Counters for line coverage: each statement and each function notes that it ran.
//!
//! A module that is counted has a function at its end that fetches its counters, and begins with `counters.all =
//! counters()`. The function exists from the start, and so do its properties: when another module calls a function of
//! this one before it has begun (imports may form circles), that fetches the counters. A variable would not do: the
//! engine does not know it before the module has begun. The runner gives the same counters for a file each time, so a
//! module that is evaluated again goes on counting. Nothing that is put in has a place in the source, so the places of
//! errors stay.

use super::call_runner;
use serde_json::json;
use std::collections::HashSet;
use swc_core::{
    common::{BytePos, DUMMY_SP, Spanned, util::take::Take},
    ecma::{
        ast::{
            ArrowExpr, ArrowFunctionBody, AssignExpr, AssignOp, AssignTarget, BlockStmt, CallExpr, Callee, ClassMethod,
            ClassProp, ComputedPropName, CondExpr, Constructor, Decl, DefaultDecl, DoWhileStmt, ExportDecl,
            ExportDefaultDecl, ExportDefaultExpr, Expr, ExprStmt, FnDecl, FnExpr, ForInStmt, ForOfStmt, ForStmt,
            Function, FunctionBody, GetterProp, Ident, IdentName, IfStmt, KeyValueProp, LabeledStmt, Lit, MemberExpr,
            MemberProp, MethodProp, Module, ModuleDecl, ModuleItem, Number, PrivateMethod, PrivateProp, Program,
            PropName, ReturnStmt, Script, SetterProp, SimpleAssignTarget, Stmt, SwitchCase, UnaryExpr, UnaryOp,
            UpdateExpr, UpdateOp, VarDecl, VarDeclarator, WhileStmt, WithStmt,
        },
        utils::private_ident,
        visit::{VisitMut, VisitMutWith, noop_visit_mut_type},
    },
};

/// Puts counters into a program. `text` begins at position `base`; `file` is the name that its counters go by.
pub(crate) fn count(program: &mut Program, text: &str, base: u32, file: &str) {
    let mut pass = Lines {
        places: Places::of(text, base),
        counters: private_ident!("counters"),
        used: 0,
        lines: Vec::new(),
        functions: Vec::new(),
        names: HashSet::new(),
        name: None,
        is_ready: true,
    };
    program.visit_mut_with(&mut pass);
    if pass.used > 0 {
        let (first, last) = pass.frame(file);
        match program {
            Program::Module(module) => {
                let at = module.body.iter().take_while(|item| item.as_stmt().is_some_and(is_directive)).count();
                module.body.insert(at, ModuleItem::Stmt(first));
                module.body.push(ModuleItem::Stmt(last));
            }
            Program::Script(script) => {
                let at = script.body.iter().take_while(|stmt| is_directive(stmt)).count();
                script.body.insert(at, first);
                script.body.push(last);
            }
        }
    }
}

/// Line and column of a position, both from 1.
struct Places<'a> {
    text: &'a str,
    base: u32,
    /// Where lines begin.
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    fn of(text: &'a str, base: u32) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, base, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// `None` for what is not from the source.
    fn find(&self, position: BytePos) -> Option<(usize, usize)> {
        let offset = position.0.checked_sub(self.base).filter(|_| !position.is_dummy())? as usize;
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = self.text.get(self.starts[line - 1]..offset)?;
        Some((line, before.chars().count() + 1))
    }
}

/// See the module's text.
struct Lines<'a> {
    places: Places<'a>,
    counters: Ident,
    /// Counters that were given out.
    used: usize,
    /// Line and counter.
    lines: Vec<(usize, usize)>,
    /// Name, line and counter.
    functions: Vec<(String, usize, usize)>,
    /// Those of functions.
    names: HashSet<String>,
    /// What the function is called that is visited next, and where it begins.
    name: Option<(String, BytePos)>,
    /// Whether the counters are certainly there where the pass is.
    is_ready: bool,
}

impl Lines<'_> {
    /// `counters.all = counters()`, and the function.
    fn frame(self, file: &str) -> (Stmt, Stmt) {
        let first = Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(self.fetch(AssignOp::Assign)) });
        let points = json!({ "lines": self.lines, "functions": self.functions });
        let text = |text: String| Expr::Lit(Lit::Str(text.into()));
        let args = vec![text(file.to_owned()), number(self.used), text(points.to_string())];
        let fetched = call_runner("counters", args);
        let body = vec![Stmt::Return(ReturnStmt { span: DUMMY_SP, arg: Some(Box::new(fetched)) })];
        let function = Function { body: Some(FunctionBody { span: DUMMY_SP, stmts: body }), ..Function::default() };
        let declared = FnDecl { ident: self.counters, declare: false, function: Box::new(function) };
        (first, Stmt::Decl(Decl::Fn(declared)))
    }

    /// `counters.all`.
    fn all(&self) -> MemberExpr {
        let obj = Box::new(Expr::Ident(self.counters.clone()));
        MemberExpr { span: DUMMY_SP, obj, prop: MemberProp::Ident(IdentName::new("all".into(), DUMMY_SP)) }
    }

    /// `counters.all = counters()`.
    fn fetch(&self, op: AssignOp) -> Expr {
        let callee = Callee::Expr(Box::new(Expr::Ident(self.counters.clone())));
        Expr::Assign(AssignExpr {
            span: DUMMY_SP,
            op,
            left: AssignTarget::Simple(SimpleAssignTarget::Member(self.all())),
            right: Box::new(Expr::Call(CallExpr { callee, ..CallExpr::default() })),
        })
    }

    /// `counters.all[n]++`, or `(counters.all ??= counters())[n]++`.
    fn tick(&self, counter: usize) -> Expr {
        let all = if self.is_ready { Expr::Member(self.all()) } else { self.fetch(AssignOp::NullishAssign) };
        let member = MemberExpr {
            span: DUMMY_SP,
            obj: Box::new(all),
            prop: MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(number(counter)) }),
        };
        Expr::Update(UpdateExpr {
            span: DUMMY_SP,
            op: UpdateOp::PlusPlus,
            prefix: false,
            arg: Box::new(Expr::Member(member)),
        })
    }

    fn tick_stmt(&self, counter: usize) -> Stmt {
        Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: Box::new(self.tick(counter)) })
    }

    fn counter(&mut self) -> usize {
        self.used += 1;
        self.used - 1
    }

    /// A counter for what stands at these places; `None` when the source has none of them.
    fn counter_at(&mut self, places: &[BytePos]) -> Option<usize> {
        let mut lines: Vec<usize> = places.iter().filter_map(|place| Some(self.places.find(*place)?.0)).collect();
        lines.dedup();
        if lines.is_empty() {
            return None;
        }
        let counter = self.counter();
        self.lines.extend(lines.into_iter().map(|line| (line, counter)));
        Some(counter)
    }

    /// A counter for a function.
    fn function_at(&mut self, place: BytePos) -> Option<usize> {
        let (name, place) = match self.name.take() {
            Some((name, place)) => (Some(name), place),
            None => (None, place),
        };
        let (line, column) = self.places.find(place)?;
        let counter = self.counter();
        // A name stands on a line of its own in a report, behind a comma.
        let is_plain = |name: &String| !name.contains(|c: char| c.is_control() || c == ',');
        let name = name.filter(|name| is_plain(name) && !self.names.contains(name));
        let name = name.unwrap_or_else(|| format!("{line}:{column}"));
        self.names.insert(name.clone());
        self.functions.push((name, line, counter));
        Some(counter)
    }

    /// A list of statements, each with its counter before it.
    fn list(&mut self, stmts: &mut Vec<Stmt>) {
        let mut counted = Vec::with_capacity(stmts.len() * 2);
        for mut stmt in stmts.drain(..) {
            let mut places = Vec::new();
            places_of(&stmt, &mut places);
            if let Some(counter) = self.counter_at(&places) {
                counted.push(self.tick_stmt(counter));
            }
            stmt.visit_mut_with(self);
            counted.push(stmt);
        }
        *stmts = counted;
    }

    /// The body of a function or script, whose directives stay first.
    fn body(&mut self, stmts: &mut Vec<Stmt>, entry: Option<usize>) {
        let mut rest = stmts.split_off(stmts.iter().take_while(|stmt| is_directive(stmt)).count());
        stmts.extend(entry.map(|counter| self.tick_stmt(counter)));
        // Whatever runs after that finds the counters.
        let before = self.is_ready;
        self.is_ready |= entry.is_some();
        self.list(&mut rest);
        self.is_ready = before;
        stmts.append(&mut rest);
    }

    /// A statement that stands where a list cannot: it gets a block when it gets a counter.
    fn single(&mut self, stmt: &mut Box<Stmt>) {
        if stmt.is_block() {
            return stmt.visit_mut_with(self);
        }
        let mut stmts = vec![(**stmt).take()];
        self.list(&mut stmts);
        **stmt = match stmts.pop() {
            Some(only) if stmts.is_empty() => only,
            last => {
                stmts.extend(last);
                Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() })
            }
        };
    }

    /// What runs when it is called, perhaps before the module has begun.
    fn apart(&mut self, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.is_ready);
        visit(self);
        self.is_ready = before;
    }

    /// Notes what an expression is called, if it is a function.
    fn call_it(&mut self, name: Option<String>, value: &Expr) {
        if let Some(name) = name
            && let Expr::Arrow(_) | Expr::Fn(_) = bare(value)
        {
            self.name = Some((name, value.span().lo));
        }
    }

    /// The value of a field: a counter stands before it, unless it takes its name from the field.
    fn field(&mut self, value: &mut Option<Box<Expr>>, place: BytePos) {
        let Some(value) = value else { return };
        let is_named_by_field = matches!(bare(value), Expr::Arrow(_) | Expr::Fn(_) | Expr::Class(_));
        let counter = if is_named_by_field { None } else { self.counter_at(&[place]) };
        value.visit_mut_with(self);
        if let Some(counter) = counter {
            **value = after(Box::new(self.tick(counter)), value.take());
        }
    }

    /// A method that is called as its key says.
    fn method(&mut self, key: &mut PropName, function: &mut Function) {
        key.visit_mut_with(self);
        self.name = text_of(key).map(|name| (name, key.span().lo));
        function.visit_mut_with(self);
    }
}

impl VisitMut for Lines<'_> {
    noop_visit_mut_type!();

    fn visit_mut_module(&mut self, module: &mut Module) {
        let mut items = Vec::with_capacity(module.body.len() * 2);
        for mut item in module.body.drain(..) {
            let mut places = Vec::new();
            match &item {
                ModuleItem::Stmt(stmt) if is_directive(stmt) => {}
                ModuleItem::Stmt(stmt) => places_of(stmt, &mut places),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl { decl: Decl::Var(var), span })) => {
                    places_of_variables(var, span.lo, &mut places);
                }
                ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(export)) => places.push(export.span.lo),
                ModuleItem::ModuleDecl(_) => {}
            }
            if let Some(counter) = self.counter_at(&places) {
                items.push(ModuleItem::Stmt(self.tick_stmt(counter)));
            }
            item.visit_mut_with(self);
            items.push(item);
        }
        module.body = items;
    }

    fn visit_mut_script(&mut self, script: &mut Script) {
        self.body(&mut script.body, None);
    }

    fn visit_mut_block_stmt(&mut self, block: &mut BlockStmt) {
        self.list(&mut block.stmts);
    }

    fn visit_mut_switch_case(&mut self, case: &mut SwitchCase) {
        case.test.visit_mut_with(self);
        self.list(&mut case.cons);
    }

    fn visit_mut_if_stmt(&mut self, stmt: &mut IfStmt) {
        stmt.test.visit_mut_with(self);
        self.single(&mut stmt.cons);
        if let Some(alternative) = &mut stmt.alt {
            self.single(alternative);
        }
    }

    fn visit_mut_for_stmt(&mut self, stmt: &mut ForStmt) {
        stmt.init.visit_mut_with(self);
        stmt.test.visit_mut_with(self);
        stmt.update.visit_mut_with(self);
        self.single(&mut stmt.body);
    }

    fn visit_mut_for_in_stmt(&mut self, stmt: &mut ForInStmt) {
        stmt.left.visit_mut_with(self);
        stmt.right.visit_mut_with(self);
        self.single(&mut stmt.body);
    }

    fn visit_mut_for_of_stmt(&mut self, stmt: &mut ForOfStmt) {
        stmt.left.visit_mut_with(self);
        stmt.right.visit_mut_with(self);
        self.single(&mut stmt.body);
    }

    fn visit_mut_while_stmt(&mut self, stmt: &mut WhileStmt) {
        stmt.test.visit_mut_with(self);
        self.single(&mut stmt.body);
    }

    fn visit_mut_do_while_stmt(&mut self, stmt: &mut DoWhileStmt) {
        self.single(&mut stmt.body);
        stmt.test.visit_mut_with(self);
    }

    fn visit_mut_with_stmt(&mut self, stmt: &mut WithStmt) {
        stmt.obj.visit_mut_with(self);
        self.single(&mut stmt.body);
    }

    fn visit_mut_function(&mut self, function: &mut Function) {
        let entry = self.function_at(function.span.lo);
        self.apart(|pass| {
            function.params.visit_mut_with(pass);
            if let Some(body) = &mut function.body {
                pass.body(&mut body.stmts, entry);
            }
        });
    }

    fn visit_mut_constructor(&mut self, constructor: &mut Constructor) {
        self.name = Some(("constructor".to_owned(), constructor.span.lo));
        let entry = self.function_at(constructor.span.lo);
        self.apart(|pass| {
            constructor.params.visit_mut_with(pass);
            if let Some(body) = &mut constructor.body {
                pass.body(&mut body.stmts, entry);
            }
        });
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        let entry = self.function_at(arrow.span.lo);
        self.apart(|pass| {
            arrow.params.visit_mut_with(pass);
            match &mut *arrow.body {
                ArrowFunctionBody::FunctionBody(body) => pass.body(&mut body.stmts, entry),
                ArrowFunctionBody::Expr(value) => {
                    let line = pass.places.find(value.span().lo).map(|(line, _)| line);
                    pass.lines.extend(line.zip(entry));
                    let tick = entry.map(|entry| Box::new(pass.tick(entry)));
                    pass.is_ready = tick.is_some();
                    value.visit_mut_with(pass);
                    if let Some(tick) = tick {
                        **value = after(tick, value.take());
                    }
                }
            }
        });
    }

    // What functions are called.

    fn visit_mut_fn_decl(&mut self, decl: &mut FnDecl) {
        self.name = Some((decl.ident.sym.to_string(), decl.function.span.lo));
        decl.function.visit_mut_with(self);
    }

    fn visit_mut_fn_expr(&mut self, expr: &mut FnExpr) {
        if let Some(own) = &expr.ident {
            self.name = Some((own.sym.to_string(), expr.function.span.lo));
        }
        expr.function.visit_mut_with(self);
    }

    fn visit_mut_export_default_decl(&mut self, export: &mut ExportDefaultDecl) {
        if let DefaultDecl::Fn(function) = &export.decl {
            self.name = Some(("default".to_owned(), function.function.span.lo));
        }
        export.decl.visit_mut_with(self);
    }

    fn visit_mut_export_default_expr(&mut self, export: &mut ExportDefaultExpr) {
        self.call_it(Some("default".to_owned()), &export.expr);
        export.expr.visit_mut_with(self);
    }

    fn visit_mut_var_declarator(&mut self, declarator: &mut VarDeclarator) {
        declarator.name.visit_mut_with(self);
        if let Some(value) = &mut declarator.init {
            self.call_it(declarator.name.as_ident().map(|name| name.sym.to_string()), value);
            value.visit_mut_with(self);
        }
    }

    fn visit_mut_assign_expr(&mut self, assign: &mut AssignExpr) {
        assign.left.visit_mut_with(self);
        let name = match &assign.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(name)) => Some(name.sym.to_string()),
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                member.prop.as_ident().map(|name| name.sym.to_string())
            }
            _ => None,
        };
        self.call_it(name, &assign.right);
        assign.right.visit_mut_with(self);
    }

    fn visit_mut_key_value_prop(&mut self, prop: &mut KeyValueProp) {
        prop.key.visit_mut_with(self);
        self.call_it(text_of(&prop.key), &prop.value);
        prop.value.visit_mut_with(self);
    }

    fn visit_mut_method_prop(&mut self, prop: &mut MethodProp) {
        self.method(&mut prop.key, &mut prop.function);
    }

    fn visit_mut_getter_prop(&mut self, prop: &mut GetterProp) {
        self.method(&mut prop.key, &mut prop.function);
    }

    fn visit_mut_setter_prop(&mut self, prop: &mut SetterProp) {
        self.method(&mut prop.key, &mut prop.function);
    }

    fn visit_mut_class_method(&mut self, method: &mut ClassMethod) {
        self.method(&mut method.key, &mut method.function);
    }

    fn visit_mut_private_method(&mut self, method: &mut PrivateMethod) {
        self.name = Some((format!("#{}", method.key.name), method.key.span.lo));
        method.function.visit_mut_with(self);
    }

    fn visit_mut_class_prop(&mut self, prop: &mut ClassProp) {
        prop.key.visit_mut_with(self);
        if let Some(value) = &prop.value {
            self.call_it(text_of(&prop.key), value);
        }
        self.field(&mut prop.value, prop.span.lo);
    }

    fn visit_mut_private_prop(&mut self, prop: &mut PrivateProp) {
        if let Some(value) = &prop.value {
            self.call_it(Some(format!("#{}", prop.key.name)), value);
        }
        self.field(&mut prop.value, prop.span.lo);
    }
}

/// Where a statement is seen to run: at its beginning, and at what belongs to it on other lines. Empty for
/// declarations that do nothing, and for blocks, whose statements have counters of their own.
fn places_of(stmt: &Stmt, places: &mut Vec<BytePos>) {
    match stmt {
        Stmt::Block(_) | Stmt::Empty(_) | Stmt::Decl(Decl::Fn(_) | Decl::Class(_)) => {}
        Stmt::Decl(Decl::Var(var)) => places_of_variables(var, var.span.lo, places),
        // Nothing can be put between a label and its loop.
        Stmt::Labeled(LabeledStmt { span, body, .. }) => {
            places.push(span.lo);
            places_of(body, places);
        }
        other => places.push(other.span().lo),
    }
}

fn places_of_variables(var: &VarDecl, begin: BytePos, places: &mut Vec<BytePos>) {
    let mut set = var.decls.iter().filter(|one| one.init.is_some()).map(|one| one.span.lo).peekable();
    if set.peek().is_some() {
        places.push(begin);
    }
    places.extend(set);
}

/// `void tick ? 0 : value`, which needs no brackets: arrows nest far deeper than the engine can read brackets.
fn after(tick: Box<Expr>, value: Box<Expr>) -> Expr {
    let test = Expr::Unary(UnaryExpr { span: DUMMY_SP, op: UnaryOp::Void, arg: tick });
    Expr::Cond(CondExpr { span: DUMMY_SP, test: Box::new(test), cons: Box::new(number(0)), alt: value })
}

fn number(value: usize) -> Expr {
    Expr::Lit(Lit::Num(Number { span: DUMMY_SP, value: value as f64, raw: None }))
}

fn is_directive(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(ExprStmt { expr, .. }) if matches!(**expr, Expr::Lit(Lit::Str(_))))
}

fn bare(value: &Expr) -> &Expr {
    match value {
        Expr::Paren(inner) => bare(&inner.expr),
        other => other,
    }
}

fn text_of(key: &PropName) -> Option<String> {
    match key {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.to_string_lossy().into_owned()),
        PropName::Num(number) => Some(number.value.to_string()),
        PropName::Computed(_) | PropName::BigInt(_) => None,
    }
}
