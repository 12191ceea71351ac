-- Phí, lệ phí: biểu mức thu, miễn giảm, biên lai, sao kê, hoàn trả, sổ quỹ.

-- A rate of the table for one procedure. A change ends one row and begins another; rows of one line of
-- the table share `series`.
create table fee_rate (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,            -- the first row's id
    procedure TEXT NOT NULL,            -- national code
    name TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- charge, duty, either
    channel TEXT NOT NULL,              -- empty for all
    amount INTEGER NOT NULL,            -- đồng for one unit
    unit TEXT NOT NULL,                 -- bản, trang, trường hợp; may be empty
    beyond_after INTEGER,               -- the last unit at the full amount
    beyond_amount INTEGER,              -- đồng for each unit after it
    cap INTEGER,                        -- the most for one piece
    basis TEXT NOT NULL,                -- empty: the source does not say
    valid_from TEXT NOT NULL,
    valid_until TEXT                    -- last day; null: none
) STRICT;

create index fee_rate_by_procedure on fee_rate (procedure, valid_from);

-- Who pays less or nothing.
create table fee_exemption (
    id INTEGER PRIMARY KEY,
    series INTEGER NOT NULL,
    name TEXT NOT NULL,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    sector TEXT NOT NULL,               -- empty for all
    procedure TEXT NOT NULL,            -- empty for all
    channel TEXT NOT NULL,              -- empty for all
    proof TEXT NOT NULL,
    basis TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT
) STRICT;

-- When a procedure's fee is collected, where that is not with the papers.
create table fee_moment (
    procedure TEXT PRIMARY KEY,
    moment TEXT NOT NULL                -- start, end
) STRICT;

-- Accounts to which citizens pay.
create table fee_account (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    bank TEXT NOT NULL,                 -- BIN, six digits
    bank_name TEXT NOT NULL,
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    mapping TEXT NOT NULL,              -- JSON: which column of its statement says what; empty until the first
    valid_from TEXT NOT NULL,
    valid_until TEXT
) STRICT;

create index fee_account_by_unit on fee_account (unit);

-- What a dossier is to pay and why, each time that was settled.
create table fee_assessment (
    id INTEGER PRIMARY KEY,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    amount INTEGER NOT NULL,            -- đồng
    by_hand INTEGER NOT NULL CHECK (by_hand IN (0, 1)),
    reason TEXT NOT NULL,               -- why by hand; empty if the table says so
    replaces INTEGER NOT NULL CHECK (replaces IN (0, 1)),   -- holds alone; others add up
    working TEXT NOT NULL,              -- JSON of domain::fees::Assessment
    made_by INTEGER NOT NULL,           -- account
    at_ms INTEGER NOT NULL
) STRICT;

create index fee_assessment_by_dossier on fee_assessment (dossier, id);

-- Quyển biên lai. Numbers are given one after the other; the row is the lock.
create table fee_book (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    prefix TEXT NOT NULL,               -- ký hiệu
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    next INTEGER NOT NULL,
    opened_ms INTEGER NOT NULL,
    opened_by INTEGER NOT NULL,
    closed_ms INTEGER,
    closed_by INTEGER,
    UNIQUE (unit, prefix, first)
) STRICT;

-- Biên lai. A cancelled one keeps its number.
create table fee_receipt (
    id INTEGER PRIMARY KEY,
    book INTEGER NOT NULL REFERENCES fee_book (id),
    number INTEGER NOT NULL,
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    unit INTEGER NOT NULL REFERENCES unit (id),        -- the one-stop shop
    payer TEXT NOT NULL,
    amount INTEGER NOT NULL,            -- đồng
    method TEXT NOT NULL,               -- cash, transfer
    given INTEGER NOT NULL,             -- đồng over the counter; the amount itself otherwise
    paid_at TEXT NOT NULL,              -- civil time; a transfer's booking time
    lines TEXT NOT NULL,                -- JSON of domain::fees::Assessment; its lines add up to the amount
    collector INTEGER NOT NULL,         -- account
    at_ms INTEGER NOT NULL,
    prints INTEGER NOT NULL,            -- how often it was printed
    cancelled_ms INTEGER,
    cancelled_by INTEGER,
    cancel_reason TEXT,
    UNIQUE (book, number)
) STRICT;

create index fee_receipt_by_dossier on fee_receipt (dossier);
create index fee_receipt_by_unit on fee_receipt (unit, id);

-- Sao kê ngân hàng đã nhập.
create table fee_statement (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES fee_account (id),
    file_name TEXT NOT NULL,
    made_by INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_known INTEGER NOT NULL
) STRICT;

-- Money that came, as the bank says. The same line of a second import is the same line.
create table fee_statement_line (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES fee_account (id),
    statement INTEGER NOT NULL REFERENCES fee_statement (id),
    mark TEXT NOT NULL,                 -- SHA-256 of what the line says and of its place among equals
    booked_at TEXT NOT NULL,            -- civil time
    amount INTEGER NOT NULL,            -- đồng
    content TEXT NOT NULL,
    reference TEXT NOT NULL,
    matched INTEGER NOT NULL,           -- đồng that went to dossiers or back to the payer
    aside TEXT NOT NULL,                -- why nothing more is to be done with it; empty if something is
    aside_by INTEGER,
    aside_ms INTEGER,
    UNIQUE (account, mark)
) STRICT;

create index fee_statement_line_by_account on fee_statement_line (account, booked_at, id);

-- Which money pays for which dossier.
create table fee_match (
    id INTEGER PRIMARY KEY,
    line INTEGER NOT NULL REFERENCES fee_statement_line (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    receipt INTEGER NOT NULL REFERENCES fee_receipt (id),
    amount INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    undone_by INTEGER,
    undone_ms INTEGER,
    undo_reason TEXT
) STRICT;

create index fee_match_by_line on fee_match (line);
create index fee_match_by_receipt on fee_match (receipt);

-- Hoàn trả: asked for, approved by somebody else, paid.
create table fee_refund (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    dossier INTEGER REFERENCES dossier (id),
    line INTEGER REFERENCES fee_statement_line (id),   -- money that belongs to no dossier
    payee TEXT NOT NULL,
    amount INTEGER NOT NULL,
    method TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,                -- asked, approved, refused, paid
    number TEXT NOT NULL,               -- of the slip; empty until it is paid
    asked_by INTEGER NOT NULL,
    asked_ms INTEGER NOT NULL,
    decided_by INTEGER,
    decided_ms INTEGER,
    decision TEXT NOT NULL,
    paid_by INTEGER,
    paid_ms INTEGER
) STRICT;

create index fee_refund_by_unit on fee_refund (unit, id);
create index fee_refund_by_dossier on fee_refund (dossier);

-- Nộp quỹ: what a collector hands to the cashier or the treasury.
create table fee_handover (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    number TEXT NOT NULL,
    collector INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    taken_by TEXT NOT NULL,             -- name of the cashier, or the treasury
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- Sổ quỹ. Only appended to. Cash alone makes the sums; transfers are shown beside them.
create table fee_entry (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    collector INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- receipt, cancel, refund, hand_over
    method TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    receipt INTEGER REFERENCES fee_receipt (id),
    refund INTEGER REFERENCES fee_refund (id),
    handover INTEGER REFERENCES fee_handover (id),
    note TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

create index fee_entry_by_book on fee_entry (unit, collector, day, id);

-- A day that was closed. Nothing is entered into it any more.
create table fee_day (
    unit INTEGER NOT NULL REFERENCES unit (id),
    collector INTEGER NOT NULL,
    day TEXT NOT NULL,
    opening INTEGER NOT NULL,
    receipts INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    handed_over INTEGER NOT NULL,
    closing INTEGER NOT NULL,
    counted INTEGER NOT NULL,           -- đồng in the drawer
    note TEXT NOT NULL,                 -- why another amount was counted
    closed_by INTEGER NOT NULL,
    closed_ms INTEGER NOT NULL,
    PRIMARY KEY (unit, collector, day)
) STRICT, WITHOUT ROWID;

create index dossier_by_financial on dossier (body, financial, id);
