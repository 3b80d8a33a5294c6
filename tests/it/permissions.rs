//! Hosts and other programs: each denial, each grant, and what becomes of programs.

use crate::env::{Env, PROGRAM, Server, eventually, stderr, stdout};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    thread,
};

/// A file whose top level does something, and then defines a workflow.
fn program(code: &str) -> Env {
    Env::with(&format!(
        "{code}\nimport {{ cronflow }} from 'cronflow';\ncronflow.define({{ id: 'w' }}).step('s', () => 1);\n"
    ))
}

/// What `check` says with a flag; empty when all is well.
fn check(env: &Env, flags: &[&str]) -> String {
    let output =
        env.command(&[&["check", "workflow.ts"], flags].concat()).env("SECRET_KEY", "hidden").output().unwrap();
    assert_eq!(output.status.success(), output.stderr.is_empty());
    stderr(&output)
}

/// Answers every request with a redirect to a target, or with 200.
fn answering(target: Option<String>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head = match &target {
                Some(target) => format!("302 Found\r\nlocation: {target}"),
                None => "200 OK".to_owned(),
            };
            let _ = write!(stream, "HTTP/1.1 {head}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
        }
    });
    port
}

#[test]
fn the_network_is_open_and_can_be_closed() {
    let port = answering(None);
    let env = program(&format!("await (await fetch('http://127.0.0.1:{port}/')).text();"));
    for flags in
        [&[][..], &["--allow-net"], &["--allow-net=127.0.0.1"], &[&format!("--allow-net=x.org,127.0.0.1:{port}")]]
    {
        assert_eq!(check(&env, flags), "", "{flags:?}");
    }
    for flag in ["--allow-net=none", "--allow-net=example.com", "--allow-net=127.0.0.1:1", "--allow-net=*.0.0.1:9"] {
        let text = check(&env, &[flag]);
        assert!(text.contains("CF3020") && text.contains("--allow-net=127.0.0.1"), "{flag}: {text}");
    }
    assert!(check(&env, &["--allow-net=https://a.org"]).contains("HOST:PORT"));
    let coded = program(&format!(
        "const error = await fetch('http://127.0.0.1:{port}/').catch(error => error); if (error.code !== 'ERR_ACCESS_DENIED') throw error;"
    ));
    assert_eq!(check(&coded, &["--allow-net=none"]), "");
}

#[test]
fn redirects_and_names_do_not_lead_out() {
    let inner = answering(None);
    let port = answering(Some(format!("http://localhost:{inner}/")));
    let env = program(&format!("await fetch('http://127.0.0.1:{port}/');"));
    assert_eq!(check(&env, &[]), "");
    let text = check(&env, &["--allow-net=127.0.0.1"]);
    assert!(text.contains("--allow-net=localhost"), "{text}");
    let metadata = answering(Some("http://169.254.169.254/latest/meta-data/".to_owned()));
    let env = program(&format!("await fetch('http://127.0.0.1:{metadata}/');"));
    for flags in [&[][..], &["--allow-net"], &["--allow-net=127.0.0.1,169.254.169.254"]] {
        assert!(check(&env, flags).contains("metadata address"), "{flags:?}");
    }
}

#[test]
fn programs_need_a_flag() {
    let env = program(
        "import { execFileSync } from 'node:child_process'; if (String(execFileSync('echo', ['hi'])) !== 'hi\\n') throw new Error('other');",
    );
    let text = check(&env, &[]);
    assert!(text.contains("CF3020") && text.contains("--allow-run=echo"), "{text}");
    for flags in [["--allow-run"], ["--allow-run=true,echo"], ["--allow-run=/bin/echo"]] {
        assert_eq!(check(&env, &flags), "", "{flags:?}");
    }
    assert!(check(&env, &["--allow-run=true"]).contains("--allow-run=echo"));
    // A shell is a program that runs all others.
    let env = program(
        "import { exec } from 'child_process'; import { promisify } from 'util'; await promisify(exec)('echo hi');",
    );
    let text = check(&env, &["--allow-run=echo"]);
    assert!(text.contains("which exec()") && text.contains("--allow-run=/bin/sh"), "{text}");
    assert_eq!(check(&env, &["--allow-run=sh"]), "");
    let fork = program("import { fork } from 'child_process'; fork('./a.js');");
    assert!(check(&fork, &["--allow-run"]).contains("there is no Node.js to fork"));
}

#[test]
fn another_program_of_the_same_name_is_not_allowed() {
    let env = program(
        "import { execFileSync } from 'child_process'; execFileSync('echo', { env: { PATH: process.cwd() + '/own' } });",
    );
    let own = env.write("own/echo", "#!/bin/sh\necho > was-here\n");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(check(&env, &["--allow-run=echo"]).contains("CF3020"));
    assert!(!env.path().join("was-here").exists());
    assert_eq!(check(&env, &["--allow-run"]), "");
    assert!(env.path().join("was-here").exists());
}

#[test]
fn programs_see_no_more_of_the_environment_than_workflow_code() {
    let env = program(
        "import { execFileSync } from 'child_process'; import { writeFileSync } from 'fs'; writeFileSync('seen.txt', execFileSync('env'));",
    );
    env.write(".env", "OWN=file\n");
    assert_eq!(check(&env, &["--allow-run=env"]), "");
    let seen = env.read("seen.txt");
    assert!(seen.contains("OWN=file\n") && seen.contains("HOME=") && !seen.contains("hidden"), "{seen}");
    assert_eq!(check(&env, &["--allow-run=env", "--allow-env=SECRET_KEY"]), "");
    assert!(env.read("seen.txt").contains("SECRET_KEY=hidden\n"));
}

#[test]
fn child_process_behaves_as_in_node() {
    let env = program(include_str!("../../runtime/js/src/isolate/tests/node/child_process.ts"));
    assert_eq!(check(&env, &["--allow-run"]), "");
}

/// The numbers of the programs that a step has noted in a file.
fn noted(env: &Env) -> Vec<String> {
    env.read("pids.txt").split_whitespace().map(str::to_owned).collect()
}

fn is_there(pid: &str) -> bool {
    // State and parent follow the name. One that its parent has left is for init to reap.
    let about = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    about.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z 1 "))
}

fn serve(body: &str, timeout: &str) -> (Env, Server) {
    let env = Env::with(&format!(
        "import {{ cronflow }} from 'cronflow';\nimport {{ spawn, execSync, exec }} from 'node:child_process';\n\
         cronflow.define({{ id: 'w' }}).step('s', async ctx => {{ {body} }}, {{ timeout: '{timeout}' }});\n"
    ));
    let server = env.serve_with(&["run", "workflow.ts", "--port", "0", "--allow-run"]);
    (env, server)
}

const NOTE: &str = "sh -c 'echo $$ >> pids.txt; sleep 1000' & echo $$ >> pids.txt; wait";

#[test]
fn a_step_that_is_stopped_takes_its_programs_with_it() {
    for call in [format!("await new Promise(done => exec(\"{NOTE}\", done));"), format!("execSync(\"{NOTE}\");")] {
        // A busy machine may not have started both programs by the first time limit.
        let started = ["300ms", "3s", "30s"].iter().any(|timeout| {
            let (env, server) = serve(&call, timeout);
            let run = server.trigger("w", "null");
            assert_eq!(server.ended(&run)["status"], "failed");
            eventually("all are gone, also as zombies", || noted(&env).iter().all(|pid| !is_there(pid)));
            noted(&env).len() == 2
        });
        assert!(started, "{call}");
    }
}

#[test]
fn a_step_that_ends_leaves_no_programs_behind() {
    let body = format!(
        "spawn('sh', ['-c', \"{NOTE}\"]); const fs = await import('node:fs'); \
         while (!fs.existsSync('pids.txt') || fs.readFileSync('pids.txt', 'utf8').split('\\n').length < 3) await new Promise(r => setTimeout(r, 5)); return 1;"
    );
    let (env, server) = serve(&body, "5m");
    let run = server.trigger("w", "null");
    assert_eq!(server.ended(&run)["status"], "completed");
    assert_eq!(noted(&env).len(), 2);
    eventually("both are gone, also as zombies", || noted(&env).iter().all(|pid| !is_there(pid)));
}

#[test]
fn programs_start_also_when_the_binary_has_been_replaced() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\nimport { execFileSync } from 'node:child_process';\n\
         cronflow.define({ id: 'w' }).step('s', () => String(execFileSync('echo', ['hi'])));\n",
    );
    let copy = env.path().join("copy");
    fs::copy(PROGRAM, &copy).unwrap();
    let server = Server::start(env.command_of(&copy, &["run", "workflow.ts", "--port", "0", "--allow-run"]));
    fs::remove_file(&copy).unwrap();
    assert_eq!(server.ended(&server.trigger("w", "null"))["output"], "hi\n");
}

#[test]
fn tests_have_the_same_flags() {
    let env = Env::new();
    env.write(
        "run.test.ts",
        "import { execFileSync } from 'node:child_process';\ntest('runs', () => expect(String(execFileSync('echo', ['hi']))).toBe('hi\\n'));\n",
    );
    let without = env.run(&["test"]);
    assert!(!without.status.success() && stdout(&without).contains("--allow-run=echo"), "{}", stdout(&without));
    let with = env.run(&["test", "--allow-run=echo"]);
    assert!(with.status.success(), "{}", stdout(&with));
}
