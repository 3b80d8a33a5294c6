//! What modules get when the test runner compiles them: mocks of modules that come before imports, names that other
//! runners give them, and counters.

mod lines;
mod mocks;
mod rewrite;
mod surroundings;

pub(crate) use lines::count;
pub(crate) use mocks::hoist;
pub(crate) use surroundings::Surroundings;

use swc_core::{
    common::{DUMMY_SP, SyntaxContext},
    ecma::ast::{CallExpr, Callee, Expr, ExprOrSpread, Ident, IdentName, MemberExpr, MemberProp},
};

/// The object that the runner's built-in modules put on the global object; see `stdlib/testing/modules.ts`.
const RUNNER: &str = "__cronflow_testing__";

/// What to add to the modules of a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Instrument {
    /// Calls that mock modules come before imports, and `import.meta.env` is the runner's.
    pub mocks: bool,
    /// The module is a test file.
    pub is_test: bool,
    /// The project's modules count which of their lines and functions run; test files do not.
    pub lines: bool,
}

/// `__cronflow_testing__.method(args)`.
fn call_runner(method: &str, args: Vec<Expr>) -> Expr {
    let object = Ident::new(RUNNER.into(), DUMMY_SP, SyntaxContext::empty());
    let callee = Expr::Member(MemberExpr {
        span: DUMMY_SP,
        obj: Box::new(Expr::Ident(object)),
        prop: MemberProp::Ident(IdentName::new(method.into(), DUMMY_SP)),
    });
    let args = args.into_iter().map(|arg| ExprOrSpread { spread: None, expr: Box::new(arg) }).collect();
    Expr::Call(CallExpr { callee: Callee::Expr(Box::new(callee)), args, ..CallExpr::default() })
}
