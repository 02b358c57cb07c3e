-- In which order agents changed, for processes that keep them at hand. Whoever inserts or revises one takes the next place
-- from the one row of the order, which nobody else may change before the commit: so places are seen in their order. The
-- revision that has the place tells of agents that an earlier release, which knows of no places, changed since.
ALTER TABLE orch_agents ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orch_agents ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
UPDATE orch_agents SET placed = revision;
CREATE INDEX orch_agents_by_place ON orch_agents (place, id);
CREATE INDEX orch_agents_unplaced ON orch_agents (id) WHERE placed <> revision;

CREATE TABLE orch_catalog_order (
    id BIGINT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL
);
INSERT INTO orch_catalog_order (id, place) VALUES (1, 0);
