-- How an agent's calls went, and from when on somebody is to look whether it answers. Who changes an agent leaves these
-- alone, so that no figure is lost to a change that was read before.
ALTER TABLE orch_agents ADD COLUMN requests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orch_agents ADD COLUMN answered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orch_agents ADD COLUMN total_time BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orch_agents ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX orch_agents_by_due ON orch_agents (due_at, id);
