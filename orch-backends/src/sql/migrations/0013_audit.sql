-- The chain over what was done. Which seal an event bears; only one process at a time writes that, some moments after the
-- event. The streams of runs are in no chain.
ALTER TABLE orch_events ADD COLUMN seal BIGINT;
CREATE INDEX orch_events_unsealed ON orch_events (stream, seq) WHERE seal IS NULL AND (stream < 'run_' OR stream >= 'run`');

CREATE TABLE orch_seals (
    number BIGINT NOT NULL PRIMARY KEY,
    previous TEXT,
    digest TEXT NOT NULL,
    n_events BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- What seals are over, which stays when the events are removed.
CREATE TABLE orch_seal_entries (
    seal BIGINT NOT NULL,
    stream TEXT {{ordered}} NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (seal, stream, seq)
);

-- Who may seal, in one row.
CREATE TABLE orch_sealers (
    id BIGINT NOT NULL PRIMARY KEY,
    sealer TEXT NOT NULL,
    until BIGINT NOT NULL
);
