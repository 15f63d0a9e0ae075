-- The snapshot that a step retry starts from; null: the base.
ALTER TABLE runs ADD COLUMN start_commit TEXT;
-- The run in which an attempt was made whose success this run takes over; null: this run.
ALTER TABLE step_attempts ADD COLUMN inherited_from BLOB REFERENCES runs(id);
