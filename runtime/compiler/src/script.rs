//! Classic scripts, for the runner of conformance tests: the passes that repair the engine, and
//! nothing that would rename what a script shares with the next one.

use crate::{
    lower::{self, Passes},
    nesting,
    stack::with_large_stack,
};
use cronflow_core::error::{Code, Diagnostic};
use swc_core::{
    common::{FileName, GLOBALS, Globals, SourceMap, sync::Lrc},
    ecma::{
        ast::{EsVersion, Program},
        codegen::{Emitter, text_writer::JsWriter},
        parser::{EsSyntax, Syntax, parse_file_as_script},
        transforms::base::{
            fixer::fixer,
            helpers::{HELPERS, Helpers, inject_helpers},
        },
    },
};

/// Compiles a classic script. Its text stays as it is when the compiler does not understand it:
/// such a script is for the engine to judge.
#[must_use]
pub fn script(text: &str) -> String {
    let owned = text.to_owned();
    let compiled = with_large_stack(move || GLOBALS.set(&Globals::new(), || compile(&owned)));
    compiled.unwrap_or_else(|_| text.to_owned())
}

fn compile(text: &str) -> Result<String, Vec<Diagnostic>> {
    let refused = |what: &str| vec![Diagnostic::new(Code::Syntax, what)];
    nesting::check_text(text).map_err(|_| refused("too deep"))?;
    let map: Lrc<SourceMap> = Lrc::default();
    let file = map.new_source_file(Lrc::new(FileName::Custom("script".into())), text.to_owned());
    let syntax = Syntax::Es(EsSyntax::default());
    let mut errors = Vec::new();
    let parsed = parse_file_as_script(&file, syntax, EsVersion::latest(), None, &mut errors);
    let script = parsed.ok().filter(|_| errors.is_empty()).ok_or_else(|| refused("not a script"))?;
    let mut program = Program::Script(script);
    HELPERS.set(&Helpers::new(false), || {
        lower::apply(&mut program, Passes::ALL);
        program.mutate(inject_helpers(swc_core::common::Mark::new()));
        program.mutate(fixer(None));
    });
    let mut code = Vec::new();
    let mut emitter = Emitter {
        cfg: swc_core::ecma::codegen::Config::default(),
        cm: map.clone(),
        comments: None,
        wr: JsWriter::new(map.clone(), "\n", &mut code, None),
    };
    emitter.emit_program(&program).map_err(|error| refused(&error.to_string()))?;
    String::from_utf8(code).map_err(|error| refused(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn names_at_the_top_are_shared_and_arrows_have_this() {
        let code = script("const a = 1; var o = { k: 1, m() { return (() => () => this.k)()() } };");
        assert!(code.contains("const a = 1"), "{code}");
        assert!(code.contains("0 && this"), "{code}");
    }

    #[test]
    fn what_is_no_script_stays_as_it_is() {
        assert_eq!(script("export const a = ;"), "export const a = ;");
    }
}
