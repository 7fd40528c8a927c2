-- Erasure and retention: what was erased and when, what is held, when a check ended, and how long a location keeps what.
ALTER TABLE businesses ADD COLUMN keep_photo_days INTEGER;
ALTER TABLE businesses ADD COLUMN keep_document_days INTEGER;
ALTER TABLE businesses ADD COLUMN keep_additional_document_days INTEGER;
ALTER TABLE businesses ADD COLUMN keep_record_days INTEGER;
ALTER TABLE coworkers ADD COLUMN relationship_ended_on INTEGER;
ALTER TABLE coworkers ADD COLUMN erased_on INTEGER;
ALTER TABLE checks ADD COLUMN ended_on INTEGER;
ALTER TABLE checks ADD COLUMN legal_hold INTEGER NOT NULL DEFAULT 0 CHECK (legal_hold IN (0, 1));
ALTER TABLE checks ADD COLUMN erased_on INTEGER;
ALTER TABLE documents ADD COLUMN erased_on INTEGER;
ALTER TABLE idempotent_answers ADD COLUMN entity TEXT;
CREATE INDEX idempotent_answers_record_id ON idempotent_answers (record_id);

-- Of checks from before it isn't known when they ended: their last change counts, which is never too early.
UPDATE checks SET ended_on = updated_on WHERE status IN (3, 4, 5);
CREATE INDEX checks_business_id_ended_on ON checks (business_id, ended_on);

-- No personal data, and no references: an erasure outlives what it was about.
CREATE TABLE erasures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    receipt_id TEXT NOT NULL UNIQUE,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    guid TEXT NOT NULL,
    business_id INTEGER,
    cause INTEGER NOT NULL,
    actor_id INTEGER,
    request_id TEXT,
    started_on INTEGER NOT NULL,
    finished_on INTEGER,
    receipt TEXT,
    signature TEXT
) STRICT;
CREATE INDEX erasures_entity_entity_id ON erasures (entity, entity_id);
CREATE INDEX erasures_unfinished ON erasures (started_on) WHERE finished_on IS NULL;

-- As for the other indexes: what a large desk is like.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('checks', 'checks_business_id_ended_on', '1000000 50000 1');
ANALYZE sqlite_schema;
