-- Danh mục thủ tục hành chính. Versions by date: a dossier keeps the one it was received under.

create table procedure (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE           -- national code, such as 1.001193
) STRICT;

create table procedure_version (
    id INTEGER PRIMARY KEY,
    procedure INTEGER NOT NULL REFERENCES procedure (id),
    in_force_from TEXT NOT NULL,        -- date
    in_force_until TEXT,                -- last date, or null
    name TEXT NOT NULL,
    sector TEXT NOT NULL,
    tiers TEXT NOT NULL,                -- who settles it, such as ',district,commune,'
    service_level TEXT NOT NULL,        -- domain::procedure code of the online level
    state TEXT NOT NULL,                -- draft, published, abolished
    paused_from TEXT,
    paused_until TEXT,
    paused_reason TEXT,
    body TEXT NOT NULL,                 -- JSON of domain::procedure::ProcedureVersion
    UNIQUE (procedure, in_force_from)
) STRICT;

create index procedure_version_by_sector on procedure_version (sector);

-- Niêm yết tại đơn vị.
create table posting (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    version INTEGER NOT NULL REFERENCES procedure_version (id),
    place TEXT NOT NULL,                -- board, kiosk, qr
    posted_on TEXT NOT NULL,
    checked_on TEXT,
    checked_by INTEGER REFERENCES staff (id),
    UNIQUE (unit, version, place)
) STRICT;

-- Quy trình nội bộ, theo phiên bản.
create table workflow (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,                 -- procedure code, or default-commune, default-district, on-the-spot
    version INTEGER NOT NULL,
    in_force_from TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,               -- the decision that approved it
    body TEXT NOT NULL,                 -- JSON of domain::workflow::Workflow
    UNIQUE (code, version)
) STRICT;
