//! The view of a workflow that the package for Node has: `getSteps()` and its relatives.

use super::*;

/// What an expression on `w`, a workflow with these calls, gives.
fn view(chain: &str, expression: &str) -> Value {
    let source = format!(
        "import {{ cronflow }} from 'cronflow';\n\
         cronflow.define({{ id: 'other' }}).step('s', () => 1);\n\
         const w: any = cronflow.define({{ id: 'w' }}){chain};\n\
         console.log(JSON.stringify({expression}));\n"
    );
    on_worker_stack(async move || {
        let (mut isolate, _) = load(&source).await.unwrap();
        let text = isolate.take_outbox().into_iter().find_map(|message| match message {
            FromWorker::Console { text, .. } => Some(text),
            _ => None,
        });
        serde_json::from_str(&text.unwrap()).unwrap()
    })
}

#[rstest]
#[case(".if('a', () => 1).elseIf('b', () => 1).else().endIf()", json!([["conditional_a", "if_a"], ["elseif_b", "elseif_b"], ["else_b", "else_b"], ["endif_b", "endif_b"]]))]
#[case(".parallel([() => 1]).race([() => 1])", json!([["parallel_execution", "parallel_execution"], ["race_execution", "race_execution"]]))]
#[case(".while('x', () => 1, () => 1).forEach('y', [], () => 1).batch('z', { items: [], size: 1 }, () => 1)", json!([["while_x", "while_x"], ["forEach_y", "forEach_y"], ["batch_z", "batch_z"]]))]
#[case(".subflow('s', 'other').waitForEvent('e')", json!([["subflow_s", "subflow_s"], ["wait_e", "wait_for_event_e"]]))]
#[case(".humanInTheLoop({ description: 'd' }).pause().sleep(1).log('l').cancel()", json!([["human_in_the_loop", "human_in_the_loop"], ["pause", "pause"], ["sleep", "sleep"], ["log", "log"], ["cancel_workflow", "cancel_workflow"]]))]
#[case(".step({ id: 's', title: 'T' }, () => 1).action('a', () => 1)", json!([["s", "s"], ["a", "a"]]))]
fn steps_have_their_old_names(#[case] chain: &str, #[case] expected: Value) {
    assert_eq!(view(chain, "w.getSteps().map((s: any) => [s.id, s.name])"), expected);
}

#[rstest]
#[case(".step('s', () => 1, { timeout: '5s', retry: { attempts: 2 } }).cache({ ttl: '1m' })", json!(["step", {"timeout": "5s", "retry": {"attempts": 2}, "cache": {"ttl": "1m"}}]))]
#[case(".action('s', () => 1)", json!(["action", {"background": true}]))]
#[case(".log('l')", json!(["action", {"background": true}]))]
#[case(".sleep('5m')", json!(["action", {"duration": "5m"}]))]
#[case(".while('w', () => 1, () => 1)", json!(["step", {"loop": true, "maxIterations": 1000}]))]
#[case(".batch('b', { items: [], size: 3 }, () => 1)", json!(["step", {"batch": true, "batchSize": 3}]))]
#[case(".cancel('why')", json!(["step", {"cancel": true, "reason": "why"}]))]
#[case(".waitForEvent('e', '5s')", json!(["step", {"waitForEvent": true, "eventName": "e", "timeout": "5s"}]))]
fn options_are_shown_as_written(#[case] chain: &str, #[case] expected: Value) {
    assert_eq!(view(chain, "[w.getSteps()[0].type, w.getSteps()[0].options]"), expected);
}

#[test]
fn the_rest_of_a_workflow_is_shown_too() {
    let chain = ".onWebhook('/a', { method: ['GET'] }).onEvent('e').manual().step('s', () => 1)";
    let expression = "[w.getId(), w.getName(), w.getTriggers(), w.getStep('s').id, w.getStep('x') === undefined, \
        w.hasWebhookTriggers(), w.hasScheduleTriggers(), w.hasManualTriggers(), w.getDefinition().id, JSON.parse(JSON.stringify(w)).steps.length, \
        w.validate() === undefined, w.register() === w]";
    let triggers = json!([{"type": "webhook", "path": "/a", "methods": ["GET"]}, {"type": "event", "eventName": "e"}, {"type": "manual"}]);
    let expected = json!(["w", "w", triggers, "s", true, true, false, true, "w", 1, true, true]);
    assert_eq!(view(chain, expression), expected);
}

#[rstest]
#[case("", "workflow 'w' has no steps")]
#[case(".step('a', () => 1).step('a', () => 1)", "Step 'a' is defined twice in workflow 'w'")]
#[case(".if('a', () => 1)", "workflow 'w' has an if() without an endIf()")]
fn validate_says_what_is_wrong(#[case] chain: &str, #[case] message: &str) {
    let expression = "(() => { try { w.validate() } catch (e) { return e.message } })()";
    assert_eq!(view(chain, expression), json!(message));
}
