-- API keys: what is kept of them, which is not their text. The scopes are a JSON array.
CREATE TABLE orch_api_keys (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    form TEXT NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    digest {{bytes}} NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    replaced_by TEXT
);

CREATE INDEX orch_api_keys_listed ON orch_api_keys (account, id);
