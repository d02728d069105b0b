-- What was used lately of the limits that protect others, as JSON: one row for each person or organisation and each thing
-- that is counted.
CREATE TABLE limit_uses (
    counted TEXT NOT NULL,
    subject TEXT NOT NULL,
    uses TEXT NOT NULL,
    PRIMARY KEY (counted, subject)
);
