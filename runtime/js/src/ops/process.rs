//! The process as workflow code may see it: facts, and the environment variables that are allowed.

use super::text;
use crate::{extensions::Op, isolate::state::State};
use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string,
    object::builtins::{JsArray, JsFunction},
};
use cronflow_core::error::Code;
use std::{os::unix::fs::MetadataExt as _, path::Path};

pub(crate) const OPS: &[Op] = &[
    ("envGet", 1, env_get),
    ("envNames", 0, env_names),
    ("processInfo", 0, info),
    ("asyncFrame", 0, async_frame),
    ("withAsyncFrame", 3, with_async_frame),
];

/// `envGet(name)`: undefined when the variable is not set. When it is set but not allowed, the author's
/// own code gets an error that says so; packages, which look for many variables, see nothing.
fn env_get(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let name = text(args, 0, context)?;
    let state = State::of(context)?;
    if let Some(value) = state.surroundings.variable(&name) {
        return Ok(JsString::from(value).into());
    }
    let asks_itself =
        || super::modules::innermost(context).is_some_and(|(_, module)| !module.contains("node_modules/"));
    if std::env::var_os(&name).is_some() && asks_itself() {
        return Err(denied(
            &format!("not allowed to read the environment variable {name}"),
            "--allow-env",
            &name,
            context,
        ));
    }
    Ok(JsValue::undefined())
}

/// The error of a permission that is missing; it names the flag that gives it.
pub(super) fn denied(what: &str, flag: &str, value: &str, context: &mut Context) -> JsError {
    let code = Code::PermissionDenied;
    let message = format!("{code}: {what}: start cronflow-rt with {flag}={value}");
    let object = JsNativeError::error().with_message(message).into_opaque(context);
    // Setting a property on the fresh error cannot fail.
    let _ = object.create_data_property(js_string!("code"), js_string!("ERR_ACCESS_DENIED"), context);
    JsError::from_opaque(object.into())
}

/// `envNames()`: the names of all variables that are allowed.
fn env_names(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let names = State::of(context)?.surroundings.names();
    let names = names.into_iter().map(|name| JsValue::from(JsString::from(name)));
    Ok(JsArray::from_iter(names, context).into())
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

/// A field of `/proc/meminfo`, in bytes.
fn memory(field: &str) -> f64 {
    let text = read("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim_matches([':', ' ']).split(' ').next()?.parse::<f64>().ok()).unwrap_or_default()
        * 1024.0
}

/// `processInfo()`: what `process` and `os` tell.
fn info(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let object = JsObject::with_object_proto(context.intrinsics());
    let current = std::env::current_dir().unwrap_or_default();
    let script = State::of(context)?.archives.first_entry().unwrap_or_else(|| current.clone());
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let texts = [
        ("cwd", shown(&current)),
        ("execPath", std::env::current_exe().map(|path| shown(&path)).unwrap_or_default()),
        ("script", shown(&script)),
        ("platform", "linux".to_owned()),
        ("arch", arch.to_owned()),
        ("machine", std::env::consts::ARCH.to_owned()),
        ("release", read("/proc/sys/kernel/osrelease")),
        ("kernel", read("/proc/sys/kernel/version")),
        ("hostname", read("/proc/sys/kernel/hostname")),
        ("home", std::env::var("HOME").unwrap_or_else(|_| "/".to_owned())),
        ("user", std::env::var("USER").unwrap_or_default()),
    ];
    for (name, value) in texts {
        object.create_data_property_or_throw(JsString::from(name), JsString::from(value), context)?;
    }
    let resident = read("/proc/self/statm").split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok());
    let numbers = [
        ("pid", f64::from(std::process::id())),
        ("ppid", f64::from(nix::unistd::getppid().as_raw())),
        ("uid", std::fs::metadata("/proc/self").map_or(0.0, |own| f64::from(own.uid()))),
        ("cores", std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)),
        ("rss", resident.unwrap_or_default() * 4096.0),
        ("totalMemory", memory("MemTotal")),
        ("freeMemory", memory("MemAvailable")),
        ("uptime", read("/proc/uptime").split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default()),
    ];
    for (name, value) in numbers {
        object.create_data_property_or_throw(JsString::from(name), value, context)?;
    }
    let loads: Vec<JsValue> = read("/proc/loadavg")
        .split(' ')
        .take(3)
        .filter_map(|text| text.parse::<f64>().ok())
        .map(JsValue::from)
        .collect();
    let loads = JsArray::from_iter(loads, context);
    object.create_data_property_or_throw(js_string!("load"), loads, context)?;
    Ok(object.into())
}

/// `asyncFrame()`: what `AsyncLocalStorage` has stored here and now.
fn async_frame(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok(State::of(context)?.frame())
}

/// `withAsyncFrame(frame, function, stays)`: calls the function, and everything that it starts, with another
/// frame; the frame stays for the rest of this turn when it `stays`.
fn with_async_frame(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let function = args.get_or_undefined(1).as_object().and_then(JsFunction::from_object);
    let function = function.ok_or_else(|| JsNativeError::typ().with_message("a function is needed here"))?;
    let state = State::of(context)?;
    let before = state.enter_frame(args.get_or_undefined(0).clone());
    let result = function.call(&JsValue::undefined(), &[], context);
    if !args.get_or_undefined(2).to_boolean() {
        state.enter_frame(before);
    }
    result
}
