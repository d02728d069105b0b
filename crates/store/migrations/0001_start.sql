-- One text for SQLite and PostgreSQL: TEXT and BIGINT only, booleans 0/1, times in ms since 1970, JSON as TEXT.

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    -- Counted up by every change of a level; its row lock puts the changes in order.
    levels_version BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE persons (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    tenant TEXT NOT NULL,
    object TEXT NOT NULL,
    name TEXT NOT NULL,
    login TEXT NOT NULL,
    -- Name and login in lower case: what the administrator's filter looks in and what lists are ordered by.
    search TEXT NOT NULL,
    administrator BIGINT NOT NULL DEFAULT 0,
    language TEXT,
    browser_zone TEXT,
    created_ms BIGINT NOT NULL,
    -- When an agent last asked for approval; its row lock makes the limit of pending approvals exact.
    asked_ms BIGINT NOT NULL DEFAULT 0,
    UNIQUE (tenant, object)
);
CREATE INDEX persons_in_order ON persons (organisation, search, id);

CREATE TABLE bootstrap_secrets (
    hash TEXT NOT NULL PRIMARY KEY,
    created_ms BIGINT NOT NULL,
    used_ms BIGINT
);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES persons (id),
    secret_hash TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    idle_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    authenticated_ms BIGINT NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person);
CREATE INDEX sessions_by_end ON sessions (expires_ms);

CREATE TABLE attempts (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    person TEXT,
    session TEXT,
    return_to TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    claims TEXT
);
CREATE INDEX attempts_by_age ON attempts (created_ms);

CREATE TABLE connections (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    person TEXT NOT NULL REFERENCES persons (id),
    integration TEXT NOT NULL,
    state TEXT NOT NULL,
    scopes TEXT NOT NULL,
    account TEXT NOT NULL,
    mailbox_address TEXT,
    mailbox_zone TEXT,
    connected_ms BIGINT NOT NULL,
    refreshed_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    lease_fence BIGINT NOT NULL DEFAULT 0,
    lease_until_ms BIGINT NOT NULL DEFAULT 0,
    UNIQUE (person, integration)
);
CREATE INDEX connections_of_organisation ON connections (organisation);

-- The sealed refresh tokens, apart from what changes often, so that their bytes move as little as possible.
CREATE TABLE grants (
    connection TEXT NOT NULL PRIMARY KEY REFERENCES connections (id),
    record_version BIGINT NOT NULL,
    key_id TEXT NOT NULL,
    wrapped_key TEXT NOT NULL,
    sealed TEXT NOT NULL
);
CREATE INDEX grants_by_key ON grants (key_id);

CREATE TABLE key_checks (
    key_id TEXT NOT NULL PRIMARY KEY,
    check_value TEXT NOT NULL
);

CREATE TABLE levels (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    tool TEXT NOT NULL,
    level TEXT NOT NULL,
    version BIGINT NOT NULL,
    set_by TEXT NOT NULL REFERENCES persons (id),
    set_ms BIGINT NOT NULL,
    PRIMARY KEY (organisation, tool)
);

CREATE TABLE agents (
    id TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL REFERENCES persons (id),
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    last_used_ms BIGINT,
    expires_ms BIGINT,
    revoked_ms BIGINT
);
CREATE INDEX agents_of_person ON agents (person, created_ms);

CREATE TABLE approvals (
    id TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (id),
    person TEXT NOT NULL REFERENCES persons (id),
    connection TEXT NOT NULL REFERENCES connections (id),
    agent TEXT NOT NULL REFERENCES agents (id),
    surface TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    digest TEXT NOT NULL,
    card TEXT NOT NULL,
    summary TEXT NOT NULL,
    state TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    decided_ms BIGINT,
    call TEXT NOT NULL,
    outcome TEXT
);
CREATE INDEX approvals_of_person ON approvals (person, created_ms, id);
CREATE INDEX approvals_by_state ON approvals (state, person);
CREATE INDEX approvals_by_call ON approvals (agent, digest, created_ms);

CREATE TABLE audit_heads (
    organisation TEXT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE audit_entries (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    person TEXT,
    tool TEXT,
    call TEXT,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (organisation, sequence)
);
CREATE INDEX audit_entries_of_person ON audit_entries (organisation, person, sequence);
CREATE INDEX audit_entries_of_call ON audit_entries (call);

-- One row, written to find out whether the database can be written.
CREATE TABLE heartbeat (
    slot BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL
);
