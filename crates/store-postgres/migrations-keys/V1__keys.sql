-- Wrapped keys by the 16 bytes of their files' ids, and the vault's own settings. The schema is made before, because the
-- table of the migrations lies in it too.
--
-- In 16 parts, because erasing a key rewrites the part that it was in.

CREATE TABLE keys (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16),
    wrapped BYTEA NOT NULL
) PARTITION BY HASH (id);

DO $$ BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE keys_%s PARTITION OF keys FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, part);
    END LOOP;
END $$;

CREATE TABLE settings (
    name TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);
