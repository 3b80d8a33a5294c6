//! Text to syntax tree, with syntax errors in plain words.

use crate::{diagnostics::Finding, nesting, source::Language, unsupported};
use cronflow_core::error::Code;
use swc_core::{
    common::{FileName, SourceFile, SourceMap, Spanned, sync::Lrc},
    ecma::{
        ast::{EsVersion, Ident, Program},
        parser::{
            EsSyntax, Syntax, TsSyntax, error::Error, parse_file_as_commonjs, parse_file_as_module,
            parse_file_as_program,
        },
        visit::{Visit, VisitWith, noop_visit_type},
    },
};

/// What a file is: known by its name and its package, or left to its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// An ECMAScript module.
    Module,
    /// A CommonJS module.
    CommonJs,
    /// Whatever the text looks like; a text that looks like neither is a module.
    Either,
    /// The same inside a package, where a text that looks like neither is CommonJS.
    EitherOfPackage,
}

/// A parsed file.
pub(crate) struct Parsed {
    /// The tree: a `Script` is the body of a CommonJS module.
    pub(crate) program: Program,
    /// Position of the file's first byte in swc's numbering.
    pub(crate) base: u32,
}

/// Most syntax errors reported for one file; the rest are usually consequences.
const MAX_ERRORS: usize = 10;

/// Parses one file.
pub(crate) fn parse(
    map: &Lrc<SourceMap>,
    text: &str,
    language: Language,
    is_declaration: bool,
    goal: Goal,
) -> Result<Parsed, Vec<Finding>> {
    nesting::check_text(text).map_err(|finding| vec![finding])?;
    let file = map.new_source_file(Lrc::new(FileName::Custom("module".into())), text.to_owned());
    let base = file.start_pos.0;
    let program = match attempt(&file, syntax(language, is_declaration, false), goal) {
        Ok(program) => program,
        Err(errors) => return Err(explain(&file, language, goal, &errors)),
    };
    nesting::check_tree(&program, base).map_err(|finding| vec![finding])?;
    let unsupported = unsupported::find(&program, base);
    if unsupported.is_empty() { Ok(Parsed { program, base }) } else { Err(unsupported) }
}

fn syntax(language: Language, is_declaration: bool, jsx: bool) -> Syntax {
    match language {
        Language::TypeScript => {
            Syntax::Typescript(TsSyntax { tsx: jsx, decorators: true, dts: is_declaration, ..TsSyntax::default() })
        }
        Language::JavaScript | Language::Json => Syntax::Es(EsSyntax {
            jsx,
            decorators: true,
            decorators_before_export: true,
            auto_accessors: true,
            import_attributes: true,
            explicit_resource_management: true,
            ..EsSyntax::default()
        }),
    }
}

fn attempt(file: &SourceFile, syntax: Syntax, goal: Goal) -> Result<Program, Vec<Error>> {
    match goal {
        Goal::Module => as_module(file, syntax),
        Goal::CommonJs => as_common_js(file, syntax),
        Goal::Either | Goal::EitherOfPackage => {
            let version = EsVersion::latest();
            match checked(|errors| parse_file_as_program(file, syntax, version, None, errors)) {
                Ok(Program::Script(script)) => {
                    let script = Program::Script(script);
                    let is_common_js = goal == Goal::EitherOfPackage || uses_common_js(&script);
                    if is_common_js { Ok(script) } else { as_module(file, syntax) }
                }
                Ok(program) => Ok(program),
                // A `return` outside of functions is legal in CommonJS only.
                Err(errors) => as_common_js(file, syntax).map_err(|_| errors),
            }
        }
    }
}

fn as_module(file: &SourceFile, syntax: Syntax) -> Result<Program, Vec<Error>> {
    checked(|errors| parse_file_as_module(file, syntax, EsVersion::latest(), None, errors)).map(Program::Module)
}

fn as_common_js(file: &SourceFile, syntax: Syntax) -> Result<Program, Vec<Error>> {
    checked(|errors| parse_file_as_commonjs(file, syntax, EsVersion::latest(), None, errors)).map(Program::Script)
}

/// Errors that the parser recovered from are errors all the same.
fn checked<T>(parse: impl FnOnce(&mut Vec<Error>) -> Result<T, Error>) -> Result<T, Vec<Error>> {
    let mut errors = Vec::new();
    match parse(&mut errors) {
        Ok(tree) if errors.is_empty() => Ok(tree),
        Ok(_) => Err(errors),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}

/// Whether a script mentions what only CommonJS modules have.
fn uses_common_js(program: &Program) -> bool {
    struct Search(bool);
    impl Visit for Search {
        noop_visit_type!();

        fn visit_ident(&mut self, node: &Ident) {
            self.0 |= matches!(&*node.sym, "require" | "module" | "exports" | "__dirname" | "__filename");
        }
    }
    let mut search = Search(false);
    program.visit_with(&mut search);
    search.0
}

/// Turns parser errors into findings. A file that would parse with JSX is told just that.
fn explain(file: &SourceFile, language: Language, goal: Goal, errors: &[Error]) -> Vec<Finding> {
    let base = file.start_pos.0;
    if let Ok(program) = attempt(file, syntax(language, false, true), goal) {
        let jsx = unsupported::find(&program, base);
        if !jsx.is_empty() {
            return jsx;
        }
    }
    let mut findings: Vec<Finding> = errors.iter().map(|error| finding(error, base)).collect();
    findings.sort_by_key(|finding| finding.range.start);
    findings.dedup_by(|next, kept| next.range.start == kept.range.start);
    findings.truncate(MAX_ERRORS);
    findings
}

fn finding(error: &Error, base: u32) -> Finding {
    let span = error.span();
    let at = |position: u32| position.saturating_sub(base) as usize;
    Finding {
        code: Code::Syntax,
        message: error.kind().msg().into_owned(),
        help: None,
        range: at(span.lo.0)..at(span.hi.0),
    }
}
