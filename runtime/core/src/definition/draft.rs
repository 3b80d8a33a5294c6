//! The draft: a workflow as `define()` and its chained calls declared it, before any check.
//!
//! Functions stay in the isolate. A draft only says which roles have one.

use crate::{host::LogLevel, retry::Strategy};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The place in the user's source that declared something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// File, as in the archive.
    pub file: String,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A duration as written: a number of milliseconds or text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Millis {
    /// Milliseconds.
    Number(f64),
    /// Such as `30s`.
    Text(String),
}

/// A workflow as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftWorkflow {
    /// `define({id})`.
    pub id: String,
    /// `define({name})`.
    pub name: Option<String>,
    /// `define({description})`.
    pub description: Option<String>,
    /// `define({version})`: the author's own name for this state of the workflow.
    pub version: Option<String>,
    /// `define({tags})`.
    pub tags: Vec<String>,
    /// `define({timeout})`: longest time for a whole run.
    pub timeout: Option<Millis>,
    /// `define({retry})`: for steps without their own.
    pub retry: Option<DraftRetry>,
    /// `define({retention})`: how long finished runs are kept.
    pub retention: Option<Millis>,
    /// Which of `hooks.onSuccess` and `hooks.onFailure` are there.
    pub hooks: DraftHooks,
    /// What is decided before a run may begin.
    pub flow: DraftFlow,
    /// Where `define` was called.
    pub site: Site,
    /// In order of declaration.
    pub nodes: Vec<DraftNode>,
    /// In order of declaration.
    pub triggers: Vec<DraftTrigger>,
}

/// Which hooks a workflow has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftHooks {
    /// `hooks.onSuccess`.
    pub on_success: bool,
    /// `hooks.onFailure`.
    pub on_failure: bool,
    /// Whether they hear of the end of a run only: webhooks have hooks, the workflow has none.
    pub only_ends: bool,
}

/// Flow control as declared. `keyed` says that a function makes the key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftFlow {
    /// `concurrency`.
    pub concurrency: Option<DraftLimit>,
    /// `rateLimit`.
    pub rate_limit: Option<DraftLimit>,
    /// `throttle`.
    pub throttle: Option<DraftLimit>,
    /// `debounce`.
    pub debounce: Option<DraftLimit>,
    /// `singleton`.
    pub singleton: Option<DraftLimit>,
    /// `queue`: workflows with the same queue share its concurrency.
    pub queue: Option<String>,
    /// `priority`: higher goes first.
    pub priority: Option<f64>,
}

/// One kind of flow control; which fields are set depends on the kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftLimit {
    /// `concurrency.limit`, `rateLimit.count`.
    pub count: Option<f64>,
    /// `rateLimit.per`, `throttle.per`, `debounce.wait`.
    pub per: Option<Millis>,
    /// `debounce.maxWait`.
    pub max_wait: Option<Millis>,
    /// `singleton.mode`.
    pub mode: Option<String>,
    /// Whether a function makes the key.
    pub keyed: bool,
}

/// A node as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftNode {
    /// `step`, `action`, `if`, `forEach` and so on.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A longer name.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Options that act.
    pub options: DraftOptions,
    /// Roles that have a function: `handler`, `condition`, `items` and so on.
    pub roles: Vec<String>,
    /// What is particular to the kind.
    pub spec: DraftSpec,
    /// Where it was declared.
    pub site: Site,
}

/// What is particular to one kind of node; which fields are set depends on the kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftSpec {
    /// `log`: severity.
    pub level: Option<LogLevel>,
    /// `log`: the line, unless a function makes it.
    pub message: Option<String>,
    /// `parallel`, `race`: how many branches.
    pub branches: u32,
    /// `parallel`: their names, when they were given as an object.
    pub keys: Option<Vec<String>>,
    /// `while`.
    pub max_iterations: Option<f64>,
    /// `forEach`, `batch`: the items, unless a function gives them.
    pub items: Option<Vec<Value>>,
    /// `batch`.
    pub size: Option<f64>,
    /// `forEach`, `batch`.
    pub concurrency: Option<f64>,
    /// `subflow`: which workflow.
    pub workflow: Option<String>,
    /// `subflow`: whether to wait for its end.
    pub wait: Option<bool>,
    /// `subflow`: the input, unless a function makes it.
    pub input: Option<Value>,
    /// `sleep`: how long, unless a function says.
    pub duration: Option<Millis>,
    /// `sleepUntil`: milliseconds since the epoch, unless a function says.
    pub until: Option<f64>,
    /// `waitForEvent`: which.
    pub event: Option<String>,
    /// `waitForEvent`, `humanInTheLoop`: longest wait.
    pub timeout: Option<Millis>,
    /// `humanInTheLoop`: for the people who decide.
    pub approval_url: Option<String>,
    /// `humanInTheLoop`: anything.
    pub metadata: Option<Value>,
    /// `cancel`: why, unless a function says.
    pub reason: Option<String>,
}

/// A node's options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftOptions {
    /// Longest time for one attempt.
    pub timeout: Option<Millis>,
    /// What happens after a failed attempt.
    pub retry: Option<DraftRetry>,
    /// Wait before the first attempt.
    pub delay: Option<Millis>,
    /// Keep the output for later runs.
    pub cache: Option<DraftCache>,
    /// Let nothing through after too many failures.
    pub circuit_breaker: Option<DraftBreaker>,
    /// Whether an action's failure fails the run.
    pub critical: Option<bool>,
}

/// The `retry` option as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftRetry {
    /// Attempts in all.
    pub attempts: Option<f64>,
    /// `backoff.strategy`.
    pub strategy: Option<Strategy>,
    /// `backoff.delay`.
    pub delay: Option<Millis>,
    /// `backoff.maxDelay`.
    pub max_delay: Option<Millis>,
    /// `backoff.multiplier`.
    pub multiplier: Option<f64>,
    /// Share of the wait that is random.
    pub jitter: Option<f64>,
    /// `retryOn.errors`.
    pub errors: Vec<String>,
    /// `retryOn.statusCodes`.
    pub status_codes: Vec<u16>,
    /// Whether `retryOn.conditions` is a function.
    pub asks_condition: bool,
    /// Whether `onRetry` is a function.
    pub tells: bool,
}

/// The `cache` option as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftCache {
    /// The key, unless a function makes it.
    pub key: Option<String>,
    /// How long an entry counts.
    pub ttl: Option<Millis>,
}

/// The `circuitBreaker` option as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DraftBreaker {
    /// Breakers of the same name are one.
    pub name: Option<String>,
    /// Failures in a row that open it.
    pub failure_threshold: Option<f64>,
    /// How long it stays open.
    pub recovery_timeout: Option<Millis>,
    /// Which failures count.
    pub expected_errors: Vec<String>,
    /// Trial calls at a time while it is half open.
    pub half_open_max: Option<f64>,
}

/// A trigger as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftTrigger {
    /// What starts it.
    #[serde(flatten)]
    pub source: DraftSource,
    /// How many nodes were declared before it.
    #[serde(default)]
    pub after: u32,
    /// Where it was declared.
    #[serde(default)]
    pub site: Site,
}

/// What starts a workflow, as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum DraftSource {
    /// `onWebhook(path, {method})`.
    #[serde(rename_all = "camelCase")]
    Webhook {
        /// As written.
        path: String,
        /// As written.
        methods: Vec<String>,
        /// Everything else.
        #[serde(default)]
        options: Box<super::DraftWebhook>,
    },
    /// `onEvent(name, {filter, schema, debounce})`.
    #[serde(rename_all = "camelCase")]
    Event {
        /// The event's name, or a pattern such as `order.*`.
        event: String,
        /// Whether a function looks at each event first: `filter`, `schema` or both.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asks: bool,
        /// `debounce`, as that of a workflow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        debounce: Option<DraftLimit>,
    },
    /// `onSchedule(cron | {cron, ...})`.
    Schedule(Box<DraftSchedule>),
    /// `onInterval(span | {every, ...})`.
    Interval(Box<DraftSchedule>),
    /// `onPoll(fn, {interval, ...})`.
    #[serde(rename_all = "camelCase")]
    Poll {
        /// A name of its own among the workflow's schedules.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// How often.
        interval: Option<Millis>,
        /// Longest time for one answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<Millis>,
    },
    /// `manual()`.
    Manual,
}

/// A schedule or interval as declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DraftSchedule {
    /// A name of its own among the workflow's schedules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `onSchedule`: the expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// `onSchedule`: an IANA zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// `onInterval`: the span.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Millis>,
    /// `skip`, `queue`, `allow` or `cancel-running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<String>,
    /// `none`, `last` or `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<String>,
    /// Missed times that are older are not made up for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catch_up_window: Option<Millis>,
    /// Most that a start is late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Millis>,
    /// Milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<f64>,
    /// What runs get besides the facts of the schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
}
