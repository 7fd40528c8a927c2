-- Who users are to an issuer of OpenID Connect, and what its claims gave them: ids with spaces between.
CREATE TABLE identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_on INTEGER NOT NULL,
    granted_roles TEXT,
    granted_businesses TEXT,
    granted_admin INTEGER NOT NULL DEFAULT 0 CHECK (granted_admin IN (0, 1))
) STRICT;
CREATE INDEX identities_user ON identities (user_id);

-- Sign-ins at an issuer that have come back: their state is good once.
CREATE TABLE spent_states (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    expires_on INTEGER NOT NULL
) STRICT;
CREATE INDEX spent_states_expires_on ON spent_states (expires_on);
