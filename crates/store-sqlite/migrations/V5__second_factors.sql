-- The secrets that second factors' codes are made from, sealed for their users, and what stands in for a lost one, as hashes.
CREATE TABLE totp_secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    confirmed_on INTEGER,
    last_step INTEGER
) STRICT;

CREATE TABLE recovery_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE INDEX recovery_codes_user_id ON recovery_codes (user_id);
