-- Runs: what is needed to find them and to settle races. Their plans and results are in their events. The phase is
-- ready (someone has something to do for it), waiting or ended; only what is ready has a worker.
CREATE TABLE orch_runs (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    phase TEXT NOT NULL,
    status TEXT NOT NULL,
    seq BIGINT NOT NULL,
    worker TEXT,
    epoch BIGINT NOT NULL,
    key TEXT,
    fingerprint TEXT,
    goal TEXT,
    n_steps BIGINT NOT NULL,
    price BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (account, key)
);

CREATE INDEX orch_runs_listed ON orch_runs (account, id);
CREATE INDEX orch_runs_ready ON orch_runs (id) WHERE phase = 'ready';

-- Who works on runs, and until when they live unless their heart beats again.
CREATE TABLE orch_workers (
    id TEXT NOT NULL PRIMARY KEY,
    alive_until BIGINT NOT NULL
);
