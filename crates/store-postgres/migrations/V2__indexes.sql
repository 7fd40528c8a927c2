-- Every reference, and what lists of a million records are filtered and ordered by. The id comes last, so
-- an index on the location also gives a location's records in the order of their ids. What lists are ordered by has its
-- nulls first, as the lists have: an index that has them elsewhere would not be used, even for a column without nulls.

CREATE INDEX businesses_unique_id ON businesses (unique_id);

CREATE INDEX users_unique_id ON users (unique_id);
CREATE INDEX users_default_business_id ON users (default_business_id, id);

CREATE INDEX user_roles_unique_id ON user_roles (unique_id);
CREATE INDEX user_roles_business_id ON user_roles (business_id, id);

CREATE INDEX coworkers_unique_id ON coworkers (unique_id);
CREATE INDEX coworkers_invoicing_business_id ON coworkers (invoicing_business_id, id);
CREATE INDEX coworkers_user_id ON coworkers (user_id, id);
CREATE INDEX coworkers_created_on ON coworkers (created_on NULLS FIRST, id);
CREATE INDEX coworkers_updated_on ON coworkers (updated_on NULLS FIRST, id);

CREATE INDEX checks_unique_id ON checks (unique_id);
CREATE INDEX checks_business_id ON checks (business_id, id);
CREATE INDEX checks_business_id_status ON checks (business_id, status NULLS FIRST, id);
CREATE INDEX checks_business_id_created_on ON checks (business_id, created_on NULLS FIRST, id);
CREATE INDEX checks_business_id_updated_on ON checks (business_id, updated_on NULLS FIRST, id);
CREATE INDEX checks_coworker_id ON checks (coworker_id, id);
CREATE INDEX checks_status ON checks (status NULLS FIRST, id);
CREATE INDEX checks_created_on ON checks (created_on NULLS FIRST, id);
CREATE INDEX checks_updated_on ON checks (updated_on NULLS FIRST, id);
CREATE INDEX checks_group_guid ON checks (group_guid) WHERE group_guid IS NOT NULL;

CREATE INDEX documents_unique_id ON documents (unique_id);
CREATE INDEX documents_business_id ON documents (business_id, id);
CREATE INDEX documents_business_id_status ON documents (business_id, status NULLS FIRST, id);
CREATE INDEX documents_business_id_created_on ON documents (business_id, created_on NULLS FIRST, id);
CREATE INDEX documents_business_id_updated_on ON documents (business_id, updated_on NULLS FIRST, id);
CREATE INDEX documents_coworker_id ON documents (coworker_id, id);
CREATE INDEX documents_check_id ON documents (check_id, id);
CREATE INDEX documents_status ON documents (status NULLS FIRST, id);
CREATE INDEX documents_created_on ON documents (created_on NULLS FIRST, id);
CREATE INDEX documents_updated_on ON documents (updated_on NULLS FIRST, id);

CREATE INDEX files_business_id ON files (business_id, id);

CREATE INDEX tokens_user_id ON tokens (user_id);
CREATE INDEX tokens_family ON tokens (family);
CREATE INDEX tokens_expires_on ON tokens (expires_on NULLS FIRST);

CREATE INDEX audit_values_subject_id ON audit_values (subject_id, id);

CREATE INDEX audit_entries_unique_id ON audit_entries (unique_id);
CREATE INDEX audit_entries_business_id ON audit_entries (business_id, id);
CREATE INDEX audit_entries_business_id_created_on ON audit_entries (business_id, created_on NULLS FIRST, id);
CREATE INDEX audit_entries_created_on ON audit_entries (created_on NULLS FIRST, id);
CREATE INDEX audit_entries_entity_entity_id ON audit_entries (entity, entity_id, id);
CREATE INDEX audit_entries_actor_id ON audit_entries (actor_id, id);

-- The link tables from their other end.
CREATE INDEX user_businesses_business_id ON user_businesses (business_id, user_id);
CREATE INDEX user_role_roles_role_id ON user_role_roles (role_id, user_role_id);
CREATE INDEX user_role_users_user_id ON user_role_users (user_id, user_role_id);
CREATE INDEX coworker_businesses_business_id ON coworker_businesses (business_id, coworker_id);
