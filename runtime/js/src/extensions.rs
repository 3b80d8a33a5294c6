//! The manifest: every native operation that the built-in modules may call, and the functions
//! that native code takes from the built-in modules.

use crate::{
    isolate::{builtin_module, state::State},
    ops,
};
use boa_engine::{
    Context, JsNativeError, JsObject, JsResult, JsString, JsValue, Module, NativeFunction,
    module::SyntheticModuleInitializer,
    native_function::NativeFunctionPointer,
    object::{FunctionObjectBuilder, builtins::JsFunction},
};

/// The specifier under which built-in modules import the operations. User code cannot.
const OPS_MODULE: &str = "cronflow:internal/ops";

/// Name, number of arguments, function.
pub(crate) type Op = (&'static str, usize, NativeFunctionPointer);

/// All operations, by the file that owns them.
const OPS: &[&[Op]] = &[
    ops::binary_text::OPS,
    ops::bytes::OPS,
    ops::compression::OPS,
    ops::buffer::OPS,
    ops::console::OPS,
    ops::encoding::OPS,
    ops::fetch::OPS,
    ops::fs::OPS,
    ops::host::OPS,
    ops::intl::OPS,
    ops::modules::OPS,
    ops::node_crypto::OPS,
    ops::process::OPS,
    ops::programs::OPS,
    ops::schema::OPS,
    ops::task::OPS,
    ops::test_modules::OPS,
    ops::testing::OPS,
    ops::timers::OPS,
    ops::uncaught::OPS,
    ops::url::OPS,
    ops::url_pattern::OPS,
    ops::workflow::OPS,
    ops::zlib::OPS,
];

/// Makes the operations importable.
pub(crate) fn install(context: &mut Context, state: &State) -> JsResult<()> {
    let exports: Vec<(JsString, JsValue)> = OPS
        .iter()
        .chain(ops::crypto::OPS)
        .flat_map(|group| group.iter())
        .map(|(name, length, pointer)| {
            let native = NativeFunction::from_fn_ptr(*pointer);
            let name = JsString::from(*name);
            let builder = FunctionObjectBuilder::new(context.realm(), native).name(name.clone()).length(*length);
            (name, builder.build().into())
        })
        .collect();
    let names: Vec<JsString> = exports.iter().map(|(name, _)| name.clone()).collect();
    let fill = SyntheticModuleInitializer::from_copy_closure_with_captures(
        |module, exports: &Vec<(JsString, JsValue)>, _| {
            exports.iter().try_for_each(|(name, value)| module.set_export(name, value.clone()))
        },
        exports,
    );
    let module = Module::synthetic(&names, fill, None, None, context);
    state.archives.add_native(OPS_MODULE, module);
    Ok(())
}

/// `util.format`: the arguments as one line of text.
pub(crate) fn format(args: &[JsValue], context: &mut Context) -> JsResult<String> {
    let state = State::of(context)?;
    let format = match state.format.get() {
        Some(format) => format.clone(),
        None => {
            let module = builtin_module("cronflow:internal/inspect", context)?;
            let found = function_of(&module, "format", context)?;
            state.format.get_or_init(|| found).clone()
        }
    };
    let text = format.call(&JsValue::undefined(), args, context)?;
    Ok(text.to_string(context)?.to_std_string_lossy())
}

/// A function of a built-in module.
pub(crate) fn function_of(module: &JsObject, name: &str, context: &mut Context) -> JsResult<JsFunction> {
    let value = module.get(JsString::from(name), context)?;
    value
        .as_object()
        .and_then(JsFunction::from_object)
        .ok_or_else(|| JsNativeError::typ().with_message(format!("a built-in module does not export {name}()")).into())
}
