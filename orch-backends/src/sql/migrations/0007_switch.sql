-- What is stopped: everything, an agent or an account. Looked at before every call, so it is kept short.
CREATE TABLE orch_stops (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
