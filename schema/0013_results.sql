-- Kết quả giải quyết. One row a result document; issued by the steps of its dossier, never deleted.
create table result (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    code TEXT NOT NULL UNIQUE,          -- in the QR code; cannot be guessed
    kind TEXT NOT NULL,                 -- what it is, in words
    number TEXT NOT NULL,               -- empty where the office gives none
    number_key TEXT NOT NULL,           -- folded, for searching
    issued_on TEXT NOT NULL,
    expires_on TEXT,
    expiry_basis TEXT NOT NULL,         -- by which article; empty if somebody typed it or there is none
    outcome TEXT NOT NULL,              -- granted, refused
    signer INTEGER REFERENCES staff (id),
    file INTEGER,                       -- row of dossier_file
    sha256 TEXT NOT NULL,               -- of that file; empty if there is none
    state TEXT NOT NULL,                -- issued, revoked, replaced, undone
    replaces INTEGER REFERENCES result (id),
    decision TEXT NOT NULL,             -- number of the decision that revoked it or had it issued anew
    reason TEXT NOT NULL,
    ended_on TEXT,
    collected_ms INTEGER,
    issued_ms INTEGER NOT NULL,
    edition INTEGER NOT NULL
) STRICT;

create index result_by_dossier on result (dossier, id);
create index result_by_number on result (number_key, issued_on);
create index result_by_expiry on result (expires_on, id);

-- Giao nhận kết quả. Who took it, how, and his signature as it was drawn.
create table result_handover (
    id INTEGER PRIMARY KEY,
    result INTEGER NOT NULL REFERENCES result (id),
    channel TEXT NOT NULL,              -- counter, post, online
    collector TEXT NOT NULL,            -- name; empty for a download
    collector_number TEXT NOT NULL,     -- number of his paper
    signature TEXT NOT NULL,            -- strokes, 0–600 by 0–200; empty if signed on paper
    made_ms INTEGER NOT NULL,
    made_by INTEGER NOT NULL
) STRICT;

create index result_handover_by_result on result_handover (result, id);

-- Bưu gửi trả kết quả.
create table parcel (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    unit INTEGER NOT NULL REFERENCES unit (id),        -- the one-stop shop that sends it
    sent_on TEXT NOT NULL,
    tracking TEXT NOT NULL,             -- empty until the post has given it
    recipient TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,                -- waiting, handed, delivered, returned, cancelled
    state_on TEXT NOT NULL,
    manifest INTEGER,
    edition INTEGER NOT NULL
) STRICT;

create index parcel_by_unit on parcel (unit, id);
create index parcel_by_dossier on parcel (dossier, id);
create index parcel_by_tracking on parcel (tracking);

-- Bảng kê bưu gửi: what the post officer signs for.
create table manifest (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,            -- gapless within the unit and year
    made_on TEXT NOT NULL,
    postman TEXT NOT NULL,              -- who took them
    made_ms INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    UNIQUE (unit, year, number)
) STRICT;
