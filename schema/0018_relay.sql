-- Liên thông giữa hai hệ thống: whom we speak with, what goes to whom, and messages signed both ways.
create table relay_partner (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,          -- how they sign
    own_code TEXT NOT NULL,             -- how we sign to them
    name TEXT NOT NULL,
    base_url TEXT NOT NULL,             -- without a slash at the end
    secret TEXT NOT NULL,               -- the shared secret, sealed with the installation's key
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    sent_ms INTEGER,                    -- when a message of ours was acknowledged last
    received_ms INTEGER,                -- when one of theirs came last
    failed_ms INTEGER,                  -- when the line failed last
    failure TEXT NOT NULL,              -- why; empty if it never did
    edition INTEGER NOT NULL
) STRICT;

-- Which units of theirs a dossier may go to, and for which procedures.
create table relay_route (
    id INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES relay_partner (id),
    agency TEXT NOT NULL,               -- agency code of their commune, district or province
    name TEXT NOT NULL,
    procedures TEXT NOT NULL,           -- codes with spaces between; empty: all
    UNIQUE (partner, agency)
) STRICT;

-- What a link has beyond ours: where the other half is.
create table relay_case (
    link INTEGER PRIMARY KEY REFERENCES dossier_link (id),
    partner INTEGER NOT NULL REFERENCES relay_partner (id),
    reference TEXT NOT NULL,            -- what both call the case: given by who opened it
    agency TEXT NOT NULL,               -- of the other half
    unit TEXT NOT NULL,                 -- what people call it
    code TEXT NOT NULL,                 -- their dossier code; empty until they have one
    procedure TEXT NOT NULL,            -- the name of theirs
    status TEXT NOT NULL,               -- what they said last, in words
    due_at TEXT,                        -- civil time by which they are to be done
    sent INTEGER NOT NULL,              -- number of the last message of ours about it
    received INTEGER NOT NULL,          -- number of the last message of theirs that was carried out
    UNIQUE (partner, reference)
) STRICT;

-- Messages to send. Written with the change that causes them.
create table relay_message (
    id INTEGER PRIMARY KEY,
    partner INTEGER NOT NULL REFERENCES relay_partner (id),
    link INTEGER NOT NULL REFERENCES dossier_link (id),
    key TEXT NOT NULL UNIQUE,           -- the same at every try
    sequence INTEGER NOT NULL,          -- of its case, from 1: the partner carries them out in order
    kind TEXT NOT NULL,
    body TEXT NOT NULL,                 -- JSON without the bytes of files; empty once acknowledged
    state TEXT NOT NULL,                -- waiting, acknowledged, dead
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,           -- not before
    created_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    failure TEXT NOT NULL               -- why it was not taken; empty if it never failed
) STRICT;

create index relay_message_due on relay_message (state, next_ms, id);
create index relay_message_by_link on relay_message (link, sequence);
create index relay_message_by_partner on relay_message (partner, state, id);

-- What came in, and what was answered: a repeat gets the same answer and does nothing.
create table relay_inbox (
    partner INTEGER NOT NULL REFERENCES relay_partner (id),
    key TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    answer TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (partner, key)
) STRICT, WITHOUT ROWID;

-- Signatures that were used: each is good once, while its time is.
create table relay_signature (
    signature TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
