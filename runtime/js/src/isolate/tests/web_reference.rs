//! `docs/reference/web-apis.md` is what the global object really has, and what the ledger of
//! conformance tests says. `CRONFLOW_UPDATE_DOCS=1` writes it anew.

use super::*;
use std::{collections::BTreeMap, fmt::Write as _, path::Path};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/web-apis.md");
const LEDGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wpt");

/// Title, standard, globals, folders of the conformance tests.
type Group = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const GROUPS: &[Group] = &[
    ("Console", "https://console.spec.whatwg.org/", &["console"], &["console/"]),
    (
        "Timers and microtasks",
        "https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html",
        &["setTimeout", "setInterval", "clearTimeout", "clearInterval", "queueMicrotask"],
        &["html/webappapis/timers/", "html/webappapis/microtask-queuing/"],
    ),
    (
        "Errors that nobody catches",
        "https://html.spec.whatwg.org/multipage/webappapis.html#runtime-script-errors",
        &[
            "reportError",
            "onerror",
            "onunhandledrejection",
            "onrejectionhandled",
            "addEventListener",
            "removeEventListener",
            "dispatchEvent",
        ],
        &["html/webappapis/scripting/reporterror"],
    ),
    (
        "structuredClone",
        "https://html.spec.whatwg.org/multipage/structured-data.html",
        &["structuredClone"],
        &["html/webappapis/structured-clone/"],
    ),
    (
        "Base64",
        "https://html.spec.whatwg.org/multipage/webappapis.html#atob",
        &["atob", "btoa"],
        &["html/webappapis/atob/"],
    ),
    ("DOMException", "https://webidl.spec.whatwg.org/#idl-DOMException", &["DOMException"], &[]),
    (
        "Events",
        "https://dom.spec.whatwg.org/#events",
        &[
            "Event",
            "EventTarget",
            "CustomEvent",
            "ErrorEvent",
            "MessageEvent",
            "ProgressEvent",
            "PromiseRejectionEvent",
        ],
        &["dom/events/"],
    ),
    (
        "Aborting",
        "https://dom.spec.whatwg.org/#aborting-ongoing-activities",
        &["AbortController", "AbortSignal"],
        &["dom/abort/"],
    ),
    (
        "Message channels",
        "https://html.spec.whatwg.org/multipage/web-messaging.html#message-channels",
        &["MessageChannel", "MessagePort"],
        &[],
    ),
    ("URL", "https://url.spec.whatwg.org/", &["URL", "URLSearchParams"], &["url/"]),
    ("URLPattern", "https://urlpattern.spec.whatwg.org/", &["URLPattern"], &["urlpattern/"]),
    (
        "Encoding",
        "https://encoding.spec.whatwg.org/",
        &["TextEncoder", "TextDecoder", "TextEncoderStream", "TextDecoderStream"],
        &["encoding/"],
    ),
    (
        "Streams",
        "https://streams.spec.whatwg.org/",
        &[
            "ReadableStream",
            "ReadableStreamDefaultReader",
            "ReadableStreamBYOBReader",
            "ReadableStreamDefaultController",
            "ReadableByteStreamController",
            "ReadableStreamBYOBRequest",
            "WritableStream",
            "WritableStreamDefaultWriter",
            "WritableStreamDefaultController",
            "TransformStream",
            "TransformStreamDefaultController",
            "ByteLengthQueuingStrategy",
            "CountQueuingStrategy",
        ],
        &["streams/"],
    ),
    (
        "Compression",
        "https://compression.spec.whatwg.org/",
        &["CompressionStream", "DecompressionStream"],
        &["compression/"],
    ),
    ("Fetch", "https://fetch.spec.whatwg.org/", &["fetch", "Headers", "Request", "Response"], &["fetch/"]),
    ("Files", "https://w3c.github.io/FileAPI/", &["Blob", "File", "FileReader"], &["FileAPI/"]),
    ("FormData", "https://xhr.spec.whatwg.org/#interface-formdata", &["FormData"], &["xhr/formdata/"]),
    (
        "Web Cryptography",
        "https://w3c.github.io/webcrypto/",
        &["crypto", "Crypto", "CryptoKey", "SubtleCrypto"],
        &["WebCryptoAPI/"],
    ),
    (
        "Performance",
        "https://w3c.github.io/hr-time/",
        &[
            "performance",
            "Performance",
            "PerformanceEntry",
            "PerformanceMark",
            "PerformanceMeasure",
            "PerformanceObserver",
            "PerformanceObserverEntryList",
        ],
        &["hr-time/", "user-timing/", "performance-timeline/"],
    ),
    (
        "The global object",
        "https://min-common-api.proposal.wintertc.org/",
        &["self", "navigator", "Navigator", "WebAssembly"],
        &[],
    ),
];

/// Prints `{name: [members]}` of what the platform adds to the language.
const SOURCE: &str = r"
    import { cronflow } from 'cronflow';
    cronflow.define({ id: 'w' }).step('s', () => 1);
    const LANGUAGE = ('globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent ' +
      'encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array ' +
      'BigUint64Array Boolean DataView Date DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array ' +
      'Float64Array Function Int16Array Int32Array Int8Array Iterator Map Number Object Promise Proxy RangeError ReferenceError ' +
      'RegExp Set SharedArrayBuffer String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array ' +
      'Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet Atomics Intl JSON Math Reflect').split(' ');
    const out: any = {};
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (LANGUAGE.includes(name)) continue;
      const value = (globalThis as any)[name];
      const owner = typeof value === 'function' && value.prototype !== undefined ? value.prototype : value;
      const isObject = (typeof owner === 'object' && owner !== null) && value !== globalThis;
      const own = isObject ? Object.entries(Object.getOwnPropertyDescriptors(owner)) : [];
      const shown = (list: any[]) => list.filter(([key, one]) => one.enumerable && !/^[A-Z_]+$/.test(key))
        .map(([key, one]) => typeof one.value === 'function' ? `${key}()` : key);
      const statics = owner === value ? [] : shown(Object.entries(Object.getOwnPropertyDescriptors(value))).map(key => `static ${key}`);
      out[name] = [...shown(own), ...statics];
    }
    console.log(JSON.stringify(out));
";

fn globals() -> BTreeMap<String, Vec<String>> {
    on_worker_stack(async || {
        let (mut isolate, _) = load(SOURCE).await.unwrap();
        let text = isolate.take_outbox().into_iter().find_map(|message| match message {
            FromWorker::Console { text, .. } => Some(text),
            _ => None,
        });
        serde_json::from_str(&text.unwrap()).unwrap()
    })
}

/// Subtests that pass and all subtests, by the file of the suite.
fn figures() -> BTreeMap<String, (u64, u64)> {
    let mut figures = BTreeMap::new();
    for entry in fs::read_dir(LEDGER).unwrap().map(Result::unwrap) {
        let ledger: Value = serde_json::from_str(&fs::read_to_string(entry.path()).unwrap()).unwrap();
        for (file, expected) in ledger.as_object().unwrap() {
            let failed = expected["fail"].as_array().map_or(0, Vec::len) as u64;
            let passed = expected["pass"].as_u64().unwrap();
            figures.insert(file.clone(), (passed, passed + failed));
        }
    }
    figures
}

fn page() -> String {
    let (globals, figures) = (globals(), figures());
    let mut page = String::from(
        "# Web APIs\n\nWhat workflow code finds on the global object beside the language itself. Generated by the test \
         `the_page_says_what_is_there` with `CRONFLOW_UPDATE_DOCS=1`; do not edit.\n\nThe last column says how many subtests of \
         [web-platform-tests](https://github.com/web-platform-tests/wpt) pass (suite of September 2023, files that need no page), \
         by the ledger in `tests/wpt`.\n\n| API | globals | conformance |\n| --- | --- | --- |\n",
    );
    for (title, standard, names, folders) in GROUPS {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let of_group = figures.iter().filter(|(file, _)| folders.iter().any(|folder| file.starts_with(folder)));
        let (passed, all) = of_group.fold((0, 0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1));
        let rate = if all == 0 {
            "".to_owned()
        } else {
            format!("{passed} of {all} ({:.1} %)", passed as f64 * 100.0 / all as f64)
        };
        writeln!(page, "| [{title}]({standard}) | {} | {rate} |", names.join(", ")).unwrap();
    }
    page.push_str("\n`WebAssembly` is there to say that it is not supported.\n\n## Members\n\n");
    for (name, members) in globals.iter().filter(|(_, members)| !members.is_empty()) {
        let members: Vec<_> = members.iter().map(|member| format!("`{member}`")).collect();
        writeln!(page, "- `{name}`: {}", members.join(", ")).unwrap();
    }
    page
}

#[test]
fn every_global_is_in_a_group() {
    let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, _, names, _)| names.iter().copied()).collect();
    let globals = globals();
    let unknown: Vec<_> = globals.keys().filter(|name| !grouped.contains(&name.as_str())).collect();
    let missing: Vec<_> = grouped.iter().filter(|name| !globals.contains_key(**name)).collect();
    assert!(unknown.is_empty() && missing.is_empty(), "not in a group: {unknown:?}; not there: {missing:?}");
}

#[test]
fn the_page_says_what_is_there() {
    let page = page();
    if std::env::var_os("CRONFLOW_UPDATE_DOCS").is_some() {
        fs::create_dir_all(Path::new(PAGE).parent().unwrap()).unwrap();
        fs::write(PAGE, page).unwrap();
        return;
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(written == page, "docs/reference/web-apis.md is not up to date: run this test with CRONFLOW_UPDATE_DOCS=1");
}
