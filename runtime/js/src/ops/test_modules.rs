//! What `vi.mock()` and its like need: where a name leads, and modules with and without their mocks.

use super::{function, modules::innermost, testing::testing, text};
use crate::{
    extensions::Op,
    isolate::{self, BUILTINS, common_js, mocks},
};
use boa_engine::{
    Context, JsArgs, JsResult, JsString, JsValue, Module, NativeFunction,
    object::{
        FunctionObjectBuilder,
        builtins::{JsArray, JsPromise},
    },
};

pub(crate) const OPS: &[Op] = &[
    ("mockTarget", 1, target),
    ("mockPut", 3, put),
    ("mockProvider", 1, provider),
    ("importTarget", 4, import),
    ("resetModules", 0, reset),
    ("setModulesAside", 1, set_aside),
];

/// `mockTarget(written)`: `[archive, specifier, unwraps]` of what it means in the module that calls, or
/// null. `unwraps`: how that module reads the default of CommonJS modules.
fn target(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (state, written) = (testing(context)?, text(args, 0, context)?);
    let Some((number, from)) = innermost(context) else { return Ok(JsValue::null()) };
    let Some((archive, specifier)) = state.archives.target(number, &from, &written) else {
        return Ok(JsValue::null());
    };
    let unwraps = mocks::unwraps(&state, number, &from);
    let parts = [common_js::count(archive), JsString::from(specifier).into(), unwraps.into()];
    Ok(JsArray::from_iter(parts, context).into())
}

/// `mockPut(archive, specifier, isMocked)`.
fn put(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let archive = args.get_or_undefined(0).to_u32(context)? as usize;
    let specifier = text(args, 1, context)?;
    state.archives.mocks.put(archive, &specifier, args.get_or_undefined(2).to_boolean());
    Ok(JsValue::undefined())
}

/// `mockProvider(function)`: it makes what a mock exports.
fn provider(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    state.archives.mocks.set_provider(function(args, 0)?);
    Ok(JsValue::undefined())
}

/// `importTarget(archive, specifier, unwraps, isActual)`: a promise of the namespace; `isActual` passes by
/// the mock.
fn import(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    let archive = args.get_or_undefined(0).to_u32(context)? as usize;
    let specifier = text(args, 1, context)?;
    let unwraps = args.get_or_undefined(2).to_boolean();
    let is_actual = args.get_or_undefined(3).to_boolean();
    let mock = if is_actual { None } else { state.archives.mocks.module(archive, &specifier, context)? };
    let module = match mock {
        Some(module) => module,
        None if archive == BUILTINS => {
            let namespace = isolate::builtin_module(&specifier, context)?;
            return Ok(JsPromise::resolve(namespace, context)?.into());
        }
        None => state.archives.module(archive, &specifier, unwraps, context)?,
    };
    let evaluated = module.load_link_evaluate(context);
    let namespace = NativeFunction::from_copy_closure_with_captures(
        |_, _, module: &Module, context| Ok(module.namespace(context).into()),
        module,
    );
    let namespace = FunctionObjectBuilder::new(context.realm(), namespace).build();
    Ok(evaluated.then(Some(namespace), None, context)?.into())
}

/// `resetModules()`: the modules of programs run again when they are imported next.
fn reset(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    testing(context)?.archives.reset();
    Ok(JsValue::undefined())
}

/// `setModulesAside(yes)`: the modules of programs run again; or those are back that were set aside.
fn set_aside(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let state = testing(context)?;
    if args.get_or_undefined(0).to_boolean() {
        state.archives.set_aside()
    } else {
        state.archives.bring_back()
    }
    Ok(JsValue::undefined())
}
