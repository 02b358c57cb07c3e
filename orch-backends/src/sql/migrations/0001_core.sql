-- What happened, for ever. A stream bears the id of what it happened to and counts from 1 without gaps.
CREATE TABLE orch_events (
    stream TEXT {{ordered}} NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
);

-- Agents. The audience is who may see one: an account, or nobody in particular, which is everyone. What people search
-- is folded; the rest of what nobody asks for is in the document.
CREATE TABLE orch_agents (
    id TEXT {{ordered}} NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    audience TEXT NOT NULL,
    status TEXT NOT NULL,
    last_seen BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    latest TEXT NOT NULL,
    rating DOUBLE PRECISION NOT NULL,
    cost BIGINT NOT NULL,
    currency TEXT NOT NULL,
    title TEXT {{ordered}} NOT NULL,
    category TEXT NOT NULL,
    developer TEXT NOT NULL,
    description TEXT NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (organization, name)
);

-- One index for each order of the list. Ratings and costs are often equal, and what is equal is ordered by id
-- whatever the direction, so these have one index for each. The others count what a filter admits.
CREATE INDEX orch_agents_by_title ON orch_agents (audience, title, id);
CREATE INDEX orch_agents_by_age ON orch_agents (audience, created_at, id);
CREATE INDEX orch_agents_by_rating ON orch_agents (audience, rating, id);
CREATE INDEX orch_agents_by_rating_down ON orch_agents (audience, rating DESC, id);
CREATE INDEX orch_agents_by_cost ON orch_agents (audience, cost, id, currency);
CREATE INDEX orch_agents_by_cost_down ON orch_agents (audience, cost DESC, id);
CREATE INDEX orch_agents_by_audience ON orch_agents (audience);
CREATE INDEX orch_agents_by_category ON orch_agents (category, audience);
CREATE INDEX orch_agents_by_developer ON orch_agents (developer, audience);

-- Versions of agents, which never change.
CREATE TABLE orch_agent_versions (
    agent TEXT {{ordered}} NOT NULL,
    version TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (agent, version)
);

-- The tags of each agent's latest version, folded.
CREATE TABLE orch_agent_tags (
    tag TEXT NOT NULL,
    agent TEXT {{ordered}} NOT NULL,
    PRIMARY KEY (tag, agent)
);
CREATE INDEX orch_agent_tags_by_agent ON orch_agent_tags (agent);

-- How many stars each account gives each agent.
CREATE TABLE orch_agent_reviews (
    agent TEXT {{ordered}} NOT NULL,
    account TEXT NOT NULL,
    stars BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (agent, account)
);

-- The words of each agent's latest version, with their weight; the audience is the agent's.
CREATE TABLE orch_catalog_terms (
    word TEXT NOT NULL,
    audience TEXT NOT NULL,
    weight BIGINT NOT NULL,
    agent TEXT {{ordered}} NOT NULL,
    PRIMARY KEY (word, audience, weight, agent)
);
CREATE INDEX orch_catalog_terms_by_agent ON orch_catalog_terms (agent);
