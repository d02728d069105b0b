-- Signed statements of how many entries a record had, and of the Merkle root over them. What was signed once is never
-- contradicted: the next one is grown from the last one that stands here.
CREATE TABLE audit_checkpoints (
    organisation TEXT NOT NULL REFERENCES organisations (id),
    size BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- The hash of the last entry in its chain.
    hash TEXT NOT NULL,
    -- The full subtrees of the Merkle tree, as JSON: what it takes to go on growing it.
    peaks TEXT NOT NULL,
    note TEXT NOT NULL,
    -- 1 once it has left the machine's reach everywhere it was to go.
    published BIGINT NOT NULL,
    PRIMARY KEY (organisation, size)
);

-- Entries up to this number were removed when their time was over; a checkpoint of just so many stands for them.
ALTER TABLE audit_heads ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;
