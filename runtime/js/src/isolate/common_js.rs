//! CommonJS modules, as ECMAScript modules see them, and the other way round.

use super::{
    BUILTINS, archives, builtin_module, evaluate_now,
    state::{NO_TASK, State},
};
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, Module, Script, Source, js_string,
    module::{SyntheticModule, SyntheticModuleInitializer},
    object::builtins::{JsArray, JsFunction},
};
use cronflow_core::archive::ModuleSource;

/// The built-in module that has `require()`.
const LOADER: &str = "cronflow:internal/common_js";

/// What a facade needs when it is evaluated: archive, specifier, whether the importer unwraps the default,
/// names, and how many of them, at the end, must be there.
type Facade = (usize, String, bool, Vec<JsString>, usize);

/// An ECMAScript module with the exports of a CommonJS module, which runs when the facade is evaluated.
pub(super) fn facade(
    number: usize,
    specifier: &str,
    source: &ModuleSource,
    unwraps: bool,
    context: &mut Context,
) -> Module {
    let names = source.exports.iter().chain(&source.wanted).map(|name| JsString::from(name.as_str()));
    let names: Vec<JsString> = ["default", "module.exports"].into_iter().map(JsString::from).chain(names).collect();
    let facade: Facade = (number, specifier.to_owned(), unwraps, names.clone(), source.wanted.len());
    let initializer = SyntheticModuleInitializer::from_copy_closure_with_captures(fill, facade);
    Module::synthetic(&names, initializer, Some(archives::inner_path(number, specifier)), None, context)
}

fn fill(module: &SyntheticModule, facade: &Facade, context: &mut Context) -> JsResult<()> {
    let loader = builtin_module(LOADER, context)?;
    let import = loader.get(js_string!("importCommonJs"), context)?.as_object().and_then(JsFunction::from_object);
    let import = import.ok_or_else(|| JsNativeError::typ().with_message("importCommonJs() is missing"))?;
    let (number, specifier, unwraps, names, wanted) = facade;
    let list = JsArray::from_iter(names.iter().cloned().map(JsValue::from), context);
    let arguments =
        [count(*number), JsString::from(specifier.as_str()).into(), (*unwraps).into(), list.into(), count(*wanted)];
    let values = import.call(&JsValue::undefined(), &arguments, context)?.to_object(context)?;
    for (index, name) in names.iter().enumerate() {
        let value = values.get(index, context)?;
        module.set_export(name, value)?;
    }
    Ok(())
}

/// A count as a value; programs are far smaller than what a number holds.
pub(crate) fn count(number: usize) -> JsValue {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}

/// The function around a CommonJS module.
pub(crate) fn function(number: usize, specifier: &str, context: &mut Context) -> JsResult<JsValue> {
    let state = State::of(context)?;
    let code = state.archives.look(number, specifier, |module| module.code.clone());
    let code = code.ok_or_else(|| JsNativeError::error().with_message("there is no such module"))?;
    let path = archives::inner_path(number, specifier);
    Script::parse(Source::from_bytes(code.as_bytes()).with_path(&path), None, context)?.evaluate(context)
}

/// The namespace of an ECMAScript module or a built-in one for `require()`, which cannot wait. `from` asks.
pub(crate) fn namespace(number: usize, specifier: &str, from: &str, context: &mut Context) -> JsResult<JsObject> {
    if number == BUILTINS {
        return builtin_module(specifier, context);
    }
    let state = State::of(context)?;
    let refuse = |why: &str| -> JsError {
        let message = format!("require() of the ECMAScript module {specifier} is not possible: {why}");
        JsNativeError::error().with_message(message).into()
    };
    // The engine does not survive the evaluation of a module that is being evaluated.
    if state.evaluating.get() == Some(number) && state.archives.leads_to(number, specifier, from) {
        return Err(refuse("it imports the module that requires it; use import() there"));
    }
    let module = state.archives.module(number, specifier, false, context)?;
    let evaluated = state.charged_to(NO_TASK, || state.executor.aside(|| evaluate_now(&module, &state, context)));
    evaluated.map_err(|error| {
        let waits = error.as_native().is_some_and(|native| native.message().contains("waits for something"));
        if waits { refuse("it uses await at its top level; use import() instead") } else { error }
    })?;
    Ok(module.namespace(context))
}
