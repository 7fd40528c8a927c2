-- Files that wait for the malware scan: whether one does, and how many of a document's do.
ALTER TABLE files ADD COLUMN scan TEXT COLLATE "C";
CREATE INDEX files_scan ON files (scan, id) WHERE scan IS NOT NULL;
ALTER TABLE documents ADD COLUMN files_held BIGINT DEFAULT 0;
