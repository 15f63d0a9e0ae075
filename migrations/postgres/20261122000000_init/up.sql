CREATE TABLE users (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  is_owner BOOLEAN NOT NULL,
  created_at TIMESTAMPTZ NOT NULL);

CREATE TABLE sessions (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users(id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at TIMESTAMPTZ NOT NULL,
  last_seen_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ);

CREATE TABLE api_tokens (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users(id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ);

CREATE TABLE owner_links (
  token_hash TEXT PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users(id),
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  used_at TIMESTAMPTZ);

CREATE TABLE projects (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settings JSONB NOT NULL,
  last_run_number BIGINT NOT NULL DEFAULT 0,
  revision BIGINT NOT NULL,
  created_by JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL,
  archived_at TIMESTAMPTZ);

CREATE TABLE workflows (
  name TEXT PRIMARY KEY,
  newest_version BIGINT NOT NULL,
  title TEXT,
  description TEXT,
  edited BOOLEAN NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL);

CREATE TABLE workflow_versions (
  name TEXT NOT NULL REFERENCES workflows(name),
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  document TEXT NOT NULL,
  published_by JSONB NOT NULL,
  published_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (name, version));

CREATE TABLE runs (
  id UUID PRIMARY KEY,
  project_id UUID NOT NULL REFERENCES projects(id),
  number BIGINT NOT NULL,
  title TEXT,
  labels JSONB NOT NULL,
  workflow_name TEXT NOT NULL,
  workflow_version BIGINT NOT NULL,
  workflow_digest TEXT NOT NULL,
  settings JSONB NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending','running','awaiting_approval','completed','failed','cancelled')),
  current_step TEXT,
  last_successful_step TEXT,
  first_step TEXT,
  shipping BOOLEAN NOT NULL,
  trigger_source TEXT NOT NULL,
  initiating_actor JSONB NOT NULL,
  starters JSONB NOT NULL,
  inputs JSONB NOT NULL,
  input_metadata JSONB NOT NULL,
  base_ref TEXT,
  base_commit TEXT,
  attempt BIGINT NOT NULL,
  retry_of UUID REFERENCES runs(id),
  root_run_id UUID NOT NULL,
  correlation_id TEXT NOT NULL,
  failure JSONB,
  failure_type TEXT,
  failure_reason TEXT,
  failure_step TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  started_at TIMESTAMPTZ,
  completed_at TIMESTAMPTZ,
  revision BIGINT NOT NULL,
  last_event_seq BIGINT NOT NULL,
  last_transition_seq BIGINT NOT NULL,
  UNIQUE (project_id, number),
  FOREIGN KEY (workflow_name, workflow_version) REFERENCES workflow_versions(name, version));
CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_status ON runs (status, id);
CREATE INDEX runs_by_root ON runs (root_run_id, id);
CREATE INDEX runs_failed ON runs (completed_at, id) WHERE status = 'failed';

CREATE TABLE run_transitions (
  run_id UUID NOT NULL REFERENCES runs(id),
  seq BIGINT NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  step TEXT,
  actor JSONB,
  reason TEXT NOT NULL,
  metadata JSONB,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (run_id, seq));

CREATE TABLE run_events (
  position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xact BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
  run_id UUID NOT NULL REFERENCES runs(id),
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  step TEXT,
  attempt BIGINT,
  actor JSONB,
  data JSONB,
  at TIMESTAMPTZ NOT NULL,
  UNIQUE (run_id, seq));
CREATE INDEX run_events_feed ON run_events (xact, position);

CREATE TABLE step_attempts (
  id UUID PRIMARY KEY,
  run_id UUID NOT NULL REFERENCES runs(id),
  step TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready','leased','waiting','succeeded','failed','cancelled','lost')),
  workspace TEXT NOT NULL,
  owner TEXT,
  epoch BIGINT NOT NULL,
  lease_expires_at TIMESTAMPTZ,
  available_at TIMESTAMPTZ NOT NULL,
  started_at TIMESTAMPTZ,
  finished_at TIMESTAMPTZ,
  process JSONB,
  outputs JSONB,
  failure JSONB,
  result JSONB,
  UNIQUE (run_id, step, attempt));
CREATE INDEX step_attempts_ready ON step_attempts (available_at, id) WHERE state = 'ready';
CREATE INDEX step_attempts_leased ON step_attempts (lease_expires_at, id) WHERE state = 'leased';

CREATE TABLE approvals (
  id UUID PRIMARY KEY,
  run_id UUID NOT NULL REFERENCES runs(id),
  project_id UUID NOT NULL REFERENCES projects(id),
  step TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  round BIGINT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending','blocked','approved','rejected','expired','cancelled')),
  policy JSONB NOT NULL,
  evidence_digest TEXT,
  diagnostics JSONB NOT NULL,
  requested_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ,
  decided_at TIMESTAMPTZ,
  revision BIGINT NOT NULL,
  UNIQUE (run_id, step, attempt));
CREATE INDEX approvals_by_status ON approvals (status, id);
CREATE INDEX approvals_by_project ON approvals (project_id, id);
CREATE INDEX approvals_expiring ON approvals (expires_at) WHERE status IN ('pending','blocked') AND expires_at IS NOT NULL;
-- At most one open gate a run.
CREATE UNIQUE INDEX approvals_open ON approvals (run_id) WHERE status IN ('pending','blocked');

CREATE TABLE approval_votes (
  approval_id UUID NOT NULL REFERENCES approvals(id),
  user_id UUID NOT NULL REFERENCES users(id),
  evidence_digest TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approved','rejected')),
  actor JSONB NOT NULL,
  rationale TEXT,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (approval_id, user_id, evidence_digest));

CREATE TABLE artifacts (
  id UUID PRIMARY KEY,
  run_id UUID NOT NULL REFERENCES runs(id),
  step TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL);
CREATE INDEX artifacts_by_run ON artifacts (run_id, id);

CREATE TABLE idempotency_records (
  principal UUID NOT NULL,
  operation TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  reply JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (principal, operation, idempotency_key));

CREATE TABLE run_diagnostics (
  id UUID PRIMARY KEY,
  run_id UUID NOT NULL REFERENCES runs(id),
  error_type TEXT NOT NULL,
  channel TEXT NOT NULL,
  operation TEXT NOT NULL,
  topic TEXT NOT NULL,
  event TEXT,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  at TIMESTAMPTZ NOT NULL);
CREATE INDEX run_diagnostics_by_run ON run_diagnostics (run_id, id);
