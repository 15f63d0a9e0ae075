-- What may start runs of the newest version.
ALTER TABLE workflows ADD COLUMN triggers JSONB NOT NULL DEFAULT '["manual"]';
-- How many attempts of the run's group may be worked on at once, pinned at creation; absent: any number.
ALTER TABLE runs ADD COLUMN workflow_limit BIGINT;
ALTER TABLE runs ADD COLUMN project_limit BIGINT;
-- Until when the processes of a cancelled attempt may still run.
ALTER TABLE step_attempts ADD COLUMN held_until TIMESTAMPTZ;
CREATE INDEX step_attempts_queue ON step_attempts (run_id) WHERE state = 'ready';
CREATE INDEX step_attempts_held ON step_attempts (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX runs_limited ON runs (project_id) WHERE status IN ('pending', 'running')
  AND (workflow_limit IS NOT NULL OR project_limit IS NOT NULL);
