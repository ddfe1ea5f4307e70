-- What the removal of old rows looks for, and which signing keys have been succeeded: those never sign again.

CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);
CREATE INDEX browser_sessions_expiry ON browser_sessions (expires_at);
CREATE INDEX browser_sessions_ended ON browser_sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX used_assertions_expiry ON used_assertions (expires_at);
CREATE INDEX throttles_last ON throttles (last_at);
ALTER TABLE signing_keys ADD COLUMN succeeded_at BIGINT;   -- when its successor had begun to sign
