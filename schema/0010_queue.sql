-- Hàng chờ tại Bộ phận Một cửa: làn, quầy, số thứ tự, đặt lịch. No ticket names anybody.

-- One row a one-stop shop that calls by numbers. Whoever changes a ticket of the unit holds this row.
create table queue_unit (
    unit INTEGER PRIMARY KEY REFERENCES unit (id),
    open INTEGER NOT NULL CHECK (open IN (0, 1)),   -- whether tickets are given
    early_minutes INTEGER NOT NULL,     -- tickets are given so long before the office opens
    priority_minutes INTEGER NOT NULL,  -- domain::queue::QueueRule
    booking_minutes INTEGER NOT NULL,
    slot_minutes INTEGER NOT NULL,
    grace_minutes INTEGER NOT NULL,
    calls_least INTEGER NOT NULL,
    elder_age INTEGER NOT NULL,         -- from which age on a priority is offered
    days_ahead INTEGER NOT NULL,        -- how many days ahead a time can be booked; 0: not at all
    keep_days INTEGER NOT NULL,         -- names and telephones of bookings are erased after so many days
    calls INTEGER NOT NULL,             -- the number of the last call
    edition INTEGER NOT NULL            -- grows with every change of the set-up
) STRICT;

-- Làn: một nhóm thủ tục.
create table queue_lane (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    letter TEXT NOT NULL,               -- stands before the number
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    serving_minutes INTEGER NOT NULL,   -- expected, until enough was measured
    slot_capacity INTEGER NOT NULL,     -- bookings of one slot; 0: no booking
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
    UNIQUE (unit, letter)
) STRICT;

-- Quầy.
create table queue_desk (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    number INTEGER NOT NULL,            -- as the sign above it says
    account INTEGER REFERENCES account (id),        -- who sits there; null: nobody
    paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
    UNIQUE (unit, number)
) STRICT;

create index queue_desk_by_account on queue_desk (account);

create table queue_desk_lane (
    desk INTEGER NOT NULL REFERENCES queue_desk (id),
    lane INTEGER NOT NULL REFERENCES queue_lane (id),
    PRIMARY KEY (desk, lane)
) STRICT, WITHOUT ROWID;

-- The last number given out, by lane and day: no number is given twice and none is left out.
create table queue_counter (
    lane INTEGER NOT NULL REFERENCES queue_lane (id),
    day TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (lane, day)
) STRICT, WITHOUT ROWID;

-- Đặt lịch. Name and telephone are emptied by a job; the row stays for the figures.
create table queue_booking (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    lane INTEGER NOT NULL REFERENCES queue_lane (id),
    day TEXT NOT NULL,
    slot_at TEXT NOT NULL,              -- civil time in Viet Nam
    code TEXT NOT NULL,                 -- eight digits, for the kiosk
    secret TEXT NOT NULL UNIQUE,        -- in the address of its page
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    priority TEXT NOT NULL,             -- code of a group; empty if none
    status TEXT NOT NULL,               -- booked, arrived, cancelled, missed
    made_ms INTEGER NOT NULL,
    UNIQUE (unit, day, code)
) STRICT;

create index queue_booking_by_slot on queue_booking (lane, slot_at, status);
create index queue_booking_by_day on queue_booking (unit, day, slot_at);
create index queue_booking_by_phone on queue_booking (phone, status);

-- Số thứ tự.
create table queue_ticket (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    day TEXT NOT NULL,
    letter TEXT NOT NULL,               -- of the lane that gave the number
    number INTEGER NOT NULL,
    lane INTEGER NOT NULL REFERENCES queue_lane (id),       -- where it waits now
    for_desk INTEGER REFERENCES queue_desk (id),            -- only this desk may call it
    secret TEXT NOT NULL UNIQUE,
    priority TEXT NOT NULL,
    booking INTEGER UNIQUE REFERENCES queue_booking (id),
    slot_ms INTEGER,                    -- start of the booked slot
    status TEXT NOT NULL,               -- domain::queue::TicketStatus
    taken_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,          -- since when it waits in this turn
    calls INTEGER NOT NULL,
    called_ms INTEGER,                  -- the first call of the present turn
    started_ms INTEGER,
    finished_ms INTEGER,
    desk INTEGER REFERENCES queue_desk (id),                -- where it was called to last
    account INTEGER REFERENCES account (id),                -- by whom
    UNIQUE (unit, day, letter, number)
) STRICT;

create index queue_ticket_by_status on queue_ticket (unit, day, status, lane);
create index queue_ticket_by_account on queue_ticket (account, status);

-- Hồ sơ nhận được từ một số.
create table queue_ticket_dossier (
    ticket INTEGER NOT NULL REFERENCES queue_ticket (id),
    dossier INTEGER NOT NULL REFERENCES dossier (id),
    PRIMARY KEY (ticket, dossier)
) STRICT, WITHOUT ROWID;

create index queue_ticket_dossier_by_dossier on queue_ticket_dossier (dossier);

-- Lượt gọi, for the screens: numbered without gaps by unit, so that a screen knows what it missed.
create table queue_call (
    unit INTEGER NOT NULL REFERENCES unit (id),
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    label TEXT NOT NULL,                -- such as A012
    desk INTEGER NOT NULL,              -- the number above it
    ticket INTEGER NOT NULL REFERENCES queue_ticket (id),
    PRIMARY KEY (unit, number)
) STRICT, WITHOUT ROWID;
