-- What the management API needs: lists that do not read payloads, and an audit.

-- Payloads, triggers, outputs and errors come last: SQLite walks through a large value to reach the
-- columns behind it, and a list of runs wants none of them.
CREATE TABLE new_workflow_runs (
  id              TEXT    NOT NULL PRIMARY KEY,
  workflow_id     TEXT    NOT NULL,
  version         TEXT    NOT NULL,
  status          TEXT    NOT NULL,
  created_at      INTEGER NOT NULL,
  started_at      INTEGER,
  completed_at    INTEGER,
  parent          TEXT,
  replay_of       TEXT,
  idempotency_key TEXT,
  settings        TEXT,
  payload         TEXT    NOT NULL,
  "trigger"       TEXT    NOT NULL,
  output          TEXT,
  error           TEXT
) STRICT;
INSERT INTO new_workflow_runs
  SELECT id, workflow_id, version, status, created_at, started_at, completed_at, parent,
         json_extract(settings, '$.replayOf'), idempotency_key, settings, payload, "trigger", output, error
  FROM workflow_runs;
DROP TABLE workflow_runs;
ALTER TABLE new_workflow_runs RENAME TO workflow_runs;

-- Query: the runs of one workflow, newest first (Reader::runs with `workflow`).
CREATE INDEX workflow_runs_by_workflow ON workflow_runs (workflow_id, id);

-- Query: the run that has an idempotency key (Write::InsertRun).
CREATE UNIQUE INDEX workflow_runs_by_key ON workflow_runs (workflow_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Query: the runs that a run has started (Reader::runs with `parent`).
CREATE INDEX workflow_runs_by_parent ON workflow_runs (parent, id) WHERE parent IS NOT NULL;

-- Query: the runs that have not ended (Reader::open_runs, Reader::runs with an open status).
-- Small whatever the size of the table: a run leaves it when it ends.
CREATE INDEX workflow_runs_open ON workflow_runs (id)
  WHERE status = 'pending' OR status = 'running' OR status = 'waiting';

-- Query: the runs that ended badly (Reader::runs with such a status). Completed runs are the rule
-- and are found by walking the primary key, so they need no index.
CREATE INDEX workflow_runs_unsuccessful ON workflow_runs (status, id)
  WHERE status = 'failed' OR status = 'cancelled' OR status = 'timed_out';

-- What was asked of the management API. `id` is a version 7 UUID; `outcome` is the status of the answer.
CREATE TABLE audit (
  id      TEXT    NOT NULL PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT    NOT NULL,
  client  TEXT    NOT NULL,
  action  TEXT    NOT NULL,
  target  TEXT    NOT NULL,
  outcome INTEGER
) STRICT, WITHOUT ROWID;
