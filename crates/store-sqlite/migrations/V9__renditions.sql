-- Pictures that were made of files to be looked at; what is wrong with those files, and for what a location refuses them.
CREATE TABLE renditions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    object TEXT NOT NULL UNIQUE,
    file_id INTEGER NOT NULL REFERENCES files (id),
    kind INTEGER NOT NULL,
    page INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX renditions_file_id ON renditions (file_id);

ALTER TABLE documents ADD COLUMN warnings TEXT;
ALTER TABLE businesses ADD COLUMN refuse_warnings TEXT;
