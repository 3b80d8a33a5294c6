//! One module: TypeScript or JavaScript in, JavaScript that the engine runs correctly out.

use crate::{
    diagnostics::Finding,
    imports::{self, Import},
    lower::{self, Passes},
    parse::{Parsed, parse},
    source::Language,
};
use cronflow_core::error::Code;
use swc_core::{
    common::{FileName, GLOBALS, Globals, Mark, SourceMap, source_map::SourceMapGenConfig, sync::Lrc},
    ecma::{
        ast::Program,
        codegen::{Emitter, text_writer::JsWriter},
        transforms::{
            base::{
                fixer::fixer,
                helpers::{HELPERS, Helpers, inject_helpers},
                hygiene::hygiene,
                resolver,
            },
            typescript::strip,
        },
    },
};

/// What to do with one module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// TypeScript or JavaScript.
    pub(crate) language: Language,
    /// A `.d.ts` file: only types.
    pub(crate) is_declaration: bool,
    /// Whether to make a source map.
    pub(crate) source_map: bool,
    /// Which engine defects to lower; all, except in tests of the engine.
    pub(crate) passes: Passes,
}

/// A compiled module.
#[derive(Debug)]
pub(crate) struct Output {
    /// JavaScript.
    pub(crate) code: String,
    /// Source map, version 3.
    pub(crate) map: Option<String>,
    /// What it imports.
    pub(crate) imports: Vec<Import>,
}

/// Compiles one module. `name` is the file name inside the source map.
pub(crate) fn transpile(text: &str, name: &str, options: Options) -> Result<Output, Vec<Finding>> {
    GLOBALS.set(&Globals::new(), || {
        let map: Lrc<SourceMap> = Lrc::default();
        let parsed = parse(&map, text, options.language, options.is_declaration)?;
        let base = parsed.base;
        let program = transform(parsed, options);
        let imports = imports::collect(&program, base);
        let (code, map) = print(&map, &program, name, options.source_map).map_err(internal)?;
        Ok(Output { code, map, imports })
    })
}

fn transform(parsed: Parsed, options: Options) -> Program {
    let mut program = Program::Module(parsed.module);
    HELPERS.set(&Helpers::new(false), || {
        let unresolved = Mark::new();
        let top_level = Mark::new();
        let typescript = options.language == Language::TypeScript;
        program.mutate(resolver(unresolved, top_level, typescript));
        // JavaScript keeps all its imports; TypeScript drops those that only name types.
        if typescript {
            program.mutate(strip(unresolved, top_level));
        }
        lower::apply(&mut program, options.passes);
        program.mutate(inject_helpers(unresolved));
        program.mutate(hygiene());
        program.mutate(fixer(None));
    });
    program
}

struct MapNames<'a>(&'a str);

impl SourceMapGenConfig for MapNames<'_> {
    fn file_name_to_source(&self, _: &FileName) -> String {
        self.0.to_owned()
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        false
    }
}

fn print(
    map: &Lrc<SourceMap>,
    program: &Program,
    name: &str,
    with_map: bool,
) -> std::io::Result<(String, Option<String>)> {
    let mut code = Vec::new();
    let mut mappings = Vec::new();
    Emitter {
        cfg: swc_core::ecma::codegen::Config::default(),
        cm: map.clone(),
        comments: None,
        wr: JsWriter::new(map.clone(), "\n", &mut code, with_map.then_some(&mut mappings)),
    }
    .emit_program(program)?;
    let code = String::from_utf8(code).map_err(std::io::Error::other)?;
    if !with_map {
        return Ok((code, None));
    }
    let mut json = Vec::new();
    map.build_source_map(&mappings, None, MapNames(name)).to_writer(&mut json).map_err(std::io::Error::other)?;
    let json = String::from_utf8(json).map_err(std::io::Error::other)?;
    Ok((code, Some(json)))
}

fn internal(error: std::io::Error) -> Vec<Finding> {
    vec![Finding {
        code: Code::Internal,
        message: format!("the compiler could not print this module: {error}"),
        help: None,
        range: 0..0,
    }]
}
