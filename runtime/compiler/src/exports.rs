//! Which names a CommonJS module exports, as far as its text shows: what Node.js finds with its lexer.

use crate::imports::literal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use swc_core::ecma::{
    ast::{
        AssignExpr, AssignTarget, CallExpr, Callee, Expr, Lit, MemberExpr, MemberProp, ObjectLit, Pat, Program, Prop,
        PropName, PropOrSpread, SimpleAssignTarget, VarDeclarator,
    },
    visit::{Visit, VisitWith, noop_visit_type},
};

/// What is seen to be exported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exports {
    /// Names, without `default`.
    pub(crate) names: BTreeSet<String>,
    /// Modules, as written in `require()`, whose exports are passed on.
    pub(crate) passed_on: BTreeSet<String>,
}

/// Looks through a CommonJS module. Names are matched by their text, whatever declares them:
/// wrappers hand `exports` on as a parameter of the same name.
pub(crate) fn scan(program: &Program) -> Exports {
    let mut scan = Scan::default();
    program.visit_with(&mut scan);
    scan.found.names.remove("default");
    scan.found
}

#[derive(Default)]
struct Scan {
    found: Exports,
    /// Variables that hold a required module.
    required: BTreeMap<String, String>,
}

fn is_named(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Ident(ident) if ident.sym == *name)
}

/// The name of `x.name` and `x['name']`.
fn property(member: &MemberExpr) -> Option<String> {
    match &member.prop {
        MemberProp::Ident(name) => Some(name.sym.to_string()),
        MemberProp::Computed(computed) => literal(&computed.expr).map(|(text, _)| text),
        MemberProp::PrivateName(_) => None,
    }
}

/// `module.exports`.
fn is_module_exports(expression: &Expr) -> bool {
    matches!(expression, Expr::Member(member)
        if is_named(&member.obj, "module") && property(member).as_deref() == Some("exports"))
}

fn is_exports(expression: &Expr) -> bool {
    is_named(expression, "exports") || is_module_exports(expression)
}

/// The module of `require('x')`, also inside a call that wraps it.
fn required(expression: &Expr) -> Option<String> {
    let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression else { return None };
    let first = &args.first()?.expr;
    if is_named(callee, "require") { literal(first).map(|(text, _)| text) } else { required(first) }
}

impl Scan {
    /// What is assigned to `module.exports` as a whole.
    fn whole(&mut self, value: &Expr) {
        match value {
            Expr::Object(object) => self.object(object),
            Expr::Assign(assign) => self.whole(&assign.right),
            Expr::Paren(inner) => self.whole(&inner.expr),
            Expr::Call(_) => self.found.passed_on.extend(required(value)),
            _ => {}
        }
    }

    fn object(&mut self, object: &ObjectLit) {
        for part in &object.props {
            match part {
                PropOrSpread::Spread(spread) => self.found.passed_on.extend(required(&spread.expr)),
                PropOrSpread::Prop(prop) => {
                    let key = match &**prop {
                        Prop::Shorthand(name) => Some(name.sym.to_string()),
                        Prop::KeyValue(pair) => key(&pair.key),
                        Prop::Method(method) => key(&method.key),
                        Prop::Getter(getter) => key(&getter.key),
                        _ => None,
                    };
                    self.found.names.extend(key);
                }
            }
        }
    }

    /// Calls that export: `Object.defineProperty(exports, 'a')`, `__exportStar(require('x'), exports)`,
    /// `Object.keys(_x).forEach(...)` as Babel writes it.
    fn call(&mut self, callee: &Expr, arguments: &[&Expr]) {
        let name = match callee {
            Expr::Ident(name) => name.sym.to_string(),
            Expr::Member(member) => {
                if property(member).as_deref() == Some("forEach")
                    && let Expr::Call(CallExpr { callee: Callee::Expr(keys), args, .. }) = &*member.obj
                    && matches!(&**keys, Expr::Member(keys) if is_named(&keys.obj, "Object"))
                    && let Some(Expr::Ident(variable)) = args.first().map(|argument| &*argument.expr)
                {
                    self.found.passed_on.extend(self.required.get(&*variable.sym).cloned());
                }
                property(member).unwrap_or_default()
            }
            Expr::Seq(sequence) => {
                return sequence.exprs.last().map_or((), |last| self.call(last, arguments));
            }
            Expr::Paren(inner) => return self.call(&inner.expr, arguments),
            _ => return,
        };
        match name.as_str() {
            "defineProperty" => {
                if let [target, Expr::Lit(Lit::Str(name)), ..] = arguments
                    && is_exports(target)
                {
                    self.found.names.insert(name.value.to_string_lossy().into_owned());
                }
            }
            "__exportStar" | "__export" | "__reExport" => {
                self.found.passed_on.extend(arguments.iter().find_map(|argument| required(argument)));
            }
            _ => {}
        }
    }
}

fn key(name: &PropName) -> Option<String> {
    match name {
        PropName::Ident(name) => Some(name.sym.to_string()),
        PropName::Str(text) => Some(text.value.to_string_lossy().into_owned()),
        _ => None,
    }
}

impl Visit for Scan {
    noop_visit_type!();

    fn visit_assign_expr(&mut self, node: &AssignExpr) {
        if let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &node.left {
            if is_exports(&member.obj) {
                self.found.names.extend(property(member));
            } else if is_module_exports(&Expr::Member(member.clone())) {
                self.whole(&node.right);
            }
        }
        node.visit_children_with(self);
    }

    fn visit_var_declarator(&mut self, node: &VarDeclarator) {
        if let (Pat::Ident(name), Some(value)) = (&node.name, &node.init)
            && let Some(module) = required(value)
        {
            self.required.insert(name.sym.to_string(), module);
        }
        node.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, node: &CallExpr) {
        if let Callee::Expr(callee) = &node.callee {
            let arguments: Vec<&Expr> = node.args.iter().map(|argument| &*argument.expr).collect();
            self.call(callee, &arguments);
        }
        node.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        parse::Goal,
        source::Language,
        transpile::{Options, transpile},
    };
    use rstest::rstest;

    #[rstest]
    #[case("exports.a = 1; exports['b-c'] = 2; module.exports.d = 3; exports.default = 4", "a b-c d", "")]
    #[case("exports.x = exports.y = void 0;", "x y", "")]
    #[case("module.exports = { a, 'b': 1, c() {}, get d() { return 1 }, ...require('./x') };", "a b c d", "./x")]
    #[case("module.exports = exports = { a: 1 }", "a", "")]
    #[case("module.exports = require('./impl.js')", "", "./impl.js")]
    #[case(
        "Object.defineProperty(exports, '__esModule', { value: true }); Object.defineProperty(exports, 'k', {})",
        "__esModule k",
        ""
    )]
    #[case("var _a = require('./a'); Object.keys(_a).forEach(function (key) { exports[key] = _a[key]; });", "", "./a")]
    #[case(
        "tslib_1.__exportStar(require('./a'), exports); (0, t.__exportStar)(require('./b'), exports)",
        "",
        "./a ./b"
    )]
    #[case("0 && (module.exports = { one, two });", "one two", "")]
    #[case("(function (g, f) { f(exports) })(this, function (exports) { exports.inner = 1 })", "inner", "")]
    #[case("module.exports = function () {}; module.exports.named = 1", "named", "")]
    #[case("other.a = 1; module.other = { b: 1 }", "", "")]
    fn finds(#[case] code: &str, #[case] names: &str, #[case] passed_on: &str) {
        let options = Options { goal: Goal::CommonJs, ..Options::module(Language::JavaScript) };
        let found = transpile(code, "a.js", options).unwrap().exports.unwrap();
        let join = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!((join(&found.names).as_str(), join(&found.passed_on).as_str()), (names, passed_on));
    }
}
