-- What the owner of a calendar was shown of a call that waits, once attache had looked for her: the card, the version of the
-- event it tells of, when, and how often. Nothing of it is there before she opens the card.
ALTER TABLE approvals ADD COLUMN looked TEXT;
ALTER TABLE approvals ADD COLUMN etag TEXT;
ALTER TABLE approvals ADD COLUMN looked_ms BIGINT;
ALTER TABLE approvals ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;
-- When its owner first opened it, to tell how long she took to decide.
ALTER TABLE approvals ADD COLUMN opened_ms BIGINT;
