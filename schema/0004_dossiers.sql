-- Hồ sơ một cửa. One row a dossier; what happened to it is in the journal, subject 'dossier'.

create table dossier (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,          -- mã hồ sơ, printed on the receipt
    body INTEGER NOT NULL REFERENCES unit (id),        -- the commune or district that both belong to
    unit INTEGER NOT NULL REFERENCES unit (id),        -- the one-stop shop that received it
    competent INTEGER NOT NULL REFERENCES unit (id),   -- the office that settles it
    version INTEGER NOT NULL REFERENCES procedure_version (id),
    workflow INTEGER NOT NULL REFERENCES workflow (id),
    rules TEXT NOT NULL,                -- id of the rule pack under which it was received
    channel TEXT NOT NULL,              -- direct, online, postal
    status TEXT NOT NULL,               -- domain::dossier business status
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),   -- no result yet and not closed
    financial TEXT NOT NULL,
    delivery TEXT NOT NULL,
    synchronisation TEXT NOT NULL,
    step INTEGER NOT NULL,              -- place in the workflow, from 0
    holder INTEGER REFERENCES staff (id),
    step_due_at TEXT,                   -- civil time in Viet Nam
    received_at TEXT NOT NULL,          -- civil time in Viet Nam
    due_original_at TEXT,               -- null: no limit is published
    due_at TEXT,
    finished_at TEXT,
    returned_at TEXT,
    provisional INTEGER NOT NULL CHECK (provisional IN (0, 1)),   -- due beyond the known calendar
    applicant TEXT NOT NULL,            -- name, for lists
    fee INTEGER NOT NULL,               -- đồng
    state TEXT NOT NULL,                -- JSON of domain::dossier::Dossier: the fold of its events
    edition INTEGER NOT NULL            -- grows with every change; a stale screen is refused
) STRICT;

create index dossier_by_body on dossier (body, id);
create index dossier_by_body_and_status on dossier (body, status, id);
create index dossier_by_unit on dossier (unit, id);
create index dossier_by_competent on dossier (competent, id);
create index dossier_by_holder on dossier (holder, status, id);
create index dossier_by_due on dossier (is_open, due_at, id);
create index dossier_by_body_and_due on dossier (body, is_open, due_at, id);

-- What names the applicant. Erased on request when the law allows; the dossier stays.
create table dossier_person (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    name TEXT NOT NULL,
    id_number TEXT NOT NULL,            -- empty if none was given
    birth_date TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    proxy_name TEXT NOT NULL,           -- who came in the applicant's place; empty if nobody
    proxy_id_number TEXT NOT NULL,
    request TEXT NOT NULL,              -- nội dung yêu cầu giải quyết
    return_way TEXT NOT NULL,           -- counter, postal, online
    secret TEXT NOT NULL                -- six digits on the receipt, for tracking
) STRICT;

create index dossier_person_by_id_number on dossier_person (id_number);
create index dossier_person_by_phone on dossier_person (phone);

-- Folded words of names, for search without diacritics that uses an index on both engines.
create table dossier_word (
    word TEXT NOT NULL,
    dossier INTEGER NOT NULL,
    PRIMARY KEY (word, dossier)
) STRICT, WITHOUT ROWID;

-- Giấy tờ trong hồ sơ.
create table dossier_paper (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    place INTEGER NOT NULL,             -- order, from 1
    name TEXT NOT NULL,
    form TEXT NOT NULL,                 -- original, certified, copy, shown, in_database
    count INTEGER NOT NULL,
    sufficient INTEGER NOT NULL CHECK (sufficient IN (0, 1)),
    note TEXT NOT NULL
) STRICT;

create index dossier_paper_by_dossier on dossier_paper (dossier, place);

-- Tệp kèm hồ sơ: bản quét, kết quả, giấy tờ đã in. The bytes are in store::Blobs.
create table dossier_file (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    paper INTEGER REFERENCES dossier_paper (id),
    kind TEXT NOT NULL,                 -- scan, result, print
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,              -- bytes
    sha256 TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    added_by INTEGER NOT NULL
) STRICT;

create index dossier_file_by_dossier on dossier_file (dossier);

-- The last number given out, per agency and day: no number is given twice.
create table sequence (
    name TEXT PRIMARY KEY,              -- such as dossier:000.24.18.H41:260210
    value INTEGER NOT NULL
) STRICT;

-- Bộ lọc đã lưu của một tài khoản.
create table saved_filter (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,                -- as in the address
    UNIQUE (account, name)
) STRICT;
