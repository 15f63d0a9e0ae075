DROP TABLE webhook_deliveries;
DROP TABLE webhook_sinks;
DROP INDEX run_diagnostics_unresolved;
ALTER TABLE run_diagnostics DROP COLUMN resolved_at;
ALTER TABLE run_diagnostics DROP COLUMN resolution;
ALTER TABLE run_diagnostics DROP COLUMN sink_id;
ALTER TABLE run_diagnostics DROP COLUMN seq;
