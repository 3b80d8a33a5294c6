//! Wrong versions of the examples: the examples' own tests must catch each. And the right ones pass.

use crate::env::{Env, stderr, stdout};
use rstest::rstest;
use std::{fs, path::Path};

fn env_of(example: &str, change: impl FnOnce(String) -> String) -> Env {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let env = Env::new();
    env.write("workflow.ts", change(fs::read_to_string(folder.join("workflow.ts")).unwrap()));
    env.write("workflow.test.ts", fs::read_to_string(folder.join("workflow.test.ts")).unwrap());
    env.write(".env", "RATES_URL=http://rates.test/\n");
    env
}

#[rstest]
#[case("circuit-breaker")]
#[case("fan-out-etl")]
#[case("hello")]
#[case("nightly-report")]
#[case("order-approval")]
#[case("saga")]
fn examples_pass_their_tests(#[case] example: &str) {
    let env = env_of(example, |source| source);
    let output = env.run(&["test", "--timeout", "60s"]);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
}

#[rstest]
#[case::wrong_total("order-approval", "item.price * item.quantity", "item.price")]
#[case::limit_one_too_high("order-approval", ">= LARGE", "> LARGE")]
#[case::empty_orders_pass("order-approval", "|| items.length === 0", "")]
#[case::refusals_are_charged("order-approval", "!ctx.last.approved", "ctx.last.approved === null")]
#[case::one_attempt_less("order-approval", "attempts: 5", "attempts: 4")]
#[case::waits_too_long_for_a_person("order-approval", "timeout: '3d'", "timeout: '30d'")]
#[case::waits_grow_too_fast(
    "order-approval",
    "delay: '2s', maxDelay: '1m' }, jitter: true",
    "delay: '20s', maxDelay: '1m' }"
)]
#[case::takes_one_of_each(
    "order-approval",
    "ctx.state.incr(`reserved:${item.sku}`, item.quantity)",
    "ctx.state.incr(`reserved:${item.sku}`, 1)"
)]
#[case::reads_the_first_page_only("fan-out-etl", "readPage(page))", "readPage(0))")]
#[case::refused_rows_are_loaded("fan-out-etl", "row.amount >= 0", "row.amount >= -1")]
#[case::groups_of_another_size("fan-out-etl", "size: 4", "size: 5")]
#[case::names_are_not_trimmed("fan-out-etl", "row.name.trim()", "row.name")]
#[case::retries_what_is_gone("fan-out-etl", "[429, 502, 503]", "[404, 429, 502, 503]")]
#[case::compensates_in_order("saga", ".reverse()", "")]
#[case::forgets_the_last_place("saga", "PLACES.length &&", "PLACES.length - 1 &&")]
#[case::never_compensates("saga", "ctx.last.failed !== undefined", "ctx.last.failed === null")]
#[case::gives_up_compensating("saga", "attempts: 100", "attempts: 10")]
#[case::waits_without_limit("saga", "maxDelay: '1h'", "maxDelay: '10h'")]
#[case::takes_errors_for_answers("circuit-breaker", "if (!response.ok) throw", "if (false) throw")]
#[case::forgets_when_it_was_due("nightly-report", "ctx.payload?.scheduled_at ??", "")]
#[case::sales_are_not_added(
    "nightly-report",
    "incrGlobalState('amount', ctx.payload.amount)",
    "incrGlobalState('amount', 1)"
)]
#[case::greets_nobody("hello", "name = 'stranger'", "name = 'nobody'")]
fn wrong_workflows_are_caught(#[case] example: &str, #[case] right: &str, #[case] wrong: &str) {
    let env = env_of(example, |source| {
        assert!(source.contains(right), "the example has no '{right}'");
        source.replacen(right, wrong, 1)
    });
    // Crashes everywhere take long and are not what these are about.
    let tests = env.read("workflow.test.ts").replace(".crashEverywhere()", "");
    env.write("workflow.test.ts", tests);
    let output = env.run(&["test", "--timeout", "60s"]);
    assert_eq!(output.status.code(), Some(1), "nobody noticed: {}{}", stdout(&output), stderr(&output));
}
