-- Every request that reached a webhook. `id` is given out by the engine and counts up.

CREATE TABLE deliveries (
  id           INTEGER NOT NULL PRIMARY KEY,
  arrived_at   INTEGER NOT NULL,
  workflow_id  TEXT    NOT NULL,
  method       TEXT    NOT NULL,
  path         TEXT    NOT NULL,
  status       INTEGER,
  outcome      TEXT    NOT NULL,
  run_id       TEXT,
  delivery_key TEXT,
  error        TEXT,
  -- Only of deliveries without a run: a run has its own.
  headers      TEXT,
  body         TEXT
) STRICT;

-- Query: the deliveries that started nothing, of which only so many are kept (Write::SweepDeliveries).
-- What starts a run, which is the rule, pays for no index.
CREATE INDEX deliveries_without_run ON deliveries (id) WHERE run_id IS NULL;
