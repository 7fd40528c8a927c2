-- The master key wraps keys of businesses, and those wrap the keys of files. A store with keys from before can't be
-- brought up: their wraps don't say their business, and nothing here may destroy them. It fails instead.

CREATE TABLE business_keys (
    business BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    retired BOOLEAN NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (business, version)
);

-- A business has one current key at most.
CREATE UNIQUE INDEX business_keys_current ON business_keys (business) WHERE NOT retired;

ALTER TABLE keys ADD COLUMN business BIGINT NOT NULL, ADD COLUMN version BIGINT NOT NULL;
CREATE INDEX keys_under ON keys (business, version, id);
