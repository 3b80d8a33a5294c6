//! One file of web-platform-tests in a process of its own: a fresh isolate, the suite's harness,
//! the scripts that the file asks for, and then the file. Results go to standard output, one JSON
//! object a line, as they come.

use crate::{
    isolate::{Isolate, builtin_module},
    worker::{Blackboard, FromWorker, STACK_SIZE, Surroundings, limit_memory},
};
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue, NativeFunction, object::builtins::JsUint8Array};
use std::{
    cell::Cell,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    rc::Rc,
    thread,
    time::Duration,
};
use tokio::{task::LocalSet, time::Instant};

/// Memory of the process, in bytes.
const MEMORY_LIMIT: u64 = 1 << 30;
/// The address that the suite's files believe to be at.
const HOST: &str = "web-platform.test";
const PORT: &str = "8000";
/// What the suite calls `/resources/WebIDLParser.js`.
const PARSER: &str = "resources/webidl2/lib/webidl2.js";
/// The suite's harness; plain enough to need no compiling.
const HARNESS: &str = "resources/testharness.js";

/// A test file and how to run it.
#[derive(Debug, Clone)]
pub struct WptFile {
    /// The checkout.
    pub root: PathBuf,
    /// The file in it.
    pub path: String,
    /// The variant, as in `?1-1000`; may be empty.
    pub variant: String,
    /// How long it may take.
    pub limit: Duration,
}

/// Runs one file in this process and prints its results.
#[must_use]
pub fn wpt_main(file: WptFile) -> ExitCode {
    limit_memory(MEMORY_LIMIT);
    let run = move || -> Result<(), String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        LocalSet::new().block_on(&runtime.map_err(|error| error.to_string())?, run(&file))
    };
    let thread = thread::Builder::new().name("isolate".to_owned()).stack_size(STACK_SIZE).spawn(run);
    let result = thread.map_err(|error| error.to_string()).and_then(|thread| {
        let crashed = |_| "the isolate crashed".to_owned();
        thread.join().map_err(crashed).and_then(|result| result)
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            print(&serde_json::json!({"harness": "ERROR", "message": problem}).to_string());
            ExitCode::FAILURE
        }
    }
}

async fn run(file: &WptFile) -> Result<(), String> {
    let text = read_text(&file.root, &file.path)?;
    let builtins = cronflow_compiler::builtins().map_err(|problems| format!("{problems:?}"))?;
    let isolate = Isolate::new(builtins, true, Blackboard::none(), Surroundings::default());
    let mut isolate = isolate.map_err(|problem| problem.message)?;
    let host = provide(&mut isolate, file)?;
    isolate.evaluate_script("before.js", include_str!("before.js"))?;
    isolate.evaluate_script(HARNESS, &read_text(&file.root, HARNESS)?)?;
    isolate.evaluate_script("after.js", include_str!("after.js"))?;
    let mut problem = None;
    for include in includes(&text) {
        let path = resolve(&file.path, include);
        let included = cronflow_compiler::script(&read_text(&file.root, &path)?);
        problem = problem.or(isolate.evaluate_script(&address(&path), &included).err());
    }
    problem = problem.or(isolate.evaluate_script(&address(&file.path), &cronflow_compiler::script(&text)).err());
    drive(&mut isolate, &host.is_done, file.limit).await;
    if let Some(problem) = problem {
        return Err(problem);
    }
    Ok(())
}

/// Runs the isolate until the harness is done, until nothing can happen any more, or for as long as
/// the file may take. Tests that have not ended by then are told that their time is over.
async fn drive(isolate: &mut Isolate, done: &Cell<bool>, limit: Duration) {
    let end = Instant::now() + limit;
    loop {
        isolate.turn(&[]);
        show(isolate);
        if done.get() {
            return;
        }
        if isolate.is_quiescent() || Instant::now() >= end {
            break;
        }
        // Out of time is handled above.
        let _ = tokio::time::timeout_at(end, isolate.wait()).await;
    }
    let _ = isolate.evaluate_script("timeout", "timeout()");
    isolate.turn(&[]);
    show(isolate);
    if !done.get() {
        print(&serde_json::json!({"harness": "TIMEOUT", "message": "the harness never got to its end"}).to_string());
    }
}

/// What the file prints, for whoever runs it alone.
fn show(isolate: &mut Isolate) {
    for message in isolate.take_outbox() {
        if let FromWorker::Console { text, .. } = message {
            // Nothing can be done about a terminal that is gone.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }
}

/// Where the suite believes a file to be.
fn address(path: &str) -> String {
    format!("http://{HOST}:{PORT}/{path}")
}

/// The scripts that a file asks for.
fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("// META: script=")).map(str::trim)
}

/// A path as a file writes it, as a path in the checkout.
fn resolve(from: &str, written: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = match written.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{written}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn read_text(root: &Path, path: &str) -> Result<String, String> {
    let bytes = resource(root, path).ok_or_else(|| format!("{path} cannot be read"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A file of the checkout, by the path of its address.
fn resource(root: &Path, path: &str) -> Option<Vec<u8>> {
    let path = if path.ends_with("resources/WebIDLParser.js") { PARSER } else { path };
    let bytes = fs::read(root.join(resolve("", path))).ok()?;
    Some(if path.contains(".sub.") { fill_in(&String::from_utf8_lossy(&bytes)).into_bytes() } else { bytes })
}

/// What the suite's server would fill in: `{{host}}`, `{{ports[http][0]}}`, `{{domains[www]}}`.
fn fill_in(text: &str) -> String {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
        let (kind, argument) = name.split_once('[').unwrap_or((name, ""));
        match kind.trim() {
            "ports" => out.push_str(PORT),
            "domains" if !argument.starts_with(']') => {
                out.push_str(argument.trim_end_matches(']'));
                out.push('.');
                out.push_str(HOST);
            }
            _ => out.push_str(HOST),
        }
        out.push_str(rest);
    }
    out
}

/// What the functions of the scope need to know; hangs on the context.
struct Host {
    root: PathBuf,
    is_done: Cell<bool>,
    gives_assembly: bool,
}

fn host(context: &Context) -> JsResult<Rc<Host>> {
    let host = context.get_data::<Rc<Host>>().cloned();
    host.ok_or_else(|| JsNativeError::error().with_message("this isolate runs no tests").into())
}

/// `__wptRead(path)`: the bytes of a file, or undefined.
fn read(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let path = args.get_or_undefined(0).to_string(context)?.to_std_string_lossy();
    let host = host(context)?;
    if path == "/META/WebAssembly" {
        return Ok(host.gives_assembly.into());
    }
    match resource(&host.root, &path) {
        Some(bytes) => Ok(JsUint8Array::from_iter(bytes, context)?.into()),
        None => Ok(JsValue::undefined()),
    }
}

/// `__wptReport(json, isLast)`.
fn report(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    print(&args.get_or_undefined(0).to_string(context)?.to_std_string_lossy());
    if args.get_or_undefined(1).to_boolean() {
        host(context)?.is_done.set(true);
    }
    Ok(JsValue::undefined())
}

/// `__wptBuiltin(specifier)`: the namespace of a built-in module.
fn builtin(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let specifier = args.get_or_undefined(0).to_string(context)?.to_std_string_lossy();
    Ok(builtin_module(&specifier, context)?.into())
}

fn provide(isolate: &mut Isolate, file: &WptFile) -> Result<Rc<Host>, String> {
    let gives_assembly = !file.path.starts_with("wasm/");
    let host = Rc::new(Host { root: file.root.clone(), is_done: Cell::new(false), gives_assembly });
    isolate.context().insert_data(host.clone());
    isolate.provide("__wptRead", 1, NativeFunction::from_fn_ptr(read))?;
    isolate.provide("__wptReport", 2, NativeFunction::from_fn_ptr(report))?;
    isolate.provide("__wptBuiltin", 1, NativeFunction::from_fn_ptr(builtin))?;
    isolate.provide_text("__wptOrigin", &format!("http://{HOST}:{PORT}"))?;
    isolate.provide_text("__wptPath", &format!("/{}", file.path))?;
    isolate.provide_text("__wptSearch", &file.variant)?;
    Ok(host)
}

fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("url/a.any.js", "resources/b.js", "url/resources/b.js")]
    #[case("url/a.any.js", "/common/gc.js", "common/gc.js")]
    #[case("a/b/c.any.js", "../support/x.js", "a/support/x.js")]
    #[case("a.any.js", "../../../etc/passwd", "etc/passwd")]
    fn includes_are_found(#[case] from: &str, #[case] written: &str, #[case] path: &str) {
        assert_eq!(resolve(from, written), path);
    }

    #[test]
    fn the_scripts_of_a_file_are_those_in_its_head() {
        let text = "// META: script=/common/gc.js\n// META: timeout=long\n// META: script=b.js\ntest();";
        assert_eq!(includes(text).collect::<Vec<_>>(), ["/common/gc.js", "b.js"]);
    }

    #[test]
    fn the_server_is_not_missed() {
        let text = "a('{{host}}', {{ports[https][0]}}, '{{domains[www1]}}', '{{domains[]}}')";
        let filled = "a('web-platform.test', 8000, 'www1.web-platform.test', 'web-platform.test')";
        assert_eq!(fill_in(text), filled);
    }
}
