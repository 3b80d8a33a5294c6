//! Native operations for the built-in modules, one file per subject.

pub(crate) mod binary_text;
pub(crate) mod buffer;
pub(crate) mod bytes;
pub(crate) mod compression;
pub(crate) mod console;
pub(crate) mod crypto;
pub(crate) mod encoding;
pub(crate) mod fetch;
pub(crate) mod fs;
pub(crate) mod host;
pub(crate) mod intl;
pub use intl::time_zone;
mod md5;
pub(crate) mod modules;
pub(crate) mod node_crypto;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod schema;
pub(crate) mod task;
pub(crate) mod test_modules;
pub(crate) mod testing;
pub(crate) mod timers;
pub(crate) mod uncaught;
pub(crate) mod url;
mod url_file;
pub(crate) mod url_pattern;
pub(crate) mod workflow;
pub(crate) mod zlib;

use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue, object::builtins::JsFunction};

/// An argument as text.
fn text(args: &[JsValue], index: usize, context: &mut Context) -> JsResult<String> {
    Ok(args.get_or_undefined(index).to_string(context)?.to_std_string_lossy())
}

/// An argument that must be a function.
fn function(args: &[JsValue], index: usize) -> JsResult<JsFunction> {
    let object = args.get_or_undefined(index).as_object();
    object
        .and_then(JsFunction::from_object)
        .ok_or_else(|| JsNativeError::typ().with_message("a function is needed here").into())
}
