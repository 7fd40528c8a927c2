-- Four eyes: what a location asks of reviewers, who handed in a document, and who was the first to approve. Users are no
-- references here: the audit trail keeps whoever acted.
ALTER TABLE businesses ADD COLUMN four_eyes INTEGER NOT NULL DEFAULT 0 CHECK (four_eyes IN (0, 1));
ALTER TABLE businesses ADD COLUMN second_reviewer INTEGER NOT NULL DEFAULT 0 CHECK (second_reviewer IN (0, 1));
ALTER TABLE checks ADD COLUMN first_approval_by_id INTEGER;
ALTER TABLE checks ADD COLUMN first_approval_on INTEGER;
ALTER TABLE documents ADD COLUMN first_approval_by_id INTEGER;
ALTER TABLE documents ADD COLUMN first_approval_on INTEGER;
ALTER TABLE documents ADD COLUMN handed_in_by TEXT;

-- Of documents from before, everybody who wrote one that is still open counts as having handed it in.
UPDATE documents SET handed_in_by = (
    SELECT group_concat(DISTINCT e.actor_id) FROM audit_entries e
    WHERE e.entity = 'CoworkerIdentityCheckDocument' AND e.entity_id = documents.id
        AND (e.description LIKE '% was created' OR e.description LIKE '% was updated')
) WHERE status IN (1, 2, 4);

-- What was answered to requests with an idempotency key, for a day. Sealed; the mark stands for user, route and key.
CREATE TABLE idempotent_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mark TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    record_id INTEGER,
    sealed TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    expires_on INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotent_answers_user_id ON idempotent_answers (user_id);
CREATE INDEX idempotent_answers_expires_on ON idempotent_answers (expires_on);
