-- Every reference, and what lists of a million records are filtered and ordered by. The id comes last in every index by
-- itself, so an index on the location also gives a location's records in the order of their ids.

CREATE INDEX businesses_unique_id ON businesses (unique_id);

CREATE INDEX users_unique_id ON users (unique_id);
CREATE INDEX users_default_business_id ON users (default_business_id);

CREATE INDEX user_roles_unique_id ON user_roles (unique_id);
CREATE INDEX user_roles_business_id ON user_roles (business_id);

CREATE INDEX coworkers_unique_id ON coworkers (unique_id);
CREATE INDEX coworkers_invoicing_business_id ON coworkers (invoicing_business_id);
CREATE INDEX coworkers_user_id ON coworkers (user_id);
CREATE INDEX coworkers_created_on ON coworkers (created_on);
CREATE INDEX coworkers_updated_on ON coworkers (updated_on);

CREATE INDEX checks_unique_id ON checks (unique_id);
CREATE INDEX checks_business_id ON checks (business_id);
CREATE INDEX checks_business_id_status ON checks (business_id, status);
CREATE INDEX checks_business_id_created_on ON checks (business_id, created_on);
CREATE INDEX checks_business_id_updated_on ON checks (business_id, updated_on);
CREATE INDEX checks_coworker_id ON checks (coworker_id);
CREATE INDEX checks_status ON checks (status);
CREATE INDEX checks_created_on ON checks (created_on);
CREATE INDEX checks_updated_on ON checks (updated_on);
CREATE INDEX checks_group_guid ON checks (group_guid) WHERE group_guid IS NOT NULL;

CREATE INDEX documents_unique_id ON documents (unique_id);
CREATE INDEX documents_business_id ON documents (business_id);
CREATE INDEX documents_business_id_status ON documents (business_id, status);
CREATE INDEX documents_business_id_created_on ON documents (business_id, created_on);
CREATE INDEX documents_business_id_updated_on ON documents (business_id, updated_on);
CREATE INDEX documents_coworker_id ON documents (coworker_id);
CREATE INDEX documents_check_id ON documents (check_id);
CREATE INDEX documents_status ON documents (status);
CREATE INDEX documents_created_on ON documents (created_on);
CREATE INDEX documents_updated_on ON documents (updated_on);

CREATE INDEX files_business_id ON files (business_id);

CREATE INDEX tokens_user_id ON tokens (user_id);
CREATE INDEX tokens_family ON tokens (family);
CREATE INDEX tokens_expires_on ON tokens (expires_on);

CREATE INDEX audit_values_subject_id ON audit_values (subject_id);

CREATE INDEX audit_entries_unique_id ON audit_entries (unique_id);
CREATE INDEX audit_entries_business_id ON audit_entries (business_id);
CREATE INDEX audit_entries_business_id_created_on ON audit_entries (business_id, created_on);
CREATE INDEX audit_entries_created_on ON audit_entries (created_on);
CREATE INDEX audit_entries_entity_entity_id ON audit_entries (entity, entity_id);
CREATE INDEX audit_entries_actor_id ON audit_entries (actor_id);

-- The link tables from their other end.
CREATE INDEX user_businesses_business_id ON user_businesses (business_id, user_id);
CREATE INDEX user_role_roles_role_id ON user_role_roles (role_id, user_role_id);
CREATE INDEX user_role_users_user_id ON user_role_users (user_id, user_role_id);
CREATE INDEX coworker_businesses_business_id ON coworker_businesses (business_id, coworker_id);

-- What the tables of a large desk are like, so that SQLite finds out which of several indexes leads to few records, and
-- plans the same way on every desk: https://sqlite.org/lang_analyze.html#fixanalyze. The first number is the records of
-- the table, each other one how many of them share a value of the first column, of the first two, and so on.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('businesses', NULL, '20'),
    ('businesses', 'businesses_unique_id', '20 1'),
    ('users', NULL, '1000'),
    ('users', 'users_unique_id', '1000 1'),
    ('users', 'users_default_business_id', '1000 50'),
    ('coworkers', 'coworkers_unique_id', '300000 1'),
    ('coworkers', 'coworkers_invoicing_business_id', '300000 15000'),
    ('coworkers', 'coworkers_user_id', '300000 1'),
    ('coworkers', 'coworkers_created_on', '300000 1'),
    ('coworkers', 'coworkers_updated_on', '300000 1'),
    ('coworker_businesses', 'coworker_businesses', '300000 1 1'),
    ('coworker_businesses', 'coworker_businesses_business_id', '300000 15000 1'),
    ('checks', 'checks_unique_id', '1000000 1'),
    ('checks', 'checks_business_id', '1000000 50000'),
    ('checks', 'checks_business_id_status', '1000000 50000 10000'),
    ('checks', 'checks_business_id_created_on', '1000000 50000 1'),
    ('checks', 'checks_business_id_updated_on', '1000000 50000 1'),
    ('checks', 'checks_status', '1000000 200000'),
    ('checks', 'checks_created_on', '1000000 1'),
    ('checks', 'checks_updated_on', '1000000 1'),
    ('checks', 'checks_coworker_id', '1000000 3'),
    ('checks', 'checks_group_guid', '1000000 2'),
    ('documents', 'documents_unique_id', '1000000 1'),
    ('documents', 'documents_business_id', '1000000 50000'),
    ('documents', 'documents_business_id_status', '1000000 50000 10000'),
    ('documents', 'documents_business_id_created_on', '1000000 50000 1'),
    ('documents', 'documents_business_id_updated_on', '1000000 50000 1'),
    ('documents', 'documents_status', '1000000 200000'),
    ('documents', 'documents_created_on', '1000000 1'),
    ('documents', 'documents_updated_on', '1000000 1'),
    ('documents', 'documents_coworker_id', '1000000 3'),
    ('documents', 'documents_check_id', '1000000 1'),
    ('audit_entries', 'audit_entries_unique_id', '5000000 1'),
    ('audit_entries', 'audit_entries_business_id', '5000000 250000'),
    ('audit_entries', 'audit_entries_business_id_created_on', '5000000 250000 1'),
    ('audit_entries', 'audit_entries_created_on', '5000000 1'),
    ('audit_entries', 'audit_entries_entity_entity_id', '5000000 500000 5'),
    ('audit_entries', 'audit_entries_actor_id', '5000000 5000');
ANALYZE sqlite_schema;
