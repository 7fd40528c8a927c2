-- The tables of all entities. Numbers, flags, enumerations, instants (seconds since 1970 UTC) and references are
-- integers; texts and GUIDs are texts. AUTOINCREMENT, so that an id is never used again.
--
-- What others refer to can't be deleted, except where it says CASCADE: what is part of a record goes with it.

CREATE TABLE businesses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL,
    web_address TEXT,
    email_contact TEXT,
    country_id INTEGER,
    currency_id INTEGER,
    simple_time_zone_id INTEGER
) STRICT;

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    is_admin INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
    api_access INTEGER NOT NULL DEFAULT 0 CHECK (api_access IN (0, 1)),
    default_business_id INTEGER REFERENCES businesses (id),
    language TEXT,
    two_factor_enabled INTEGER NOT NULL DEFAULT 0 CHECK (two_factor_enabled IN (0, 1)),
    on_identity_check_update INTEGER NOT NULL DEFAULT 0 CHECK (on_identity_check_update IN (0, 1)),
    login TEXT NOT NULL UNIQUE,
    password_hash TEXT
) STRICT;

CREATE TABLE user_businesses (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    PRIMARY KEY (user_id, business_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    name TEXT NOT NULL
) STRICT;

CREATE TABLE user_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    name TEXT NOT NULL
) STRICT;

CREATE TABLE user_role_roles (
    user_role_id INTEGER NOT NULL REFERENCES user_roles (id) ON DELETE CASCADE,
    role_id INTEGER NOT NULL REFERENCES roles (id),
    PRIMARY KEY (user_role_id, role_id)
) STRICT, WITHOUT ROWID;

-- Seen as a list from both ends, so its entries go with either.
CREATE TABLE user_role_users (
    user_role_id INTEGER NOT NULL REFERENCES user_roles (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_role_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coworkers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    coworker_type INTEGER NOT NULL DEFAULT 0,
    company_name TEXT,
    billing_name TEXT,
    invoicing_business_id INTEGER REFERENCES businesses (id),
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    user_id INTEGER REFERENCES users (id),
    date_of_birth INTEGER,
    address TEXT,
    post_code TEXT,
    city_name TEXT,
    state TEXT,
    country_id INTEGER
) STRICT;

CREATE TABLE coworker_businesses (
    coworker_id INTEGER NOT NULL REFERENCES coworkers (id) ON DELETE CASCADE,
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    PRIMARY KEY (coworker_id, business_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    coworker_id INTEGER NOT NULL REFERENCES coworkers (id),
    name TEXT NOT NULL,
    provider INTEGER NOT NULL DEFAULT 0,
    identity_document_type INTEGER NOT NULL DEFAULT 0,
    identity_document_number TEXT,
    identity_document_issued_by TEXT,
    identity_document_expires_on INTEGER,
    address_document_type INTEGER NOT NULL DEFAULT 0,
    verification_type INTEGER NOT NULL DEFAULT 0,
    description TEXT,
    billed INTEGER NOT NULL DEFAULT 0 CHECK (billed IN (0, 1)),
    stripe_verification_session_id TEXT,
    proposal_guid TEXT,
    coworker_contract_guid TEXT,
    contract_contact_guid TEXT,
    status INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    group_guid TEXT
) STRICT;

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    updated_on INTEGER NOT NULL,
    updated_by TEXT,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    coworker_id INTEGER NOT NULL REFERENCES coworkers (id),
    check_id INTEGER NOT NULL REFERENCES checks (id),
    name TEXT NOT NULL,
    notes TEXT,
    photo_file_name TEXT,
    document_file_name TEXT,
    additional_document_file_name TEXT,
    status INTEGER NOT NULL DEFAULT 0,
    business_id INTEGER NOT NULL REFERENCES businesses (id)
) STRICT;

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    object TEXT NOT NULL UNIQUE,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 3),
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    document_guid TEXT NOT NULL,
    round INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    pages INTEGER,
    received_bytes INTEGER NOT NULL,
    received_sha256 TEXT NOT NULL,
    kept_bytes INTEGER NOT NULL,
    created_on INTEGER NOT NULL,
    UNIQUE (document_id, slot)
) STRICT;

CREATE TABLE discarded_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    object TEXT NOT NULL,
    created_on INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    family TEXT NOT NULL,
    client_id TEXT,
    created_on INTEGER NOT NULL,
    expires_on INTEGER NOT NULL,
    used_on INTEGER
) STRICT;

-- Personal data. The subject is no reference: the values of a deletion are about somebody who is gone.
CREATE TABLE audit_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    salt TEXT NOT NULL,
    old_value TEXT,
    new_value TEXT,
    remote_address TEXT,
    subject_id INTEGER
) STRICT;

-- An entry outlives its location and its values, so neither is a reference, and it is never rewritten; it keeps who acted
-- from being deleted.
CREATE TABLE audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unique_id TEXT NOT NULL,
    created_on INTEGER NOT NULL,
    system_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 1),
    business_id INTEGER,
    entity TEXT NOT NULL,
    entity_id INTEGER,
    description TEXT NOT NULL,
    properties TEXT,
    audit_type INTEGER NOT NULL DEFAULT 0,
    actor_id INTEGER REFERENCES users (id),
    values_id INTEGER,
    commitment TEXT NOT NULL,
    request_id TEXT
) STRICT;

-- An event outlives what it is about.
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    action INTEGER NOT NULL,
    business_id INTEGER,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    created_on INTEGER NOT NULL
) STRICT;
