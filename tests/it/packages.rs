//! Real packages from npm do their main job. Needs npm and its registry; says so and passes over where there is no npm.

use crate::{
    echo,
    env::{Env, Server},
    requests::express::{differences, write_files},
    webhooks::send,
};
use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Packages that do not work yet, and exactly why.
const KNOWN_FAILURES: &[(&str, &str)] = &[];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages")
}

/// The project with everything installed, once for all tests; `None` where there is no npm.
fn project() -> Option<PathBuf> {
    static PROJECT: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROJECT.get_or_init(install).clone()
}

/// It is kept for the next time.
fn install() -> Option<PathBuf> {
    let manifest = fs::read_to_string(source().join("package.json")).unwrap();
    let mut hasher = DefaultHasher::new();
    manifest.hash(&mut hasher);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("packages-{:016x}", hasher.finish()));
    let done = folder.join("installed");
    if !done.exists() {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), manifest).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
        let output = npm.stdin(Stdio::null()).output().ok()?;
        assert!(output.status.success(), "npm install failed: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(done, "").unwrap();
    }
    Some(folder)
}

/// A job is a module that throws when the package does not work; a workflow makes it a program.
fn prepare(project: &Path) -> Vec<String> {
    let mut jobs = Vec::new();
    fs::write(project.join(".env"), format!("JOB_SERVER={}\n", echo::serve())).unwrap();
    for entry in fs::read_dir(source().join("jobs")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let job = fs::read_to_string(&path).unwrap();
        let define =
            "\nimport { cronflow } from 'cronflow';\ncronflow.define({ id: 'job' }).step('done', () => null);\n";
        fs::write(project.join(format!("{name}.ts")), job + define).unwrap();
        jobs.push(name);
    }
    jobs.sort();
    jobs
}

#[test]
fn packages_do_their_main_job() {
    let Some(project) = project() else {
        println!("passed over: npm is not installed");
        return;
    };
    let jobs = prepare(&project);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let file = format!("{name}.ts");
                    let output = Env::new().command(&["check", &file]).current_dir(&project).output().unwrap();
                    if !output.status.success() {
                        let text = String::from_utf8_lossy(&output.stderr).into_owned();
                        failures.lock().unwrap().push((name.clone(), text));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let is_known = |name: &str| KNOWN_FAILURES.iter().any(|(known, _)| *known == name);
    for (name, text) in &failures {
        assert!(is_known(name), "{name}:\n{text}");
    }
    for (name, why) in KNOWN_FAILURES {
        assert!(
            failures.iter().any(|(failed, _)| failed == name),
            "{name} works now, take it off the list; it did not: {why}"
        );
    }
}

/// A program in a folder of its own below the project.
fn serve(project: &Path, name: &str, source: &str) -> (Env, Server) {
    let (env, folder) = (Env::new(), project.join(name));
    fs::create_dir_all(&folder).unwrap();
    write_files(&folder);
    fs::write(folder.join("workflow.ts"), source).unwrap();
    let mut command = env.command(&["run", "workflow.ts", "--port", "0", "--db"]);
    command.arg(env.path().join("data.db")).current_dir(folder);
    (env, Server::start(command))
}

#[test]
fn the_package_express_serves() {
    let Some(project) = project() else {
        println!("passed over: npm is not installed");
        return;
    };
    let source = "import express from 'express';\nimport { build } from './app.ts';\n\
                  if (!('engine' in express.application) || express.application.engine.length === 0) throw new Error('this is the built-in express');\n\
                  build(express).listen(0);\n";
    let (_env, server) = serve(&project, "serve-express", source);
    let wrong = differences(server.port);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_package_hono_serves() {
    let Some(project) = project() else {
        println!("passed over: npm is not installed");
        return;
    };
    let source = "import { Hono } from 'hono';\nimport { streamSSE } from 'hono/streaming';\nconst app = new Hono();\n\
         app.get('/users/:id', c => c.json({ id: c.req.param('id'), q: c.req.query('q'), env: typeof c.env }));\n\
         app.post('/form', async c => c.text(String((await c.req.parseBody()).name)));\n\
         app.get('/events', c => streamSSE(c, async stream => { for (const data of ['a', 'b']) await stream.writeSSE({ data }); }));\n\
         app.get('/wait', c => { c.executionCtx.waitUntil(Promise.resolve()); return c.body(null, 204); });\n\
         export default app;\n";
    let (_env, server) = serve(&project, "serve-hono", source);
    let user = send(server.port, "GET", "/users/7?q=x", &[], "");
    assert_eq!(user.json(), serde_json::json!({"id": "7", "q": "x", "env": "object"}));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(send(server.port, "POST", "/form", &form, "name=J%C3%B6").text, "J\u{f6}");
    let events = send(server.port, "GET", "/events", &[], "");
    assert_eq!(events.header("content-type"), Some("text/event-stream"));
    assert!(events.text.contains("data: a\n") && events.text.ends_with("0\r\n\r\n"), "{}", events.text);
    assert_eq!(send(server.port, "GET", "/wait", &[], "").status, 204);
    assert_eq!(send(server.port, "GET", "/none", &[], "").text, "404 Not Found");
}
