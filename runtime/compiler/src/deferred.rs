//! `export * as name from 'module'` in a package without side effects: the module is loaded when somebody first
//! looks into the namespace. A package such as zod offers fifty locales that way, and a program uses none.
//!
//! The statement becomes `const ns = deferred('module'); export { ns as name }`, where `deferred` is of a built-in
//! module (stdlib/internal/deferred.ts). The graph does it only where the module does not lead back.

use crate::imports::{Import, Manner};
use swc_core::{
    common::{DUMMY_SP, util::take::Take as _},
    ecma::{
        ast::{
            CallExpr, Callee, Decl, ExportNamedSpecifier, ExportSpecifier, Expr, ExprOrSpread, Ident, ImportDecl,
            ImportNamedSpecifier, ImportPhase, ImportSpecifier, Lit, ModuleDecl, ModuleExportName, ModuleItem,
            NamedExport, Pat, Program, Stmt, Str, VarDecl, VarDeclKind, VarDeclarator,
        },
        utils::private_ident,
    },
};

/// The built-in module that has `deferred`; only the compiler imports it.
pub const DEFERRED: &str = "cronflow:internal/deferred";

/// Rewrites the statements; gives what they import. `base`: where the file begins in the source map.
pub(crate) fn lower(program: &mut Program, base: u32) -> Vec<Import> {
    let Program::Module(module) = program else { return Vec::new() };
    let helper = private_ident!("deferred");
    let mut imports = Vec::new();
    let mut body = Vec::with_capacity(module.body.len());
    for item in module.body.take() {
        let Some((name, source)) = namespace_export(&item) else {
            body.push(item);
            continue;
        };
        let at = |position: u32| position.saturating_sub(base) as usize;
        imports.push(Import {
            written: source.value.to_string_lossy().into_owned(),
            range: at(source.span.lo.0)..at(source.span.hi.0),
            manner: Manner::Deferred,
            names: Vec::new(),
            looked_for: Vec::new(),
        });
        body.extend(deferred(&helper, name.clone(), source.clone()));
    }
    if !imports.is_empty() {
        body.insert(0, import_of(helper));
    }
    module.body = body;
    imports
}

fn namespace_export(item: &ModuleItem) -> Option<(&ModuleExportName, &Str)> {
    let ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(NamedExport {
        specifiers, src: Some(source), with: None, ..
    })) = item
    else {
        return None;
    };
    match &specifiers[..] {
        [ExportSpecifier::Namespace(namespace)] => Some((&namespace.name, source)),
        _ => None,
    }
}

fn deferred(helper: &Ident, name: ModuleExportName, source: Str) -> [ModuleItem; 2] {
    let own = private_ident!("namespace");
    let argument = ExprOrSpread { spread: None, expr: Box::new(Expr::Lit(Lit::Str(source))) };
    let callee = Callee::Expr(Box::new(Expr::Ident(helper.clone())));
    let call = Expr::Call(CallExpr { callee, args: vec![argument], ..CallExpr::default() });
    let declarator = VarDeclarator {
        span: DUMMY_SP,
        name: Pat::Ident(own.clone().into()),
        init: Some(Box::new(call)),
        definite: false,
    };
    let constant = VarDecl { kind: VarDeclKind::Const, decls: vec![declarator], ..VarDecl::default() };
    let exported = ExportSpecifier::Named(ExportNamedSpecifier {
        span: DUMMY_SP,
        orig: ModuleExportName::Ident(own),
        exported: Some(name),
        is_type_only: false,
    });
    let export = NamedExport { span: DUMMY_SP, specifiers: vec![exported], src: None, type_only: false, with: None };
    [
        ModuleItem::Stmt(Stmt::Decl(Decl::Var(Box::new(constant)))),
        ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)),
    ]
}

fn import_of(helper: Ident) -> ModuleItem {
    let imported = Some(ModuleExportName::Ident(Ident::new_no_ctxt("deferred".into(), DUMMY_SP)));
    let named = ImportNamedSpecifier { span: DUMMY_SP, local: helper, imported, is_type_only: false };
    ModuleItem::ModuleDecl(ModuleDecl::Import(ImportDecl {
        span: DUMMY_SP,
        specifiers: vec![ImportSpecifier::Named(named)],
        src: Box::new(Str { span: DUMMY_SP, value: DEFERRED.into(), raw: None }),
        type_only: false,
        with: None,
        phase: ImportPhase::Evaluation,
    }))
}
