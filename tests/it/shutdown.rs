//! SIGINT and SIGTERM: executing steps finish, the rest resumes at the next start.

use crate::{
    crash::{Listener, answer},
    env::Env,
};
use nix::sys::signal::Signal;
use rstest::rstest;
use serde_json::json;

/// The first step waits for the answer of a listener.
fn two_steps(port: u16) -> Env {
    Env::with(&format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'w' }}).onWebhook('/w')\n\
           .step('a', async () => {{ await (await fetch('http://127.0.0.1:{port}/')).text(); return 1 }})\n\
           .step('b', ctx => ctx.last + 1);\n"
    ))
}

#[rstest]
#[case(Signal::SIGTERM)]
#[case(Signal::SIGINT)]
fn executing_steps_finish_and_the_rest_resumes(#[case] signal: Signal) {
    let listener = Listener::new();
    let env = two_steps(listener.port);
    let mut server = env.serve();
    let run = server.trigger("w", "null");
    let (_, held) = listener.next();
    server.signal(signal);
    server.wait_for("stopping");
    answer(held);
    assert_eq!(server.exit_code(), Some(0));
    let steps = env.query("select name, status, result from steps order by id");
    assert_eq!(steps, [["a", "completed", "1"]]);
    assert_eq!(env.query("select status from workflow_runs"), [["running"]]);

    let server = env.serve();
    let view = server.ended(&run);
    assert_eq!(view["output"], json!(2));
    assert_eq!(view["steps"][0]["attempts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_second_signal_stops_at_once() {
    let env = Env::with(
        "import { cronflow } from 'cronflow';\n\
         cronflow.define({ id: 'w' }).step('a', async () => { console.log('a begins'); await new Promise(r => setTimeout(r, 60000)) });\n",
    );
    let mut server = env.serve();
    server.trigger("w", "null");
    server.wait_for("a begins");
    server.signal(Signal::SIGTERM);
    server.wait_for("stopping");
    server.signal(Signal::SIGTERM);
    assert_eq!(server.exit_code(), Some(143));
}

#[test]
fn an_idle_server_stops_at_once_with_zero() {
    let env = two_steps(1);
    let server = env.serve();
    server.signal(Signal::SIGINT);
    assert_eq!(server.exit_code(), Some(0));
}
