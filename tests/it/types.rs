//! `cronflow-rt types`: what it writes, what it leaves alone, and that tsc is content.

use crate::env::{Env, stderr, stdout};
use std::process::Command;

const CONFIG: &str = "tsconfig.json";

fn with_workflow() -> Env {
    Env::with(
        "import { cronflow } from 'cronflow';\nimport { z } from 'zod';\nimport { readFileSync } from 'node:fs';\n\
         export const w = cronflow.define({ id: 'w' }).onWebhook('/w', { schema: z.object({ n: z.number() }) })\n  \
         .step('s', ctx => ctx.payload.n.toFixed(1) + String(readFileSync('a')) + process.env.HOME)\n  \
         // @ts-expect-error: the output of s is text\n  .step('t', ctx => ctx.last.toFixed(1));\n",
    )
}

#[test]
fn a_fresh_project_type_checks() {
    let env = with_workflow();
    env.write("w.test.ts", "import { expect, test } from 'vitest';\nimport { w } from './workflow.ts';\ntest('w', async () => expect((await w.test().trigger({ n: 1 }).run()).status).toBe('completed'));\ndescribe('d', () => it('i', () => vi.fn()));\n");
    let output = env.run(&["types"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("tsconfig.json: written"), "{}", stdout(&output));
    assert!(env.read(".cronflow/types/index.d.ts").contains("cronflow"));
    // It runs where there is no compiler too.
    let Ok(checked) = Command::new("tsc").arg("-p").arg(env.path()).output() else { return };
    assert!(checked.status.success(), "{}", stdout(&checked));
    env.write("wrong.ts", "import { cronflow } from 'cronflow';\ncronflow.define({ ident: 'w' });\n");
    let checked = Command::new("tsc").arg("-p").arg(env.path()).output().unwrap();
    assert!(stdout(&checked).contains("ident"), "{}", stdout(&checked));
}

#[test]
fn files_of_the_user_stay_as_they_are() {
    let env = with_workflow();
    env.write(CONFIG, "{ \"mine\": true }");
    let output = env.run(&["types", "."]);
    let said = stdout(&output);
    assert!(said.contains("left as it is; to use") && said.contains("./.cronflow/types/tsconfig.json"), "{said}");
    assert_eq!(env.read(CONFIG), "{ \"mine\": true }");
    env.write(CONFIG, "{ \"extends\": \"./.cronflow/types/tsconfig.json\" }");
    assert!(stdout(&env.run(&["types"])).contains("it uses them"));
    assert_eq!(env.read(CONFIG), "{ \"extends\": \"./.cronflow/types/tsconfig.json\" }");
}

#[test]
fn installed_packages_come_first() {
    let env = with_workflow();
    env.write("node_modules/zod/package.json", "{}");
    env.write("node_modules/@types/node/package.json", "{}");
    env.run(&["types"]);
    let config = env.read(".cronflow/types/tsconfig.json");
    assert!(!config.contains("zod.d.ts") && config.contains("\"node\""), "{config}");
    assert!(!env.path().join(".cronflow/types/node.d.ts").exists());
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let env = Env::new();
    let output = env.run(&["types", "nowhere"]);
    assert!(!output.status.success() && stderr(&output).contains("nowhere"), "{}", stderr(&output));
}
