//! The built-in express against what Express 5.3.0 answered on Node.js 20 (tests/express/answers.jsonl). The package
//! itself is held against the same answers in `packages`.

use crate::{
    env::{Env, stderr},
    webhooks::{exchange, send},
};
use rstest::rstest;
use serde_json::Value;
use std::{
    fs::{File, OpenOptions},
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

/// 2026-01-01T00:00:00Z: the files that are served are of that moment.
const OF_FILES: Duration = Duration::from_secs(1_767_225_600);

/// The files that the app of these tests serves.
pub(crate) fn write_files(folder: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/express/app.ts");
    std::fs::copy(source, folder.join("app.ts")).unwrap();
    std::fs::create_dir_all(folder.join("public/dir")).unwrap();
    let files = [("hello.txt", "hello\n"), ("dir/index.html", "<h1>hi</h1>\n"), (".hidden", "secret\n")];
    for (name, text) in files {
        let path = folder.join("public").join(name);
        std::fs::write(&path, text).unwrap();
        let file: File = OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + OF_FILES).unwrap();
    }
}

/// Asks everything; what is answered otherwise.
pub(crate) fn differences(port: u16) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/express/answers.jsonl");
    let rows = std::fs::read_to_string(path).unwrap();
    rows.lines().filter_map(|line| difference(port, &serde_json::from_str(line).unwrap())).collect()
}

/// A row has `method`, `path`, `headers` and `sent` of a request, and `status`, `answer` (headers) and `body` of what
/// was answered. `page`: an error page, and what is on it is our own.
fn difference(port: u16, row: &Value) -> Option<String> {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let mut headers: Vec<(&str, &str)> = pairs(&row["headers"]);
    headers.push(("host", "h.example.com:80"));
    // An empty body is a body too.
    if row["sent"] == "" {
        headers.push(("content-length", "0"));
    }
    let got = send(port, text("method"), text("path"), &headers, text("sent"));
    let mut wrong = Vec::new();
    if row["status"] != got.status {
        wrong.push(format!("status {} instead of {}", got.status, row["status"]));
    }
    if row["page"] != true {
        for (name, value) in row["answer"].as_object().unwrap() {
            let all = got.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let all = all.collect::<Vec<_>>().join(", ");
            let expected = match value {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                one => one.as_str().unwrap().to_owned(),
            };
            if all != expected {
                wrong.push(format!("{name}: {all:?} instead of {expected:?}"));
            }
        }
        // The bytes of the body are the characters of the text.
        let body: Vec<u8> = text("body").chars().map(|character| character as u8).collect();
        let is_chunked = got.header("transfer-encoding").is_some();
        if !is_chunked && got.text != String::from_utf8_lossy(&body) {
            wrong.push(format!("body {:?} instead of {:?}", got.text, text("body")));
        }
    }
    (!wrong.is_empty()).then(|| format!("{} {}: {}", text("method"), text("path"), wrong.join("; ")))
}

fn pairs(object: &Value) -> Vec<(&str, &str)> {
    let entries = object.as_object().into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
}

#[test]
fn the_built_in_express_answers_as_express_does() {
    let env =
        Env::with("import express from 'express';\nimport { build } from './app.ts';\nbuild(express).listen(0);\n");
    write_files(env.path());
    let server = env.serve_with(&["run", "workflow.ts"]);
    let wrong = differences(server.port);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[rstest]
#[case("app.set('view engine', 'pug')", "the setting 'view engine' of the built-in express is not available")]
#[case("app.use(express.json({ limti: '1mb' }))", "express.json() has no option 'limti': use inflate, limit, verify")]
#[case("app.get('/a(b)', () => {})", "'(' at 3 of the path '/a(b)' means nothing")]
#[case("app.get('/a')", "undefined")]
#[case("app.get('/:a:b', () => {})", "the path '/:a:b' needs text before the parameter 'b'")]
#[case("app.get('/a', 5)", "a handler of route.get() must be a function, not number")]
#[case(
    "app.set('trust proxy', 'nonsense')",
    "'trust proxy' must be true, false, a number, a function, 'loopback' or addresses"
)]
#[case("express.Router({ merge: true })", "Router() has no option 'merge': use caseSensitive, mergeParams or strict")]
fn wrong_use_is_told(#[case] call: &str, #[case] message: &str) {
    let source = format!("import express from 'express';\nconst app = express();\nthrow new Error(String({call}));\n");
    let output = Env::with(&source).run(&["check", "workflow.ts"]);
    let told: String = stderr(&output).replace('\u{2502}', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(message), "{told}");
}

/// What errors say is for the log.
#[test]
fn an_error_that_nobody_handles_is_logged_with_its_place() {
    let env = Env::with(
        "import express from 'express';\nconst app = express();\napp.get('/', () => {\n  throw new Error('hunter2');\n});\napp.listen(0);\n",
    );
    let mut server = env.serve_with(&["run", "workflow.ts"]);
    let answer = send(server.port, "GET", "/", &[], "");
    assert_eq!(answer.status, 500);
    assert!(answer.text.contains("Internal Server Error") && !answer.text.contains("hunter2"), "{}", answer.text);
    server.wait_for("Error: hunter2");
    server.wait_for("at workflow.ts:4:9");
}

const GUARDED: &str = r#"
import express from 'express';
import { resolve } from 'node:path';
const app = express();
const folder = resolve('public');
// The folder of the test begins with a dot.
app.get('/own/:name', (req, res) => res.sendFile(`${folder}/${req.params.name}`, { dotfiles: 'allow' }));
app.get('/hidden', (req, res) => res.sendFile(`${folder}/.hidden`));
app.get('/p/:a-:b-:c', (req, res) => res.json(req.params));
app.post('/form', express.urlencoded({ extended: true }), (req, res) => res.json([Object.keys(req.body), ({} as any).polluted ?? null]));
app.get('/headers', (req, res, next) => next(Object.assign(new Error('x'), { headers: { authorization: 'Bearer hunter2' } })));
app.get('/cookie', (req, res) => res.cookie('a', 'x; Domain=evil', { encode: String }).send('set'));
app.get('/kind', (req, res) => res.type('constructor').send('x'));
app.options('/opt', (req, res) => res.status(204).end());
app.get('/false', (req, res, next) => next(false as any), (req, res) => res.send('went on'));
app.use(/bar/, (req, res) => res.send('matched'));
app.use('/static', express.static('public'));
const sub = express();
sub.get('/ip', (req, res) => res.json([req.ip, req.protocol]));
app.set('trust proxy', true);
app.use('/sub', sub);
app.listen(0);
"#;

/// What a hostile client may try, and what careless programs do.
#[test]
fn clients_get_nothing_that_is_not_theirs() {
    let env = Env::with(GUARDED);
    write_files(env.path());
    env.write("public/..data/key", "secret");
    env.write("secret.txt", "secret");
    env.write("public/large.bin", vec![7; 300_000]);
    let server = env.serve_with(&["run", "workflow.ts"]);
    let get = |path: &str| send(server.port, "GET", path, &[], "");
    assert_eq!(get("/own/hello.txt").text, "hello\n");
    assert_eq!([get("/own/..%2fsecret.txt").status, get("/hidden").status, get("/own/a%00b").status], [403, 404, 400]);
    assert_eq!([get("/static/..data/key").status, get("/static/%2e%2e/secret.txt").status], [404, 404]);
    assert_eq!(get("/p/x-y-z").json(), serde_json::json!({"a": "x", "b": "y", "c": "z"}));
    assert_eq!(get(&format!("/p/{}/x", "-".repeat(7_000))).status, 404);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "__proto__[polluted]=1&a[__proto__][polluted]=1&constructor[prototype][polluted]=1";
    assert_eq!(send(server.port, "POST", "/form", &form, body).json(), serde_json::json!([["a", "constructor"], null]));
    assert_eq!((get("/headers").status, get("/headers").header("authorization")), (500, None));
    assert_eq!((get("/cookie").status, get("/cookie").header("set-cookie")), (500, None));
    assert_eq!(get("/kind").header("content-type"), Some("application/octet-stream; charset=utf-8"));
    assert_eq!(send(server.port, "OPTIONS", "/opt", &[], "").status, 204);
    assert_eq!((get("/false").text.as_str(), get("/fo/bar").status), ("went on", 404));
    let forwarded = [("x-forwarded-for", "9.9.9.9"), ("x-forwarded-proto", "https")];
    assert_eq!(send(server.port, "GET", "/sub/ip", &forwarded, "").json(), serde_json::json!(["9.9.9.9", "https"]));
    // A large file goes in pieces, with its length.
    let large = get("/static/large.bin");
    assert_eq!((large.header("content-length"), large.text.len()), (Some("300000"), 300_000));
    assert_eq!(
        send(server.port, "GET", "/static/large.bin", &[("range", "bytes=100000-299999")], "").text.len(),
        200_000
    );
    assert_eq!(get("/static?x=1").header("location"), Some("/static/?x=1"));
}

const CONDITIONS: &str = r#"
import express from 'express';
const app = express();
app.get('/tagged', (req, res) => res.set('ETag', '"a,b"').sendFile('hello.txt', { root: 'public' }));
app.get('/missing', (req, res) => res.status(404).sendFile('hello.txt', { root: 'public' }));
app.post('/done', (req, res) => res.sendFile('hello.txt', { root: 'public' }));
app.use('/static', express.static('public'));
app.use('/undated', express.static('public', { lastModified: false, etag: false }));
app.listen(0);
"#;

/// <https://www.rfc-editor.org/rfc/rfc9110#section-13>. The file is of 2026-01-01T00:00:00Z, and its tag is weak.
#[rstest]
#[case("/static/hello.txt", "if-match: *", 200)]
#[case("/static/hello.txt", "if-match: W/\"6-19b76daa800\"", 412)]
#[case("/static/hello.txt", "if-match: \"6-19b76daa800\"", 412)]
#[case("/tagged", "if-match: \"x\", \"a,b\"", 200)]
#[case("/tagged", "if-match: W/\"a,b\"", 412)]
#[case("/tagged", "if-match: \"a\"", 412)]
#[case("/tagged", "if-none-match: \"x\", W/\"a,b\"", 304)]
#[case("/tagged", "if-none-match: \"b\"", 200)]
#[case("/undated/hello.txt", "if-match: \"a\"", 412)]
#[case("/undated/hello.txt", "if-unmodified-since: Wed, 31 Dec 2025 23:59:59 GMT", 200)]
#[case("/static/hello.txt", "if-unmodified-since: Wed, 31 Dec 2025 23:59:59 GMT", 412)]
#[case("/static/hello.txt", "if-unmodified-since: Wednesday, 31-Dec-25 23:59:59 GMT", 412)]
#[case("/static/hello.txt", "if-unmodified-since: Wed Dec 31 23:59:59 2025", 412)]
#[case("/static/hello.txt", "if-unmodified-since: Thu, 01 Jan 2026 00:00:00 GMT", 200)]
#[case("/static/hello.txt", "if-unmodified-since: 2025", 200)]
#[case("/static/hello.txt", "if-match: *\r\nif-unmodified-since: Wed, 31 Dec 2025 23:59:59 GMT", 200)]
#[case("/static/hello.txt", "if-match: *\r\nif-none-match: *", 304)]
#[case("/static/hello.txt", "if-match: \"a\"\r\nif-none-match: *", 412)]
#[case("/static/hello.txt", "if-match: \"a\"\r\nrange: bytes=0-1", 412)]
#[case("/static/hello.txt", "if-range: Thu, 01 Jan 2026 00:00:00 GMT\r\nrange: bytes=0-1", 206)]
#[case("/static/hello.txt", "if-range: Thu, 01 Jan 2026 00:00:01 GMT\r\nrange: bytes=0-1", 200)]
#[case("/static/hello.txt", "if-range: W/\"6-19b76daa800\"\r\nrange: bytes=0-1", 200)]
#[case("/tagged", "if-range: \"a,b\"\r\nrange: bytes=0-1", 206)]
#[case("/missing", "if-match: \"a\"", 404)]
fn conditions_of_requests_count(#[case] path: &str, #[case] header: &str, #[case] status: u16) {
    let env = Env::with(CONDITIONS);
    write_files(env.path());
    let server = env.serve_with(&["run", "workflow.ts"]);
    for method in ["GET", "HEAD"] {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n\r\n");
        let answer = exchange(server.port, request.as_bytes());
        assert_eq!(answer.status, status, "{method}: {}", answer.text);
        if status == 412 {
            // Nobody may take it for the file.
            assert_eq!((answer.header("etag"), answer.header("cache-control")), (None, None));
        }
    }
    assert_eq!(send(server.port, "POST", "/done", &[("if-match", "\"a\"")], "").text, "hello\n");
}

/// Four thousand handlers in a row: the stack has an end, and the chain need not know.
#[test]
fn long_chains_of_handlers_reach_their_end() {
    let env = Env::with(
        "import express from 'express';\nconst app = express();\n\
         for (let i = 0; i < 4000; i++) app.use((req: any, res: any, next: any) => { req.n = (req.n ?? 0) + 1; next(); });\n\
         app.get('/', (req: any, res: any) => res.json(req.n));\napp.listen(0);\n",
    );
    let server = env.serve_with(&["run", "workflow.ts"]);
    assert_eq!(send(server.port, "GET", "/", &[], "").text, "4000");
}
