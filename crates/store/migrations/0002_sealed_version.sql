-- At which version the grant of a connection was sealed last. A grant sealed at an earlier one was put back by somebody.
ALTER TABLE connections ADD COLUMN sealed_version BIGINT NOT NULL DEFAULT 0;
UPDATE connections SET sealed_version =
    COALESCE((SELECT record_version FROM grants WHERE grants.connection = connections.id), 0);
