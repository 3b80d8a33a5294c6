//! Syntax that parses but that the engine cannot run: each gets an error with a way out.

use crate::diagnostics::Finding;
use cronflow_core::error::Code;
use swc_core::{
    common::Span,
    ecma::{
        ast::{
            AutoAccessor, Decorator, JSXElement, JSXFragment, Program, TsExportAssignment, TsImportEqualsDecl,
            TsModuleRef,
        },
        visit::{Visit, VisitWith},
    },
};

/// All uses of unsupported syntax in a file. `base` is the position of the file's first byte.
pub(crate) fn find(program: &Program, base: u32) -> Vec<Finding> {
    let mut finder = Finder { base, findings: Vec::new() };
    program.visit_with(&mut finder);
    finder.findings
}

struct Finder {
    base: u32,
    findings: Vec<Finding>,
}

impl Finder {
    fn report(&mut self, span: Span, what: &str, help: &str) {
        let at = |position: u32| position.saturating_sub(self.base) as usize;
        self.findings.push(Finding {
            code: Code::UnsupportedSyntax,
            message: format!("{what} not supported"),
            help: Some(help.to_owned()),
            range: at(span.lo.0)..at(span.hi.0),
        });
    }
}

impl Visit for Finder {
    fn visit_decorator(&mut self, node: &Decorator) {
        self.report(node.span, "decorators are", "call a plain function with the class or method instead");
    }

    fn visit_auto_accessor(&mut self, node: &AutoAccessor) {
        self.report(node.span, "`accessor` fields are", "write a private field with a getter and a setter");
    }

    fn visit_jsx_element(&mut self, node: &JSXElement) {
        self.report(node.span, "JSX is", "build the markup with template strings");
    }

    fn visit_jsx_fragment(&mut self, node: &JSXFragment) {
        self.report(node.span, "JSX is", "build the markup with template strings");
    }

    fn visit_ts_import_equals_decl(&mut self, node: &TsImportEqualsDecl) {
        let requires = matches!(node.module_ref, TsModuleRef::TsExternalModuleRef(_));
        if requires && !node.is_type_only {
            self.report(node.span, "`import x = require()` is", "write `import x from '...'`");
        }
    }

    fn visit_ts_export_assignment(&mut self, node: &TsExportAssignment) {
        self.report(node.span, "`export =` is", "write `export default ...`");
    }
}
