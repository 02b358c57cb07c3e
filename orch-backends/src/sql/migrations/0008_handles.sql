-- How the surface that started a run names it, which kind of request it was, and what the surface must remember of it,
-- as JSON.
ALTER TABLE orch_runs ADD COLUMN handle TEXT;
ALTER TABLE orch_runs ADD COLUMN handle_kind TEXT;
ALTER TABLE orch_runs ADD COLUMN handle_notes TEXT;

CREATE UNIQUE INDEX orch_runs_by_handle ON orch_runs (handle);
CREATE INDEX orch_runs_by_kind ON orch_runs (account, handle_kind, id);
