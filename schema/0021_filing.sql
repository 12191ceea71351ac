-- Hồ sơ nộp trực tuyến: a draft with an address of its own; once sent, when it must be answered.
create table filing (
    id INTEGER PRIMARY KEY,
    key_sha256 TEXT NOT NULL UNIQUE,    -- of the word in the draft's address
    procedure TEXT NOT NULL,            -- national code
    unit INTEGER NOT NULL REFERENCES unit (id),     -- the one-stop shop
    typed TEXT NOT NULL,                -- sealed JSON: fields of every step as typed; emptied once it is sent
    dossier INTEGER UNIQUE REFERENCES dossier (id), -- null while it is a draft
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    sent_ms INTEGER,
    answer_due_at TEXT,                 -- civil time by which the one-stop shop answers; null while it is a draft
    assistant INTEGER REFERENCES account (id),      -- who files for a citizen; null: the citizen himself
    consent TEXT NOT NULL,              -- how the citizen agreed to that; empty if nobody assists
    citizen INTEGER,                    -- the account from which the citizen files (citizen.id); null without one
    kept_key TEXT NOT NULL,             -- sealed: the address's word, for whoever finds it on a page of his; emptied once it is sent
    proof TEXT NOT NULL,                -- how surely the sender is known: none, phone, identified
    edition INTEGER NOT NULL
) STRICT;

create index filing_idle on filing (sent_ms, changed_ms);
create index filing_sent on filing (unit, sent_ms);
create index filing_assisted on filing (assistant, id);
create index filing_own on filing (citizen, id);

-- Files of drafts; gone once the draft is sent: they are the dossier's then.
create table filing_file (
    id INTEGER PRIMARY KEY,
    filing INTEGER NOT NULL REFERENCES filing (id),
    place INTEGER NOT NULL,             -- of the paper in the procedure's list, from 1
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    stored TEXT NOT NULL                -- JSON: name, type, what its signatures came to
) STRICT;

create index filing_file_by_filing on filing_file (filing, place, id);
create index filing_file_by_hash on filing_file (sha256);
