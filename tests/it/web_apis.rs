//! `docs/reference/web-apis.md`: what of the web platform is there, out of the program itself and of the
//! ledgers of the standards' own tests.

use crate::env::{Env, stderr, stdout};
use serde_json::{Map, Value};
use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

const HEAD: &str = "\
# The web platform

What workflow code finds on its global object besides the language itself, after the Minimum Common API of WinterTC
(ECMA-429). This page is made by a test out of the program and of `tests/wpt`, the ledgers of
[web-platform-tests](https://github.com/web-platform-tests/wpt); [docs/testing.md](../testing.md#conformance-of-the-web-platform)
says how to run the suite and what is in its scope, [ADR 28](../adr/0028-which-edition-of-a-standard.md) which edition
of it counts. A subtest is one assertion of the suite that has a name of its own.
";

const TAIL: &str = "
## What is not there, or otherwise than in a browser

- `WebAssembly` is there and says that it is not supported. `BroadcastChannel`, `WebSocket`, `XMLHttpRequest`, workers, the DOM
  and storage are not there; none of them is in the Minimum Common API.
- `fetch` is a server's: every header may be set, there is no CORS and no cache, cookies are not kept
  ([ADR 21](../adr/0021-fetch-on-a-server.md)).
- Streams cannot be transferred.
- Globals that most programs do not use load at their first use; until then their descriptor is a getter.
";

/// A group of the page: its name, its standard, the ledger's files by the beginning of their names, its globals.
type Group = (&'static str, &'static str, &'static [&'static str], &'static str);

const GROUPS: &[Group] = &[
    ("Console", "https://console.spec.whatwg.org/", &["console/"], "console"),
    (
        "Timers and microtasks",
        "https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html",
        &["html/webappapis/timers/", "html/webappapis/microtask-queuing/"],
        "clearInterval clearTimeout queueMicrotask setInterval setTimeout",
    ),
    (
        "Structured clone",
        "https://html.spec.whatwg.org/multipage/structured-data.html",
        &["html/webappapis/structured-clone/", "html/infrastructure/safe-passing-of-structured-data/"],
        "structuredClone",
    ),
    ("Base64", "https://html.spec.whatwg.org/multipage/webappapis.html#atob", &["html/webappapis/atob/"], "atob btoa"),
    (
        "Encoding",
        "https://encoding.spec.whatwg.org/",
        &["encoding/"],
        "TextDecoder TextDecoderStream TextEncoder TextEncoderStream",
    ),
    ("URL", "https://url.spec.whatwg.org/", &["url/"], "URL URLSearchParams"),
    ("URLPattern", "https://urlpattern.spec.whatwg.org/", &["urlpattern/"], "URLPattern"),
    (
        "Events",
        "https://dom.spec.whatwg.org/#events",
        &["dom/events/"],
        "CustomEvent ErrorEvent Event EventTarget MessageEvent ProgressEvent PromiseRejectionEvent",
    ),
    (
        "Aborting",
        "https://dom.spec.whatwg.org/#aborting-ongoing-activities",
        &["dom/abort/"],
        "AbortController AbortSignal",
    ),
    (
        "Errors",
        "https://html.spec.whatwg.org/multipage/webappapis.html#runtime-script-errors",
        &["html/webappapis/scripting/reporterror"],
        "DOMException addEventListener dispatchEvent onerror onrejectionhandled onunhandledrejection removeEventListener reportError",
    ),
    ("Fetch", "https://fetch.spec.whatwg.org/", &["fetch/"], "Headers Request Response fetch"),
    ("FormData", "https://xhr.spec.whatwg.org/#interface-formdata", &["xhr/"], "FormData"),
    ("File", "https://w3c.github.io/FileAPI/", &["FileAPI/"], "Blob File FileReader"),
    (
        "Streams",
        "https://streams.spec.whatwg.org/",
        &["streams/"],
        "ByteLengthQueuingStrategy CountQueuingStrategy ReadableByteStreamController ReadableStream ReadableStreamBYOBReader \
         ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader TransformStream \
         TransformStreamDefaultController WritableStream WritableStreamDefaultController WritableStreamDefaultWriter",
    ),
    ("Compression", "https://compression.spec.whatwg.org/", &["compression/"], "CompressionStream DecompressionStream"),
    (
        "Web Cryptography",
        "https://w3c.github.io/webcrypto/",
        &["WebCryptoAPI/"],
        "Crypto CryptoKey SubtleCrypto crypto",
    ),
    ("Performance", "https://w3c.github.io/hr-time/", &["hr-time/"], "Performance performance"),
    (
        "Performance timeline",
        "https://w3c.github.io/performance-timeline/",
        &["performance-timeline/", "user-timing/"],
        "PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList",
    ),
    (
        "Channels",
        "https://html.spec.whatwg.org/multipage/web-messaging.html",
        &[
            "webmessaging/Channel",
            "webmessaging/MessageEvent",
            "webmessaging/MessagePort",
            "webmessaging/message-channels/",
        ],
        "MessageChannel MessagePort",
    ),
    (
        "Navigator and global object",
        "https://html.spec.whatwg.org/multipage/system-state.html",
        &[],
        "Navigator navigator self",
    ),
    ("WebAssembly (not supported)", "https://webassembly.github.io/spec/js-api/", &[], "WebAssembly"),
    ("From Node.js", "https://nodejs.org/api/globals.html", &[], "Buffer clearImmediate global process setImmediate"),
];

/// The language's own globals, of ECMA-262 with its annex B, ECMA-402 and Temporal.
const LANGUAGE: &str = "AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error \
    EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl \
    Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String \
    Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet \
    decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined \
    unescape";

/// Prints a JSON object: the name of each global, and the members of its prototype (its own for what is no class).
const PROGRAM: &str = "import { cronflow } from 'cronflow';
const found: any = {};
const names = (of: any) => Reflect.ownKeys(of).filter(key => typeof key === 'string' && key !== 'constructor');
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const value = (globalThis as any)[name];
  const isClass = typeof value === 'function' && value.prototype !== undefined && /^[A-Z]/.test(name);
  const own = typeof value === 'function' ? names(value).filter(key => !['length', 'name', 'prototype'].includes(key as string)) : [];
  if (isClass) found[name] = [...own.map(key => `${name}.${String(key)}`), ...names(value.prototype)];
  else if (name === 'console' || name === 'WebAssembly') found[name] = names(value).map(key => `${name}.${String(key)}`);
  else found[name] = [];
}
console.log(JSON.stringify(found));
cronflow.define({ id: 'w' }).step('s', () => 1);
";

fn found() -> Map<String, Value> {
    let output = Env::with(PROGRAM).run(&["check", "workflow.ts"]);
    let printed = stdout(&output) + &stderr(&output);
    let line = printed.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("{printed}"));
    serde_json::from_str(line).unwrap()
}

/// Subtests that pass and all subtests, of files whose names begin so.
fn counted(starts: &[&str]) -> (u64, u64) {
    let mut sum = (0, 0);
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wpt")).unwrap() {
        let ledger: Map<String, Value> =
            serde_json::from_str(&fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        for (_, file) in ledger.iter().filter(|(name, _)| starts.iter().any(|start| name.starts_with(start))) {
            let passed = file["pass"].as_u64().unwrap();
            sum = (sum.0 + passed, sum.1 + passed + file["fail"].as_array().map_or(0, Vec::len) as u64);
        }
    }
    sum
}

fn page(found: &Map<String, Value>) -> String {
    let mut page = format!("{HEAD}\n| API | globals | subtests that pass |\n| --- | --- | --- |\n");
    for (name, standard, starts, globals) in GROUPS {
        let globals: Vec<String> = globals.split_whitespace().map(|global| format!("`{global}`")).collect();
        let rate = match counted(starts) {
            (_, 0) => "not counted".to_owned(),
            (passed, all) => format!("{passed} of {all}, {:.1} %", passed as f64 * 100.0 / all as f64),
        };
        let _ = writeln!(page, "| [{name}]({standard}) | {} | {rate} |", globals.join(" "));
    }
    page.push_str(TAIL);
    page.push_str("\n## Members\n\n| global | members |\n| --- | --- |\n");
    let own: BTreeSet<&str> =
        GROUPS.iter().filter(|group| group.0 != "From Node.js").flat_map(|group| group.3.split_whitespace()).collect();
    for global in own {
        let members: Vec<String> = found[global]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|name| format!("`{name}`"))
            .collect();
        if !members.is_empty() {
            let _ = writeln!(page, "| `{global}` | {} |", members.join(" "));
        }
    }
    page
}

#[test]
fn the_page_of_the_web_platform_is_current() {
    let found = found();
    let listed: BTreeSet<&str> =
        GROUPS.iter().map(|group| group.3).chain([LANGUAGE]).flat_map(str::split_whitespace).collect();
    let there: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(there, listed, "every global belongs to a group of the page, and is there");
    let page = page(&found);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/web-apis.md");
    if std::env::var_os("CRONFLOW_UPDATE_DOCS").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(now, then)| now != then);
    assert!(page == written, "docs/reference/web-apis.md is old, CRONFLOW_UPDATE_DOCS=1 writes it; {differs:?}");
}

/// The rates that the project aims for.
#[test]
fn the_pass_rates_reach_their_aims() {
    let aims: &[(&[&str], f64)] = &[
        (&["url/"], 98.0),
        (&["encoding/"], 95.0),
        (&["dom/abort/"], 95.0),
        (&["dom/events/"], 90.0),
        (
            &[
                "html/webappapis/timers/",
                "html/webappapis/structured-clone/",
                "html/webappapis/atob/",
                "html/webappapis/microtask-queuing/",
            ],
            95.0,
        ),
        (&["console/"], 100.0),
        (&["streams/"], 95.0),
        (&["fetch/api/headers/"], 90.0),
        (&["fetch/api/request/"], 90.0),
        (&["fetch/api/response/"], 90.0),
        (&["FileAPI/"], 90.0),
        (&["WebCryptoAPI/"], 85.0),
        (&["compression/"], 90.0),
        (&["urlpattern/"], 95.0),
        (&["hr-time/"], 90.0),
    ];
    for (starts, aim) in aims {
        let (passed, all) = counted(starts);
        let rate = passed as f64 * 100.0 / all as f64;
        assert!(rate >= *aim, "{starts:?}: {passed} of {all} are {rate:.1} %, the aim is {aim} %");
    }
}
