//! Services: their definition, their calls from a run, their errors and triggers, and what they never tell.

use super::{failure, helpers::run_with, load, ok, on_worker_stack, run_step};
use cronflow_core::error::Code;
use rstest::rstest;
use serde_json::{Value, json};

const NAMES: &str = "const { bindServices, checkServices, serviceTriggers, addServiceTrigger, isConfigured, NonRetryableError, RetryableError, CancelledError } = (globalThis as any).builtins;\n\
    const { defineService, ServiceError } = await import('cronflow') as any;\n\
    const message = async (work: () => any) => { try { return await work() } catch (error: any) { return error.message } };\n\
    const lines: string[] = [];\n\
    const host = { log: (level: string, text: string) => { lines.push(`${level} ${text.replace(/\\d+ ms/, 'N ms')}`) } };\n\
    const actions = (given: any, more: any = {}) => defineService({ id: 'mail', setup: () => ({ actions: given }) }).withConfig(more);\n\
    const bound = (given: any, more?: any) => bindServices([actions(given, more)], host);\n\
    const thrown = async (error: any) => { try { await bound({ send() { throw error } }).mail.send(); return 'nothing' } catch (caught: any) { return caught } };\n";

const SECRET: &str = "sk_live_s3cr3t";

fn run(body: &str) -> Value {
    run_with(&["cronflow:internal/services", "cronflow:internal/errors"], NAMES, body)
}

#[rstest]
#[case("{}", "a service needs an id: a string that is not empty")]
#[case("{ id: ' ', setup() {} }", "a service needs an id: a string that is not empty")]
#[case("7", "defineService() needs an object with an id and a setup function")]
#[case("{ id: 'a' }", "service 'a' needs a setup function that returns {actions}")]
#[case("{ id: 'a', setp() {} }", "unknown option 'setp' of service 'a'; did you mean 'setup'?")]
#[case("{ id: 'a', name: '', setup() {} }", "name of service 'a' must be a string that is not empty")]
#[case("{ id: 'a', version: 1, setup() {} }", "version of service 'a' must be a string that is not empty")]
#[case(
    "{ id: 'a', schema: { aut: {} }, setup() {} }",
    "unknown option 'aut' of the schema of service 'a'; did you mean 'auth'?"
)]
#[case(
    "{ id: 'a', schema: { auth: 'string' }, setup() {} }",
    "the schema of auth of service 'a' must be a schema: a Standard Schema, an object with safeParse() or parse(), or a JSON Schema"
)]
#[case(
    "{ id: 'a', schema: { config: { prop: {} } }, setup() {} }",
    "unknown keyword 'prop' of the schema of config of service 'a'; did you mean 'properties'?"
)]
fn a_wrong_definition_is_refused(#[case] options: &str, #[case] message: &str) {
    assert_eq!(run(&format!("return await message(() => defineService({options}))")), json!(message));
}

#[rstest]
#[case::missing("{ type: 'object', required: ['key'] }", "{}", "service 'a': auth: is required")]
#[case::wrong(
    "{ properties: { key: { type: 'number' } } }",
    "{ auth: { key: SECRET } }",
    "service 'a': auth.key: must be a number"
)]
#[case::of_an_enum(
    "{ properties: { key: { enum: ['x'] } } }",
    "{ auth: { key: SECRET } }",
    "service 'a': auth.key: must be one of \"x\""
)]
#[case::unknown_options(
    "{}",
    "{ atuh: {} }",
    "unknown option 'atuh' of withConfig() of service 'a'; did you mean 'auth'?"
)]
#[case::asynchronous(
    "{ '~standard': { validate: async () => { throw SECRET } } }",
    "{}",
    "service 'a': the schema of auth is asynchronous, but a service needs one that answers at once"
)]
#[case::broken(
    "{ '~standard': { validate: () => { throw new TypeError(SECRET) } } }",
    "{}",
    "service 'a': the schema of auth failed with TypeError"
)]
#[case::other_schemas(
    "{ safeParse: () => ({ success: false, error: { issues: [{ path: ['key'], message: 'API key is required' }] } }) }",
    "{ auth: { key: SECRET } }",
    "service 'a': auth.key: API key is required"
)]
#[case::telling_schemas(
    "{ parse: (auth: any) => { throw { issues: [{ path: ['key'], message: `got ${auth.key.slice(3, 8).toUpperCase()}` }] } } }",
    "{ auth: { key: SECRET } }",
    "service 'a': auth.key: is not valid"
)]
fn a_wrong_configuration_is_refused_without_its_values(
    #[case] schema: &str,
    #[case] given: &str,
    #[case] message: &str,
) {
    let body = format!(
        "const SECRET = '{SECRET}'; return await message(() => defineService({{ id: 'a', schema: {{ auth: {schema} }}, setup: () => ({{ actions: {{}} }}) }}).withConfig({given}))"
    );
    assert_eq!(run(&body), json!(message));
}

#[rstest]
#[case::what_a_setup_gets(
    "let seen: any; const schema = { config: { properties: { port: { default: 25 } } }, auth: { parse: (auth: any) => ({ ...auth, parsed: true }) } };\n\
     const d = defineService({ id: 'a', name: 'A', version: '1.0.0', description: 'd', schema, setup: ({ config, auth, engine }: any) => {\n\
       seen = [config, auth, Object.keys(engine)]; return { actions: {} } } });\n\
     const c = d.withConfig({ auth: { key: 1 } }); const before = seen === undefined;\n\
     bindServices([c], host); return [before, seen, d.id, d.name, d.version, d.description, isConfigured(c), isConfigured(d), isConfigured({ ...c }), isConfigured(null)]",
    json!([true, [{"port": 25}, {"key": 1, "parsed": true}, ["registerTrigger", "unregisterTrigger", "log"]], "a", "A", "1.0.0", "d", true, false, false, false])
)]
#[case::set_up_once(
    "let n = 0; const c = defineService({ id: 'a', setup: () => { n++; return { actions: { f: () => n } } } }).withConfig();\n\
     bindServices([c], host); const s = bindServices([c], host); serviceTriggers(c); return [s.a.f(), c.actions.f()]",
    json!([1, 1])
)]
#[case::both_ways_to_call(
    "const s = bound({ send: async (input: any, more: any) => [input, more], n: () => 3 });\n\
     return [await s.mail.send({ a: 1 }, 'b'), await s.mail.actions.send('c'), s.mail.n(), s.mail.id, s.mail.name]",
    json!([[{"a": 1}, "b"], ["c", null], 3, "mail", "mail"])
)]
#[case::actions_see_each_other("return bound({ twice() { return (this as any).one() * 2 }, one: () => 4 }).mail.twice()", json!(8))]
#[case::groups_of_actions(
    "const s = bound({ customers: { add: (name: string) => `+${name}`, fail: async () => { throw new Error('x') } } });\n\
     return [s.mail.customers.add('a'), s.mail.actions.customers.add('b'), await message(() => s.mail.customers.fail()), await message(() => s.mail.customers.ad())]",
    json!(["+a", "+b", "service 'mail', action 'customers.fail': x", "service 'mail' has no action 'customers.ad'; did you mean 'customers.add'?"])
)]
#[case::an_action_may_be_called_name("const s = bound({ name: () => 1 }); return [s.mail.name(), s.mail.id]", json!([1, "mail"]))]
#[case::unknown_names(
    "const s: any = bound({ send() {} });\n\
     return [await message(() => s.mail.sned()), await message(() => s.mail.actions.remove()), await message(() => s.mial.send()), await message(() => s.stripe)]",
    json!([
        "service 'mail' has no action 'sned'; did you mean 'send'?", "service 'mail' has no action 'remove'",
        "this workflow has no service 'mial'; did you mean 'mail'?", "this workflow has no service 'stripe'; add it to the workflow's services"
    ])
)]
#[case::printed_and_awaited(
    "const s: any = bound({ send() {} }); const same = await s === s && await s.mail === s.mail;\n\
     return [same, s.then, s.mail.toJSON, s.mail[Symbol.toStringTag], `${s}`, 'mail' in s, 'x' in s, Object.keys(s), JSON.parse(JSON.stringify(s))]",
    json!([true, null, null, null, "[object Object]", true, false, ["mail"], {"mail": {"id": "mail", "name": "mail", "actions": {}}}])
)]
#[case::nobody_changes_them("const s: any = bound({ send: () => 1 }); return [await message(() => { s.mail.send = 2; return 'set' }) === 'set', s.mail.send()]", json!([false, 1]))]
#[case::calls_are_logged_without_what_they_are_about(
    "const s = bound({ good: async (x: any) => x, bad() { throw new TypeError('a secret') } }, { auth: { key: 'sk_live_s3cr3t' } });\n\
     await s.mail.good('input'); await message(() => s.mail.bad('input')); return lines",
    json!(["debug service 'mail', action 'good': completed after N ms", "debug service 'mail', action 'bad': failed with TypeError after N ms"])
)]
#[case::services_of_a_workflow(
    "const c = actions({}); const d = defineService({ id: 'd', setup() {} });\n\
     return [checkServices([c], \"workflow 'w'\").length, await message(() => checkServices([c, c], \"workflow 'w'\")), await message(() => checkServices([d], \"workflow 'w'\")),\n\
       await message(() => checkServices([{ id: 'x', actions: {} }], \"workflow 'w'\")), await message(() => checkServices(c, \"workflow 'w'\"))]",
    json!([
        1, "workflow 'w' has two services 'mail'", "service 'd' of workflow 'w' is not configured; call .withConfig() on it",
        "services[0] of workflow 'w' must be made by defineService(...).withConfig(...)", "services of workflow 'w' must be an array"
    ])
)]
fn services(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}

#[rstest]
#[case(
    "async () => ({ actions: {} })",
    "the setup of service 'a' must return its actions at once, not a promise; wait in the actions"
)]
#[case("() => { throw new TypeError('no host') }", "the setup of service 'a' failed: TypeError: no host")]
#[case(
    "({ auth }: any) => { throw new Error(`bad key ${auth.key}`) }",
    "the setup of service 'a' failed: Error (its message has a part of auth or config in it, and is left out)"
)]
#[case("() => undefined", "the result of the setup of service 'a' must be an object with actions")]
#[case(
    "() => ({ action: {} })",
    "unknown option 'action' of the result of the setup of service 'a'; did you mean 'actions'?"
)]
#[case("() => ({})", "the actions of service 'a' must be an object of functions")]
#[case(
    "() => ({ actions: { f: 1 } })",
    "the actions of service 'a': 'f' must be a function, or an object of functions"
)]
#[case(
    "() => ({ actions: { f: new Date() } })",
    "the actions of service 'a': 'f' must be a function, or an object of functions"
)]
#[case("() => ({ actions: { then() {} } })", "the actions of service 'a': an action cannot have the name 'then'")]
#[case("() => ({ actions: {}, triggers: 1 })", "the triggers of service 'a' must be an object")]
#[case(
    "() => ({ actions: {}, triggers: { t: {} } })",
    "trigger 't' of service 'a' needs a webhook or an event, one of the two"
)]
#[case(
    "() => ({ actions: {}, triggers: { t: { webhok: '/' } } })",
    "unknown option 'webhok' of trigger 't' of service 'a'; did you mean 'webhook'?"
)]
#[case(
    "() => ({ actions: {}, triggers: { t: { webhook: 'x' } } })",
    "the webhook of trigger 't' of service 'a' must be a path that begins with /"
)]
#[case(
    "() => ({ actions: {}, triggers: { t: { event: '' } } })",
    "the event of trigger 't' of service 'a' must be a name"
)]
#[case(
    "({ engine }: any) => { engine.registerTrigger('t', () => {}); return { actions: {}, triggers: { t() {} } } }",
    "service 'a' has two triggers 't'"
)]
#[case(
    "({ engine }: any) => { engine.registerTrigger('t', 5) }",
    "trigger 't' of service 'a' must be a function, {webhook: path} or {event: name}"
)]
#[case(
    "({ engine }: any) => { engine.log('loud', 'x') }",
    "service 'a': log level 'loud' is none of debug, info, warn, error"
)]
fn a_wrong_setup_is_refused_each_time(#[case] setup: &str, #[case] message: &str) {
    let body = format!(
        "let n = 0; const setup: any = {setup}; const c = defineService({{ id: 'a', setup: (given: any) => {{ n++; return setup(given) }} }}).withConfig({{ auth: {{ key: '{SECRET}' }} }});\n\
         const all: any[] = []; for (let i = 0; i < 2; i++) try {{ bindServices([c], host) }} catch (error: any) {{ all.push([error.message, error.name]) }}\n\
         return [n, ...all]"
    );
    let expected = json!([message, "DefinitionError"]);
    assert_eq!(run(&body), json!([1, expected, expected]));
}

#[rstest]
#[case("new Error('x')", json!(["ServiceError", null, null, null, null, null]))]
#[case("Object.assign(new TypeError('x'), { code: 'ECONNRESET' })", json!(["TypeError", null, null, null, null, "ECONNRESET"]))]
#[case("new NonRetryableError('x')", json!(["NonRetryableError", null, null, null, null, null]))]
#[case("new CancelledError('x')", json!(["CancelledError", null, null, null, null, null]))]
#[case("new RetryableError('x', { retryAfter: '5s' })", json!(["RetryableError", null, null, "5s", null, null]))]
#[case("Object.assign(new Error('x'), { status: 503, retryable: false })", json!(["ServiceError", 503, null, null, false, null]))]
#[case("Object.assign(new Error('x'), { statusCode: 429, retryAfter: 7 })", json!(["ServiceError", null, 429, 7, null, null]))]
#[case("Object.assign(new Error('x'), { response: { status: 502 } })", json!(["ServiceError", 502, null, null, null, null]))]
#[case("'x'", json!(["ServiceError", null, null, null, null, null]))]
#[case("({ message: 'x', status: 1 })", json!(["ServiceError", 1, null, null, null, null]))]
fn failures_keep_what_retries_look_at(#[case] error: &str, #[case] expected: Value) {
    let body = format!(
        "const given: any = {error}; const e = await thrown(given);\n\
         return [[e.name, e.status, e.statusCode, e.retryAfter, e.retryable, e.code], e.message, e instanceof ServiceError, e instanceof Error, e.cause === given, e.service, e.action]"
    );
    assert_eq!(run(&body), json!([expected, "service 'mail', action 'send': x", true, true, true, "mail", "send"]));
}

#[rstest]
#[case::never_in_messages(
    "const s = bound({ get() { throw new Error('GET /?key=sk_live_s3cr3t&pin=1234 failed') } }, { auth: { key: 'sk_live_s3cr3t', pin: '1234' } });\n\
     return await message(() => s.mail.get())",
    json!("service 'mail', action 'get': GET /?key=[hidden]&pin=1234 failed")
)]
#[case::never_printed(
    "const c = defineService({ id: 'a', name: 'A', schema: { auth: {} }, setup: () => ({ actions: { f() {} } }) }).withConfig({ auth: { key: 'sk_live_s3cr3t' }, config: { key: 'sk_live_s3cr3t' } });\n\
     const s = bindServices([c], host); const custom = (c as any)[Symbol.for('nodejs.util.inspect.custom')]();\n\
     const all = [custom, JSON.stringify(c), JSON.stringify(s), JSON.stringify(structuredClone(c)), String(c), JSON.stringify({ ...c }), JSON.stringify(Object.getOwnPropertyDescriptors(c))];\n\
     return [custom, JSON.stringify(c), all.some(text => text.includes('sk_live'))]",
    json!(["ConfiguredService { id: 'a', name: 'A' }", "{\"id\":\"a\",\"name\":\"A\"}", false])
)]
#[case::the_stack_is_where_it_was_thrown(
    "const e = await thrown((function boom() { return new Error('x') })());\n\
     const first = e.stack.split('\\n'); return [first[0], first.length > 1, first[1] === e.cause.stack.split('\\n').find((line: string) => line.startsWith('    at '))]",
    json!(["ServiceError: service 'mail', action 'send': x", true, true])
)]
#[case::a_run_that_ends_leaves_the_call(
    "const stop = new AbortController(); const c = actions({ wait: () => new Promise(() => {}), now: () => 1 });\n\
     const s = bindServices([c], { ...host, signal: () => stop.signal }); const before = s.mail.now();\n\
     const call = s.mail.wait().catch((e: any) => [e.name, e.message]); stop.abort();\n\
     const late = (() => { try { return s.mail.now() } catch (e: any) { return e.name } })(); return [before, await call, late]",
    json!([1, ["CancelledError", "service 'mail', action 'wait': the call was stopped"], "CancelledError"])
)]
#[case::the_reason_of_the_end(
    "const stop = new AbortController(); stop.abort(Object.assign(new Error('too late'), { name: 'TimeoutError' }));\n\
     try { bindServices([actions({ f() {} })], { ...host, signal: () => stop.signal }).mail.f(); return 0 } catch (e: any) { return [e.name, e.message] }",
    json!(["TimeoutError", "service 'mail', action 'f': too late"])
)]
#[case::a_call_that_ends_first(
    "const stop = new AbortController(); const s = bindServices([actions({ f: async () => 5 })], { ...host, signal: () => stop.signal });\n\
     const n = await s.mail.f(); stop.abort(); return n",
    json!(5)
)]
fn secrets_and_ends(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}

#[rstest]
#[case::all_kinds(
    "const calls: any[] = []; const w = { onWebhook: (...args: any[]) => calls.push(args), onEvent: (...args: any[]) => calls.push(args) };\n\
     const c = defineService({ id: 'a', setup: ({ engine }: any) => {\n\
       engine.registerTrigger('push', { webhook: '/push', options: { method: 'POST', x: 1 } });\n\
       engine.registerTrigger('gone', { event: 'no' }); engine.unregisterTrigger('gone');\n\
       return { actions: {}, triggers: { paid: { event: 'a.paid' }, any: (workflow: any, path: string) => workflow.onWebhook(path), plain: { webhook: '/p' } } };\n\
     } }).withConfig();\n\
     const t = serviceTriggers(c); t.push(w); t.push(w, { x: 2 }); t.paid(w); t.any(w, '/z'); t.plain(w);\n\
     addServiceTrigger([c], w, 'a', 'plain', [{ y: 3 }]);\n\
     return [Object.keys(t), Object.keys(c.triggers).length, calls]",
    json!([
        ["push", "paid", "any", "plain"], 4,
        [["/push", {"method": "POST", "x": 1}], ["/push", {"method": "POST", "x": 2}], ["a.paid"], ["/z"], ["/p", null], ["/p", {"y": 3}]]
    ])
)]
#[case::unknown_ones(
    "const c = defineService({ id: 'git', setup: () => ({ actions: {}, triggers: { push() {} } }) }).withConfig();\n\
     return [await message(() => addServiceTrigger([c], {}, 'gti', 'push', [])), await message(() => addServiceTrigger([c], {}, 'git', 'psuh', [])),\n\
       await message(() => addServiceTrigger([], {}, 'x', 'y', [])), await message(() => addServiceTrigger([c], {}, 'git', 'toString', []))]",
    json!([
        "this workflow has no service 'gti'; did you mean 'git'?", "service 'git' has no trigger 'psuh'; did you mean 'push'?",
        "this workflow has no service 'x'", "service 'git' has no trigger 'toString'"
    ])
)]
#[case::only_while_it_is_set_up(
    "let later: any; const c = defineService({ id: 'a', setup: ({ engine }: any) => { later = engine; return { actions: {} } } }).withConfig(); bindServices([c], host);\n\
     return await message(() => later.registerTrigger('t', () => {}))",
    json!("service 'a': registerTrigger() is only possible while it is being set up")
)]
#[case::no_service_needs_itself_to_begin(
    "let c: any; c = defineService({ id: 'a', setup: () => c.actions }).withConfig(); return await message(() => bindServices([c], host))",
    json!("service 'a' cannot be used while it is being set up")
)]
fn triggers(#[case] body: &str, #[case] expected: Value) {
    assert_eq!(run(body), expected);
}

#[test]
fn the_console_shows_no_credentials() {
    let body = format!(
        "async ctx => {{ const {{ defineService }} = await import('cronflow');\n\
         const c = defineService({{ id: 'a', setup: ({{ auth, engine }}: any) => {{ engine.log('warn', {{ auth }}); engine.log('up'); return {{ actions: {{}} }} }} }})\n\
           .withConfig({{ auth: {{ key: '{SECRET}' }} }});\n\
         console.log(c, [c], {{ c }}); console.log('%o %j %s', c, c, c); console.dir(c, {{ depth: 9, showHidden: true }}); return Object.keys(c.actions).length }}"
    );
    let (outcome, printed) = run_step(&body, json!(null));
    assert_eq!(ok(outcome), json!(0));
    assert!(printed.iter().all(|line| !line.contains(SECRET)), "{printed:#?}");
    assert_eq!(printed.last().map(String::as_str), Some("service 'a': up"));
    assert!(printed.contains(&"service 'a': { auth: { key: '[hidden]' } }".to_owned()), "{printed:#?}");
}

#[test]
fn a_failure_is_where_the_action_threw() {
    let body = "async (ctx: any) => {\n\
        const { defineService } = await import('cronflow');\n\
        const send = async () => {\n\
          throw new RangeError('full');\n\
        };\n\
        return defineService({ id: 'a', setup: () => ({ actions: { send } }) }).withConfig().actions.send();\n\
      }";
    let failure = failure(run_step(body, json!(null)).0);
    assert_eq!((failure.name.as_str(), failure.message.as_str()), ("RangeError", "service 'a', action 'send': full"));
    assert_eq!(failure.location.map(|place| place.line), Some(5));
}

#[rstest]
#[case::definition("cronflow.defineService({ id: '', setup() {} } as any)", "a service needs an id")]
#[case::configuration(
    "cronflow.defineService({ id: 'a', schema: { auth: false }, setup: () => ({ actions: {} }) }).withConfig({ auth: 1 })",
    "service 'a': auth: is not allowed"
)]
#[case::setup(
    "cronflow.defineService({ id: 'a', setup: (): any => { throw 1 } }).withConfig({}).actions.f()",
    "the setup of service 'a' failed: Error: 1"
)]
fn a_bad_service_is_refused_at_its_place(#[case] line: &str, #[case] message: &str) {
    let source = format!("import {{ cronflow }} from 'cronflow';\n\n{line};\n");
    let problem = on_worker_stack(async move || load(&source).await.map(|_| ()).unwrap_err());
    assert_eq!(problem.code, Code::InvalidDefinition, "{problem:?}");
    assert!(problem.message.contains(message), "{problem:?}");
    assert_eq!(problem.location.map(|place| place.line), Some(3));
}
