-- Times are Unix seconds (UTC). Texts that name things are UUIDs unless said otherwise.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,       -- folded to lower case before it comes here
    email         TEXT,
    password_hash TEXT    NOT NULL,              -- PHC string
    roles         TEXT    NOT NULL,              -- JSON list of strings
    tenant        TEXT    NOT NULL,
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    sid          TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    ended_at     INTEGER,
    end_reason   TEXT,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT;

CREATE INDEX sessions_open_of_user ON sessions (user_id) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,     -- SHA-256 of the token's text
    sid        TEXT    NOT NULL REFERENCES sessions (sid),
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    spent_at   INTEGER,
    successor  BLOB,                             -- hash of the token that replaced it
    CHECK ((spent_at IS NULL) = (successor IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_of_session ON refresh_tokens (sid);

CREATE TABLE signing_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,  -- RFC 7638 thumbprint
    alg           TEXT    NOT NULL,
    private_pkcs8 BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    retired_at    INTEGER
) STRICT;

-- One key signs at a time, also when two processes start at once.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (alg) WHERE retired_at IS NULL;
