DROP TABLE invitations;
DROP TABLE memberships;
DROP INDEX api_tokens_by_user;
ALTER TABLE api_tokens DROP COLUMN project_ids;
ALTER TABLE api_tokens DROP COLUMN scopes;
DROP INDEX sessions_by_user;
ALTER TABLE sessions DROP COLUMN user_agent;
ALTER TABLE users DROP COLUMN disabled_at;
ALTER TABLE users DROP COLUMN role;
