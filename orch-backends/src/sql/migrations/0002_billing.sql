-- What accounts can spend. The balance is that of their entries; granted only grows, and bounds every sum.
CREATE TABLE orch_credits (
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    PRIMARY KEY (account, currency)
);

-- Money set aside. The balance of its entries is what remains of it; captured, fee and returned are zero while it is open.
CREATE TABLE orch_holds (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    opened_with BIGINT NOT NULL,
    remaining BIGINT NOT NULL,
    open_sub_holds BIGINT NOT NULL,
    parent TEXT,
    payee TEXT,
    keeper TEXT,
    state TEXT NOT NULL,
    captured BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    UNIQUE (account, key)
);

-- Sub-holds are found, and balances summed up, within their account.
CREATE INDEX orch_holds_open ON orch_holds (account, parent) WHERE state = 'open';
CREATE INDEX orch_holds_due ON orch_holds (expires_at) WHERE state = 'open';

-- Movements of money. The id says what it is for; the amount is what came, and went.
CREATE TABLE orch_ledger_transactions (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    at BIGINT NOT NULL
);

-- Their sides: minor units that came to (or, negative, went from) an owner in one of the ledgers
-- credits, hold, earnings, fees and external.
CREATE TABLE orch_ledger_entries (
    transaction_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    ledger TEXT NOT NULL,
    owner TEXT NOT NULL,
    currency TEXT NOT NULL,
    minor BIGINT NOT NULL,
    PRIMARY KEY (transaction_id, line)
);

-- Earnings have no balance of their own: they are summed up.
CREATE INDEX orch_ledger_entries_earned ON orch_ledger_entries (ledger, owner, currency, minor)
    WHERE ledger IN ('earnings', 'fees');

-- One row for each call that was paid for or given up.
CREATE TABLE orch_usage (
    invocation TEXT {{ordered}} NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    agent TEXT NOT NULL,
    agent_slug TEXT {{ordered}} NOT NULL,
    task TEXT {{ordered}} NOT NULL,
    outcome TEXT NOT NULL,
    units BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    currency TEXT NOT NULL,
    took_millis BIGINT NOT NULL,
    at BIGINT NOT NULL
);

CREATE INDEX orch_usage_listed ON orch_usage (account, at);
CREATE INDEX orch_usage_answered ON orch_usage (account, agent, at) WHERE outcome = 'answered';
