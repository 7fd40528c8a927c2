-- Programs that sign in for themselves.
CREATE TABLE clients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    name TEXT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    created_on INTEGER NOT NULL,
    secret_set_on INTEGER NOT NULL
) STRICT;
CREATE INDEX clients_user ON clients (user_id);

-- The numbers of the roles that a token is narrowed to; null for all that its user has.
ALTER TABLE tokens ADD COLUMN scope TEXT;
-- The machine client that a token was given to; null for a person's.
ALTER TABLE tokens ADD COLUMN machine_id INTEGER REFERENCES clients (id) ON DELETE CASCADE;
CREATE INDEX tokens_machine ON tokens (machine_id);
