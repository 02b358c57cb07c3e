-- Whether the sums have a record in them. An earlier release, which knows of no sums, leaves it out of what it writes.
ALTER TABLE orch_usage ADD COLUMN summed BIGINT NOT NULL DEFAULT 0;

-- Sums of usage records over hours and days in UTC, kept with each record, so that what an account used is known without
-- reading all that it did. A slot is one of a few rows that share a sum, so that calls which end at once need not wait for
-- each other.
CREATE TABLE orch_usage_sums (
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    span TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    agent TEXT NOT NULL,
    agent_slug TEXT {{ordered}} NOT NULL,
    task TEXT {{ordered}} NOT NULL,
    slot BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    took_millis BIGINT NOT NULL,
    PRIMARY KEY (account, currency, span, starts_at, agent, agent_slug, task, slot)
);
CREATE INDEX orch_usage_sums_old ON orch_usage_sums (starts_at);
CREATE INDEX orch_usage_sums_by_agent ON orch_usage_sums (agent, span, starts_at);

INSERT INTO orch_usage_sums (account, currency, span, starts_at, agent, agent_slug, task, slot, requests, answered, cost,
    took_millis)
    SELECT account, currency, 'hour', at / 3600000 * 3600000, agent, agent_slug, task, 0, COUNT(*),
        CAST(SUM(CASE WHEN outcome = 'answered' THEN 1 ELSE 0 END) AS BIGINT), CAST(SUM(cost) AS BIGINT),
        CAST(SUM(took_millis) AS BIGINT)
    FROM orch_usage GROUP BY account, currency, at / 3600000 * 3600000, agent, agent_slug, task;

INSERT INTO orch_usage_sums (account, currency, span, starts_at, agent, agent_slug, task, slot, requests, answered, cost,
    took_millis)
    SELECT account, currency, 'day', starts_at / 86400000 * 86400000, agent, agent_slug, task, 0,
        CAST(SUM(requests) AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(SUM(cost) AS BIGINT),
        CAST(SUM(took_millis) AS BIGINT)
    FROM orch_usage_sums GROUP BY account, currency, starts_at / 86400000 * 86400000, agent, agent_slug, task;

UPDATE orch_usage SET summed = 1;
CREATE INDEX orch_usage_unsummed ON orch_usage (account, at) WHERE summed = 0;
