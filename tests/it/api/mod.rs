//! The management API over real sockets: rights, lists, streams, bulk operations, its own description.

mod lists;
mod objects;
mod rights;
mod stream;

use crate::env::{Env, Server, stderr, stdout};

/// Workflows for these tests: one that echoes or fails, one that sleeps, one that asks a person.
pub(crate) const FLOWS: &str = "import { cronflow } from 'cronflow';\n\
     cronflow.define({ id: 'echo', name: 'Echo', description: 'Says it back' })\n\
       .onWebhook('/echo/:who', { method: ['GET', 'POST'] })\n\
       .step('say', ctx => { if (ctx.payload === 'no') throw new Error('refused'); return ctx.payload });\n\
     cronflow.define({ id: 'nap' }).manual().sleep('1h').step('after', () => 1);\n\
     cronflow.define({ id: 'ask' }).manual().humanInTheLoop({ description: 'Ship it?' })\n\
       .step('done', ctx => [ctx.last.approved, ctx.last.reason, ctx.last.approvedBy]);\n";

/// Makes a token in the database, before or beside a server, and returns its secret.
pub(crate) fn token(env: &Env, name: &str, scope: &str, place: &[&str]) -> String {
    let output = env.run(&[&["token", "create", name, "--scope", scope], place].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output).trim().to_owned()
}

pub(crate) const DATABASE: [&str; 2] = ["--db", ".cronflow/data.db"];

/// A server that wants tokens, with one of each kind: read, write, revoked.
fn guarded(env: &Env) -> (Server, [String; 3]) {
    let secrets =
        [("r", "read"), ("w", "write"), ("old", "write")].map(|(name, scope)| token(env, name, scope, &DATABASE));
    let revoked = env.run(&[["token", "revoke", "old"].as_slice(), &DATABASE].concat());
    assert_eq!(revoked.status.code(), Some(0), "{}", stderr(&revoked));
    (env.serve_with(&["run", "workflow.ts", "--port", "0", "--require-token"]), secrets)
}
