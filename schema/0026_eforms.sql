-- Biểu mẫu điện tử: phiên bản, bản nháp, thủ tục áp dụng, lời khai lưu cạnh hồ sơ.
-- A version is never changed: what was declared by it is read by it for ever.
create table eform (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,           -- from 1, without gaps
    in_force_from TEXT NOT NULL,        -- YYYY-MM-DD
    body TEXT NOT NULL,                 -- JSON of domain::eform::Eform
    UNIQUE (code, version)
) STRICT;

create table eform_draft (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    based_on INTEGER REFERENCES eform (id),     -- the version that it was taken from; null: a new form
    body TEXT NOT NULL,                 -- JSON of domain::eform::Eform, mistakes and all
    edition INTEGER NOT NULL,           -- grows with every change; a stale screen is refused
    changed_ms INTEGER NOT NULL,
    changed_by INTEGER NOT NULL
) STRICT;

-- Which form a procedure is filed with.
create table eform_binding (
    procedure_code TEXT PRIMARY KEY,
    eform_code TEXT NOT NULL
) STRICT;

create index eform_binding_by_eform on eform_binding (eform_code);

-- Append only: what was declared for a dossier, by which version; the last row holds.
create table eform_answer (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    eform INTEGER NOT NULL REFERENCES eform (id),
    answers TEXT NOT NULL,              -- JSON of domain::eform::Answers; '{}' once the people are erased
    kept_ms INTEGER NOT NULL,
    kept_by INTEGER NOT NULL            -- 0: whoever filed it over the line
) STRICT;

create index eform_answer_by_dossier on eform_answer (dossier, id);
