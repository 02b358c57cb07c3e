-- Agents that sign. The keys are a JSON document, the metadata are the agent's own JSON text.
CREATE TABLE orch_parties (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    keys TEXT NOT NULL,
    status TEXT NOT NULL,
    endpoint TEXT,
    metadata TEXT NOT NULL,
    is_listed BIGINT NOT NULL,
    registered_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

-- What an agent said once, until its time is over.
CREATE TABLE orch_nonces (
    party TEXT {{ordered}} NOT NULL,
    nonce TEXT {{ordered}} NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (party, nonce)
);

CREATE INDEX orch_nonces_ended ON orch_nonces (ends_at);
