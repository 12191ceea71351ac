-- Bổ sung đang điền dở: lời ghi và tệp người nộp để lại trước khi bấm gửi.
-- What somebody typed and chose for a supplement before he sends it; gone once it is sent or nothing is asked any more.
create table supplement_draft (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    asked_ms INTEGER NOT NULL,          -- the request that it answers: to another one it is nothing
    typed TEXT NOT NULL,                -- sealed JSON: the note, and what was chosen of the store
    changed_ms INTEGER NOT NULL,
    edition INTEGER NOT NULL
) STRICT;

create index supplement_draft_idle on supplement_draft (changed_ms);

create table supplement_file (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    paper INTEGER NOT NULL,             -- row of the paper that it shows (dossier_paper.id); 0 beside none
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    stored TEXT NOT NULL                -- JSON: name, type, what its signatures came to
) STRICT;

create index supplement_file_by_dossier on supplement_file (dossier, id);
create index supplement_file_by_hash on supplement_file (sha256);
