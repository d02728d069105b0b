-- Calls that wait for a sign-in at Microsoft: how often a stored call was interrupted, and whether its person had said yes.
ALTER TABLE approvals ADD COLUMN parked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE approvals ADD COLUMN approved BIGINT NOT NULL DEFAULT 0;
UPDATE approvals SET approved = 1 WHERE state = 'executing';
