ALTER TABLE step_attempts DROP COLUMN inherited_from;
ALTER TABLE runs DROP COLUMN start_commit;
