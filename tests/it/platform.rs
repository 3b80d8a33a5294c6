//! The platform through the binary: permissions, `.env`, archives, the cache of compiled modules.

use crate::{echo, env::Env};
use serde_json::json;
use std::fs;

fn check(env: &Env, args: &[&str]) -> (bool, String) {
    let output = env.run(args);
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A file whose top level does something, and then defines a workflow.
fn program(code: &str) -> Env {
    Env::with(&format!(
        "{code}\nimport {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: 'w' }}).step('s', () => 1);\n"
    ))
}

#[test]
fn files_outside_of_the_project_need_a_flag() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().canonicalize().unwrap().join("secret.txt");
    fs::write(&secret, "hidden").unwrap();
    let env = program(&format!(
        "import fs from 'node:fs';\nfs.writeFileSync('own.txt', fs.readFileSync('workflow.ts'));\nif (fs.readFileSync('{0}', 'utf8') !== 'hidden') throw new Error('other');",
        secret.display()
    ));
    env.write("package.json", "{}");
    let (ok, text) = check(&env, &["check", "workflow.ts"]);
    assert!(!ok && text.contains("CF3020") && text.contains("--allow-read="), "{text}");
    assert!(env.read("own.txt").contains("writeFileSync"), "the project itself is open");
    let flag = format!("--allow-read={}", outside.path().display());
    assert_eq!(check(&env, &["check", "workflow.ts", &flag]), (true, String::new()));
    assert!(check(&env, &["check", "workflow.ts", "--allow-read"]).0);
    let write = program(&format!("import fs from 'fs'; fs.writeFileSync('{}', 'x');", secret.display()));
    let (ok, text) = check(&write, &["check", "workflow.ts", &flag]);
    assert!(!ok && text.contains("--allow-write="), "{text}");
    assert_eq!(fs::read_to_string(&secret).unwrap(), "hidden");
}

#[test]
fn a_link_does_not_lead_out_of_the_project() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a"), "hidden").unwrap();
    let env = program("import fs from 'fs'; fs.readFileSync('link/a');");
    env.write("package.json", "{}");
    std::os::unix::fs::symlink(outside.path(), env.path().join("link")).unwrap();
    let (ok, text) = check(&env, &["check", "workflow.ts"]);
    assert!(!ok && text.contains("CF3020"), "{text}");
}

#[test]
fn environment_variables_need_a_flag_or_a_file() {
    let code = "if (process.env.OWN !== 'from file' || process.env.BOTH !== 'real') throw new Error(JSON.stringify(process.env));\nif (process.env.NOT_SET !== undefined || 'API_KEY' in process.env) throw new Error('seen');\nprocess.env.API_KEY;";
    let env = program(code);
    env.write(".env", "OWN=\"from file\" # comment\nBOTH=file\n");
    let run = |args: &[&str]| {
        let output = env.command(args).env("API_KEY", "k").env("BOTH", "real").output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (ok, text) = run(&["check", "workflow.ts"]);
    assert!(!ok && text.contains("CF3020") && text.contains("--allow-env=API_KEY"), "{text}");
    let allowed =
        program("if (process.env.API_KEY !== 'k' || !('API_KEY' in process.env)) throw new Error('not seen');");
    for flag in ["--allow-env=API_KEY", "--allow-env=OTHER,API_*", "--allow-env"] {
        let output = allowed.command(&["check", "workflow.ts", flag]).env("API_KEY", "k").output().unwrap();
        assert!(output.status.success(), "{flag}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_broken_env_file_is_an_error() {
    let env = program("");
    env.write(".env", "just text\n");
    let (ok, text) = check(&env, &["check", "workflow.ts"]);
    assert!(!ok && text.contains(".env") && text.contains("NAME=value"), "{text}");
}

#[test]
fn an_archive_runs_where_nothing_else_is() {
    let env = program(
        "import { two } from 'pack'; import { three } from './three.js'; import data from './d.json'; if (two + three !== data.five) throw new Error('no');",
    );
    env.write("three.ts", "export const three: number = 3;");
    env.write("d.json", "{\"five\": 5}");
    env.write("node_modules/pack/package.json", r#"{"name": "pack", "main": "main.js"}"#);
    env.write("node_modules/pack/main.js", "exports.two = require('./inner').two;");
    env.write("node_modules/pack/inner.js", "module.exports = { two: 2 };");
    let built = env.run(&["build", "workflow.ts", "-o", "app.cfar"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert!(String::from_utf8_lossy(&built.stdout).starts_with("app.cfar: 5 modules"));
    let bare = Env::new();
    fs::copy(env.path().join("app.cfar"), bare.path().join("app.cfar")).unwrap();
    let mut server = bare.serve_with(&["app.cfar", "--port", "0"]);
    assert!(server.child.try_wait().unwrap().is_none());
    let mut damaged = fs::read(bare.path().join("app.cfar")).unwrap();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    bare.write("bad.cfar", damaged);
    let (ok, text) = check(&bare, &["check", "bad.cfar"]);
    assert!(!ok && text.contains("CF1011"), "{text}");
}

#[test]
fn compiled_modules_are_kept_in_the_cache_folder() {
    let env = program("");
    let kept = || fs::read_dir(env.path().join(".cache/cronflow-rt/modules")).map_or(0, Iterator::count);
    let off = env.command(&["check", "workflow.ts"]).env("CRONFLOW_CACHE", "off").output().unwrap();
    assert!(off.status.success());
    assert_eq!(kept(), 0);
    let on = env.command(&["check", "workflow.ts"]).env_remove("CRONFLOW_CACHE").output().unwrap();
    assert!(on.status.success());
    assert!(kept() > 0);
}

#[test]
fn http_requests_behave_as_in_node() {
    let env = program(include_str!("../../runtime/js/src/isolate/tests/node/http.ts"));
    env.write(".env", format!("JOB_SERVER={}\n", echo::serve()));
    assert_eq!(check(&env, &["check", "workflow.ts"]), (true, String::new()));
}

#[test]
fn connections_that_cannot_be_made_are_refused() {
    for (option, word) in [
        ("{ socketPath: '/a' }", "socketPath"),
        ("{ rejectUnauthorized: false }", "rejectUnauthorized"),
        ("{ agent: new http.Agent({ ca: 'x' }) }", "ca"),
        ("{ agent: { addRequest() {} } }", "HTTPS_PROXY"),
    ] {
        let env = program(&format!("import http from 'node:http'; http.get('http://127.0.0.1:1/', {option});"));
        let (ok, text) = check(&env, &["check", "workflow.ts"]);
        assert!(!ok && text.contains(word), "{option}: {text}");
    }
}

/// A package without side effects, whose namespaces are loaded when somebody looks into them.
#[test]
fn namespaces_of_pure_packages_are_loaded_when_they_are_used() {
    let env = Env::new();
    let pure = r#"{"name": "pure", "type": "module", "sideEffects": false, "main": "main.js"}"#;
    env.write("node_modules/pure/package.json", pure);
    env.write(
        "node_modules/pure/main.js",
        "export * as used from './used.js';\nexport * as unused from './unused.js';\nexport { round } from './circle.js';\n\
         export * as common from './common.cjs';\nexport const own = 1;",
    );
    env.write("node_modules/pure/used.js", "globalThis.loads = (globalThis.loads ?? 0) + 1;\nexport let n = 1; export default 'd'; export const add = () => ++n;");
    env.write("node_modules/pure/unused.js", "throw new Error('nobody should load this');");
    // It leads back to who passes it on: it is there from the beginning.
    env.write("node_modules/pure/circle.js", "export * as round from './round.js'; export const own = 1;");
    env.write(
        "node_modules/pure/round.js",
        "import { own } from './circle.js'; globalThis.round = true; export const twice = () => own * 2;",
    );
    env.write("node_modules/pure/common.cjs", "exports.c = 3;");
    env.write("node_modules/effects/package.json", r#"{"name": "effects", "type": "module", "main": "main.js"}"#);
    env.write("node_modules/effects/main.js", "export * as inner from './inner.js';");
    env.write("node_modules/effects/inner.js", "globalThis.effect = true; export const i = 1;");
    env.write(
        "workflow.ts",
        "import { cronflow } from 'cronflow';\nimport * as pure from 'pure';\nimport { used } from 'pure';\nimport { inner } from 'effects';\n\
         const before = [globalThis.loads ?? 0, globalThis.round, globalThis.effect, pure.own];\n\
         const seen = [used.n, used.add(), used.n, used.default, Object.keys(used), 'add' in used, { ...used }.n, pure.used === used, globalThis.loads];\n\
         const none = [used.missing === undefined, Reflect.set(used, 'n', 5), Object.getPrototypeOf(used), pure.round.twice(), pure.common.c, inner.i];\n\
         let error; try { pure.unused.x; } catch (caught) { error = caught.message; }\n\
         cronflow.define({ id: 'w' }).step('s', () => [before, seen, none, error]);\n",
    );
    let server = env.serve();
    let run = server.ended(&server.trigger("w", "null"));
    assert_eq!(
        run["output"],
        json!([
            [0, true, true, 1],
            [1, 2, 2, "d", ["add", "default", "n"], true, 2, true, 1],
            [true, false, null, 2, 3, 1],
            "nobody should load this"
        ])
    );
}
