-- What every instance must know before one of them asks Entra for a token of a connection.
-- When tokens were asked for lately: moments in ms, separated by spaces.
ALTER TABLE connections ADD COLUMN asked TEXT NOT NULL DEFAULT '';
-- How often in a row it failed, why the last time, and when it may be tried again.
ALTER TABLE connections ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN failure TEXT;
ALTER TABLE connections ADD COLUMN retry_ms BIGINT NOT NULL DEFAULT 0;
-- To find connections that nobody uses.
CREATE INDEX connections_by_use ON connections (refreshed_ms);

-- Processes that hold or await access tokens; one that says nothing any more is dead.
CREATE TABLE instances (
    id TEXT NOT NULL PRIMARY KEY,
    until_ms BIGINT NOT NULL
);

-- Which of them hold, or are about to hold, an access token of a connection. The token itself is in no table.
CREATE TABLE token_holds (
    connection TEXT NOT NULL REFERENCES connections (id),
    instance TEXT NOT NULL,
    -- The version of the connection the token belongs to.
    version BIGINT NOT NULL,
    PRIMARY KEY (connection, instance)
);
CREATE INDEX token_holds_of_instance ON token_holds (instance);

-- Requests of one instance to the others: to share a token, or, without a key, to let go of it.
CREATE TABLE token_asks (
    id TEXT NOT NULL PRIMARY KEY,
    connection TEXT NOT NULL,
    instance TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- The public key to answer to, sealed, so that only an instance can have asked.
    sealed_key TEXT NOT NULL,
    -- The token, encrypted to that key and sealed.
    answer TEXT,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX token_asks_of_connection ON token_asks (connection);
CREATE INDEX token_asks_by_end ON token_asks (expires_ms);
