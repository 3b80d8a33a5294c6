//! The built-in modules: their TypeScript is part of the binary.

use crate::{
    cache::Cache,
    diagnostics::{Finding, Named},
    imports::Manner,
    names::Names,
    source::Language,
    stack::with_large_stack,
    transpile::{Options, Output, transpile},
};
use cronflow_core::{
    archive::{Archive, ModuleKind, ModuleSource},
    error::{Code, Diagnostic},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// The module that prepares the global object; evaluated before any other.
const ENTRY: &str = "cronflow:internal/prelude";

/// The native operations; the isolate makes this module.
const NATIVE: &str = "cronflow:internal/ops";

struct Builtin {
    specifier: &'static str,
    path: &'static str,
    text: &'static str,
}

macro_rules! builtin_modules {
    ($name:ident: $($specifier:literal = $path:literal;)*) => {
        const $name: &[Builtin] = &[$(Builtin {
            specifier: $specifier,
            path: concat!("stdlib/", $path),
            text: include_str!(concat!("../../../stdlib/", $path)),
        },)*];
    };
}

// What every isolate needs.
builtin_modules! {
    EAGER:
    "cronflow" = "cronflow/index.ts";
    "cronflow:internal/builtins" = "builtins/index.ts";
    "cronflow:internal/checks" = "cronflow/checks.ts";
    "cronflow:internal/errors" = "cronflow/errors.ts";
    "cronflow:internal/flow" = "cronflow/flow.ts";
    "cronflow:internal/language" = "cronflow/language.ts";
    "cronflow:internal/options" = "cronflow/options.ts";
    "cronflow:internal/prelude" = "internal/prelude.ts";
    "cronflow:internal/secrets" = "cronflow/secrets.ts";
    "cronflow:internal/services/errors" = "cronflow/services/errors.ts";
    "cronflow:internal/timers" = "web/html/timers.ts";
    "cronflow:internal/workflow" = "cronflow/workflow.ts";
}

// What an isolate compiles when it is first asked for: every start would pay for it otherwise.
builtin_modules! {
    LAZY:
    "cronflow/sdk" = "cronflow/sdk.ts";
    "cronflow/testing" = "testing/index.ts";
    "cronflow:internal/builtins/buffers" = "builtins/buffers.ts";
    "cronflow:internal/builtins/bytes" = "builtins/bytes.ts";
    "cronflow:internal/builtins/locale" = "builtins/locale.ts";
    "cronflow:internal/builtins/objects" = "builtins/objects.ts";
    "cronflow:internal/calls" = "cronflow/calls.ts";
    "cronflow:internal/closest" = "cronflow/closest.ts";
    "cronflow:internal/common_js" = "internal/common_js.ts";
    "cronflow:internal/console" = "web/console/console.ts";
    "cronflow:internal/context" = "cronflow/context.ts";
    "cronflow:internal/deferred" = "internal/deferred.ts";
    "cronflow:internal/dom_exception" = "web/dom/exception.ts";
    "cronflow:internal/duration" = "internal/duration.ts";
    "cronflow:internal/encoding" = "web/encoding/encoding.ts";
    "cronflow:internal/engine" = "cronflow/engine.ts";
    "cronflow:internal/events" = "web/dom/events.ts";
    "cronflow:internal/express/body" = "express/body.ts";
    "cronflow:internal/express/conditions" = "express/conditions.ts";
    "cronflow:internal/express/cookie" = "express/cookie.ts";
    "cronflow:internal/express/files" = "express/files.ts";
    "cronflow:internal/express/html" = "express/html.ts";
    "cronflow:internal/express/negotiate" = "express/negotiate.ts";
    "cronflow:internal/express/path" = "express/path.ts";
    "cronflow:internal/express/query" = "express/query.ts";
    "cronflow:internal/express/request" = "express/request.ts";
    "cronflow:internal/express/response" = "express/response.ts";
    "cronflow:internal/express/router" = "express/router.ts";
    "cronflow:internal/flow_control" = "cronflow/flow_control.ts";
    "cronflow:internal/helpers" = "cronflow/helpers/index.ts";
    "cronflow:internal/helpers/breaker" = "cronflow/helpers/breaker.ts";
    "cronflow:internal/helpers/retry" = "cronflow/helpers/retry.ts";
    "cronflow:internal/helpers/step" = "cronflow/helpers/step.ts";
    "cronflow:internal/helpers/tools" = "cronflow/helpers/tools.ts";
    "cronflow:internal/host" = "cronflow/host.ts";
    "cronflow:internal/inspect" = "web/console/inspect.ts";
    "cronflow:internal/intl" = "intl/index.ts";
    "cronflow:internal/intl/collator" = "intl/collator.ts";
    "cronflow:internal/intl/date" = "intl/date.ts";
    "cronflow:internal/intl/decimal" = "intl/decimal.ts";
    "cronflow:internal/intl/locale" = "intl/locale.ts";
    "cronflow:internal/intl/number" = "intl/number.ts";
    "cronflow:internal/intl/plural" = "intl/plural.ts";
    "cronflow:internal/intl/words" = "intl/words.ts";
    "cronflow:internal/intl/zone" = "intl/zone.ts";
    "cronflow:internal/nodes" = "cronflow/nodes.ts";
    "cronflow:internal/schema" = "schema/validate.ts";
    "cronflow:internal/schema/check" = "schema/check.ts";
    "cronflow:internal/schema/formats" = "schema/formats.ts";
    "cronflow:internal/schema/json" = "schema/json.ts";
    "cronflow:internal/schema/values" = "schema/values.ts";
    "cronflow:internal/services" = "cronflow/services/index.ts";
    "cronflow:internal/services/bind" = "cronflow/services/bind.ts";
    "cronflow:internal/services/define" = "cronflow/services/define.ts";
    "cronflow:internal/services/hiding" = "cronflow/services/hiding.ts";
    "cronflow:internal/services/setup" = "cronflow/services/setup.ts";
    "cronflow:internal/state" = "cronflow/state.ts";
    "cronflow:internal/step_options" = "cronflow/step_options.ts";
    "cronflow:internal/structured_clone" = "web/html/structured_clone.ts";
    "cronflow:internal/testing/advanced" = "testing/workflow/advanced.ts";
    "cronflow:internal/testing/assertion" = "testing/expect/assertion.ts";
    "cronflow:internal/testing/asymmetric" = "testing/expect/asymmetric.ts";
    "cronflow:internal/testing/attempt" = "testing/attempt.ts";
    "cronflow:internal/testing/automock" = "testing/mocks/automock.ts";
    "cronflow:internal/testing/builder" = "testing/workflow/builder.ts";
    "cronflow:internal/testing/calls" = "testing/expect/calls.ts";
    "cronflow:internal/testing/chai" = "testing/expect/chai.ts";
    "cronflow:internal/testing/clock" = "testing/clock.ts";
    "cronflow:internal/testing/coverage" = "testing/workflow/coverage.ts";
    "cronflow:internal/testing/current" = "testing/current.ts";
    "cronflow:internal/testing/data" = "testing/workflow/data.ts";
    "cronflow:internal/testing/diff" = "testing/diff.ts";
    "cronflow:internal/testing/equals" = "testing/expect/equals.ts";
    "cronflow:internal/testing/expect" = "testing/expect/index.ts";
    "cronflow:internal/testing/fetch" = "testing/workflow/fetch.ts";
    "cronflow:internal/testing/fixtures" = "testing/fixtures.ts";
    "cronflow:internal/testing/guard" = "testing/guard.ts";
    "cronflow:internal/testing/kit" = "testing/workflow/kit.ts";
    "cronflow:internal/testing/lines" = "testing/lines.ts";
    "cronflow:internal/testing/mock" = "testing/mocks/mock.ts";
    "cronflow:internal/testing/modules" = "testing/modules.ts";
    "cronflow:internal/testing/node_context" = "testing/node_context.ts";
    "cronflow:internal/testing/node_mock" = "testing/node_mock.ts";
    "cronflow:internal/testing/node_options" = "testing/node_options.ts";
    "cronflow:internal/testing/order" = "testing/order.ts";
    "cronflow:internal/testing/parameters" = "testing/parameters.ts";
    "cronflow:internal/testing/pretty" = "testing/pretty.ts";
    "cronflow:internal/testing/random" = "testing/random.ts";
    "cronflow:internal/testing/requests" = "testing/workflow/requests.ts";
    "cronflow:internal/testing/result" = "testing/workflow/result.ts";
    "cronflow:internal/testing/run" = "testing/run.ts";
    "cronflow:internal/testing/snapshot" = "testing/expect/snapshot.ts";
    "cronflow:internal/testing/spy" = "testing/mocks/spy.ts";
    "cronflow:internal/testing/stubs" = "testing/stubs.ts";
    "cronflow:internal/testing/suite" = "testing/suite.ts";
    "cronflow:internal/testing/task" = "testing/task.ts";
    "cronflow:internal/testing/titles" = "testing/titles.ts";
    "cronflow:internal/testing/utils" = "testing/expect/utils.ts";
    "cronflow:internal/testing/values" = "testing/expect/values.ts";
    "cronflow:internal/testing/vi" = "testing/vi.ts";
    "cronflow:internal/testing/waits" = "testing/waits.ts";
    "cronflow:internal/testing/when" = "testing/mocks/when.ts";
    "cronflow:internal/triggers" = "cronflow/triggers.ts";
    "cronflow:internal/url" = "web/url/url.ts";
    "cronflow:internal/web/answer" = "web/answer.ts";
    "cronflow:internal/web/base" = "web/base.ts";
    "cronflow:internal/web/compression" = "web/compression.ts";
    "cronflow:internal/web/crypto" = "web/crypto/index.ts";
    "cronflow:internal/web/crypto/algorithms" = "web/crypto/algorithms.ts";
    "cronflow:internal/web/crypto/convert" = "web/crypto/convert.ts";
    "cronflow:internal/web/crypto/curves" = "web/crypto/curves.ts";
    "cronflow:internal/web/crypto/jwk" = "web/crypto/jwk.ts";
    "cronflow:internal/web/crypto/kdf" = "web/crypto/kdf.ts";
    "cronflow:internal/web/crypto/key" = "web/crypto/key.ts";
    "cronflow:internal/web/crypto/rsa" = "web/crypto/rsa.ts";
    "cronflow:internal/web/crypto/subtle" = "web/crypto/subtle.ts";
    "cronflow:internal/web/crypto/symmetric" = "web/crypto/symmetric.ts";
    "cronflow:internal/web/dom/abort" = "web/dom/abort.ts";
    "cronflow:internal/web/dom/event" = "web/dom/event.ts";
    "cronflow:internal/web/dom/event_kinds" = "web/dom/event_kinds.ts";
    "cronflow:internal/web/dom/event_target" = "web/dom/event_target.ts";
    "cronflow:internal/web/dom/global" = "web/dom/global.ts";
    "cronflow:internal/web/fetch/body" = "web/fetch/body.ts";
    "cronflow:internal/web/fetch/data_url" = "web/fetch/data_url.ts";
    "cronflow:internal/web/fetch/fetch" = "web/fetch/fetch.ts";
    "cronflow:internal/web/fetch/files" = "web/fetch/files.ts";
    "cronflow:internal/web/fetch/headers" = "web/fetch/headers.ts";
    "cronflow:internal/web/fetch/index" = "web/fetch/index.ts";
    "cronflow:internal/web/fetch/mime" = "web/fetch/mime.ts";
    "cronflow:internal/web/fetch/multipart" = "web/fetch/multipart.ts";
    "cronflow:internal/web/fetch/request" = "web/fetch/request.ts";
    "cronflow:internal/web/fetch/response" = "web/fetch/response.ts";
    "cronflow:internal/web/file/blob" = "web/file/blob.ts";
    "cronflow:internal/web/file/blob_url" = "web/file/blob_url.ts";
    "cronflow:internal/web/file/file_reader" = "web/file/file_reader.ts";
    "cronflow:internal/web/file/form_data" = "web/file/form_data.ts";
    "cronflow:internal/web/html/base64" = "web/html/base64.ts";
    "cronflow:internal/web/html/messaging" = "web/html/messaging.ts";
    "cronflow:internal/web/html/navigator" = "web/html/navigator.ts";
    "cronflow:internal/web/html/webassembly" = "web/html/webassembly.ts";
    "cronflow:internal/web/performance/entries" = "web/performance/entries.ts";
    "cronflow:internal/web/performance/observer" = "web/performance/observer.ts";
    "cronflow:internal/web/performance/performance" = "web/performance/performance.ts";
    "cronflow:internal/web/serve" = "web/serve.ts";
    "cronflow:internal/web/streams/bodies" = "web/streams/bodies.ts";
    "cronflow:internal/web/streams/buffers" = "web/streams/buffers.ts";
    "cronflow:internal/web/streams/byte_controller" = "web/streams/byte_controller.ts";
    "cronflow:internal/web/streams/byte_objects" = "web/streams/byte_objects.ts";
    "cronflow:internal/web/streams/default_controller" = "web/streams/default_controller.ts";
    "cronflow:internal/web/streams/from" = "web/streams/from.ts";
    "cronflow:internal/web/streams/idl" = "web/streams/idl.ts";
    "cronflow:internal/web/streams/index" = "web/streams/index.ts";
    "cronflow:internal/web/streams/iterator" = "web/streams/iterator.ts";
    "cronflow:internal/web/streams/pipe" = "web/streams/pipe.ts";
    "cronflow:internal/web/streams/promises" = "web/streams/promises.ts";
    "cronflow:internal/web/streams/queue" = "web/streams/queue.ts";
    "cronflow:internal/web/streams/readable" = "web/streams/readable.ts";
    "cronflow:internal/web/streams/readable_operations" = "web/streams/readable_operations.ts";
    "cronflow:internal/web/streams/readers" = "web/streams/readers.ts";
    "cronflow:internal/web/streams/strategies" = "web/streams/strategies.ts";
    "cronflow:internal/web/streams/tee" = "web/streams/tee.ts";
    "cronflow:internal/web/streams/text" = "web/streams/text.ts";
    "cronflow:internal/web/streams/transform" = "web/streams/transform.ts";
    "cronflow:internal/web/streams/writable" = "web/streams/writable.ts";
    "cronflow:internal/web/streams/writable_controller" = "web/streams/writable_controller.ts";
    "cronflow:internal/web/streams/writable_operations" = "web/streams/writable_operations.ts";
    "cronflow:internal/web/url/pattern" = "web/url/pattern.ts";
    "cronflow:internal/web/url/search_params" = "web/url/search_params.ts";
    "cronflow:internal/web/webidl" = "web/webidl.ts";
    "cronflow:internal/webhook/answer" = "cronflow/webhook/answer.ts";
    "cronflow:internal/webhook/gate" = "cronflow/webhook/gate.ts";
    "cronflow:internal/webhook/options" = "cronflow/webhook/options.ts";
    "cronflow:internal/zod/checks" = "zod/checks.ts";
    "cronflow:internal/zod/containers" = "zod/containers.ts";
    "cronflow:internal/zod/custom" = "zod/custom.ts";
    "cronflow:internal/zod/deep_partial" = "zod/deep_partial.ts";
    "cronflow:internal/zod/errors" = "zod/errors.ts";
    "cronflow:internal/zod/exports" = "zod/exports.ts";
    "cronflow:internal/zod/facts" = "zod/facts.ts";
    "cronflow:internal/zod/formats" = "zod/formats.ts";
    "cronflow:internal/zod/issues" = "zod/issues.ts";
    "cronflow:internal/zod/json_schema" = "zod/json_schema.ts";
    "cronflow:internal/zod/json_schema_kinds" = "zod/json_schema_kinds.ts";
    "cronflow:internal/zod/native" = "zod/native.ts";
    "cronflow:internal/zod/number" = "zod/number.ts";
    "cronflow:internal/zod/object" = "zod/object.ts";
    "cronflow:internal/zod/params" = "zod/params.ts";
    "cronflow:internal/zod/payload" = "zod/payload.ts";
    "cronflow:internal/zod/pipes" = "zod/pipes.ts";
    "cronflow:internal/zod/plain" = "zod/plain.ts";
    "cronflow:internal/zod/registry" = "zod/registry.ts";
    "cronflow:internal/zod/string" = "zod/string.ts";
    "cronflow:internal/zod/type" = "zod/type.ts";
    "cronflow:internal/zod/unions" = "zod/unions.ts";
    "cronflow:internal/zod/wrappers" = "zod/wrappers.ts";
    "express" = "express/index.ts";
    "node:test" = "testing/node.ts";
    "zod" = "zod/index.ts";
}

// The modules of Node.js, and what they share.
builtin_modules! {
    NODE:
    "cronflow:internal/node/buffer_numbers" = "node/buffer_numbers.ts";
    "cronflow:internal/node/crypto_cipher" = "node/crypto_cipher.ts";
    "cronflow:internal/node/crypto_common" = "node/crypto_common.ts";
    "cronflow:internal/node/crypto_der" = "node/crypto_der.ts";
    "cronflow:internal/node/crypto_derive" = "node/crypto_derive.ts";
    "cronflow:internal/node/crypto_keys" = "node/crypto_keys.ts";
    "cronflow:internal/node/crypto_random" = "node/crypto_random.ts";
    "cronflow:internal/node/crypto_sign" = "node/crypto_sign.ts";
    "cronflow:internal/node/deep_equal" = "node/deep_equal.ts";
    "cronflow:internal/node/dns_codes" = "node/dns_codes.ts";
    "cronflow:internal/node/errors" = "node/errors.ts";
    "cronflow:internal/node/fs_values" = "node/fs_values.ts";
    "cronflow:internal/node/http_message" = "node/http_message.ts";
    "cronflow:internal/node/http_server" = "node/http_server.ts";
    "cronflow:internal/node/parse_args" = "node/parse_args.ts";
    "cronflow:internal/node/stream_base" = "node/stream_base.ts";
    "cronflow:internal/node/stream_pipeline" = "node/stream_pipeline.ts";
    "cronflow:internal/node/stream_readable" = "node/stream_readable.ts";
    "cronflow:internal/node/stream_writable" = "node/stream_writable.ts";
    "node:assert" = "node/assert.ts";
    "node:assert/strict" = "node/assert_strict.ts";
    "node:async_hooks" = "node/async_hooks.ts";
    "node:buffer" = "node/buffer.ts";
    "node:child_process" = "node/child_process.ts";
    "node:cluster" = "node/cluster.ts";
    "node:console" = "node/console.ts";
    "node:constants" = "node/constants.ts";
    "node:crypto" = "node/crypto.ts";
    "node:dgram" = "node/dgram.ts";
    "node:diagnostics_channel" = "node/diagnostics_channel.ts";
    "node:dns" = "node/dns.ts";
    "node:dns/promises" = "node/dns_promises.ts";
    "node:domain" = "node/domain.ts";
    "node:events" = "node/events.ts";
    "node:fs" = "node/fs.ts";
    "node:fs/promises" = "node/fs_promises.ts";
    "node:http" = "node/http.ts";
    "node:http2" = "node/http2.ts";
    "node:https" = "node/https.ts";
    "node:inspector" = "node/inspector.ts";
    "node:inspector/promises" = "node/inspector_promises.ts";
    "node:module" = "node/module.ts";
    "node:net" = "node/net.ts";
    "node:os" = "node/os.ts";
    "node:path" = "node/path.ts";
    "node:path/posix" = "node/path_posix.ts";
    "node:path/win32" = "node/path_posix.ts";
    "node:perf_hooks" = "node/perf_hooks.ts";
    "node:process" = "node/process.ts";
    "node:punycode" = "node/punycode.ts";
    "node:querystring" = "node/querystring.ts";
    "node:readline" = "node/readline.ts";
    "node:readline/promises" = "node/readline_promises.ts";
    "node:repl" = "node/repl.ts";
    "node:sqlite" = "node/sqlite.ts";
    "node:stream" = "node/stream.ts";
    "node:stream/consumers" = "node/stream_consumers.ts";
    "node:stream/promises" = "node/stream_promises.ts";
    "node:stream/web" = "node/stream_web.ts";
    "node:string_decoder" = "node/string_decoder.ts";
    "node:sys" = "node/util.ts";
    "node:timers" = "node/timers.ts";
    "node:timers/promises" = "node/timers_promises.ts";
    "node:tls" = "node/tls.ts";
    "node:trace_events" = "node/trace_events.ts";
    "node:tty" = "node/tty.ts";
    "node:url" = "node/url.ts";
    "node:util" = "node/util.ts";
    "node:util/types" = "node/util_types.ts";
    "node:v8" = "node/v8.ts";
    "node:vm" = "node/vm.ts";
    "node:wasi" = "node/wasi.ts";
    "node:worker_threads" = "node/worker_threads.ts";
    "node:zlib" = "node/zlib.ts";
}

fn find(specifier: &str) -> Option<&'static Builtin> {
    EAGER.iter().chain(LAZY).chain(NODE).find(|module| module.specifier == specifier)
}
/// Other names of built-in modules: those of test runners, and of the version of zod that is built in.
const ALIASES: &[(&str, &str)] = &[
    ("@jest/globals", "cronflow/testing"),
    ("bun:test", "cronflow/testing"),
    ("vitest", "cronflow/testing"),
    ("zod/v4", "zod"),
];

/// Built-in modules that a package of the same name replaces.
const REPLACEABLE: &[&str] = &["express", "zod"];
/// Modules of Node.js that have no name without the prefix.
const PREFIX_ONLY: &[&str] = &["node:sqlite", "node:test"];

/// The built-in module that a specifier in user code names, if it names one: `cronflow` and what is
/// below it, the modules of Node.js with and without their prefix, and what packages may replace.
#[must_use]
pub fn builtin_specifier(written: &str) -> Option<&'static str> {
    if written.starts_with("cronflow:") {
        return None;
    }
    let written = ALIASES.iter().find(|(alias, _)| *alias == written).map_or(written, |(_, module)| module);
    let named = |name: &str| find(name).map(|module| module.specifier);
    named(written).or_else(|| {
        let prefixed = format!("node:{written}");
        named(&prefixed).filter(|name| !PREFIX_ONLY.contains(name))
    })
}

/// Whether a package of that name comes before the built-in module.
pub(crate) fn is_replaceable(builtin: &str) -> bool {
    REPLACEABLE.contains(&builtin)
}

/// Where compiled built-in modules are kept between processes.
static CACHE: OnceLock<Cache> = OnceLock::new();

/// Lets this process keep compiled built-in modules in a cache, and take them from there. The first call counts.
pub fn cache_builtins(cache: Cache) {
    let _ = CACHE.set(cache);
}

/// The built-in modules that every isolate needs, compiled by the same passes as user code; once per
/// process.
///
/// # Errors
/// Only if a built-in module itself is wrong, which the tests rule out.
pub fn builtins() -> Result<Archive, Vec<Diagnostic>> {
    static COMPILED: OnceLock<Result<Archive, Vec<Diagnostic>>> = OnceLock::new();
    COMPILED.get_or_init(|| compile_all(EAGER)).clone()
}

/// Compiles a built-in module that [`builtins`] left out, once per process; `None` when there is
/// none of that name.
///
/// # Errors
/// Only if the module itself is wrong, which the tests rule out.
pub fn lazy_builtin(specifier: &str) -> Option<Result<ModuleSource, Vec<Diagnostic>>> {
    static COMPILED: Mutex<BTreeMap<&str, Result<ModuleSource, Vec<Diagnostic>>>> = Mutex::new(BTreeMap::new());
    let module = LAZY.iter().chain(NODE).find(|module| module.specifier == specifier)?;
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    Some(compiled.entry(module.specifier).or_insert_with(|| compile_one(module)).clone())
}

/// The names of a built-in module.
pub(crate) fn names(specifier: &str) -> Option<Names> {
    let builtin = find(specifier)?;
    let file = Named { name: builtin.path.to_owned(), text: text_of(builtin) };
    Some(transpile_cached(&file).ok()?.names)
}

fn compile_all(builtins: &[Builtin]) -> Result<Archive, Vec<Diagnostic>> {
    let mut modules = BTreeMap::new();
    let mut errors = Vec::new();
    for builtin in builtins {
        match compile_one(builtin) {
            Ok(module) => {
                modules.insert(builtin.specifier.to_owned(), module);
            }
            Err(mut found) => errors.append(&mut found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Archive { entry: ENTRY.to_owned(), root: PathBuf::new(), modules })
}

/// Where debug builds read the built-in modules from instead, so that a change to one needs no build.
#[cfg(debug_assertions)]
const FOLDER_VARIABLE: &str = "CRONFLOW_STDLIB";

#[cfg(debug_assertions)]
fn text_of(builtin: &Builtin) -> Arc<str> {
    let folder = std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    let path = folder.map(|folder| folder.join(builtin.path.trim_start_matches("stdlib/")));
    path.and_then(|path| std::fs::read_to_string(path).ok()).map_or_else(|| builtin.text.into(), Into::into)
}

#[cfg(not(debug_assertions))]
fn text_of(builtin: &Builtin) -> Arc<str> {
    builtin.text.into()
}

fn compile_one(builtin: &Builtin) -> Result<ModuleSource, Vec<Diagnostic>> {
    let file = Named { name: builtin.path.to_owned(), text: text_of(builtin) };
    let output = transpile_cached(&file)?;
    let mut imports = BTreeMap::new();
    let mut errors = Vec::new();
    for import in output.imports {
        if find(&import.written).is_some() {
            imports.insert(import.written.clone(), import.written);
        } else if import.written != NATIVE && import.manner == Manner::Static {
            let message = format!("cannot find the built-in module '{}'", import.written);
            errors.push(file.diagnostic(Code::UnresolvedImport, message, import.range.start));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(ModuleSource {
        kind: ModuleKind::JavaScript,
        code: output.code.into(),
        source_map: None,
        // No frame of a built-in module is shown.
        source: Arc::default(),
        imports,
        exports: Vec::new(),
        wanted: Vec::new(),
        unwraps_default: false,
    })
}

fn transpile_cached(file: &Named) -> Result<Output, Vec<Diagnostic>> {
    let options = Options::module(Language::TypeScript);
    let cache = CACHE.get();
    if let Some(known) = cache.and_then(|cache| cache.get(&file.text, &file.name, options)) {
        return Ok(known);
    }
    let diagnostics = |found: Vec<Finding>| found.into_iter().map(|one| one.into_diagnostic(file)).collect::<Vec<_>>();
    let output = with_large_stack(|| transpile(&file.text, &file.name, options).map_err(diagnostics))?;
    if let Some(cache) = cache {
        cache.put(&file.text, &file.name, options, &output);
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_builtins_compile() {
        let archive = builtins().unwrap_or_else(|errors| panic!("{errors:#?}"));
        assert_eq!(archive.entry, ENTRY);
        assert!(archive.modules.contains_key(ENTRY));
        assert!(archive.modules.values().all(|module| module.source_map.is_none()));
        for lazy in LAZY.iter().chain(NODE) {
            compile_one(lazy).unwrap_or_else(|errors| panic!("{errors:#?}"));
        }
    }

    #[test]
    fn what_is_lazy_is_not_imported_by_what_is_not() {
        let archive = builtins().unwrap();
        for (specifier, module) in &archive.modules {
            for import in module.imports.keys() {
                assert!(archive.modules.contains_key(import), "{specifier} imports {import}, which is lazy");
            }
        }
    }

    #[test]
    fn user_code_reaches_only_public_names() {
        assert_eq!(builtin_specifier("cronflow"), Some("cronflow"));
        assert_eq!(builtin_specifier("cronflow/sdk"), Some("cronflow/sdk"));
        assert_eq!(builtin_specifier("cronflow:internal/prelude"), None);
        assert_eq!(builtin_specifier("zod"), Some("zod"));
        assert_eq!(builtin_specifier("zod/v4"), Some("zod"));
        assert_eq!(builtin_specifier("zod/v3"), None);
        assert_eq!(builtin_specifier("express"), Some("express"));
        assert_eq!(builtin_specifier("express/lib/express.js"), None);
    }
}
