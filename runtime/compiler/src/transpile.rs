//! One module: TypeScript or JavaScript in, JavaScript that the engine runs correctly out.

use crate::{
    deferred,
    diagnostics::Finding,
    exports::{self, Exports},
    imports::{self, Import},
    instrument::{self, Instrument},
    lower::{self, Passes},
    names::{self, Names},
    parse::{Goal, Parsed, parse},
    source::Language,
};
use cronflow_core::error::Code;
use serde::{Deserialize, Serialize};
use swc_core::{
    common::{DUMMY_SP, FileName, GLOBALS, Globals, Mark, SourceMap, source_map::SourceMapGenConfig, sync::Lrc},
    ecma::{
        ast::{Expr, ExprStmt, FnExpr, Function, FunctionBody, Ident, Param, ParenExpr, Pat, Program, Script, Stmt},
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
        visit::VisitMutWith,
    },
};

/// What to do with one module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a> {
    /// TypeScript or JavaScript.
    pub(crate) language: Language,
    /// A `.d.ts` file: only types.
    pub(crate) is_declaration: bool,
    /// Whether to make a source map.
    pub(crate) source_map: bool,
    /// Which engine defects to lower; all, except in tests of the engine.
    pub(crate) passes: Passes,
    /// Whether the file is an ECMAScript or a CommonJS module.
    pub(crate) goal: Goal,
    /// What the test runner adds.
    pub(crate) instrument: Instrument,
    /// Whether namespaces that the module passes on are loaded when they are used.
    pub(crate) defers: bool,
    /// The name by which its lines are counted, if they are.
    pub(crate) counted_as: Option<&'a str>,
    /// What it asks other modules for and is only a type there: the module, as written, and the name.
    pub(crate) left_out: &'a [(String, String)],
}

impl Options<'_> {
    /// An ECMAScript module with everything that production does.
    pub(crate) fn module(language: Language) -> Self {
        Self {
            language,
            is_declaration: false,
            source_map: false,
            passes: Passes::ALL,
            goal: Goal::Module,
            instrument: Instrument::default(),
            defers: false,
            counted_as: None,
            left_out: &[],
        }
    }
}

/// A compiled module.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Output {
    /// JavaScript; of a CommonJS module, a function expression around it.
    pub(crate) code: String,
    /// Source map, version 3.
    pub(crate) map: Option<String>,
    /// What it imports.
    pub(crate) imports: Vec<Import>,
    /// What a CommonJS module is seen to export; `None` for ECMAScript modules.
    pub(crate) exports: Option<Exports>,
    /// The names of an ECMAScript module; a CommonJS module has none.
    pub(crate) names: Names,
    /// Whether it puts mocks in the place of modules.
    pub(crate) mocks: bool,
}

/// What a CommonJS module finds around it.
const SURROUNDINGS: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// Compiles one module. `name` is the file name inside the source map.
pub(crate) fn transpile(text: &str, name: &str, options: Options<'_>) -> Result<Output, Vec<Finding>> {
    GLOBALS.set(&Globals::new(), || {
        let map: Lrc<SourceMap> = Lrc::default();
        let parsed = parse(&map, text, options.language, options.is_declaration, options.goal)?;
        let exports = matches!(parsed.program, Program::Script(_)).then(|| exports::scan(&parsed.program));
        let Transformed { program, imports, names, mocks } = transform(parsed, text, options);
        let (code, map) = print(&map, &program, name, options.source_map).map_err(internal)?;
        Ok(Output { code, map, imports, exports, names, mocks })
    })
}

struct Transformed {
    program: Program,
    imports: Vec<Import>,
    names: Names,
    mocks: bool,
}

fn transform(parsed: Parsed, text: &str, options: Options<'_>) -> Transformed {
    let Parsed { mut program, base } = parsed;
    let before = names::exported(&program);
    let (imports, names, mocks) = HELPERS.set(&Helpers::new(false), || {
        let unresolved = Mark::new();
        let top_level = Mark::new();
        let typescript = options.language == Language::TypeScript;
        program.mutate(resolver(unresolved, top_level, typescript));
        // JavaScript keeps all its imports; TypeScript drops those that only name types.
        if typescript {
            program.mutate(strip(unresolved, top_level));
            names::leave_out(&mut program, options.left_out);
        }
        if let Some(file) = options.counted_as {
            instrument::count(&mut program, text, base, file);
        }
        let deferred = if options.defers { deferred::lower(&mut program, base) } else { Vec::new() };
        lower::apply(&mut program, options.passes);
        let mut imports = imports::collect(&program, base, unresolved);
        imports.extend(deferred);
        let mocks = options.instrument.mocks && instrument::hoist(&mut program, &mut imports, base, unresolved);
        if let Program::Module(module) = &mut program
            && options.instrument.mocks
        {
            let is_test = options.instrument.is_test;
            module.visit_mut_with(&mut instrument::Surroundings { unresolved, is_test });
        }
        let names = names::collect(&program, before, base);
        program.mutate(inject_helpers(unresolved));
        program.mutate(hygiene());
        program.mutate(fixer(None));
        (imports, names, mocks)
    });
    let program = match program {
        Program::Script(script) => wrap(script),
        module @ Program::Module(_) => module,
    };
    Transformed { program, imports, names, mocks }
}

/// Puts the body of a CommonJS module into a function, as its last and only expression.
fn wrap(script: Script) -> Program {
    let param = |name: &&str| Param {
        pat: Pat::Ident(Ident::new_no_ctxt((*name).into(), DUMMY_SP).into()),
        ..Param::from(Pat::Invalid(swc_core::ecma::ast::Invalid { span: DUMMY_SP }))
    };
    let function = Function {
        params: SURROUNDINGS.iter().map(param).collect(),
        body: Some(FunctionBody { span: script.span, stmts: script.body }),
        ..Function::default()
    };
    let expression = Expr::Fn(FnExpr { ident: None, function: Box::new(function) });
    let statement = Stmt::Expr(ExprStmt {
        span: DUMMY_SP,
        expr: Box::new(Expr::Paren(ParenExpr { span: DUMMY_SP, expr: Box::new(expression) })),
    });
    Program::Script(Script { body: vec![statement], ..script })
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
        // Nobody looks for a place in text without a map, which is that of built-in modules; the engine reads it
        // faster when it is short.
        cfg: swc_core::ecma::codegen::Config::default().with_minify(!with_map && !cfg!(debug_assertions)),
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
