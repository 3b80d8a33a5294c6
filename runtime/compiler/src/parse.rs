//! Text to syntax tree, with syntax errors in plain words.

use crate::{diagnostics::Finding, nesting, source::Language, unsupported};
use cronflow_core::error::Code;
use swc_core::{
    common::{FileName, SourceFile, SourceMap, Spanned, sync::Lrc},
    ecma::{
        ast::{EsVersion, Module},
        parser::{EsSyntax, Syntax, TsSyntax, error::Error, parse_file_as_module},
    },
};

/// A parsed file.
pub(crate) struct Parsed {
    /// The tree.
    pub(crate) module: Module,
    /// Position of the file's first byte in swc's numbering.
    pub(crate) base: u32,
}

/// Most syntax errors reported for one file; the rest are usually consequences.
const MAX_ERRORS: usize = 10;

/// Parses one file as an ECMAScript module.
pub(crate) fn parse(
    map: &Lrc<SourceMap>,
    text: &str,
    language: Language,
    is_declaration: bool,
) -> Result<Parsed, Vec<Finding>> {
    nesting::check_text(text).map_err(|finding| vec![finding])?;
    let file = map.new_source_file(Lrc::new(FileName::Custom("module".into())), text.to_owned());
    let base = file.start_pos.0;
    let module = match attempt(&file, syntax(language, is_declaration, false)) {
        Ok(module) => module,
        Err(errors) => return Err(explain(&file, language, &errors)),
    };
    nesting::check_tree(&module, base).map_err(|finding| vec![finding])?;
    let unsupported = unsupported::find(&module, base);
    if unsupported.is_empty() { Ok(Parsed { module, base }) } else { Err(unsupported) }
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

/// Errors that the parser recovered from are errors all the same.
fn attempt(file: &SourceFile, syntax: Syntax) -> Result<Module, Vec<Error>> {
    let mut errors = Vec::new();
    match parse_file_as_module(file, syntax, EsVersion::latest(), None, &mut errors) {
        Ok(module) if errors.is_empty() => Ok(module),
        Ok(_) => Err(errors),
        Err(error) => {
            errors.push(error);
            Err(errors)
        }
    }
}

/// Turns parser errors into findings. A file that would parse with JSX is told just that.
fn explain(file: &SourceFile, language: Language, errors: &[Error]) -> Vec<Finding> {
    let base = file.start_pos.0;
    if let Ok(module) = attempt(file, syntax(language, false, true)) {
        let jsx = unsupported::find(&module, base);
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
