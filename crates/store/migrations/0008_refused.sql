-- What Microsoft has against the installation, for all instances and for the operator's commands. One row, or none.
CREATE TABLE installation_trouble (
    slot BIGINT NOT NULL PRIMARY KEY,
    what TEXT NOT NULL,
    -- The number after AADSTS; 0 when Microsoft said none.
    code BIGINT NOT NULL,
    since_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL
);

-- The claims of a refusal on the way back from Microsoft, for the next way there. Whether there is a connection or not.
CREATE TABLE refused_claims (
    person TEXT NOT NULL REFERENCES persons (id),
    integration TEXT NOT NULL,
    claims TEXT NOT NULL,
    PRIMARY KEY (person, integration)
);
