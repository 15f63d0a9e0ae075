-- A diagnostic is of one publication: channel, sink and event. `resolution` says how it ended.
ALTER TABLE run_diagnostics ADD COLUMN seq INTEGER;
ALTER TABLE run_diagnostics ADD COLUMN sink_id BLOB;
ALTER TABLE run_diagnostics ADD COLUMN resolution TEXT;
ALTER TABLE run_diagnostics ADD COLUMN resolved_at INTEGER;
CREATE INDEX run_diagnostics_unresolved ON run_diagnostics (channel) WHERE resolved_at IS NULL;

CREATE TABLE webhook_sinks (
  id BLOB PRIMARY KEY,
  project_id BLOB NOT NULL REFERENCES projects(id),
  url TEXT NOT NULL,
  -- JSON null: every event.
  events TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  disabled_reason TEXT,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_secret_until INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL) STRICT;
CREATE INDEX webhook_sinks_by_project ON webhook_sinks (project_id, id);

CREATE TABLE webhook_deliveries (
  id BLOB PRIMARY KEY,
  sink_id BLOB NOT NULL REFERENCES webhook_sinks(id) ON DELETE CASCADE,
  -- Absent with a ping.
  run_id BLOB REFERENCES runs(id),
  seq INTEGER,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  -- All that were made, and those since the delivery was last asked for.
  attempts INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  -- While it is claimed: when the claim runs out.
  next_attempt_at INTEGER NOT NULL,
  owner TEXT,
  last_attempt_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  last_response TEXT,
  last_duration_ms INTEGER,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER) STRICT;
CREATE INDEX webhook_deliveries_by_sink ON webhook_deliveries (sink_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'pending';
