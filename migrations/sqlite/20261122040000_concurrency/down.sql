DROP INDEX runs_limited;
DROP INDEX step_attempts_held;
DROP INDEX step_attempts_queue;
ALTER TABLE step_attempts DROP COLUMN held_until;
ALTER TABLE runs DROP COLUMN project_limit;
ALTER TABLE runs DROP COLUMN workflow_limit;
ALTER TABLE workflows DROP COLUMN triggers;
