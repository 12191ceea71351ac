-- Chủ số định danh báo không phải mình nộp: a dossier that somebody filed over the line with another's number.
create table filing_denial (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    citizen INTEGER NOT NULL,           -- the account that holds the number (citizen.id)
    at_ms INTEGER NOT NULL
) STRICT;
