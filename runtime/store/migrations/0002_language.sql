-- The whole workflow language: places inside bodies, waits, notes, parents, settings, events, state.

ALTER TABLE workflow_runs ADD COLUMN parent TEXT;
-- What was asked for besides the payload, as JSON; NULL when nothing was.
ALTER TABLE workflow_runs ADD COLUMN settings TEXT;
ALTER TABLE workflow_runs ADD COLUMN idempotency_key TEXT;

-- Query: the run that has an idempotency key (Write::InsertRun).
CREATE UNIQUE INDEX workflow_runs_by_key ON workflow_runs (workflow_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- Query: the runs that a run has started (Reader::runs with `parent`).
CREATE INDEX workflow_runs_by_parent ON workflow_runs (parent, id) WHERE parent IS NOT NULL;

-- Conditions that cost nothing to evaluate: a list of three words after IN makes SQLite build a table of
-- them, for every row that is written.

-- Query: the runs that have not ended (Reader::open_runs, Reader::runs with an open status).
-- Small whatever the size of the table: a run leaves it when it ends.
DROP INDEX workflow_runs_open;
CREATE INDEX workflow_runs_open ON workflow_runs (id)
  WHERE status = 'pending' OR status = 'running' OR status = 'waiting';

-- Query: the runs that ended badly (Reader::runs with such a status). Completed runs are the rule
-- and are found by walking the primary key, so they need no index.
DROP INDEX workflow_runs_unsuccessful;
CREATE INDEX workflow_runs_unsuccessful ON workflow_runs (status, id)
  WHERE status = 'failed' OR status = 'cancelled' OR status = 'timed_out';

-- A node's number becomes a place: `3`, or `3.17.0` inside a body.
CREATE TABLE new_steps (
  id           INTEGER NOT NULL PRIMARY KEY,
  run_id       TEXT    NOT NULL,
  place        TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  path         TEXT,
  kind         TEXT    NOT NULL,
  attempt      INTEGER NOT NULL,
  status       TEXT    NOT NULL,
  result       TEXT,
  error        TEXT,
  note         TEXT,
  wake_at      INTEGER,
  started_at   INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;
INSERT INTO new_steps
  SELECT id, run_id, CAST(node AS TEXT), name, NULL, kind, attempt, status, result, error, NULL, NULL,
         started_at, completed_at
  FROM steps;
DROP TABLE steps;
ALTER TABLE new_steps RENAME TO steps;

-- Query: the attempts of one run in order of hand-out (Reader::run, Reader::open_runs).
CREATE INDEX steps_by_run ON steps (run_id);

-- Query: attempts that wait for a person (Reader::paused). Small: an attempt leaves it when it ends.
CREATE INDEX steps_paused ON steps (id)
  WHERE completed_at IS NULL AND status = 'waiting' AND (kind = 'humanInTheLoop' OR kind = 'pause');

-- `id` is given out by the engine and counts up.
CREATE TABLE events (
  id           INTEGER NOT NULL PRIMARY KEY,
  name         TEXT    NOT NULL,
  payload      TEXT    NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;

-- Query: the events of one name (Reader::events, Reader::events_after).
CREATE INDEX events_by_name ON events (name, id);

-- Durable values. `scope` is `global`, `workflow:<id>`, or the engine's own with a leading `$`.
CREATE TABLE state (
  scope      TEXT    NOT NULL,
  key        TEXT    NOT NULL,
  value      TEXT    NOT NULL,
  expires_at INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

-- Query: values that have expired (Write::SweepState).
CREATE INDEX state_by_expiry ON state (expires_at) WHERE expires_at IS NOT NULL;
