-- Lives of a connection: one ends when it is disconnected, revoked or damaged; connecting then begins another. What was asked,
-- approved or learned in one counts in no other. A sign-in that only renews a connection goes on with the same one.
ALTER TABLE connections ADD COLUMN life BIGINT NOT NULL DEFAULT 0;
ALTER TABLE approvals ADD COLUMN life BIGINT NOT NULL DEFAULT 0;
