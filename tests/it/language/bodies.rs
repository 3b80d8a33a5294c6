//! Loops and branches with many steps: outputs stay in order, workers may change, cost is linear.

use super::{Table, run_one, step};
use serde_json::json;

#[test]
fn concurrency_of_a_loop_keeps_the_order_of_results() {
    let chain = ".forEach('f', ctx => Array.from({ length: 50 }, (_, i) => i), (n, flow) => {\n\
        flow.step('a', async () => { await new Promise(r => setTimeout(r, (n * 7) % 13)); return n }).step('b', ctx => ctx.last * 2) }, { concurrency: 10 })";
    let run = run_one("", chain, "null");
    assert_eq!(run["status"], "completed", "{run:#}");
    let results: Vec<_> =
        run["output"]["results"].as_array().unwrap().iter().map(|one| one["result"].as_i64().unwrap()).collect();
    assert_eq!(results, (0..50).map(|n| n * 2).collect::<Vec<_>>());
    assert_eq!(step(&run, "f[7]/b")["output"], json!(14));
}

#[test]
fn steps_see_their_own_round_and_what_is_around_them() {
    let chain = ".step('before', () => 'B').forEach('f', [1, 2], (n, flow) => {\n\
        flow.step('a', ctx => [n, ctx.last]).step('b', ctx => Object.keys(ctx.steps).join()) }).step('after', ctx => Object.keys(ctx.steps))";
    let run = run_one("", chain, "null");
    assert_eq!(step(&run, "f[1]/a")["output"], json!([2, "B"]));
    assert_eq!(step(&run, "f[1]/b")["output"], json!("before,a"));
    assert_eq!(run["output"], json!(["before", "f"]));
}

#[test]
fn a_killed_worker_declares_bodies_again() {
    let chain = ".parallel([f => {\n\
        const made = 'here';\n\
        f.waitForEvent('go').step('b', ctx => [made, ctx.last]) }])";
    let table = Table::new("", &[("", chain)]);
    let run = table.server.trigger("w0", "null");
    crate::env::eventually("the run waits", || table.env.query("select status from workflow_runs") == [["waiting"]]);
    for pid in table.server.workers() {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
    }
    table.server.post("/api/events", "{\"name\":\"go\",\"payload\":1}");
    assert_eq!(table.server.ended(&run)["output"], json!([["here", 1]]));
}
