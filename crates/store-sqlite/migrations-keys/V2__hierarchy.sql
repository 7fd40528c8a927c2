-- The master key wraps keys of businesses, and those wrap the keys of files. A store with keys from before can't be
-- brought up: their wraps don't say their business, and nothing here may destroy them. It fails instead.

CREATE TABLE business_keys (
    business INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    retired INTEGER NOT NULL CHECK (retired IN (0, 1)),
    wrapped BLOB NOT NULL,
    PRIMARY KEY (business, version)
) STRICT, WITHOUT ROWID;

-- A business has one current key at most.
CREATE UNIQUE INDEX business_keys_current ON business_keys (business) WHERE retired = 0;

CREATE TABLE file_keys (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    business INTEGER NOT NULL,
    version INTEGER NOT NULL,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO file_keys (id, business, version, wrapped) SELECT id, NULL, NULL, wrapped FROM keys;
DROP TABLE keys;
ALTER TABLE file_keys RENAME TO keys;
CREATE INDEX keys_under ON keys (business, version, id);
