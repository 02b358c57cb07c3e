-- The greatest form that was written to the log of a run: only workers that know it are given the run.
ALTER TABLE orch_runs ADD COLUMN form BIGINT NOT NULL DEFAULT 1;

-- What is over is removed after a while, the oldest first.
CREATE INDEX orch_runs_ended ON orch_runs (ended_at, id) WHERE phase = 'ended';
CREATE INDEX orch_usage_old ON orch_usage (at, invocation);
