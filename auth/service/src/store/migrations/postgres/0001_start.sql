-- Times are Unix seconds (UTC). Texts that name things are UUIDs unless said otherwise. The same tables as SQLite has.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    COLLATE "C" NOT NULL UNIQUE, -- folded to lower case before it comes here; in the order of bytes
    email         TEXT,
    password_hash TEXT    NOT NULL,              -- PHC string
    roles         TEXT    NOT NULL,              -- JSON list of strings
    tenant        TEXT    NOT NULL,
    disabled_at   BIGINT,
    created_at    BIGINT NOT NULL,
    password_changed_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE sessions (
    sid          TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ended_at     BIGINT,
    end_reason   TEXT,
    client_id    TEXT    NOT NULL DEFAULT 'witgate-portal',
    scope        TEXT,                             -- what the client may; NULL: all that the roles give
    audience     TEXT,                             -- the resource asked for; NULL: the configured audience
    auth_time    BIGINT NOT NULL DEFAULT 0,       -- 0: created_at
    amr          TEXT    NOT NULL DEFAULT '["pwd"]', -- RFC 8176, JSON list
    source       TEXT,                             -- the address it was opened from
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_open_of_user ON sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_last_used ON sessions (last_used_at);

CREATE TABLE refresh_tokens (
    hash       BYTEA    NOT NULL PRIMARY KEY,     -- SHA-256 of the token's text
    sid        TEXT    NOT NULL REFERENCES sessions (sid),
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at   BIGINT,
    salt       BYTEA,                             -- what the successor was derived with
    successor  BYTEA,                             -- hash of the token that replaced it
    CHECK ((spent_at IS NULL) = (successor IS NULL)),
    CHECK ((spent_at IS NULL) = (salt IS NULL))
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (sid);

CREATE TABLE signing_keys (
    kid           TEXT    NOT NULL PRIMARY KEY,  -- RFC 7638 thumbprint
    alg           TEXT    NOT NULL,              -- JOSE name
    public_jwk    TEXT    NOT NULL,              -- JSON
    sealed_pkcs8  BYTEA    NOT NULL,              -- encrypted under the key of the configuration
    created_at    BIGINT NOT NULL,
    signs_from    BIGINT NOT NULL,
    retired_at    BIGINT
);

CREATE TABLE clients (
    client_id     TEXT    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    auth_method   TEXT    NOT NULL CHECK (auth_method IN ('none', 'client_secret', 'private_key_jwt')),
    secret_hash   BYTEA,                          -- SHA-256
    jwks          TEXT,                          -- JSON
    redirect_uris TEXT    NOT NULL,              -- JSON list, as the four that follow
    grant_types   TEXT    NOT NULL,
    scopes        TEXT    NOT NULL,
    audiences     TEXT    NOT NULL,
    first_party   BIGINT NOT NULL,              -- 1: no consent page
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT,
    CHECK ((auth_method = 'client_secret') = (secret_hash IS NOT NULL)),
    CHECK ((auth_method = 'private_key_jwt') = (jwks IS NOT NULL))
);

CREATE TABLE browser_sessions (
    hash       BYTEA    NOT NULL PRIMARY KEY,     -- SHA-256 of the cookie
    user_id    TEXT    NOT NULL REFERENCES users (id),
    auth_time  BIGINT NOT NULL,
    amr        TEXT    NOT NULL,                 -- JSON list
    expires_at BIGINT NOT NULL,
    ended_at   BIGINT
);
CREATE INDEX browser_sessions_of_user ON browser_sessions (user_id);

CREATE TABLE authorization_codes (
    hash           BYTEA    NOT NULL PRIMARY KEY,
    client_id      TEXT    NOT NULL REFERENCES clients (client_id),
    user_id        TEXT    NOT NULL REFERENCES users (id),
    redirect_uri   TEXT    NOT NULL,
    code_challenge TEXT    NOT NULL,             -- S256
    scope          TEXT    NOT NULL,
    nonce          TEXT,
    audience       TEXT,
    auth_time      BIGINT NOT NULL,
    amr            TEXT    NOT NULL,
    expires_at     BIGINT NOT NULL,
    used_at        BIGINT,
    sid            TEXT                          -- the session it was redeemed for
);

CREATE TABLE consents (
    user_id    TEXT    NOT NULL REFERENCES users (id),
    client_id  TEXT    NOT NULL REFERENCES clients (client_id),
    scopes     TEXT    NOT NULL,                 -- JSON list
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

CREATE TABLE used_assertions (
    hash       BYTEA    NOT NULL PRIMARY KEY,     -- SHA-256 of client_id and jti
    expires_at BIGINT NOT NULL
);

CREATE TABLE second_factors (
    user_id       TEXT    NOT NULL PRIMARY KEY REFERENCES users (id),
    sealed_secret BYTEA    NOT NULL,
    created_at    BIGINT NOT NULL,
    confirmed_at  BIGINT,
    last_step     BIGINT                        -- RFC 6238: a step counts once
);

CREATE TABLE recovery_codes (
    user_id TEXT    NOT NULL REFERENCES users (id),
    hash    BYTEA    NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (user_id, hash)
);

CREATE TABLE throttles (
    key      TEXT    NOT NULL PRIMARY KEY,       -- a keyed hash, no name in clear
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

CREATE TABLE feed (
    id        BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch     TEXT    NOT NULL,                  -- a new one after a restore: numbers of another epoch mean nothing
    seq       BIGINT NOT NULL,                  -- the last number given; its row lock makes numbers gap-free in the order of COMMIT
    pruned_to BIGINT NOT NULL                   -- rows up to this number may be gone
);
INSERT INTO feed (id, epoch, seq, pruned_to)
    VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0, 0);

CREATE TABLE revocations (
    seq       BIGINT NOT NULL PRIMARY KEY,
    kind      TEXT    NOT NULL CHECK (kind IN ('token', 'session', 'subject', 'client', 'key')),
    name      TEXT    NOT NULL,
    at        BIGINT NOT NULL,
    until_at  BIGINT                            -- when it means nothing any more; NULL: never
);
CREATE INDEX revocations_until ON revocations (until_at);

CREATE TABLE audit (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL,
    event      TEXT    NOT NULL,
    actor      TEXT,                             -- who did it: a user's id, a client's id, 'cli', 'service'
    user_id    TEXT,
    sid        TEXT,
    client_id  TEXT,
    source     TEXT,                             -- the caller's address
    request_id TEXT,
    detail     TEXT    NOT NULL                  -- JSON object without secrets
);
CREATE INDEX audit_of_user ON audit (user_id);
CREATE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION audit_keeps();
