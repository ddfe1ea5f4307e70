-- When the last access token of a session expires, and whose each revocation is: an entry of the feed lives no longer
-- than its tokens, and of one subject there are never too many.

ALTER TABLE sessions ADD COLUMN tokens_until INTEGER;      -- NULL: not known, opened before
ALTER TABLE revocations ADD COLUMN subject TEXT;           -- the `sub` of the tokens; NULL: of several, or not known
CREATE INDEX revocations_of_subject ON revocations (subject, until_at) WHERE subject IS NOT NULL;
