ALTER TABLE users ADD COLUMN role TEXT CHECK (role IN ('viewer','operator','approver','maintainer','admin'));
ALTER TABLE users ADD COLUMN disabled_at TIMESTAMPTZ;

ALTER TABLE sessions ADD COLUMN user_agent TEXT;
CREATE INDEX sessions_by_user ON sessions (user_id, id);

ALTER TABLE api_tokens ADD COLUMN scopes JSONB;
ALTER TABLE api_tokens ADD COLUMN project_ids JSONB;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);

CREATE TABLE memberships (
  user_id UUID NOT NULL REFERENCES users(id),
  project_id UUID NOT NULL REFERENCES projects(id),
  role TEXT NOT NULL CHECK (role IN ('viewer','operator','approver','maintainer','admin')),
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (user_id, project_id));
CREATE INDEX memberships_by_project ON memberships (project_id, user_id);

CREATE TABLE invitations (
  id UUID PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  grants JSONB NOT NULL,
  invited_by UUID NOT NULL REFERENCES users(id),
  created_by JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ,
  accepted_at TIMESTAMPTZ,
  accepted_by UUID REFERENCES users(id));
