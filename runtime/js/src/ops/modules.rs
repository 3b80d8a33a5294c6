//! What `require()` needs: where a name leads, and the modules of the archives.

use super::text;
use crate::{
    extensions::Op,
    isolate::{self, common_js, state::State},
};
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsString, JsValue, js_string, object::builtins::JsArray};
use cronflow_core::archive::ModuleKind;
use std::path::{Path, PathBuf};

pub(crate) const OPS: &[Op] = &[
    ("requireLink", 3, link),
    ("commonJsFunction", 2, function),
    ("esModule", 3, es_module),
    ("jsonModule", 2, json_module),
    ("moduleFile", 2, file),
    ("moduleKind", 2, kind),
    ("callerModule", 0, caller),
];

fn number(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<usize> {
    Ok(args.get_or_undefined(index).to_u32(context)? as usize)
}

/// `requireLink(archive, from, written)`: `[archive, specifier, kind]`, or null.
fn link(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (archive, from, written) = (number(args, 0, context)?, text(args, 1, context)?, text(args, 2, context)?);
    let Some((archive, specifier, kind)) = State::of(context)?.archives.required(archive, &from, &written) else {
        return Ok(JsValue::null());
    };
    let parts = [common_js::count(archive), JsString::from(specifier).into(), name_of(kind).into()];
    Ok(JsArray::from_iter(parts, context).into())
}

fn name_of(kind: ModuleKind) -> JsString {
    match kind {
        ModuleKind::CommonJs => js_string!("commonjs"),
        ModuleKind::Json => js_string!("json"),
        ModuleKind::JavaScript => js_string!("module"),
    }
}

/// `commonJsFunction(archive, specifier)`.
fn function(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (archive, specifier) = (number(args, 0, context)?, text(args, 1, context)?);
    common_js::function(archive, &specifier, context)
}

/// `esModule(archive, specifier, from)`: the namespace.
fn es_module(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (archive, specifier, from) = (number(args, 0, context)?, text(args, 1, context)?, text(args, 2, context)?);
    Ok(common_js::namespace(archive, &specifier, &from, context)?.into())
}

/// `jsonModule(archive, specifier)`: the value, made anew.
fn json_module(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (archive, specifier) = (number(args, 0, context)?, text(args, 1, context)?);
    let code = State::of(context)?.archives.look(archive, &specifier, |module| module.code.clone());
    let code = code.ok_or_else(|| JsNativeError::error().with_message("there is no such module"))?;
    crate::json::parse(&code, context)
}

/// `moduleKind(archive, specifier)`; built-in modules that are made when they are used are modules, too.
fn kind(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (archive, specifier) = (number(args, 0, context)?, text(args, 1, context)?);
    let kind = State::of(context)?.archives.look(archive, &specifier, |module| module.kind);
    Ok(name_of(kind.unwrap_or(ModuleKind::JavaScript)).into())
}

/// `moduleFile(archive, specifier)`: the path of the file, or undefined.
fn file(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = PathBuf::from(format!("{}/{}", number(args, 0, context)?, text(args, 1, context)?));
    let file = State::of(context)?.archives.file(&path);
    Ok(file.map_or_else(JsValue::undefined, |file| JsString::from(&*file.to_string_lossy()).into()))
}

/// `callerModule()`: `[archive, specifier]` of the innermost user module on the stack, or null.
fn caller(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some((archive, specifier)) = innermost(context) else { return Ok(JsValue::null()) };
    let parts = [common_js::count(archive), JsString::from(specifier).into()];
    Ok(JsArray::from_iter(parts, context).into())
}

/// Archive and specifier of the innermost module on the stack that is not built in.
pub(super) fn innermost(context: &Context) -> Option<(usize, String)> {
    let paths = context.stack_trace().map(|frame| frame.position().path.to_string());
    let mut modules = paths.filter_map(|path| {
        isolate::split(Path::new(&path)).map(|(archive, specifier)| (archive, specifier.to_owned()))
    });
    modules.find(|(archive, _)| *archive != isolate::BUILTINS)
}
