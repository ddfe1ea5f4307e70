-- Sessions with clients and scopes, refresh tokens with derived successors, sealed keys, OAuth, revocations, audit.
-- Signing keys of the first schema were not encrypted: they are dropped, and new ones are made at the start.

ALTER TABLE users ADD COLUMN password_changed_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN client_id TEXT NOT NULL DEFAULT 'witgate-portal';
ALTER TABLE sessions ADD COLUMN scope TEXT;                -- what the client may; NULL: all that the roles give
ALTER TABLE sessions ADD COLUMN audience TEXT;             -- the resource asked for; NULL: the configured audience
ALTER TABLE sessions ADD COLUMN auth_time INTEGER NOT NULL DEFAULT 0;   -- 0: created_at
ALTER TABLE sessions ADD COLUMN amr TEXT NOT NULL DEFAULT '["pwd"]';    -- RFC 8176, JSON list
ALTER TABLE sessions ADD COLUMN source TEXT;               -- the address it was opened from
CREATE INDEX sessions_last_used ON sessions (last_used_at);

CREATE TABLE tokens_new (
    hash       BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of the token's text
    sid        TEXT    NOT NULL REFERENCES sessions (sid),
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER,
    salt       BLOB,                             -- what the successor was derived with
    successor  BLOB,                             -- hash of the token that replaced it
    CHECK ((spent_at IS NULL) = (successor IS NULL)),
    CHECK ((spent_at IS NULL) = (salt IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO tokens_new (hash, sid, issued_at, expires_at, spent_at, salt, successor)
    SELECT hash, sid, issued_at, expires_at, spent_at, CASE WHEN spent_at IS NULL THEN NULL ELSE zeroblob(16) END, successor
    FROM refresh_tokens;
DROP TABLE refresh_tokens;
ALTER TABLE tokens_new RENAME TO refresh_tokens;
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (sid);

DROP TABLE signing_keys;
CREATE TABLE signing_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,  -- RFC 7638 thumbprint
    alg           TEXT    NOT NULL,              -- JOSE name
    public_jwk    TEXT    NOT NULL,              -- JSON
    sealed_pkcs8  BLOB    NOT NULL,              -- encrypted under the key of the configuration
    created_at    INTEGER NOT NULL,
    signs_from    INTEGER NOT NULL,
    retired_at    INTEGER
) STRICT;

CREATE TABLE clients (
    client_id     TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    auth_method   TEXT    NOT NULL CHECK (auth_method IN ('none', 'client_secret', 'private_key_jwt')),
    secret_hash   BLOB,                          -- SHA-256
    jwks          TEXT,                          -- JSON
    redirect_uris TEXT    NOT NULL,              -- JSON list, as the four that follow
    grant_types   TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    audiences     TEXT    NOT NULL,
    first_party   INTEGER NOT NULL,              -- 1: no consent page
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    CHECK ((auth_method = 'client_secret') = (secret_hash IS NOT NULL)),
    CHECK ((auth_method = 'private_key_jwt') = (jwks IS NOT NULL))
) STRICT;

CREATE TABLE browser_sessions (
    hash       BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of the cookie
    user_id    TEXT    NOT NULL REFERENCES users (id),
    auth_time  INTEGER NOT NULL,
    amr        TEXT    NOT NULL,                 -- JSON list
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX browser_sessions_of_user ON browser_sessions (user_id);

CREATE TABLE authorization_codes (
    hash           BLOB    NOT NULL PRIMARY KEY,
    client_id      TEXT    NOT NULL REFERENCES clients (client_id),
    user_id        TEXT    NOT NULL REFERENCES users (id),
    redirect_uri   TEXT    NOT NULL,
    code_challenge TEXT    NOT NULL,             -- S256
    scope          TEXT    NOT NULL,
    nonce          TEXT,
    audience       TEXT,
    auth_time      INTEGER NOT NULL,
    amr            TEXT    NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER,
    sid            TEXT                          -- the session it was redeemed for
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
    user_id    TEXT    NOT NULL REFERENCES users (id),
    client_id  TEXT    NOT NULL REFERENCES clients (client_id),
    scopes     TEXT    NOT NULL,                 -- JSON list
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE used_assertions (
    hash       BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of client_id and jti
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE second_factors (
    user_id       TEXT    NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed_secret BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    confirmed_at  INTEGER,
    last_step     INTEGER                        -- RFC 6238: a step counts once
) STRICT;

CREATE TABLE recovery_codes (
    user_id TEXT    NOT NULL REFERENCES users (id),
    hash    BLOB    NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE throttles (
    key      TEXT    NOT NULL PRIMARY KEY,       -- a keyed hash, no name in clear
    failures INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
    id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch     TEXT    NOT NULL,                  -- a new one after a restore: numbers of another epoch mean nothing
    seq       INTEGER NOT NULL,                  -- the last number given; its row lock makes numbers gap-free in the order of COMMIT
    pruned_to INTEGER NOT NULL                   -- rows up to this number may be gone
) STRICT;
INSERT INTO feed (id, epoch, seq, pruned_to)
    VALUES (1, lower(hex(randomblob(16))), 0, 0);

CREATE TABLE revocations (
    seq       INTEGER NOT NULL PRIMARY KEY,
    kind      TEXT    NOT NULL CHECK (kind IN ('token', 'session', 'subject', 'client', 'key')),
    name      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    until_at  INTEGER                            -- when it means nothing any more; NULL: never
) STRICT;
CREATE INDEX revocations_until ON revocations (until_at);

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    event      TEXT    NOT NULL,
    actor      TEXT,                             -- who did it: a user's id, a client's id, 'cli', 'service'
    user_id    TEXT,
    sid        TEXT,
    client_id  TEXT,
    source     TEXT,                             -- the caller's address
    request_id TEXT,
    detail     TEXT    NOT NULL                  -- JSON object without secrets
) STRICT;
CREATE INDEX audit_of_user ON audit (user_id);
CREATE TRIGGER audit_keeps_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
