-- The first schema. Times are milliseconds since the Unix epoch; JSON rests as the text it came as.
-- No foreign keys: the engine is the only writer, adds a run before its steps, and would pay for a
-- lookup of the run with every step.

PRAGMA application_id = 1129467462; -- "CRNF"

-- One row per workflow: the version that is served now.
CREATE TABLE workflows (
  id         TEXT    NOT NULL PRIMARY KEY,
  name       TEXT    NOT NULL,
  version    TEXT    NOT NULL,
  definition TEXT    NOT NULL,
  served_at  INTEGER NOT NULL
) STRICT;

-- Code, by the digest of its content. Runs keep the digest they started on in `version`.
CREATE TABLE archives (
  digest  TEXT NOT NULL PRIMARY KEY,
  content BLOB NOT NULL
) STRICT;

-- `id` is a version 7 UUID as text, so ids sort by time of creation and new rows come last.
CREATE TABLE workflow_runs (
  id           TEXT    NOT NULL PRIMARY KEY,
  workflow_id  TEXT    NOT NULL,
  version      TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  payload      TEXT    NOT NULL,
  "trigger"    TEXT    NOT NULL,
  output       TEXT,
  error        TEXT,
  created_at   INTEGER NOT NULL,
  started_at   INTEGER,
  completed_at INTEGER
) STRICT;

-- Query: the runs of one workflow, newest first (Reader::runs with `workflow`).
CREATE INDEX workflow_runs_by_workflow ON workflow_runs (workflow_id, id);

-- Query: the runs that have not ended (Reader::open_runs, Reader::runs with an open status).
-- Small whatever the size of the table: a run leaves it when it ends.
CREATE INDEX workflow_runs_open ON workflow_runs (id)
  WHERE status IN ('pending', 'running', 'waiting');

-- Query: the runs that ended badly (Reader::runs with such a status). Completed runs are the rule
-- and are found by walking the primary key, so they need no index.
CREATE INDEX workflow_runs_unsuccessful ON workflow_runs (status, id)
  WHERE status IN ('failed', 'cancelled', 'timed_out');

-- One row per attempt. `id` is given out by the engine, so finishing needs no lookup.
CREATE TABLE steps (
  id           INTEGER NOT NULL PRIMARY KEY,
  run_id       TEXT    NOT NULL,
  node         INTEGER NOT NULL,
  name         TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  attempt      INTEGER NOT NULL,
  status       TEXT    NOT NULL,
  result       TEXT,
  error        TEXT,
  started_at   INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;

-- Query: the attempts of one run in order of hand-out (Reader::run, Reader::open_runs).
CREATE INDEX steps_by_run ON steps (run_id);

CREATE TABLE run_logs (
  id        INTEGER NOT NULL PRIMARY KEY,
  run_id    TEXT    NOT NULL,
  step      TEXT    NOT NULL,
  level     TEXT    NOT NULL,
  message   TEXT    NOT NULL,
  logged_at INTEGER NOT NULL
) STRICT;

-- Query: the lines of one run in order (Reader::logs).
CREATE INDEX run_logs_by_run ON run_logs (run_id);
