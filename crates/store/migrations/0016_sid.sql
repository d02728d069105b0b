-- Microsoft's id of the sign-in that the grant of a connection comes from. An id, no secret: its logs have it too.
ALTER TABLE connections ADD COLUMN microsoft_sid TEXT;
