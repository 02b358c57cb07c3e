-- Whether the totals have a record in them. An earlier release, which knows of no totals, leaves it out of what it writes.
ALTER TABLE orch_usage ADD COLUMN totaled BIGINT NOT NULL DEFAULT 0;

-- Totals of usage over weeks in UTC, of which the days are those of the sums, and over all that an account did in a day
-- (without agent and task), kept with each record: so that a year is a few thousand rows too, or one for each of its days.
CREATE TABLE orch_usage_totals (
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
CREATE INDEX orch_usage_totals_old ON orch_usage_totals (starts_at);

INSERT INTO orch_usage_totals (account, currency, span, starts_at, agent, agent_slug, task, slot, requests, answered, cost,
    took_millis)
    SELECT account, currency, 'week', starts_at / 604800000 * 604800000, agent, agent_slug, task, slot,
        CAST(SUM(requests) AS BIGINT), CAST(SUM(answered) AS BIGINT), CAST(SUM(cost) AS BIGINT),
        CAST(SUM(took_millis) AS BIGINT)
    FROM orch_usage_sums WHERE span = 'day'
    GROUP BY account, currency, starts_at / 604800000 * 604800000, agent, agent_slug, task, slot;

INSERT INTO orch_usage_totals (account, currency, span, starts_at, agent, agent_slug, task, slot, requests, answered, cost,
    took_millis)
    SELECT account, currency, 'day', starts_at, '', '', '', slot, CAST(SUM(requests) AS BIGINT),
        CAST(SUM(answered) AS BIGINT), CAST(SUM(cost) AS BIGINT), CAST(SUM(took_millis) AS BIGINT)
    FROM orch_usage_sums WHERE span = 'day' GROUP BY account, currency, starts_at, slot;

UPDATE orch_usage SET totaled = summed;
CREATE INDEX orch_usage_untotaled ON orch_usage (account, at) WHERE totaled = 0;
