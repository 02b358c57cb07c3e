-- What processes let through of each limit, for the others that serve the same; rows live for minutes. A process writes its
-- own rows alone, so nobody waits for another.
CREATE TABLE orch_tallies (
    limiter TEXT NOT NULL,
    subject TEXT NOT NULL,
    replica TEXT NOT NULL,
    slot BIGINT NOT NULL,
    n BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (limiter, subject, replica, slot)
);
CREATE INDEX orch_tallies_told ON orch_tallies (told_at);
