-- Chứng thư được tin cậy, con dấu số, kiểm tra tệp. What is trusted, what we sign with, what a file was found to be.
create table trusted_root (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,   -- SHA-256 of the certificate, hexadecimal
    subject TEXT NOT NULL,
    not_after_ms INTEGER NOT NULL,      -- milliseconds since 1970-01-01T00:00Z
    der TEXT NOT NULL,                  -- the certificate, hexadecimal
    added_ms INTEGER NOT NULL,
    added_by INTEGER NOT NULL
) STRICT;

-- Con dấu số của đơn vị. Never shown and never exported.
create table unit_seal (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL UNIQUE REFERENCES unit (id),
    subject TEXT NOT NULL,
    issuer TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    not_before_ms INTEGER NOT NULL,
    not_after_ms INTEGER NOT NULL,
    closed TEXT NOT NULL,               -- PKCS#12 and its password, sealed with the installation's key
    added_ms INTEGER NOT NULL,
    added_by INTEGER NOT NULL
) STRICT;

-- Chứng thư của người ký. By which the one who signed is known.
create table staff_certificate (
    id INTEGER PRIMARY KEY,
    staff INTEGER NOT NULL REFERENCES staff (id),
    fingerprint TEXT NOT NULL,
    id_number TEXT NOT NULL,            -- digits of the personal number in it; empty if it has none
    subject TEXT NOT NULL,
    not_after_ms INTEGER NOT NULL,
    added_ms INTEGER NOT NULL,
    added_by INTEGER NOT NULL,
    UNIQUE (staff, fingerprint)
) STRICT;

-- Thiết đặt về tệp: clamd, broken (warn, refuse), agent.
create table file_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Phiếu ký số dùng một lần. What the signing agent may fetch and hand back, for ten minutes.
create table signing_ticket (
    id INTEGER PRIMARY KEY,
    fetch_sha256 TEXT NOT NULL UNIQUE,  -- of the token in the address; the token itself is not kept
    put_sha256 TEXT NOT NULL UNIQUE,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    file INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    staff INTEGER NOT NULL REFERENCES staff (id),
    expires_ms INTEGER NOT NULL,
    fetched_ms INTEGER,
    used_ms INTEGER
) STRICT;

create index signing_ticket_by_dossier on signing_ticket (dossier);

alter table dossier_file add column verdict TEXT NOT NULL DEFAULT '';   -- what its signatures came to, JSON; empty without any
alter table dossier_file add column scan TEXT NOT NULL DEFAULT 'off';   -- off, waiting, clean, infected

create index dossier_file_scan on dossier_file (scan, id);
