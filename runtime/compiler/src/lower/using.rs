//! Engine defect: `using` is never disposed in blocks and panics inside arrows.
//!
//! swc's pass turns it into try/finally. At the top level of a module that pass moves exports
//! behind the disposal and merges the per-iteration bindings of `for (using x of y)`; the
//! program is brought into a shape first where neither matters.

use swc_core::{
    common::{DUMMY_SP, util::take::Take},
    ecma::{
        ast::{
            BlockStmt, Decl, ExportDecl, ExportNamedSpecifier, ExportSpecifier, Expr, ForHead, ForOfStmt, Ident,
            ModuleDecl, ModuleExportName, ModuleItem, NamedExport, Pat, Program, Stmt, UsingDecl, VarDecl, VarDeclKind,
            VarDeclarator,
        },
        transforms::proposal::explicit_resource_management::explicit_resource_management,
        utils::{find_pat_ids, private_ident, quote_ident},
        visit::{Visit, VisitMut, VisitMutWith, VisitWith, noop_visit_mut_type, noop_visit_type},
    },
};

/// Rewrites a program that contains `using`; leaves any other alone.
pub(super) fn lower(program: &mut Program) {
    let mut search = HasUsing(false);
    program.visit_with(&mut search);
    if search.0 {
        program.visit_mut_with(&mut Prepare);
        program.mutate(explicit_resource_management());
    }
}

struct HasUsing(bool);

impl Visit for HasUsing {
    noop_visit_type!();

    fn visit_using_decl(&mut self, _: &UsingDecl) {
        self.0 = true;
    }
}

struct Prepare;

impl VisitMut for Prepare {
    noop_visit_mut_type!();

    /// `for (using x of y) body` becomes `for (const v of y) { using x = v; body }`.
    fn visit_mut_for_of_stmt(&mut self, node: &mut ForOfStmt) {
        node.visit_mut_children_with(self);
        let ForHead::UsingDecl(using) = &mut node.left else {
            return;
        };
        let value = private_ident!("value");
        let mut using = using.take();
        for declarator in &mut using.decls {
            declarator.init = Some(Box::new(Expr::Ident(value.clone())));
        }
        node.left = ForHead::VarDecl(Box::new(constant(value, None)));
        let stmts = vec![Stmt::Decl(Decl::Using(using)), *node.body.take()];
        *node.body = Stmt::Block(BlockStmt { stmts, ..BlockStmt::default() });
    }

    /// Splits `export const a = b` into a declaration that stays in its place and a list of names.
    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        items.visit_mut_children_with(self);
        let is_using = |item: &ModuleItem| matches!(item, ModuleItem::Stmt(Stmt::Decl(Decl::Using(_))));
        if !items.iter().any(is_using) {
            return;
        }
        let mut specifiers = Vec::new();
        for item in &mut *items {
            detach_export(item, &mut specifiers);
        }
        if !specifiers.is_empty() {
            items.push(ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport {
                span: DUMMY_SP,
                specifiers,
                src: None,
                type_only: false,
                with: None,
            })));
        }
    }
}

fn detach_export(item: &mut ModuleItem, specifiers: &mut Vec<ExportSpecifier>) {
    let declaration = match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl { decl: Decl::Var(var), .. })) => {
            let names: Vec<Ident> = find_pat_ids(&var.decls);
            specifiers.extend(names.into_iter().map(|name| export(name, None)));
            var.take()
        }
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultExpr(default)) => {
            let name = private_ident!("_default");
            specifiers.push(export(name.clone(), Some("default")));
            Box::new(constant(name, Some(default.expr.take())))
        }
        _ => return,
    };
    *item = ModuleItem::Stmt(Stmt::Decl(Decl::Var(declaration)));
}

fn export(name: Ident, exported: Option<&str>) -> ExportSpecifier {
    ExportSpecifier::Named(ExportNamedSpecifier {
        span: DUMMY_SP,
        orig: ModuleExportName::Ident(name),
        exported: exported.map(|name| ModuleExportName::Ident(quote_ident!(name).into())),
        is_type_only: false,
    })
}

fn constant(name: Ident, init: Option<Box<Expr>>) -> VarDecl {
    VarDecl {
        kind: VarDeclKind::Const,
        decls: vec![VarDeclarator { span: DUMMY_SP, name: Pat::Ident(name.into()), init, definite: false }],
        ..VarDecl::default()
    }
}
