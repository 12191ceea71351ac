-- Tiếp công dân: lịch, đặt hẹn, sổ, việc đã hứa.
create table reception_rule (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    position INTEGER NOT NULL REFERENCES position (id),
    is_head INTEGER NOT NULL CHECK (is_head IN (0, 1)),   -- the head, whose days the law counts
    pattern TEXT NOT NULL,              -- domain::reception::Pattern::code
    from_time TEXT NOT NULL,            -- HH:MM
    until_time TEXT NOT NULL,
    place TEXT NOT NULL,
    slot_minutes INTEGER NOT NULL,      -- 0: nobody books
    valid_from TEXT NOT NULL,
    valid_until TEXT,                   -- null: until it is ended
    created_at INTEGER NOT NULL
) STRICT;
create index reception_rule_unit on reception_rule (unit);

create table reception (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    rule INTEGER REFERENCES reception_rule (id),
    named_day TEXT,                     -- the day that the rule names
    position INTEGER NOT NULL REFERENCES position (id),
    is_head INTEGER NOT NULL CHECK (is_head IN (0, 1)),
    leader TEXT NOT NULL,               -- who holds the position that day
    title TEXT NOT NULL,
    day TEXT NOT NULL,
    from_time TEXT NOT NULL,
    until_time TEXT NOT NULL,
    place TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- domain::reception::DayKind::code
    agencies TEXT NOT NULL DEFAULT '',  -- who else receives, of a joint one
    slot_minutes INTEGER NOT NULL,
    state TEXT NOT NULL,                -- domain::reception::DayState::code
    moved_from TEXT,
    reason TEXT NOT NULL DEFAULT '',    -- why it was moved, cancelled, given to somebody else
    substitute TEXT NOT NULL DEFAULT '',
    substitute_title TEXT NOT NULL DEFAULT '',
    uid TEXT NOT NULL UNIQUE,           -- in calendars, for ever
    sequence INTEGER NOT NULL DEFAULT 0,
    posted_at INTEGER,                  -- since when the public sees it
    changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
create unique index reception_named on reception (rule, named_day);
create index reception_day on reception (unit, day);

-- What was posted, as it was then.
create table reception_posting (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    posted_at INTEGER NOT NULL,
    account INTEGER NOT NULL,
    days INTEGER NOT NULL,
    snapshot TEXT NOT NULL              -- JSON
) STRICT;
create index reception_posting_unit on reception_posting (unit, posted_at);

create table reception_booking (
    id INTEGER PRIMARY KEY,
    reception INTEGER NOT NULL REFERENCES reception (id),
    slot TEXT NOT NULL,                 -- HH:MM
    code TEXT NOT NULL UNIQUE,          -- shows and cancels it
    sealed TEXT NOT NULL,               -- name, telephone, subject; empty once forgotten
    people INTEGER NOT NULL,
    tell INTEGER NOT NULL CHECK (tell IN (0, 1)),
    channel TEXT NOT NULL,              -- online, counter, phone
    state TEXT NOT NULL,                -- booked, arrived, cancelled
    reason TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
create unique index reception_booking_slot on reception_booking (reception, slot) where state <> 'cancelled';
create index reception_booking_of on reception_booking (reception);

create table reception_series (
    unit INTEGER NOT NULL REFERENCES unit (id),
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (unit, year)
) STRICT;

create table reception_entry (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    reception INTEGER REFERENCES reception (id),
    booking INTEGER REFERENCES reception_booking (id),
    received_at INTEGER NOT NULL,
    day TEXT NOT NULL,
    receiver TEXT NOT NULL,             -- who received, with title
    sealed TEXT NOT NULL,               -- name, address, number of papers, telephone
    people INTEGER NOT NULL,            -- with the same matter
    matter TEXT NOT NULL,               -- domain::reception::Matter::code
    summary TEXT NOT NULL,              -- sealed if it is a denunciation
    settled_by TEXT NOT NULL,           -- agency that settled it before
    request TEXT NOT NULL,
    outcome TEXT NOT NULL,              -- domain::reception::Outcome::code
    refusal TEXT NOT NULL,              -- domain::reception::RefusalGround::code; empty
    document TEXT NOT NULL,             -- agency and number of the paper that guides or hands on
    papers TEXT NOT NULL,               -- that were taken in
    answer_due TEXT NOT NULL,           -- civil time
    answered_at INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    account INTEGER NOT NULL,
    feedback INTEGER,                   -- what it became
    UNIQUE (unit, year, number)
) STRICT;
create index reception_entry_day on reception_entry (unit, day);
create unique index reception_entry_booking on reception_entry (booking);

create table reception_promise (
    id INTEGER PRIMARY KEY,
    entry INTEGER NOT NULL REFERENCES reception_entry (id),
    unit INTEGER NOT NULL REFERENCES unit (id),
    what TEXT NOT NULL,
    responsible TEXT NOT NULL,          -- name and title
    due_at TEXT NOT NULL,               -- civil time
    kept_at INTEGER,
    result TEXT NOT NULL DEFAULT '',
    account INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
create index reception_promise_open on reception_promise (unit, due_at) where kept_at is null;
create index reception_promise_entry on reception_promise (entry);
