-- Agents that have lately read what others wrote: the key of their marks, and whether more was read than is kept.
CREATE TABLE taints (
    person TEXT NOT NULL REFERENCES persons (id),
    agent TEXT NOT NULL,
    mark_key TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    forgotten BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person, agent)
);
CREATE INDEX taints_by_end ON taints (last_ms);

-- The marks of what they read, and whose words it was. No text.
CREATE TABLE taint_texts (
    person TEXT NOT NULL,
    agent TEXT NOT NULL,
    mark TEXT NOT NULL,
    origin TEXT NOT NULL,
    marks TEXT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (person, agent, mark)
);
CREATE INDEX taint_texts_by_end ON taint_texts (seen_ms);

-- The working hours of the mailbox, once learned, as JSON.
ALTER TABLE connections ADD COLUMN mailbox_hours TEXT;

-- The tools for which an administrator has switched the rules about others' words off, as JSON.
ALTER TABLE organisations ADD COLUMN taint_off TEXT NOT NULL DEFAULT '[]';
