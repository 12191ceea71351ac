-- Tổ chức, con người, tài khoản, lịch làm việc. Who we are, and when we work.

-- A unit; its name, codes and parent are dated, in unit_version.
create table unit (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL                  -- domain::org::UnitKind code: province, district, commune, division, one_stop
) STRICT;

create table unit_version (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    valid_from TEXT NOT NULL,           -- date
    valid_until TEXT,                   -- last date, or null
    parent INTEGER REFERENCES unit (id),
    name TEXT NOT NULL,                 -- as in the profile, without the type: "Phú Sơn"
    title TEXT NOT NULL,                -- the body's full title: "Ủy ban nhân dân xã Phú Sơn"
    code TEXT NOT NULL,                 -- GSO code; empty if there is none
    agency_code TEXT NOT NULL,          -- mã định danh, read right to left: 000.24.18.H41
    address TEXT NOT NULL,
    phone TEXT NOT NULL,
    place TEXT NOT NULL                 -- place name on papers: "Phú Sơn"
) STRICT;

create index unit_version_by_unit on unit_version (unit, valid_from);
create index unit_version_by_parent on unit_version (parent, valid_from);

-- Which unit took over from which, when units were merged or split.
create table unit_successor (
    predecessor INTEGER NOT NULL REFERENCES unit (id),
    successor INTEGER NOT NULL REFERENCES unit (id),
    since TEXT NOT NULL,                -- date
    PRIMARY KEY (predecessor, successor)
) STRICT;

-- Chức danh, vị trí việc làm.
create table position (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit (id),
    title TEXT NOT NULL,
    rank INTEGER NOT NULL,              -- order in lists; heads first
    signs INTEGER NOT NULL CHECK (signs IN (0, 1))   -- may sign for the unit
) STRICT;

create index position_by_unit on position (unit, rank);

-- Cán bộ, công chức, người hoạt động không chuyên trách.
create table staff (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,             -- sorts as Vietnamese names do
    search TEXT NOT NULL,               -- folded: no diacritics, lower case
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    demo INTEGER NOT NULL CHECK (demo IN (0, 1))
) STRICT;

create index staff_by_name on staff (name_key, id);

-- Who holds which position, and when.
create table holding (
    id INTEGER PRIMARY KEY,
    staff INTEGER NOT NULL REFERENCES staff (id),
    position INTEGER NOT NULL REFERENCES position (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT                    -- last date, or null
) STRICT;

create index holding_by_staff on holding (staff, valid_from);
create index holding_by_position on holding (position, valid_from);

-- Thay thế khi vắng mặt.
create table substitution (
    id INTEGER PRIMARY KEY,
    absent INTEGER NOT NULL REFERENCES staff (id),
    substitute INTEGER NOT NULL REFERENCES staff (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;

create index substitution_by_absent on substitution (absent, valid_from);
create index substitution_by_substitute on substitution (substitute, valid_from);

-- Tài khoản.
create table account (
    id INTEGER PRIMARY KEY,
    staff INTEGER REFERENCES staff (id),
    login TEXT NOT NULL UNIQUE,         -- lower case
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,        -- argon2id, PHC string
    must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
    totp_secret TEXT,                   -- sealed with the installation's key; null if there is none
    totp_last INTEGER NOT NULL,         -- the last time step that was used, against replay
    failures INTEGER NOT NULL,          -- wrong passwords in a row
    locked_until_ms INTEGER,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    created_ms INTEGER NOT NULL
) STRICT;

create index account_by_staff on account (staff);

-- A role that an account has within a unit's subtree, for a period.
create table role_grant (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,                 -- domain::access::Role code
    unit INTEGER NOT NULL REFERENCES unit (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT
) STRICT;

create index role_grant_by_account on role_grant (account);

-- What the administrator demands of a role.
create table role_policy (
    role TEXT PRIMARY KEY,
    second_factor INTEGER NOT NULL CHECK (second_factor IN (0, 1))
) STRICT;

-- A signed-in browser. Only the hash of its token is kept.
create table session (
    id INTEGER PRIMARY KEY,
    token_sha256 TEXT NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES account (id),
    stage TEXT NOT NULL,                -- password_change, second_factor, enrol, open
    csrf TEXT NOT NULL,
    agent TEXT NOT NULL,
    origin TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;

create index session_by_account on session (account);

-- Lịch làm việc: what differs from Monday to Friday. A row is never changed, only revoked.
create table calendar_entry (
    id INTEGER PRIMARY KEY,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- off, working, …: domain::calendar
    reason TEXT NOT NULL,
    source TEXT NOT NULL,               -- the document
    decided_on TEXT,                    -- its date, if known
    unit INTEGER REFERENCES unit (id),  -- null: everywhere
    state TEXT NOT NULL,                -- draft, confirmed, provisional
    revoked_ms INTEGER                  -- null while it stands
) STRICT;

create index calendar_entry_by_date on calendar_entry (date);

-- Giờ làm việc theo mùa, theo đơn vị.
create table office_hours (
    id INTEGER PRIMARY KEY,
    unit INTEGER REFERENCES unit (id),  -- null: everywhere
    valid_from TEXT NOT NULL,           -- date
    valid_until TEXT,
    body TEXT NOT NULL,                 -- JSON of domain::hours
    source TEXT NOT NULL
) STRICT;
