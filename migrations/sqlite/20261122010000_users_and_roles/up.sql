ALTER TABLE users ADD COLUMN role TEXT CHECK (role IN ('viewer','operator','approver','maintainer','admin'));
ALTER TABLE users ADD COLUMN disabled_at INTEGER;

ALTER TABLE sessions ADD COLUMN user_agent TEXT;
CREATE INDEX sessions_by_user ON sessions (user_id, id);

ALTER TABLE api_tokens ADD COLUMN scopes TEXT;
ALTER TABLE api_tokens ADD COLUMN project_ids TEXT;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);

CREATE TABLE memberships (
  user_id BLOB NOT NULL REFERENCES users(id),
  project_id BLOB NOT NULL REFERENCES projects(id),
  role TEXT NOT NULL CHECK (role IN ('viewer','operator','approver','maintainer','admin')),
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, project_id)) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_project ON memberships (project_id, user_id);

CREATE TABLE invitations (
  id BLOB PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  grants TEXT NOT NULL,
  invited_by BLOB NOT NULL REFERENCES users(id),
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  accepted_at INTEGER,
  accepted_by BLOB REFERENCES users(id)) STRICT;
