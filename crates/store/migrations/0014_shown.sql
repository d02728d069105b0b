-- What a search has shown of somebody beside her address, for the cards on which she is invited.
ALTER TABLE person_handles ADD COLUMN name TEXT;
ALTER TABLE person_handles ADD COLUMN is_group BIGINT NOT NULL DEFAULT 0;
-- How often an organisation's people are asked, and how long they take.
CREATE INDEX approvals_of_organisation ON approvals (organisation, created_ms);
