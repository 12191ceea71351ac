-- Hòm thư góp ý và đường dây nóng.
create table hotline_number (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    position INTEGER REFERENCES position (id),   -- whose holder's telephone it is; null: a line of the unit
    label TEXT NOT NULL,                -- what a line of the unit is called
    phone TEXT NOT NULL,                -- of a line of the unit; a holder's stands with him
    hours TEXT NOT NULL,
    place INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    verified_at INTEGER,                -- the last test call
    verified TEXT NOT NULL DEFAULT '',  -- domain::hotline::TestResult::code
    removed_at INTEGER
) STRICT;
create index hotline_number_unit on hotline_number (unit);

create table hotline_shift (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    day TEXT NOT NULL,
    from_time TEXT NOT NULL,
    until_time TEXT NOT NULL,
    position INTEGER NOT NULL REFERENCES position (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    stands_in_for TEXT NOT NULL DEFAULT ''
) STRICT;
create index hotline_shift_day on hotline_shift (unit, day);

create table hotline_import (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    made_at INTEGER NOT NULL,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    calls INTEGER NOT NULL,
    twice INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
create index hotline_import_unit on hotline_import (unit, made_at);

create table hotline_call (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    called TEXT NOT NULL,               -- the number
    called_at INTEGER NOT NULL,
    kind TEXT NOT NULL,                 -- domain::hotline::CallKind::code
    seconds INTEGER NOT NULL,
    mark TEXT NOT NULL,                 -- keyed hash of number, time, caller: the same call is kept once
    sealed TEXT NOT NULL,               -- name and telephone of who called; empty: nothing is known
    anonymous INTEGER NOT NULL CHECK (anonymous IN (0, 1)),
    subject TEXT NOT NULL,              -- as it was said
    officer TEXT NOT NULL,              -- who answered
    promise TEXT NOT NULL,
    due_at TEXT,                        -- civil time by which to call back
    back TEXT NOT NULL DEFAULT '',      -- domain::hotline::BackResult::code; empty: not yet
    back_note TEXT NOT NULL DEFAULT '',
    back_at INTEGER,
    account INTEGER NOT NULL,
    batch INTEGER REFERENCES hotline_import (id),
    feedback INTEGER,
    UNIQUE (unit, mark)
) STRICT;
create index hotline_call_at on hotline_call (unit, called_at);
create index hotline_call_due on hotline_call (unit, due_at) where back = '';

create table suggestion_box (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    place TEXT NOT NULL,
    first_keeper INTEGER NOT NULL REFERENCES position (id),
    second_keeper INTEGER NOT NULL REFERENCES position (id),
    pattern TEXT NOT NULL,              -- domain::reception::Pattern::code
    since TEXT NOT NULL,
    removed_at INTEGER
) STRICT;
create index suggestion_box_unit on suggestion_box (unit);

create table box_series (
    box INTEGER NOT NULL REFERENCES suggestion_box (id),
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (box, year)
) STRICT;

create table box_opening (
    id INTEGER PRIMARY KEY,
    box INTEGER NOT NULL REFERENCES suggestion_box (id),
    unit INTEGER NOT NULL REFERENCES unit (id),
    day TEXT NOT NULL,
    state TEXT NOT NULL,                -- waiting, open, closed, given_up
    code_sha256 TEXT NOT NULL,          -- of what the second one types
    tries INTEGER NOT NULL DEFAULT 0,
    first_account INTEGER NOT NULL,
    first_name TEXT NOT NULL,
    second_account INTEGER,
    second_name TEXT NOT NULL DEFAULT '',
    declared INTEGER,                   -- slips, as both counted
    why TEXT NOT NULL DEFAULT '',       -- why the numbers differ
    begun_at INTEGER NOT NULL,
    opened_at INTEGER,
    closed_at INTEGER
) STRICT;
create unique index box_opening_running on box_opening (box) where state in ('waiting', 'open');
create index box_opening_unit on box_opening (unit, day);

create table box_slip (
    id INTEGER PRIMARY KEY,
    opening INTEGER NOT NULL REFERENCES box_opening (id),
    box INTEGER NOT NULL REFERENCES suggestion_box (id),
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL,               -- its picture
    state TEXT NOT NULL,                -- new, feedback, aside
    words TEXT NOT NULL DEFAULT '',     -- as it is written
    aside TEXT NOT NULL DEFAULT '',     -- illegible, empty, information, other
    reason TEXT NOT NULL DEFAULT '',
    feedback INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (box, year, number)
) STRICT;
create index box_slip_opening on box_slip (opening);
create index box_slip_picture on box_slip (sha256);

-- What is said of an opening after it was closed.
create table box_note (
    id INTEGER PRIMARY KEY,
    opening INTEGER NOT NULL REFERENCES box_opening (id),
    written_at INTEGER NOT NULL,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
create index box_note_opening on box_note (opening);
