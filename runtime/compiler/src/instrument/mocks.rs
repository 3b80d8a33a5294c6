//! `vi.mock()` and its like take effect before the imports of their file: they move to its top, and the
//! imports become calls that run after them.

use super::{call_runner, rewrite};
use crate::imports::{Import, Manner, literal};
use std::collections::{HashMap, HashSet};
use swc_core::{
    common::{DUMMY_SP, Mark, Span, Spanned},
    ecma::{
        ast::{
            AwaitExpr, CallExpr, Callee, Decl, Expr, ExprStmt, Id, ImportSpecifier, Lit, MemberProp, ModuleDecl,
            ModuleExportName, ModuleItem, NamedExport, Pat, Program, Stmt, VarDecl, VarDeclKind, VarDeclarator,
        },
        utils::private_ident,
        visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type},
    },
};

/// Modules that are the runner itself: their imports stay where they are.
const RUNNERS: [&str; 6] = ["cronflow/testing", "vitest", "@jest/globals", "bun:test", "node:test", "cronflow"];
/// Methods whose first argument names a module.
const NAMING: [&str; 11] = [
    "mock",
    "unmock",
    "doMock",
    "doUnmock",
    "module",
    "importActual",
    "importMock",
    "requireActual",
    "requireMock",
    "createMockFromModule",
    "unstable_mockModule",
];
/// Those that look into folders `__mocks__` when they are given nothing else.
const MOCKING: [&str; 5] = ["mock", "doMock", "unstable_mockModule", "importMock", "requireMock"];
/// Methods after which an import of the file may give another module.
const RENEWING: [&str; 4] = ["hoisted", "resetModules", "isolateModules", "isolateModulesAsync"];

/// Names that stand for the runner's objects, each with its own name and the module that it is from.
type Runner = HashMap<Id, (String, String)>;

/// Brings mocks of modules to the top. Names that they give are added to `imports`. Whether there are any.
pub(crate) fn hoist(program: &mut Program, imports: &mut Vec<Import>, base: u32, unresolved: Mark) -> bool {
    let mut search = Search { runner: runner_of(program), unresolved, found: false, named: Vec::new() };
    program.visit_with(&mut search);
    if !search.found {
        return false;
    }
    for (written, span, is_mocked) in std::mem::take(&mut search.named) {
        let at = |position: u32| position.saturating_sub(base) as usize;
        let range = at(span.lo.0)..at(span.hi.0);
        let import = |manner| Import {
            written: written.clone(),
            range: range.clone(),
            manner,
            names: Vec::new(),
            looked_for: Vec::new(),
        };
        if is_mocked {
            imports.push(import(Manner::Mocks));
        }
        let is_other = |import: &Import| matches!(import.manner, Manner::Require | Manner::Mocks);
        if !imports.iter().any(|import| import.written == written && !is_other(import)) {
            imports.push(import(Manner::Dynamic));
        }
    }
    match program {
        Program::Module(module) => hoist_items(&mut module.body, &search),
        // `require()` runs in its place, so the order of statements is all that matters.
        Program::Script(script) => script.body.sort_by_key(|stmt| !search.is_hoisted(stmt)),
    }
    program.visit_mut_with(&mut Calls { search: &search });
    true
}

/// What the file imports of the runner.
fn runner_of(program: &Program) -> Runner {
    let mut runner = Runner::new();
    let Program::Module(module) = program else { return runner };
    for item in &module.body {
        let ModuleItem::ModuleDecl(ModuleDecl::Import(import)) = item else { continue };
        let source = import.src.value.to_string_lossy().into_owned();
        if !RUNNERS.contains(&source.as_str()) {
            continue;
        }
        for specifier in &import.specifiers {
            if let ImportSpecifier::Named(named) = specifier {
                let name = match &named.imported {
                    Some(ModuleExportName::Ident(name)) => name.sym.to_string(),
                    _ => named.local.sym.to_string(),
                };
                runner.insert(named.local.to_id(), (name, source.clone()));
            }
        }
    }
    runner
}

struct Search {
    runner: Runner,
    unresolved: Mark,
    found: bool,
    /// Names of modules, and whether a mock from a folder may stand for them.
    named: Vec<(String, Span, bool)>,
}

impl Search {
    /// The method of the runner's `vi`, `jest` or `mock` that a call calls, and where that is from.
    fn method(&self, call: &CallExpr) -> Option<(String, &str)> {
        let Callee::Expr(callee) = &call.callee else { return None };
        let Expr::Member(member) = &**callee else { return None };
        let (Expr::Ident(object), MemberProp::Ident(method)) = (&*member.obj, &member.prop) else { return None };
        let is_free = object.ctxt.outer() == self.unresolved;
        let (name, source) = match self.runner.get(&object.to_id()) {
            Some((name, source)) => (name.as_str(), source.as_str()),
            None if is_free => (&*object.sym, ""),
            None => return None,
        };
        let is_module_of_mock = name == "mock" && &*method.sym == "module" && !source.is_empty();
        (matches!(name, "vi" | "vitest" | "jest") && *method.sym != *"module" || is_module_of_mock)
            .then(|| (method.sym.to_string(), source))
    }

    fn is_hoisted_call(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Await(awaited) => self.is_hoisted_call(&awaited.arg),
            Expr::Paren(inner) => self.is_hoisted_call(&inner.expr),
            Expr::Call(call) => self.method(call).is_some_and(|(method, source)| match method.as_str() {
                "mock" | "unmock" | "hoisted" => true,
                // Node.js runs it where it stands.
                "module" => source == "bun:test",
                _ => false,
            }),
            _ => false,
        }
    }

    fn is_hoisted(&self, stmt: &Stmt) -> bool {
        match stmt {
            Stmt::Expr(stmt) => self.is_hoisted_call(&stmt.expr),
            Stmt::Decl(Decl::Var(var)) => {
                let mut values = var.decls.iter().map(|one| one.init.as_deref());
                !var.decls.is_empty() && values.all(|value| value.is_some_and(|value| self.is_hoisted_call(value)))
            }
            _ => false,
        }
    }
}

impl Visit for Search {
    noop_visit_type!();

    fn visit_call_expr(&mut self, call: &CallExpr) {
        if let Some((method, _)) = self.method(call) {
            let is_naming = NAMING.contains(&method.as_str());
            self.found |= is_naming || RENEWING.contains(&method.as_str());
            let first = call.args.first().filter(|_| is_naming);
            let is_mocked = call.args.len() == 1 && MOCKING.contains(&method.as_str());
            let written = first.and_then(|first| named(&first.expr));
            self.named.extend(written.map(|(written, span)| (written, span, is_mocked)));
        }
        call.visit_children_with(self);
    }
}

/// `'x'` or `import('x')`.
fn named(expression: &Expr) -> Option<(String, Span)> {
    match expression {
        Expr::Call(CallExpr { callee: Callee::Import(_), args, .. }) => literal(&args.first()?.expr),
        other => literal(other),
    }
}

/// Modules are asked of the runner, which knows the mocks; their names are given as texts.
struct Calls<'a> {
    search: &'a Search,
}

impl VisitMut for Calls<'_> {
    noop_visit_mut_type!();

    fn visit_mut_expr(&mut self, node: &mut Expr) {
        if let Expr::Call(call) = node
            && self.search.method(call).is_some_and(|(method, _)| NAMING.contains(&method.as_str()))
            && let Some(first) = call.args.first_mut()
            && let Some((text, _)) = named(&first.expr)
        {
            *first.expr = Expr::Lit(Lit::Str(text.into()));
        }
        node.visit_mut_children_with(self);
        if let Expr::Call(CallExpr { callee: Callee::Import(_), args, .. }) = node
            && let Some(first) = args.first()
        {
            *node = call_runner("importModule", vec![(*first.expr).clone()]);
        }
    }
}

fn hoist_items(items: &mut Vec<ModuleItem>, search: &Search) {
    let is_hoisted = |item: &ModuleItem| matches!(item, ModuleItem::Stmt(stmt) if search.is_hoisted(stmt));
    let (hoisted, rest): (Vec<_>, Vec<_>) = std::mem::take(items).into_iter().partition(is_hoisted);
    if hoisted.is_empty() {
        *items = rest;
        return;
    }
    let exported = exported(&rest);
    let (mut fixed, mut loads, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut bindings = HashMap::new();
    for item in rest {
        match item {
            ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                let source = import.src.value.to_string_lossy().into_owned();
                let mut locals = import.specifiers.iter().map(|specifier| specifier.local().to_id());
                if RUNNERS.contains(&source.as_str()) || locals.any(|local| exported.contains(&local)) {
                    fixed.push(ModuleItem::ModuleDecl(ModuleDecl::Import(import)));
                    continue;
                }
                let namespace = private_ident!("imported");
                for specifier in &import.specifiers {
                    let name = rewrite::Imported::of(specifier, namespace.clone());
                    bindings.insert(specifier.local().to_id(), name);
                }
                let load = call_runner("importModule", vec![Expr::Lit(Lit::Str(source.into()))]);
                let value = Expr::Await(AwaitExpr { span: import.span(), arg: Box::new(load) });
                loads.push(ModuleItem::Stmt(if import.specifiers.is_empty() {
                    Stmt::Expr(ExprStmt { span: import.span, expr: Box::new(value) })
                } else {
                    constant(namespace, value)
                }));
            }
            other => others.push(other),
        }
    }
    items.extend(fixed.into_iter().chain(hoisted).chain(loads).chain(others));
    items.visit_mut_with(&mut rewrite::Uses { bindings });
}

/// Names of an export list: they need a real import.
fn exported(items: &[ModuleItem]) -> HashSet<Id> {
    let lists = items.iter().filter_map(|item| match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(list @ NamedExport { src: None, .. })) => Some(list),
        _ => None,
    });
    let names = lists.flat_map(|list| &list.specifiers).filter_map(|specifier| match specifier {
        swc_core::ecma::ast::ExportSpecifier::Named(named) => match &named.orig {
            ModuleExportName::Ident(name) => Some(name.to_id()),
            ModuleExportName::Str(_) => None,
        },
        _ => None,
    });
    names.collect()
}

fn constant(name: swc_core::ecma::ast::Ident, value: Expr) -> Stmt {
    let declarator =
        VarDeclarator { span: DUMMY_SP, name: Pat::Ident(name.into()), init: Some(Box::new(value)), definite: false };
    Stmt::Decl(Decl::Var(Box::new(VarDecl { kind: VarDeclKind::Const, decls: vec![declarator], ..VarDecl::default() })))
}
