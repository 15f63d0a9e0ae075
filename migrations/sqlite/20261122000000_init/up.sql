CREATE TABLE users (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  is_owner INTEGER NOT NULL,
  created_at INTEGER NOT NULL) STRICT;

CREATE TABLE sessions (
  id BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users(id),
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER) STRICT;

CREATE TABLE api_tokens (
  id BLOB PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users(id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER) STRICT;

CREATE TABLE owner_links (
  token_hash TEXT PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users(id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER) STRICT;

CREATE TABLE projects (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL,
  last_run_number INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER) STRICT;

CREATE TABLE workflows (
  name TEXT PRIMARY KEY,
  newest_version INTEGER NOT NULL,
  title TEXT,
  description TEXT,
  edited INTEGER NOT NULL,
  updated_at INTEGER NOT NULL) STRICT;

CREATE TABLE workflow_versions (
  name TEXT NOT NULL REFERENCES workflows(name),
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  document TEXT NOT NULL,
  published_by TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  PRIMARY KEY (name, version)) STRICT;

CREATE TABLE runs (
  id BLOB PRIMARY KEY,
  project_id BLOB NOT NULL REFERENCES projects(id),
  number INTEGER NOT NULL,
  title TEXT,
  labels TEXT NOT NULL,
  workflow_name TEXT NOT NULL,
  workflow_version INTEGER NOT NULL,
  workflow_digest TEXT NOT NULL,
  settings TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending','running','awaiting_approval','completed','failed','cancelled')),
  current_step TEXT,
  last_successful_step TEXT,
  first_step TEXT,
  shipping INTEGER NOT NULL,
  trigger_source TEXT NOT NULL,
  initiating_actor TEXT NOT NULL,
  starters TEXT NOT NULL,
  inputs TEXT NOT NULL,
  input_metadata TEXT NOT NULL,
  base_ref TEXT,
  base_commit TEXT,
  attempt INTEGER NOT NULL,
  retry_of BLOB REFERENCES runs(id),
  root_run_id BLOB NOT NULL,
  correlation_id TEXT NOT NULL,
  failure TEXT,
  failure_type TEXT,
  failure_reason TEXT,
  failure_step TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  revision INTEGER NOT NULL,
  last_event_seq INTEGER NOT NULL,
  last_transition_seq INTEGER NOT NULL,
  UNIQUE (project_id, number),
  FOREIGN KEY (workflow_name, workflow_version) REFERENCES workflow_versions(name, version)) STRICT;
CREATE INDEX runs_by_project ON runs (project_id, id);
CREATE INDEX runs_by_status ON runs (status, id);
CREATE INDEX runs_by_root ON runs (root_run_id, id);
CREATE INDEX runs_failed ON runs (completed_at, id) WHERE status = 'failed';

CREATE TABLE run_transitions (
  run_id BLOB NOT NULL REFERENCES runs(id),
  seq INTEGER NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  step TEXT,
  actor TEXT,
  reason TEXT NOT NULL,
  metadata TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)) STRICT, WITHOUT ROWID;

CREATE TABLE run_events (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  xact INTEGER NOT NULL DEFAULT 0,
  run_id BLOB NOT NULL REFERENCES runs(id),
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  step TEXT,
  attempt INTEGER,
  actor TEXT,
  data TEXT,
  at INTEGER NOT NULL,
  UNIQUE (run_id, seq)) STRICT;
CREATE INDEX run_events_feed ON run_events (xact, position);

CREATE TABLE step_attempts (
  id BLOB PRIMARY KEY,
  run_id BLOB NOT NULL REFERENCES runs(id),
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready','leased','waiting','succeeded','failed','cancelled','lost')),
  workspace TEXT NOT NULL,
  owner TEXT,
  epoch INTEGER NOT NULL,
  lease_expires_at INTEGER,
  available_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  process TEXT,
  outputs TEXT,
  failure TEXT,
  result TEXT,
  UNIQUE (run_id, step, attempt)) STRICT;
CREATE INDEX step_attempts_ready ON step_attempts (available_at, id) WHERE state = 'ready';
CREATE INDEX step_attempts_leased ON step_attempts (lease_expires_at, id) WHERE state = 'leased';

CREATE TABLE approvals (
  id BLOB PRIMARY KEY,
  run_id BLOB NOT NULL REFERENCES runs(id),
  project_id BLOB NOT NULL REFERENCES projects(id),
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  round INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending','blocked','approved','rejected','expired','cancelled')),
  policy TEXT NOT NULL,
  evidence_digest TEXT,
  diagnostics TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  expires_at INTEGER,
  decided_at INTEGER,
  revision INTEGER NOT NULL,
  UNIQUE (run_id, step, attempt)) STRICT;
CREATE INDEX approvals_by_status ON approvals (status, id);
CREATE INDEX approvals_by_project ON approvals (project_id, id);
CREATE INDEX approvals_expiring ON approvals (expires_at) WHERE status IN ('pending','blocked') AND expires_at IS NOT NULL;
-- At most one open gate a run.
CREATE UNIQUE INDEX approvals_open ON approvals (run_id) WHERE status IN ('pending','blocked');

CREATE TABLE approval_votes (
  approval_id BLOB NOT NULL REFERENCES approvals(id),
  user_id BLOB NOT NULL REFERENCES users(id),
  evidence_digest TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approved','rejected')),
  actor TEXT NOT NULL,
  rationale TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (approval_id, user_id, evidence_digest)) STRICT;

CREATE TABLE artifacts (
  id BLOB PRIMARY KEY,
  run_id BLOB NOT NULL REFERENCES runs(id),
  step TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL) STRICT;
CREATE INDEX artifacts_by_run ON artifacts (run_id, id);

CREATE TABLE idempotency_records (
  principal BLOB NOT NULL,
  operation TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  reply TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (principal, operation, idempotency_key)) STRICT;

CREATE TABLE run_diagnostics (
  id BLOB PRIMARY KEY,
  run_id BLOB NOT NULL REFERENCES runs(id),
  error_type TEXT NOT NULL,
  channel TEXT NOT NULL,
  operation TEXT NOT NULL,
  topic TEXT NOT NULL,
  event TEXT,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX run_diagnostics_by_run ON run_diagnostics (run_id, id);
