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

-- Services as their providers registered them: the document is their JSON text.
CREATE TABLE orch_services (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    kind TEXT,
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX orch_services_of_a_kind ON orch_services (kind, id);

-- Signed transactions. The result is the provider's JSON text, and what it said where it refused.
CREATE TABLE orch_transactions (
    id TEXT {{ordered}} NOT NULL,
    consumer TEXT {{ordered}} NOT NULL,
    service TEXT NOT NULL,
    provider TEXT NOT NULL,
    priority TEXT NOT NULL,
    idempotency_key TEXT,
    content {{bytes}} NOT NULL,
    signature {{bytes}} NOT NULL,
    form TEXT NOT NULL,
    request_bytes BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ends_by BIGINT NOT NULL,
    state TEXT NOT NULL,
    ended_at BIGINT,
    provider_status BIGINT,
    result TEXT,
    is_lost BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    executions BIGINT NOT NULL,
    PRIMARY KEY (consumer, id),
    UNIQUE (consumer, idempotency_key)
);

CREATE INDEX orch_transactions_signed ON orch_transactions (consumer, signature, started_at);
CREATE INDEX orch_transactions_started ON orch_transactions (started_at);
CREATE INDEX orch_transactions_ended ON orch_transactions (ended_at);
