-- Quy trình nội bộ: bản nháp, thủ tục áp dụng, người tham gia bước, giờ tự chuyển, sổ lấy số.
create table workflow_draft (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    based_on INTEGER REFERENCES workflow (id),         -- the version that it was taken from; null: a new workflow
    body TEXT NOT NULL,                 -- JSON of domain::workflow::Workflow, mistakes and all
    edition INTEGER NOT NULL,           -- grows with every change; a stale screen is refused
    changed_ms INTEGER NOT NULL,
    changed_by INTEGER NOT NULL
) STRICT;

-- Which workflow a procedure follows, where it is not the one of its own code.
create table workflow_binding (
    procedure_code TEXT PRIMARY KEY,
    workflow_code TEXT NOT NULL
) STRICT;

create index workflow_binding_by_workflow on workflow_binding (workflow_code);

-- Who takes part in the present step of a dossier beside its main handler.
create table step_member (
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    who TEXT NOT NULL,                  -- 12:specialist at unit 12; 12*:specialist anywhere in body 12
    title TEXT NOT NULL,                -- the folded title of the position; empty: any
    way TEXT NOT NULL,                  -- co_handler, follower
    PRIMARY KEY (dossier, who, title, way)
) STRICT, WITHOUT ROWID;

create index step_member_by_who on step_member (who, dossier);

-- When a dossier moves on by itself: what its state says, for the clock to find.
create table dossier_timer (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    moves_at TEXT NOT NULL              -- civil time in Viet Nam
) STRICT;

create index dossier_timer_by_time on dossier_timer (moves_at, dossier);

-- Văn bản mà bước của quy trình phải lập, gắn với tệp.
create table dossier_document (
    file INTEGER PRIMARY KEY REFERENCES dossier_file (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    name TEXT NOT NULL
) STRICT;

create index dossier_document_by_dossier on dossier_document (dossier);

-- Sổ lấy số: every number that was given, to which dossier. Without gaps, per body, series and year.
create table series_number (
    body INTEGER NOT NULL REFERENCES unit (id),
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    PRIMARY KEY (body, series, year, number),
    UNIQUE (dossier, series, year)
) STRICT;
