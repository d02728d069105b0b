-- Whether the end of a call that nobody decided is on record. What had ended before this is not put there afterwards.
ALTER TABLE approvals ADD COLUMN end_recorded BIGINT NOT NULL DEFAULT 0;
UPDATE approvals SET end_recorded = 1 WHERE state IN ('void', 'expired');
CREATE INDEX approvals_undecided ON approvals (created_ms)
    WHERE end_recorded = 0 AND state IN ('pending', 'parked', 'void', 'expired');
