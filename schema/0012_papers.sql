-- Giấy tờ: đánh dấu từng giấy, dùng lại, bản sao điện tử; bản nháp, hàng đợi in của từng bàn.

alter table dossier_paper add column valid_until TEXT;   -- last day on which it holds; null: no end known

-- Mỗi lần một giấy tờ được đánh dấu lại. Only appended to.
create table paper_mark (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    paper INTEGER NOT NULL REFERENCES dossier_paper (id),
    was TEXT NOT NULL,                  -- domain::paper::PaperMark; empty: it stood not on the list
    became TEXT NOT NULL,
    count INTEGER NOT NULL,
    cause TEXT NOT NULL,                -- change, request, supplement
    at_ms INTEGER NOT NULL,
    by_account INTEGER NOT NULL
) STRICT;

create index paper_mark_by_dossier on paper_mark (dossier, id);

-- Đồng ý dùng lại giấy tờ đã nộp, và việc rút đồng ý. The last row of a person in a body holds.
create table paper_consent (
    id INTEGER PRIMARY KEY,
    body INTEGER NOT NULL REFERENCES unit (id),
    id_number TEXT NOT NULL,            -- goes when nothing else names the person here
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    agreed INTEGER NOT NULL CHECK (agreed IN (0, 1)),
    way TEXT NOT NULL,                  -- domain::paper::ConsentWay; empty for a withdrawal
    at_ms INTEGER NOT NULL,
    by_account INTEGER NOT NULL
) STRICT;

create index paper_consent_by_person on paper_consent (id_number, body, id);

-- Giấy tờ được dùng lại: từ giấy nào, theo lần đồng ý nào.
create table paper_reuse (
    paper INTEGER PRIMARY KEY REFERENCES dossier_paper (id),
    source INTEGER NOT NULL REFERENCES dossier_paper (id),
    source_dossier INTEGER NOT NULL REFERENCES dossier (id),
    consent INTEGER NOT NULL REFERENCES paper_consent (id)
) STRICT;

-- Bản sao điện tử được chứng thực từ bản quét.
create table electronic_copy (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,          -- printed on the copy; nobody guesses it
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    file INTEGER NOT NULL,              -- dossier_file; may have been erased since
    paper TEXT NOT NULL,                -- what kind of paper it is
    sha256 TEXT NOT NULL,               -- of the scan; empty once it was erased
    body INTEGER NOT NULL REFERENCES unit (id),
    certifier TEXT NOT NULL,            -- name and position at that time
    certified_by INTEGER NOT NULL,
    certified_ms INTEGER NOT NULL,
    revoked_ms INTEGER,
    revoked_by INTEGER
) STRICT;

create index electronic_copy_by_dossier on electronic_copy (dossier, id);

-- Bản nháp của biểu mẫu tiếp nhận. Sealed: it names people who may not have handed in anything.
create table intake_draft (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    token TEXT NOT NULL,                -- the form's own: what was sent is no draft any more
    procedure TEXT NOT NULL,            -- code
    sealed TEXT NOT NULL,
    waits INTEGER NOT NULL CHECK (waits IN (0, 1)),   -- pressed while the network was down
    saved_ms INTEGER NOT NULL,
    UNIQUE (account, token)
) STRICT;

create index intake_draft_by_age on intake_draft (saved_ms);

-- Những người mà một tài khoản vừa tiếp nhận.
create table served (
    account INTEGER NOT NULL,
    dossier INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (account, dossier)
) STRICT, WITHOUT ROWID;

create index served_by_time on served (account, at_ms);

-- Hàng đợi in của một bàn làm việc.
create table print_job (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    paper TEXT NOT NULL,                -- such as giay-hen
    queued_ms INTEGER NOT NULL,
    printed_ms INTEGER,
    times INTEGER NOT NULL,             -- how often it was printed
    UNIQUE (account, dossier, paper)
) STRICT;

create index print_job_by_account on print_job (account, printed_ms, id);

-- Mỗi lần in lại, và vì sao.
create table print_again (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES print_job (id),
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by_account INTEGER NOT NULL
) STRICT;

create index print_again_by_job on print_again (job, id);
