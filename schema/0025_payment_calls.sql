-- Báo có tự động: ngân hàng hoặc Nền tảng thanh toán báo tiền đã vào tài khoản thu.

-- Who may call, for which account, signed how.
create table fee_caller (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES fee_account (id),
    shape TEXT NOT NULL,                -- bank, platform
    name TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,          -- in the address that is called
    partner TEXT NOT NULL,              -- MaDoiTac; empty for a bank
    secret TEXT NOT NULL,               -- sealed
    is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    edition INTEGER NOT NULL,
    heard_ms INTEGER,
    failed_ms INTEGER,
    failure TEXT NOT NULL
) STRICT;

create index fee_caller_by_account on fee_caller (account);

-- Each call that was believed. A repeat finds it and does nothing.
create table fee_call (
    id INTEGER PRIMARY KEY,
    caller INTEGER NOT NULL REFERENCES fee_caller (id),
    reference TEXT NOT NULL,            -- the bank's
    amount INTEGER NOT NULL,            -- đồng
    line INTEGER REFERENCES fee_statement_line (id),
    outcome TEXT NOT NULL,              -- paid, open, pending
    why TEXT NOT NULL,                  -- why it was not matched
    at_ms INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    UNIQUE (caller, reference)
) STRICT;

create index fee_call_by_caller on fee_call (caller, id);
create index fee_statement_line_by_reference on fee_statement_line (account, reference);
