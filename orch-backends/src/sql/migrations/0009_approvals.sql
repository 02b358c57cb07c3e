-- Approvals. The document is all there is of one; beside it stands what is searched, and the number that settles races.
CREATE TABLE orch_approvals (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    action_key TEXT UNIQUE,
    requester TEXT NOT NULL,
    status TEXT NOT NULL,
    seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    due_at BIGINT,
    document TEXT NOT NULL
);

CREATE INDEX orch_approvals_listed ON orch_approvals (created_at, id);
CREATE INDEX orch_approvals_by_status ON orch_approvals (status, created_at, id);
CREATE INDEX orch_approvals_by_requester ON orch_approvals (requester, created_at, id);
CREATE INDEX orch_approvals_due ON orch_approvals (due_at, id);
CREATE INDEX orch_approvals_closed ON orch_approvals (closed_at, id);

-- Who may see an approval: the account that owns it, and those that its policy names.
CREATE TABLE orch_approval_viewers (
    account TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    approval TEXT {{ordered}} NOT NULL,
    PRIMARY KEY (account, created_at, approval)
);

CREATE INDEX orch_approval_viewers_of ON orch_approval_viewers (approval);

-- How many approvals of a requester are not closed; none where there is no row.
CREATE TABLE orch_approval_requesters (
    requester TEXT NOT NULL PRIMARY KEY,
    n_pending BIGINT NOT NULL
);
