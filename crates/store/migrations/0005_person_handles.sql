-- Short names for addresses that a person's agents were shown by a search, for as long as they may be used. They end with
-- the connection through which they were found.
CREATE TABLE person_handles (
    person TEXT NOT NULL REFERENCES persons (id),
    handle TEXT NOT NULL,
    connection TEXT NOT NULL REFERENCES connections (id),
    address TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    PRIMARY KEY (person, handle)
);
CREATE INDEX person_handles_of_connection ON person_handles (connection);
CREATE INDEX person_handles_by_end ON person_handles (expires_ms);
