//! Services: configured once, called from steps, bringing triggers of their own.

use super::{Table, error, step};
use serde_json::json;

const MAIL: &str = "import { defineService } from 'cronflow';\n\
    const mail = defineService({\n\
      id: 'mail', name: 'Mail', version: '1.0.0',\n\
      schema: { config: { type: 'object', properties: { from: { type: 'string' } }, required: ['from'] }, auth: { type: 'object', required: ['key'] } },\n\
      setup: ({ config, auth, engine }) => {\n\
        engine.registerTrigger('received', { webhook: '/mail' });\n\
        return {\n\
          actions: { send: async ({ to }: any) => { if (to === 'nobody') throw Object.assign(new Error('refused with ' + auth.key), { status: 503 }); return `${config.from} to ${to}` } },\n\
          triggers: { bounced: (w: any, kind: string) => w.onEvent('bounce.' + kind) } };\n\
      } }).withConfig({ config: { from: 'me' }, auth: { key: 'key-that-is-secret' } });";

#[test]
fn steps_call_services_and_workflows_use_their_triggers() {
    let mut table = Table::new(
        MAIL,
        &[
            (
                "services: [mail]",
                ".step('s', async ctx => [await ctx.services.mail.send({ to: 'you' }), await ctx.services.mail.actions.send({ to: 'all' })])",
            ),
            (
                "services: [mail]",
                ".step('s', ctx => ctx.services.mail.send({ to: 'nobody' }), { retry: { attempts: 2, backoff: { delay: 1 }, retryOn: { statusCodes: [503] } } })",
            ),
            ("services: [mail]", ".step('s', ctx => ctx.services.mail.sned({ to: 'x' }))"),
            (
                "services: [mail]",
                ".on('mail', 'received').on('mail', 'bounced', 'hard').step('s', ctx => [ctx.payload, ctx.trigger.type])",
            ),
            ("", ".step('s', () => cronflow.publishEvent('bounce.hard', 5))"),
        ],
    );
    assert_eq!(table.run(0, "null")["output"], json!(["me to you", "me to all"]));
    let failed = table.run(1, "null");
    assert_eq!(error(&failed), "ServiceError: service 'mail', action 'send': refused with [hidden]");
    assert_eq!(step(&failed, "s")["attempts"].as_array().unwrap().len(), 2);
    assert!(!failed.to_string().contains("key-that-is-secret"));
    assert!(error(&table.run(2, "null")).contains("did you mean 'send'?"));
    assert_eq!(table.server.post("/mail", "7").1["output"], json!([7, "webhook"]));
    table.run(4, "null");
    crate::env::eventually("the event starts a run", || {
        table.env.query("select output from workflow_runs where workflow_id = 'w3' order by id desc limit 1")
            == [["[5,\"event\"]"]]
    });
    table.server.wait_for("action 'send': completed");
}

#[test]
fn the_helpers_of_the_sdk_work_in_steps() {
    let before = "import { RetryExecutor, cronflow as same } from 'cronflow/sdk';\nlet tries = 0;";
    let table = Table::new(
        before,
        &[(
            "",
            ".step('s', async () => { const r = await RetryExecutor.execute(() => { if (++tries < 3) throw new Error('no'); return 'ok' }, { attempts: 5, backoff: { delay: 1 } }); return [r.result, r.attempts, same === cronflow] })",
        )],
    );
    assert_eq!(table.run(0, "null")["output"], json!(["ok", 3, true]));
}
