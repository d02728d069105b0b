-- Changes on their way to Microsoft: a row is written with the entry that a call has begun and goes with the one that says how
-- it ended. What is left behind by a lost answer or a process that died is looked after by whoever comes by.
CREATE TABLE writes (
    call TEXT NOT NULL PRIMARY KEY,
    organisation TEXT NOT NULL,
    person TEXT NOT NULL,
    connection TEXT NOT NULL,
    -- The life of the connection; what was sent in one is not looked for in another.
    life BIGINT NOT NULL,
    agent TEXT NOT NULL,
    surface TEXT NOT NULL,
    tool TEXT NOT NULL,
    arguments TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- The stored call that it runs, or under which its agent can ask what became of it.
    approval TEXT,
    -- Which process executes it.
    instance TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    -- Until when it is the business of whoever executes it or looks after it.
    until_ms BIGINT NOT NULL,
    -- How often it was looked after. Whoever looks concludes only if nobody has looked since.
    looks BIGINT NOT NULL
);

-- Whether it was never asked about and is stored only because its end was not known.
ALTER TABLE approvals ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
