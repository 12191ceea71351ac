-- Vụ việc về ứng xử của cán bộ; đánh giá cả lượt đến không có hồ sơ; trả lời của cán bộ cho lượt đánh giá.

-- Đánh giá của người dân, made anew: one answer a dossier, or a served ticket that brought none. The day is kept, not the
-- moment, so that nobody is told by it.
create table rating_next (
    id INTEGER PRIMARY KEY,
    dossier INTEGER UNIQUE REFERENCES dossier (id),         -- null: of a ticket
    ticket INTEGER UNIQUE REFERENCES queue_ticket (id),     -- null: of a dossier
    unit INTEGER NOT NULL REFERENCES unit (id),     -- the one-stop shop
    day TEXT NOT NULL,
    face INTEGER NOT NULL CHECK (face IN (1, 2, 3, 4, 5)),      -- 5 is the happiest
    words TEXT NOT NULL,                -- empty if none were said
    door TEXT NOT NULL,                 -- receipt, ticket, tracking, link, desk
    CHECK ((dossier IS NULL) <> (ticket IS NULL))
) STRICT;

create table rating_answer_next (
    rating INTEGER NOT NULL REFERENCES rating_next (id),
    item TEXT NOT NULL,                 -- code of law/evaluation
    answer TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points IN (0, 1, 2)),
    PRIMARY KEY (rating, item)
) STRICT, WITHOUT ROWID;

insert into rating_next (dossier, unit, day, face, words, door)
select dossier, unit, day, face, words, door from rating order by id;

insert into rating_answer_next (rating, item, answer, points)
select n.id, a.item, a.answer, a.points
from rating_answer a join rating r on r.id = a.rating join rating_next n on n.dossier = r.dossier;

drop table rating_answer;
drop table rating;
alter table rating_next rename to rating;
alter table rating_answer_next rename to rating_answer;

create index rating_by_unit on rating (unit, day);

-- Ai đã phục vụ: whom a rating is about, as it was when it was given.
create table rating_official (
    rating INTEGER NOT NULL REFERENCES rating (id),
    staff INTEGER NOT NULL REFERENCES staff (id),
    parts TEXT NOT NULL,                -- received, settled, returned, served, with spaces between
    PRIMARY KEY (rating, staff)
) STRICT, WITHOUT ROWID;

create index rating_official_by_staff on rating_official (staff, rating);

-- Ý kiến được gấp lại: folded by a head, with a reason; it still counts.
create table rating_fold (
    rating INTEGER PRIMARY KEY REFERENCES rating (id),
    reason TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    at_ms INTEGER NOT NULL
) STRICT;

-- Cán bộ trả lời ý kiến. Public only once somebody else has read it and taken out what names anybody.
create table rating_reply (
    rating INTEGER NOT NULL REFERENCES rating (id),
    staff INTEGER NOT NULL REFERENCES staff (id),
    words TEXT NOT NULL,
    replied_ms INTEGER NOT NULL,
    wants_public INTEGER NOT NULL CHECK (wants_public IN (0, 1)),
    public_said TEXT NOT NULL,          -- the citizen's words as they are published; empty until then
    public_reply TEXT NOT NULL,         -- the answer as it is published
    published_by INTEGER REFERENCES account (id),
    published_on TEXT,
    PRIMARY KEY (rating, staff)
) STRICT, WITHOUT ROWID;

-- Đường dẫn đánh giá: in the receipt's square code and the message about the handing over. It opens the faces of its
-- dossier and nothing else, once.
create table rating_link (
    dossier INTEGER PRIMARY KEY REFERENCES dossier (id),
    code TEXT NOT NULL UNIQUE           -- cannot be guessed
) STRICT;

-- What was just handed over at a desk.
create index dossier_by_return on dossier (unit, returned_at);

-- Vụ việc về ứng xử. One row a case; what happened to it is in conduct_event.
create table conduct_case (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,          -- số vụ việc
    unit INTEGER NOT NULL REFERENCES unit (id),     -- who handles it; above the accused if he is a head
    accused INTEGER NOT NULL REFERENCES staff (id),
    accused_unit INTEGER NOT NULL REFERENCES unit (id),     -- where he worked when it was opened
    verifier INTEGER REFERENCES staff (id),
    source TEXT NOT NULL,               -- domain::conduct::Source
    origin TEXT NOT NULL,               -- which article, which inspection; never who reported it
    summary TEXT NOT NULL,              -- what is reported, as the accused reads it
    happened_on TEXT,
    status TEXT NOT NULL,               -- domain::conduct::Status
    conclusion TEXT,
    received_at TEXT NOT NULL,          -- civil time in Viet Nam
    due_at TEXT,                        -- of the present step
    explain_until TEXT,
    concluded_on TEXT,
    correct_by TEXT,                    -- the nearest day of what is still to be put right
    replied_on TEXT,
    closed_on TEXT,
    state TEXT NOT NULL,                -- domain::conduct::Case, JSON
    draft TEXT NOT NULL,                -- the answer to whoever reported it; empty until somebody drafts it
    draft_by INTEGER REFERENCES account (id),
    late_for TEXT,                      -- the due time of which the heads were told that it is over
    edition INTEGER NOT NULL
) STRICT;

create index conduct_case_by_unit on conduct_case (unit, status, due_at);
create index conduct_case_by_accused on conduct_case (accused, status);
create index conduct_case_by_verifier on conduct_case (verifier, status);
create index conduct_case_by_conclusion on conduct_case (conclusion, concluded_on);

-- The number of the last case of a unit's year.
create table conduct_counter (
    unit INTEGER NOT NULL REFERENCES unit (id),
    year INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (unit, year)
) STRICT, WITHOUT ROWID;

-- Append only, but that words go when the case leaves for the sealed path.
create table conduct_event (
    id INTEGER PRIMARY KEY,
    conduct_case INTEGER NOT NULL REFERENCES conduct_case (id),
    at_ms INTEGER NOT NULL,
    actor INTEGER NOT NULL,
    step TEXT NOT NULL,                 -- domain::conduct::Command, its code; open, join
    command TEXT NOT NULL,              -- JSON
    words TEXT NOT NULL
) STRICT;

create index conduct_event_by_case on conduct_event (conduct_case, id);

-- What was laid down to be put right; its words beside the rules' own list, by place.
create table conduct_correction (
    conduct_case INTEGER NOT NULL REFERENCES conduct_case (id),
    place INTEGER NOT NULL,             -- from 0
    measure TEXT NOT NULL,              -- domain::conduct::Measure
    what TEXT NOT NULL,                 -- what is changed
    due_on TEXT NOT NULL,
    checker INTEGER NOT NULL REFERENCES staff (id),
    done_on TEXT,
    found TEXT NOT NULL,                -- what the checker found; empty until then
    PRIMARY KEY (conduct_case, place)
) STRICT, WITHOUT ROWID;

create index conduct_correction_by_checker on conduct_correction (checker, done_on);

-- Evidence of the office and of the accused.
create table conduct_file (
    id INTEGER PRIMARY KEY,
    conduct_case INTEGER NOT NULL REFERENCES conduct_case (id),
    side TEXT NOT NULL,                 -- evidence, explanation
    name TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- media type
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account (id),
    at_ms INTEGER NOT NULL
) STRICT;

create index conduct_file_by_case on conduct_file (conduct_case, id);
create index conduct_file_by_sha256 on conduct_file (sha256);

-- Reports of citizens that a case looks into: several about one event may be one case.
create table conduct_report (
    feedback INTEGER PRIMARY KEY REFERENCES feedback (id),
    conduct_case INTEGER NOT NULL REFERENCES conduct_case (id)
) STRICT;

create index conduct_report_by_case on conduct_report (conduct_case);

-- The low rating from which a case was opened; which dossier it was of is not told.
create table conduct_rating (
    rating INTEGER PRIMARY KEY REFERENCES rating (id),
    conduct_case INTEGER NOT NULL UNIQUE REFERENCES conduct_case (id)
) STRICT;
