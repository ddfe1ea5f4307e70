-- Whether one name is revoked, which introspection asks about each token.

CREATE INDEX revocations_of_name ON revocations (kind, name, at);
