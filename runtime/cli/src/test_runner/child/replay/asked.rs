//! What a deciding function came to that asks for something outside the record, such as state: it is taken to decide
//! as it did then.

use super::record::{Record, RecordedStep};
use cronflow_core::{
    json::JsonText,
    moment,
    time::Timestamp,
    worker::{FunctionRole, Outcome},
};
use serde_json::Value;

/// What the function of a step came to in the recorded run; `None` when that is not on record. `round` is that of a
/// loop, `child` the recorded run of a subflow, `key` one for a cache that no other step has.
pub(super) fn decided(
    step: &RecordedStep,
    role: FunctionRole,
    record: &Record,
    round: u32,
    child: Option<&Record>,
    key: &str,
) -> Option<Outcome> {
    let has_bodies = || record.rounds(&step.path) > 0;
    match role {
        FunctionRole::Condition if step.kind == "while" => of_round(step, round, record.rounds(&step.path)),
        FunctionRole::Input => child.map(|child| ok(&child.payload)),
        FunctionRole::Items if step.items.is_some() => step.items.as_ref().map(|items| ok(&ungrouped(step, items))),
        // It was the filter, or the time, that threw: nothing else of these can fail.
        _ if step.status == "failed" && !has_bodies() => Some(step.outcome()),
        FunctionRole::Condition => step.output.as_bool().map(|truth| ok(&truth.into())),
        FunctionRole::Items => items(&step.output).map(|items| ok(&items)),
        FunctionRole::Duration => step.took().map(|millis| ok(&millis.into())),
        FunctionRole::Until => {
            moment::parse(step.completed_at.as_deref()?, Timestamp(0)).ok().map(|at| ok(&at.0.into()))
        }
        FunctionRole::Reason => Some(ok(&record.error["message"])),
        // The event that is told again is the one that it let through.
        FunctionRole::Filter => step.has_ended().then(|| ok(&true.into())),
        FunctionRole::CacheKey => Some(ok(&key.into())),
        _ => None,
    }
}

fn ok(value: &Value) -> Outcome {
    Outcome::Ok(JsonText::of(value))
}

/// Whether the loop went on for another round.
fn of_round(step: &RecordedStep, round: u32, rounds: u32) -> Option<Outcome> {
    let all = step.output["iterations"].as_u64().and_then(|all| u32::try_from(all).ok()).unwrap_or(rounds);
    if round < all {
        return Some(ok(&true.into()));
    }
    match step.status.as_str() {
        "completed" => Some(ok(&false.into())),
        "failed" => Some(step.outcome()),
        _ => None,
    }
}

fn ungrouped(step: &RecordedStep, items: &[Value]) -> Value {
    let is_batch = step.kind == "batch";
    let groups =
        items.iter().map(|item| item.as_array().filter(|_| is_batch).cloned().unwrap_or_else(|| vec![item.clone()]));
    groups.flatten().collect()
}

/// The items of `forEach` and `batch`: the output of either has them.
fn items(output: &Value) -> Option<Value> {
    let results = output["results"].as_array()?;
    let each = results.iter().flat_map(|result| match &result["items"] {
        Value::Array(group) => group.clone(),
        _ => vec![result["item"].clone()],
    });
    Some(each.collect())
}

/// What was asked for, for people.
pub(super) fn subject(request: &str) -> String {
    let request: Value = serde_json::from_str(request).unwrap_or_default();
    let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
    match text("method").as_str() {
        "state" => format!("asks the engine for the state '{}'", text("key")),
        "replay.fetch" => format!("makes a request to {}", text("url")),
        method => format!("asks the engine ({method})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn record(step: Value, more: &[&str]) -> Record {
        let one = |value: Value| {
            let mut whole = json!({"status": "completed", "type": "step", "output": null, "error": null, "attempts": [], "startedAt": "2030-01-01T00:00:00.000Z"});
            value.as_object().unwrap().iter().for_each(|(key, value)| whole[key] = value.clone());
            whole
        };
        let steps: Vec<Value> =
            std::iter::once(one(step)).chain(more.iter().map(|path| one(json!({"path": path})))).collect();
        serde_json::from_value(json!({
            "id": "1", "workflowId": "w", "status": "completed", "parent": null, "createdAt": "2030-01-01T00:00:00.000Z",
            "payload": {"n": 1}, "trigger": {}, "output": null, "error": {"message": "enough"}, "steps": steps,
        }))
        .unwrap()
    }

    #[rstest]
    #[case(json!({"path": "x", "type": "if", "output": false}), FunctionRole::Condition, 0, Some(json!(false)))]
    #[case(json!({"path": "x", "type": "if", "status": "skipped"}), FunctionRole::Condition, 0, None)]
    #[case(json!({"path": "x", "type": "while", "output": {"iterations": 2}}), FunctionRole::Condition, 1, Some(json!(true)))]
    #[case(json!({"path": "x", "type": "while", "output": {"iterations": 2}}), FunctionRole::Condition, 2, Some(json!(false)))]
    #[case(json!({"path": "x", "type": "while", "status": "running"}), FunctionRole::Condition, 1, None)]
    #[case(json!({"path": "x", "output": {"results": [{"item": 1}, {"item": [2]}]}}), FunctionRole::Items, 0, Some(json!([1, [2]])))]
    #[case(json!({"path": "x", "output": {"results": [{"items": [1, 2]}, {"items": [3]}]}}), FunctionRole::Items, 0, Some(json!([1, 2, 3])))]
    #[case(json!({"path": "x", "status": "running"}), FunctionRole::Items, 0, None)]
    #[case(json!({"path": "x", "type": "forEach", "status": "failed", "items": [1, [2]]}), FunctionRole::Items, 0, Some(json!([1, [2]])))]
    #[case(json!({"path": "x", "type": "batch", "status": "failed", "items": [[1, 2], [3]]}), FunctionRole::Items, 0, Some(json!([1, 2, 3])))]
    #[case(json!({"path": "x", "completedAt": "2030-01-01T00:00:02.000Z"}), FunctionRole::Duration, 0, Some(json!(2000)))]
    #[case(json!({"path": "x", "completedAt": "2030-01-01T00:00:02.000Z"}), FunctionRole::Until, 0, Some(json!(1_893_456_002_000_i64)))]
    #[case(json!({"path": "x"}), FunctionRole::Reason, 0, Some(json!("enough")))]
    #[case(json!({"path": "x"}), FunctionRole::Filter, 0, Some(json!(true)))]
    #[case(json!({"path": "x"}), FunctionRole::Body(0), 0, None)]
    fn the_record_tells_what_was_decided(
        #[case] step: Value,
        #[case] role: FunctionRole,
        #[case] round: u32,
        #[case] expected: Option<Value>,
    ) {
        let record = record(step, &["y", "x[0]/a"]);
        let decided = decided(&record.steps[0], role, &record, round, None, "key");
        assert_eq!(decided, expected.map(|value| ok(&value)));
    }

    #[test]
    fn what_threw_throws_again() {
        let failed = json!({"path": "x", "status": "failed", "error": {"name": "TypeError", "message": "no"}});
        let decided = |more: &[&str]| {
            let record = record(failed.clone(), more);
            decided(&record.steps[0], FunctionRole::Items, &record, 0, None, "key")
        };
        assert!(matches!(decided(&[]), Some(Outcome::Err(failure)) if failure.message == "no"));
        assert_eq!(decided(&["x[0]/a"]), None, "its bodies failed, not its items");
    }

    #[test]
    fn an_input_is_the_payload_of_the_subflow() {
        let record = record(json!({"path": "x", "status": "failed"}), &[]);
        let decided = decided(&record.steps[0], FunctionRole::Input, &record, 0, Some(&record), "key");
        assert_eq!(decided, Some(ok(&json!({"n": 1}))));
    }
}
