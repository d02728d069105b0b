-- When *Always Allow* becomes *Ask for Permission*: the rules of an administrator, as JSON.
ALTER TABLE organisations ADD COLUMN ask_rules TEXT NOT NULL DEFAULT '[]';

-- What people have tightened for themselves: for all their agents (agent is empty) or for one.
CREATE TABLE own_levels (
    person TEXT NOT NULL REFERENCES persons (id),
    agent TEXT NOT NULL,
    tool TEXT NOT NULL,
    level TEXT NOT NULL,
    set_ms BIGINT NOT NULL,
    PRIMARY KEY (person, agent, tool)
);
