-- Schedules, intervals and polls.

-- A row for each that was ever served; `cursor` is the last time that has been dealt with. The row and
-- the run that a time starts are written in one transaction, so that a time starts one run.
CREATE TABLE schedules (
  id           TEXT    NOT NULL PRIMARY KEY,
  workflow_id  TEXT    NOT NULL,
  spec         TEXT    NOT NULL,
  is_served    INTEGER NOT NULL,
  is_paused    INTEGER NOT NULL,
  "cursor"     INTEGER NOT NULL,
  last_fire    INTEGER,
  last_run     TEXT,
  misses       INTEGER NOT NULL,
  failures     INTEGER NOT NULL,
  last_error   TEXT,
  next_attempt INTEGER
) STRICT;

-- Times that were missed: one row for times in a row that were missed for the same reason.
-- Query: what a schedule has missed, latest first (Reader::misses).
CREATE TABLE schedule_misses (
  schedule_id TEXT    NOT NULL,
  first_time  INTEGER NOT NULL,
  last_time   INTEGER NOT NULL,
  count       INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  run_id      TEXT,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, first_time)
) STRICT, WITHOUT ROWID;

-- Query: old misses (Write::SweepState).
CREATE INDEX schedule_misses_by_age ON schedule_misses (recorded_at);

-- Ids of items that a poll has seen.
-- Query: those of one poll (Reader::poll_ids).
CREATE TABLE poll_ids (
  schedule_id TEXT    NOT NULL,
  item_id     TEXT    NOT NULL,
  seen_at     INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, item_id)
) STRICT, WITHOUT ROWID;
