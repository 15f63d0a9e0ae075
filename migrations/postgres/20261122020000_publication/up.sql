-- A diagnostic is of one publication: channel, sink and event. `resolution` says how it ended.
ALTER TABLE run_diagnostics ADD COLUMN seq BIGINT;
ALTER TABLE run_diagnostics ADD COLUMN sink_id UUID;
ALTER TABLE run_diagnostics ADD COLUMN resolution TEXT;
ALTER TABLE run_diagnostics ADD COLUMN resolved_at TIMESTAMPTZ;
CREATE INDEX run_diagnostics_unresolved ON run_diagnostics (channel) WHERE resolved_at IS NULL;

CREATE TABLE webhook_sinks (
  id UUID PRIMARY KEY,
  project_id UUID NOT NULL REFERENCES projects(id),
  url TEXT NOT NULL,
  -- JSON null: every event.
  events JSONB NOT NULL,
  enabled BOOLEAN NOT NULL,
  disabled_reason TEXT,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_secret_until TIMESTAMPTZ,
  created_by JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  revision BIGINT NOT NULL);
CREATE INDEX webhook_sinks_by_project ON webhook_sinks (project_id, id);

CREATE TABLE webhook_deliveries (
  id UUID PRIMARY KEY,
  sink_id UUID NOT NULL REFERENCES webhook_sinks(id) ON DELETE CASCADE,
  -- Absent with a ping.
  run_id UUID REFERENCES runs(id),
  seq BIGINT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  -- All that were made, and those since the delivery was last asked for.
  attempts BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  -- While it is claimed: when the claim runs out.
  next_attempt_at TIMESTAMPTZ NOT NULL,
  owner TEXT,
  last_attempt_at TIMESTAMPTZ,
  last_status BIGINT,
  last_error TEXT,
  last_response TEXT,
  last_duration_ms BIGINT,
  created_at TIMESTAMPTZ NOT NULL,
  delivered_at TIMESTAMPTZ);
CREATE INDEX webhook_deliveries_by_sink ON webhook_deliveries (sink_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'pending';
