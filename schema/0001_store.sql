-- Nhật ký, tệp, thư chờ gửi, thiết lập. What every slice writes to.

-- Append only. Each entry is chained to the one before; see store::journal.
create table journal (
    id INTEGER PRIMARY KEY,             -- gapless, from 1
    at_ms INTEGER NOT NULL,             -- milliseconds since 1970-01-01T00:00Z
    actor INTEGER NOT NULL,             -- account; 0 is the program itself
    origin TEXT NOT NULL,               -- where the request came from
    subject TEXT NOT NULL,              -- what kind of thing it happened to
    subject_id INTEGER NOT NULL,
    act TEXT NOT NULL,
    details TEXT NOT NULL,              -- JSON that names nobody
    commitment TEXT NOT NULL,           -- SHA-256 of salt and words; empty if there are no words
    hash TEXT NOT NULL
) STRICT;

create index journal_by_subject on journal (subject, subject_id, id);

-- Words of an entry that may name people. Erasing them leaves the chain whole.
create table journal_words (
    entry INTEGER PRIMARY KEY REFERENCES journal (id),
    salt BLOB,
    words TEXT
) STRICT;

-- One row: the end of the chain, and its lock.
create table journal_head (
    id INTEGER PRIMARY KEY,
    entries INTEGER NOT NULL,
    hash TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

insert into journal_head (id, entries, hash, at_ms)
values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);

-- Thông báo chờ gửi. Written with the change that causes it; sent afterwards, at least once.
create table outbox (
    id INTEGER PRIMARY KEY,
    dedupe TEXT NOT NULL UNIQUE,        -- says the same thing once, however often the job runs
    kind TEXT NOT NULL,                 -- what the notice is about
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    recipient TEXT NOT NULL,            -- a telephone number or an address; empty if none is known
    text TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    sent_ms INTEGER                     -- null while waiting
) STRICT;

create index outbox_waiting on outbox (sent_ms, id);

-- Thiết lập của hệ thống.
create table setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Mỗi lần gửi biểu mẫu chỉ được làm một lần. A double click finds what the first one made.
create table submission (
    token TEXT PRIMARY KEY,
    location TEXT NOT NULL,             -- where the first one led
    at_ms INTEGER NOT NULL
) STRICT;
